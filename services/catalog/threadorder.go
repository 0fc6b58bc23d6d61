package catalog

import (
	"cmp"
	"slices"
)

// placed is an entry on its way to its place.
type placed struct {
	ThreadEntry
	name string
	day  string
	// behind are the entries that it refers to, before those that refer to it.
	behind, before []int
	done           bool
}

// order puts the entries oldest first. On one day what answers stands behind what it
// answers, whatever the clocks of two places say.
func (t *Thread) order() {
	entries := t.placed()
	for settled := false; !settled; {
		settled = true
		for i := range entries {
			if day := inferredDay(entries, i); entries[i].day == "" && day != "" {
				entries[i].day, settled = day, false
			}
		}
	}
	left := make([]int, len(entries))
	for i := range left {
		left[i] = i
	}
	slices.SortFunc(left, func(a, b int) int {
		x, y := entries[a], entries[b]
		return cmp.Or(cmp.Compare(orLast(x.day), orLast(y.day)), cmp.Compare(x.Date, y.Date), cmp.Compare(x.name, y.name))
	})
	t.Entries = t.Entries[:0]
	for len(left) > 0 {
		n := firstReady(entries, left)
		entries[left[n]].done = true
		t.Entries = append(t.Entries, entries[left[n]].ThreadEntry)
		left = slices.Delete(left, n, n+1)
	}
}

func (t *Thread) placed() []placed {
	entries := make([]placed, len(t.Entries))
	at := map[string]int{}
	for i, e := range t.Entries {
		entries[i] = placed{ThreadEntry: e, day: e.Date[:min(len(e.Date), len("1951-06-13"))]}
		if e.Document != nil {
			entries[i].name, at[e.Document.ID] = e.Document.ID, i
		}
	}
	refer := func(from, to int) {
		entries[from].behind = append(entries[from].behind, to)
		entries[to].before = append(entries[to].before, from)
	}
	for _, l := range t.Links {
		if l.IsReference() {
			refer(at[l.Document], at[l.Target])
		}
	}
	for i := range entries {
		for _, l := range entries[i].Gap {
			refer(at[l.Document], i)
		}
	}
	return entries
}

// inferredDay is that of the last that an entry refers to, or of the first that
// refers to it.
func inferredDay(entries []placed, i int) string {
	day := ""
	for _, n := range entries[i].behind {
		day = max(day, entries[n].day)
	}
	if day != "" {
		return day
	}
	for _, n := range entries[i].before {
		if d := entries[n].day; d != "" && (day == "" || d < day) {
			day = d
		}
	}
	return day
}

// orLast puts what has no day behind all that has one.
func orLast(day string) string { return cmp.Or(day, "~") }

// firstReady finds the first of those left that stands behind nothing of its day that
// is left too. Where all of a day refer to one another it is the first.
func firstReady(entries []placed, left []int) int {
	for n, i := range left {
		if entries[i].day != entries[left[0]].day {
			break
		}
		waits := slices.ContainsFunc(entries[i].behind, func(other int) bool {
			return other != i && !entries[other].done && entries[other].day == entries[i].day
		})
		if !waits {
			return n
		}
	}
	return 0
}
