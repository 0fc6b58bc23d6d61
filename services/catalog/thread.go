package catalog

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

const (
	// MostEntries bounds a thread, and what is read of the references to one document.
	MostEntries = 500
	// mostThreadLinks bounds the links of a thread.
	mostThreadLinks = 2000
)

// Thread is a correspondence: what a document refers to and what refers to it, and so
// on from these.
type Thread struct {
	// Entries are oldest first. One without a date stands behind what it refers to, or
	// before what refers to it.
	Entries []ThreadEntry
	// Links are those between its documents.
	Links []Link
	// Truncated tells that there is more than MostEntries.
	Truncated bool
}

// ThreadEntry is a document, or a gap where one is missing.
type ThreadEntry struct {
	// Document is nil for a gap.
	Document *DocumentHead
	// Gap has the references to what is missing.
	Gap []Link
	// Date is the day or minute by which the entry is put in order; empty when it is
	// not known.
	Date string
	// Distance is how many links were gone over to come here.
	Distance int
}

// Thread walks from a document along references, in both directions. A document that
// is alike is shown and not gone on from: a chain of half-filled forms would join
// whole files. Only those that are alike to the one asked for stand for it, because
// what refers to a telegram is linked with one of its copies.
func (c *Catalog) Thread(ctx context.Context, id string) (Thread, error) {
	var thread Thread
	err := c.store.View(ctx, func(r Reader) error {
		if _, err := c.present(r, id, ""); err != nil {
			return err
		}
		w := walk{reader: r, at: map[string]int{}, links: map[string][]Link{}}
		if err := w.from(id); err != nil {
			return err
		}
		thread = w.thread
		return nil
	})
	thread.order()
	return thread, err
}

// walk is a thread as far as it has been gone along, nearest first.
type walk struct {
	reader Reader
	thread Thread
	// at is the place of each document among the entries, and links what goes out from
	// each that was gone on from.
	at    map[string]int
	links map[string][]Link
	next  []string
}

func (w *walk) from(id string) error {
	if err := w.reach(id, 0, true); err != nil {
		return err
	}
	for len(w.next) > 0 {
		id, w.next = w.next[0], w.next[1:]
		if err := w.follow(id); err != nil {
			return err
		}
	}
	return w.join()
}

// reach adds a document, and lets it be gone on from when it is to be.
func (w *walk) reach(id string, distance int, on bool) error {
	if _, known := w.at[id]; !known {
		if len(w.thread.Entries) == MostEntries {
			w.thread.Truncated = true
			return nil
		}
		head, err := documentAt(w.reader, id, 0)
		if err != nil {
			return err
		}
		date, err := head.Revision.Fields.date()
		if err != nil {
			return err
		}
		w.at[id] = len(w.thread.Entries)
		w.thread.Entries = append(w.thread.Entries, ThreadEntry{Document: &head, Date: date, Distance: distance})
	}
	if _, gone := w.links[id]; on && !gone {
		w.links[id] = nil
		w.next = append(w.next, id)
	}
	return nil
}

// follow goes over the links of a document.
func (w *walk) follow(id string) error {
	of, err := w.reader.LinksOf(id)
	if err != nil {
		return err
	}
	to, err := w.reader.LinksTo(id, MostEntries)
	if err != nil {
		return err
	}
	w.links[id] = of
	w.thread.Truncated = w.thread.Truncated || len(to) == MostEntries
	distance := w.thread.Entries[w.at[id]].Distance
	for _, l := range of {
		if l.Target == "" {
			w.miss(l, distance)
			continue
		}
		if err := w.reach(l.Target, distance+1, l.IsReference() || distance == 0); err != nil {
			return err
		}
	}
	for _, l := range to {
		if err := w.reach(l.Document, distance+1, l.IsReference() || distance == 0); err != nil {
			return err
		}
	}
	return nil
}

