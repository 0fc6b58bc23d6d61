package main

import (
	"fmt"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// outcomeCount is how many pages ended in one way.
type outcomeCount struct {
	outcome string
	pages   uint32
}

// badCounts lists the pages that ended neither with text nor blank, by outcome.
func badCounts(c *fondsv1.Counts) []outcomeCount {
	return []outcomeCount{
		{"UNREADABLE", c.GetUnreadable()},
		{"CORRUPT", c.GetCorrupt()},
		{"TOO_LARGE", c.GetTooLarge()},
		{"TIMEOUT", c.GetTimeout()},
		{"FAILED", c.GetFailed()},
		{"REFUSED", c.GetRefused()},
	}
}

// bad counts the pages that ended neither with text nor blank.
func bad(c *fondsv1.Counts) uint32 {
	sum := uint32(0)
	for _, o := range badCounts(c) {
		sum += o.pages
	}
	return sum
}

// ended counts the pages that have an outcome.
func ended(c *fondsv1.Counts) uint32 { return c.GetText() + c.GetBlank() + bad(c) }

// countsText tells counts in words: "13 text, 1 blank, 3 failed (2 corrupt, 1 refused)".
func countsText(c *fondsv1.Counts) string {
	text := fmt.Sprintf("%d text, %d blank, %d failed", c.GetText(), c.GetBlank(), bad(c))
	var parts []string
	for _, o := range badCounts(c) {
		if o.pages > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", o.pages, strings.ToLower(strings.ReplaceAll(o.outcome, "_", " "))))
		}
	}
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	return text
}

// fileOutcome tells in one word, or a few, how the pages of a file that failed ended.
func fileOutcome(f *fondsv1.BatchFile) string {
	if f.GetState() == fondsv1.FileState_FILE_STATE_EXPECTED {
		return "NOT DELIVERED"
	}
	var parts []string
	for _, o := range badCounts(f.GetCounts()) {
		switch {
		case o.pages == 0:
		case f.GetCounts().GetPages() == 1:
			parts = append(parts, o.outcome)
		default:
			parts = append(parts, fmt.Sprintf("%s %d/%d", o.outcome, o.pages, f.GetCounts().GetPages()))
		}
	}
	if len(parts) == 0 {
		return strings.TrimPrefix(f.GetState().String(), "FILE_STATE_")
	}
	return strings.Join(parts, ", ")
}

func stateName(state fondsv1.BatchState) string {
	return strings.TrimPrefix(state.String(), "BATCH_STATE_")
}

// plural gives a number with its noun: "1 page", "2 pages".
func plural[N int | uint32 | uint64](n N, noun string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
