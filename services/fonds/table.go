package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// table is rows under a header, in columns as wide as their widest cell. The
// last column is not padded.
type table struct {
	header []string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer) error {
	widths := make([]int, len(t.header))
	all := append([][]string{t.header}, t.rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// longestReason is how much of a reason a table shows; --json has it whole.
const longestReason = 300

// writeFailed prints which files failed and why; nothing when none did.
func writeFailed(w io.Writer, failed []*fondsv1.BatchFile) error {
	if len(failed) == 0 {
		return nil
	}
	t := table{header: []string{"FAILED FILE", "OUTCOME", "REASON"}}
	for _, file := range failed {
		t.add(shown(file.GetPath()), fileOutcome(file), oneLine(file.GetReason(), longestReason))
	}
	return t.write(w)
}

// moment shows a time in the local zone, to the second.
func moment(t *timestamppb.Timestamp) string {
	if t == nil {
		return "-"
	}
	return t.AsTime().Local().Format(time.DateTime)
}
