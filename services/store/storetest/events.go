package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

func events(t *testing.T, u suite) {
	u.run(t, "Filters", eventFilters)
	u.run(t, "Regions", eventRegions)
	u.run(t, "RollbackLeavesNone", eventsRolledBack)
	u.run(t, "PollingMissesNone", pollingMissesNone)
	u.run(t, "LateCommit", lateCommit)
	u.run(t, "UnsentInOrder", unsentInOrder)
	u.run(t, "SentAndSentAgain", sentAndResent)
}

func eventNames(list []catalog.Event) []string {
	return each(list, func(e catalog.Event) string { return fmt.Sprintf("%s/%d", e.Document, e.Sequence) })
}

func (f *fixture) appendEvents(list ...catalog.Event) {
	f.Helper()
	f.tx(func(tx catalog.Tx) error {
		for _, e := range list {
			if err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *fixture) events(after int64, document, collection string, limit int) []catalog.Event {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]catalog.Event, error) {
		return r.Events(after, document, collection, limit)
	})
}

func (f *fixture) unsent(limit int) []catalog.Event {
	f.Helper()
	return read(f, func(r catalog.Reader) ([]catalog.Event, error) { return r.UnsentEvents(0, limit) })
}

func eventFilters(f *fixture) {
	f.putDocuments("d", "e")
	side := event("e", 2)
	side.Collection, side.Type, side.Person = "side", catalog.DocumentDeleted, "anna"
	f.appendEvents(event("d", 1), event("e", 1))
	f.appendEvents(event("d", 2), side, event("d", 3))
	all := f.events(0, "", "", 10)
	equal(f, "all", eventNames(all), []string{"d/1", "e/1", "d/2", "e/2", "d/3"})
	for i, e := range all {
		if i > 0 && e.Position <= all[i-1].Position {
			f.Errorf("position %d after %d", e.Position, all[i-1].Position)
		}
	}
	side.Position = all[3].Position
	equal(f, "event", all[3], side)
	equal(f, "limited", eventNames(f.events(0, "", "", 2)), []string{"d/1", "e/1"})
	equal(f, "after", eventNames(f.events(all[2].Position, "", "", 9)), []string{"e/2", "d/3"})
	equal(f, "document", eventNames(f.events(0, "d", "", 9)), []string{"d/1", "d/2", "d/3"})
	equal(f, "document after", eventNames(f.events(all[0].Position, "d", "", 1)), []string{"d/2"})
	equal(f, "collection", eventNames(f.events(0, "", "side", 9)), []string{"e/2"})
	equal(f, "collection after", eventNames(f.events(all[1].Position, "", "main", 9)), []string{"d/2", "d/3"})
	equal(f, "both", eventNames(f.events(0, "e", "main", 9)), []string{"e/1"})
	equal(f, "past the end", eventNames(f.events(all[4].Position, "", "", 9)), []string{})
}

func eventRegions(f *fixture) {
	f.putDocuments("d")
	full := event("d", 1)
	full.Regions = []catalog.RegionChange{
		{Region: 2, Scan: digest("s"), Page: 3, Assurance: catalog.AssuranceCorrected, Words: []catalog.WordChange{{Before: "was", After: "<ё>"}, {After: "new"}}, Truncated: true},
		{Region: 3, Scan: digest("s"), Page: 4, Assurance: catalog.AssuranceVerified},
	}
	f.appendEvents(full, event("d", 2))
	want := [][]catalog.RegionChange{full.Regions, nil}
	regions := func(e catalog.Event) []catalog.RegionChange { return e.Regions }
	equal(f, "regions", each(f.events(0, "", "", 9), regions), want)
	equal(f, "regions of unsent", each(f.unsent(9), regions), want)
}

func eventsRolledBack(f *fixture) {
	f.putDocuments("d")
	_ = f.Tx(f.ctx, func(tx catalog.Tx) error { return errors.Join(tx.AppendEvent(event("d", 1)), errOnPurpose) })
	equal(f, "events", len(f.events(0, "", "", 9)), 0)
	f.appendEvents(event("d", 1))
	equal(f, "the sequence is free", eventNames(f.events(0, "", "", 9)), []string{"d/1"})
}

// A reader that asks for what comes after the last position it has seen gets
// every event, in the order of each document, while many write.
func pollingMissesNone(f *fixture) {
	const writers, rounds = 8, 15
	for w := range writers {
		f.putDocuments(fmt.Sprint("d", w))
	}
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := range rounds {
				err := f.Tx(f.ctx, func(tx catalog.Tx) error {
					err := tx.AppendEvent(event(fmt.Sprint("d", w), n+1))
					for range w {
						runtime.Gosched() // commit later than others that began later
					}
					return err
				})
				if err != nil {
					f.Error(err)
				}
			}
		})
	}
	last, next := int64(0), make(map[string]int)
	for seen := 0; seen < writers*rounds; {
		changed := f.Changed()
		list := f.events(last, "", "", 7)
		for _, e := range list {
			if next[e.Document]++; e.Sequence != next[e.Document] || e.Position <= last {
				f.Fatalf("got %s/%d at %d after %d, want sequence %d",
					e.Document, e.Sequence, e.Position, last, next[e.Document])
			}
			last = e.Position
		}
		if seen += len(list); len(list) > 0 || seen == writers*rounds {
			continue
		}
		select {
		case <-changed:
		case <-f.ctx.Done():
			f.Fatalf("%d of %d events were seen", seen, writers*rounds)
		}
	}
	group.Wait()
}

