package relay

import (
	"fmt"
	"strings"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// append puts events of a document, which is new, into the database.
func (a *archive) append(collection, document string, events ...catalog.Event) {
	a.t.Helper()
	at := time.Now().UTC().Truncate(time.Microsecond)
	must(a.t, a.store.Tx(a.t.Context(), func(tx catalog.Tx) error {
		if _, err := tx.Collection(collection); err != nil {
			if err := tx.PutCollection(catalog.Collection{ID: collection, DisplayName: collection, CreatedAt: at}); err != nil {
				return err
			}
		}
		if err := tx.PutDocument(catalog.Document{ID: document, Collection: collection, Events: len(events), CreatedAt: at}); err != nil {
			return err
		}
		for i, e := range events {
			e.Document, e.Sequence, e.Collection, e.CreatedAt = document, i+1, collection, at
			if e.Type == "" {
				e.Type = catalog.DocumentRevised
			}
			if err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return nil
	}))
}

// The server takes messages of 1 MB. Earlier versions wrote larger events.
func TestEventTooLargeIsSentWithoutItsRegions(t *testing.T) {
	a := newArchive(t)
	words := []catalog.WordChange{{Before: strings.Repeat("ж", 450_000), After: strings.Repeat("ш", 450_000)}}
	small := catalog.Event{Type: catalog.TextCorrected, Regions: []catalog.RegionChange{{Region: 1, Scan: digest("a"), Page: 1, Words: words[:0]}}}
	large := catalog.Event{Type: catalog.TextCorrected, Regions: []catalog.RegionChange{{Region: 1, Scan: digest("a"), Page: 1, Words: words}}}
	a.append("telegrams", "d", small, large, catalog.Event{})
	a.relay(a.config())
	a.eventually("all is sent", func() bool { return a.unsent() == 0 })
	got := a.published()
	if len(got) != 3 || len(got[0].GetRegions()) != 1 || got[0].GetTruncated() {
		t.Fatalf("published %d events, the first %v", len(got), got[0])
	}
	if e := got[1]; e.GetSequence() != 2 || e.GetType() != catalog.TextCorrected || len(e.GetRegions()) != 0 || !e.GetTruncated() {
		t.Errorf("the large event has become %v", e)
	}
}

// The stream takes nothing of one collection, of which more events wait than are read at
// a time.
func TestEventsGoOnBehindThoseThatDoNotArrive(t *testing.T) {
	a := newArchive(t)
	for n := range eventsAtOnce + 1 {
		a.append("stuck", fmt.Sprint("stuck", n), catalog.Event{}, catalog.Event{})
	}
	a.append("telegrams", "d", catalog.Event{}, catalog.Event{})
	stream, _ := a.stream("FONDS_EVENTS")
	config := stream.CachedInfo().Config
	subjects := config.Subjects
	config.Subjects = []string{"fonds.events.v1.telegrams.>"}
	_, err := a.js.UpdateStream(a.ctx(), config)
	must(t, err)
	s := sender{Config: a.config()}
	for range 3 {
		_, _ = s.send(a.ctx())
	}
	of := func(document string) (got []*fondsv1.Event) {
		for _, e := range a.published() {
			if e.GetDocument() == "documents/"+document {
				got = append(got, e)
			}
		}
		return got
	}
	if len(of("d")) != 2 {
		t.Fatalf("of the document behind them %d events are published", len(of("d")))
	}
	// Once they are taken they come in order, and each once.
	config.Subjects = subjects
	_, err = a.js.UpdateStream(a.ctx(), config)
	must(t, err)
	a.relay(a.config())
	a.eventually("all is sent", func() bool { return a.unsent() == 0 })
	a.wantInOrder(eventsAtOnce + 2)
	if n := len(a.published()); n != 2*(eventsAtOnce+2) {
		t.Errorf("%d events are published", n)
	}
}