// miss adds a reference to what is not there: to the gap of another one to the same,
// or as a gap of its own.
func (w *walk) miss(l Link, distance int) {
	for i := range w.thread.Entries {
		e := &w.thread.Entries[i]
		if slices.ContainsFunc(e.Gap, func(m Link) bool { return w.sameMissing(l, m) }) {
			e.Gap = append(e.Gap, l)
			if e.Date == "" {
				e.Date = l.Date
			}
			return
		}
	}
	if len(w.thread.Entries) == MostEntries {
		w.thread.Truncated = true
		return
	}
	w.thread.Entries = append(w.thread.Entries, ThreadEntry{Gap: []Link{l}, Date: l.Date, Distance: distance + 1})
}

// sameMissing tells that two references are to the same: by number, or by day and both
// people where there is no number.
func (w *walk) sameMissing(a, b Link) bool {
	switch {
	case a.Number != b.Number || a.kindOfPaper() != b.kindOfPaper():
		return false
	case a.Date != "" && b.Date != "" && a.Date != b.Date:
		return false
	case a.Number == "":
		return a.Date == b.Date && a.Date != "" && met(a.From, b.From) && met(a.To, b.To)
	case a.Date == "" || b.Date == "":
		return met(a.From, b.From) && sameYear(w.dateOf(a.Document), w.dateOf(b.Document))
	}
	return len(a.From) == 0 || len(b.From) == 0 || met(a.From, b.From)
}

func (w *walk) dateOf(id string) string { return w.thread.Entries[w.at[id]].Date }

// sameYear holds for dates that are not known: numbers begin anew each year, and what
// refers to one another is mostly of one.
func sameYear(a, b string) bool {
	return len(a) < 4 || len(b) < 4 || a[:4] == b[:4]
}

func met(a, b []Party) bool {
	return slices.ContainsFunc(a, func(x Party) bool {
		return slices.ContainsFunc(b, func(y Party) bool { return x.Key != "" && x.Key == y.Key })
	})
}

// kindOfPaper is what a reference calls the other; empty when that cannot be read.
func (l Link) kindOfPaper() string {
	var v struct{ Kind string }
	if json.Unmarshal(l.Reference, &v) != nil {
		return ""
	}
	return v.Kind
}

// join collects the links between the documents that were reached.
func (w *walk) join() error {
	for _, e := range w.thread.Entries {
		if e.Document == nil {
			continue
		}
		links, gone := w.links[e.Document.ID]
		if !gone {
			var err error
			if links, err = w.reader.LinksOf(e.Document.ID); err != nil {
				return err
			}
		}
		for _, l := range links {
			if _, in := w.at[l.Target]; !in || l.Target == "" {
				continue
			}
			if len(w.thread.Links) == mostThreadLinks {
				w.thread.Truncated = true
				return nil
			}
			w.thread.Links = append(w.thread.Links, l)
		}
	}
	return nil
}

// The fields that date a document, the first that it has first; and those that may
// tell the minute of its day.
var (
	dateNames   = []string{"document_date", "sent_at", "received_at", "relayed_received_at", "catalogue_date"}
	minuteNames = []string{"sent_at", "received_at", "relayed_received_at"}
)

// date is the day, or the minute where one is known, by which a document is put in
// order; empty when not even its year is known.
func (f Fields) date() (string, error) {
	list, err := f.List()
	if err != nil {
		return "", err
	}
	dates := map[string][]string{}
	for _, field := range list {
		var v struct{ ISO string }
		if len(field.Value) == 0 || !slices.Contains(dateNames, field.Name) || json.Unmarshal(field.Value, &v) != nil {
			continue
		}
		if len(v.ISO) >= len("1951") && v.ISO[0] != '-' {
			dates[field.Name] = append(dates[field.Name], v.ISO)
		}
	}
	for _, name := range dateNames {
		if len(dates[name]) == 0 {
			continue
		}
		day := slices.Min(dates[name])
		for _, other := range minuteNames {
			for _, minute := range dates[other] {
				if len(day) == len("1951-06-13") && strings.HasPrefix(minute, day+"T") {
					return minute, nil
				}
			}
		}
		return day, nil
	}
	return "", nil
}