// One appends first and commits last, if the backend lets it.
func lateCommit(f *fixture) {
	f.putDocuments("d", "e")
	var last int64
	var seen []string
	poll := func() {
		for _, e := range f.events(last, "", "", 9) {
			last = e.Position
			seen = append(seen, e.Document)
		}
	}
	other := make(chan error, 1)
	f.tx(func(tx catalog.Tx) error {
		err := tx.AppendEvent(event("d", 1))
		go func() {
			other <- f.Tx(f.ctx, func(tx catalog.Tx) error { return tx.AppendEvent(event("e", 1)) })
		}()
		for range 100 {
			runtime.Gosched()
			poll()
		}
		return err
	})
	poll()
	if err := <-other; err != nil {
		f.Fatal(err)
	}
	poll()
	slices.Sort(seen)
	equal(f, "seen", seen, []string{"d", "e"})
}

// Cut anywhere, the list has each document's events from the lowest on, without
// gaps.
func unsentInOrder(f *fixture) {
	f.putDocuments("d", "e", "g")
	const rounds = 6
	for n := range rounds {
		f.appendEvents(event("g", n+1), event("d", n+1), event("e", n+1))
	}
	for limit := range 3*rounds + 2 {
		list := f.unsent(limit)
		equal(f, "length", len(list), min(limit, 3*rounds))
		next := make(map[string]int)
		for i, e := range list {
			if next[e.Document]++; e.Sequence != next[e.Document] {
				f.Errorf("limit %d: %s/%d, want %d", limit, e.Document, e.Sequence, next[e.Document])
			}
			if i > 0 && e.Position <= list[i-1].Position {
				f.Errorf("limit %d: position %d after %d", limit, e.Position, list[i-1].Position)
			}
		}
	}
	all := f.unsent(3 * rounds)
	for i, e := range all {
		behind := read(f, func(r catalog.Reader) ([]catalog.Event, error) { return r.UnsentEvents(e.Position, 2) })
		equal(f, "behind a position", eventNames(behind), eventNames(all[i+1:min(i+3, len(all))]))
	}
}

// sentTime is when the events of a test were sent.
var sentTime = time.Date(2002, 7, 15, 22, 0, 0, 0, time.UTC)

func sentAndResent(f *fixture) {
	f.putDocuments("d", "e")
	f.appendEvents(event("d", 1), event("e", 1), event("d", 2), event("e", 2))
	all := f.unsent(9)
	mark := func(at map[int]uint64) {
		f.tx(func(tx catalog.Tx) error {
			var sent []catalog.SentEvent
			for i, sequence := range at {
				sent = append(sent, catalog.SentEvent{Position: all[i].Position, Sequence: sequence})
			}
			return tx.MarkEventsSent(sent, sentTime)
		})
	}
	resend := func(last uint64, since time.Time) int {
		var n int
		f.tx(func(tx catalog.Tx) (err error) {
			n, err = tx.ResendEvents(last, since)
			return err
		})
		return n
	}
	mark(map[int]uint64{0: 11, 1: 12, 2: 13})
	equal(f, "after the first three", eventNames(f.unsent(9)), []string{"e/2"})
	equal(f, "events stay", len(f.events(0, "", "", 9)), 4)
	equal(f, "none above", resend(13, time.Time{}), 0)
	equal(f, "none since", resend(0, sentTime), 0)
	equal(f, "above 11", resend(11, time.Time{}), 2)
	equal(f, "sent again", eventNames(f.unsent(9)), []string{"e/1", "d/2", "e/2"})
	equal(f, "not twice", resend(11, time.Time{}), 0)
	mark(map[int]uint64{1: 12, 2: 13, 3: 14})
	equal(f, "all sent", len(f.unsent(9)), 0)
	equal(f, "since yesterday", resend(0, sentTime.Add(-time.Hour)), 4)
	err := f.Tx(f.ctx, func(tx catalog.Tx) error {
		return tx.MarkEventsSent([]catalog.SentEvent{{Position: all[0].Position, Sequence: 1}, {Position: 1 << 40, Sequence: 2}}, sentTime)
	})
	if !errors.Is(err, catalog.ErrNotFound) {
		f.Errorf("unknown position: got %v", err)
	}
	equal(f, "nothing was marked", len(f.unsent(9)), 4)
}
