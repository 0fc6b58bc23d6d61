package catalog

import (
	"cmp"
	"slices"
)

// placed is an entry on its way to its place.
type placed struct {
	ThreadEntry
	name string
	// when is its date, or that of what it is put behind or before.
	when string
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
			if when := inferred(entries, i); entries[i].when == "" && when != "" && !entries[i].floats() {
				entries[i].when, settled = when, false
			}
		}
	}
	var left []int
	for i := range entries {
		if !entries[i].floats() {
			left = append(left, i)
		}
	}
	slices.SortFunc(left, func(a, b int) int {
		x, y := entries[a], entries[b]
		return cmp.Or(cmp.Compare(orLast(x.when), orLast(y.when)), cmp.Compare(x.name, y.name))
	})
	t.Entries = t.Entries[:0]
	for len(left) > 0 {
		n := firstReady(entries, left)
		i := left[n]
		left = slices.Delete(left, n, n+1)
		for _, gap := range entries[i].behind {
			if entries[gap].floats() && !entries[gap].done {
				entries[gap].done = true
				t.Entries = append(t.Entries, entries[gap].ThreadEntry)
			}
		}
		entries[i].done = true
		t.Entries = append(t.Entries, entries[i].ThreadEntry)
	}
}

// floats tells that an entry has no place of its own: a gap without a date stands
// right before the first that refers to it.
func (p placed) floats() bool { return p.Document == nil && p.Date == "" }

func (t *Thread) placed() []placed {
	entries := make([]placed, len(t.Entries))
	at := map[string]int{}
	for i, e := range t.Entries {
		entries[i] = placed{ThreadEntry: e, when: e.Date}
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

// inferred is when the last was that an entry refers to, or the first that refers to
// it.
func inferred(entries []placed, i int) string {
	when := ""
	for _, n := range entries[i].behind {
		when = max(when, entries[n].when)
	}
	if when != "" {
		return when
	}
	for _, n := range entries[i].before {
		if w := entries[n].when; w != "" && (when == "" || w < when) {
			when = w
		}
	}
	return when
}

// day is that of an ISO date, as far as it has one.
func day(when string) string { return when[:min(len(when), len("1951-06-13"))] }

// orLast puts what has no date behind all that has one.
func orLast(when string) string { return cmp.Or(when, "~") }

// firstReady finds the first of those left that stands behind nothing of its day that
// is left too. Where all of a day refer to one another it is the first.
func firstReady(entries []placed, left []int) int {
	for n, i := range left {
		if day(entries[i].when) != day(entries[left[0]].when) {
			break
		}
		waits := slices.ContainsFunc(entries[i].behind, func(other int) bool {
			return other != i && !entries[other].done && !entries[other].floats() && day(entries[other].when) == day(entries[i].when)
		})
		if !waits {
			return n
		}
	}
	return 0
}
