package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/fonds-archive/fonds/services/align"
)

const (
	// around is how many words that did not change are shown beside those that did.
	around = 6
	// longestChange is how many words are shown of a run that changed: the first and the
	// last of them; --json has all.
	longestChange = 60
)

// wordChanges lays out the words that differ between two texts.
type wordChanges struct {
	after   string
	changes []align.Change
	pen     pen
}

// write writes a line for each place that changed, behind the number of its line in the
// text after: "12: the [-decision-] {+division+} has left".
func (v wordChanges) write(w io.Writer) error {
	var line strings.Builder
	number, counted, end := 1, 0, 0
	for i, c := range v.changes {
		between := strings.Fields(safeText(v.after[end:c.AfterStart]))
		switch {
		case i > 0 && len(between) <= 2*around:
			line.WriteString(" " + strings.Join(between, " "))
		default:
			if i > 0 {
				line.WriteString(" " + strings.Join(between[:around], " ") + " …\n")
			}
			number += strings.Count(v.after[counted:c.AfterStart], "\n")
			counted = c.AfterStart
			fmt.Fprintf(&line, "%5d: ", number)
			if lead := len(between) - around; lead > 0 {
				line.WriteString("… ")
				between = between[lead:]
			}
			line.WriteString(strings.Join(between, " "))
		}
		line.WriteString(v.change(c))
		end = c.AfterStart + len(c.After)
	}
	if len(v.changes) > 0 {
		rest := strings.Fields(safeText(v.after[end:]))
		line.WriteString(" " + strings.Join(rest[:min(around, len(rest))], " "))
		if len(rest) > around {
			line.WriteString(" …")
		}
		line.WriteByte('\n')
	}
	_, err := io.WriteString(w, tidyLines(line.String()))
	return err
}

func (v wordChanges) change(c align.Change) string {
	text := ""
	if c.Before != "" {
		text += " " + v.pen.removed(fewWords(c.Before))
	}
	if c.After != "" {
		text += " " + v.pen.added(fewWords(c.After))
	}
	return text
}

// tidyLines takes the blanks away that lines end with.
func tidyLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// fewWords is a run of words on one line, without the middle of a long one.
func fewWords(text string) string {
	words := strings.Fields(safeText(text))
	if left := len(words) - longestChange; left > 0 {
		half := longestChange / 2
		return fmt.Sprintf("%s … (%d more) … %s", strings.Join(words[:half], " "), left, strings.Join(words[len(words)-half:], " "))
	}
	return strings.Join(words, " ")
}

// changesSummed says how much differs.
func changesSummed(changes []align.Change) string {
	if len(changes) == 0 {
		return "no word differs"
	}
	out, in := 0, 0
	for _, c := range changes {
		out += len(strings.Fields(c.Before))
		in += len(strings.Fields(c.After))
	}
	return fmt.Sprintf("%s: %s taken out, %d put in", plural(len(changes), "change"), plural(out, "word"), in)
}
