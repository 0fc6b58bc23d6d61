package sqlite

import (
	"fmt"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	newEventColumns = "document, sequence, type, collection, revision, person, created_at, regions"
	eventColumns    = newEventColumns + ", position"
)

var insertEvent = insert("events", newEventColumns)

func readEvent(r *row) catalog.Event {
	e := catalog.Event{
		Document: r.text(), Sequence: r.int(), Type: r.text(), Collection: r.text(), Revision: r.int(),
		Person: r.text(), CreatedAt: r.time(),
	}
	r.json("regions of event", &e.Regions)
	e.Position = r.int64()
	return e
}

func (v *view) Events(after int64, document, collection string, limit int) ([]catalog.Event, error) {
	query, args := `SELECT `+eventColumns+` FROM events WHERE position > ?`, []any{after}
	if document != "" {
		query, args = query+` AND document = ?`, append(args, document)
	}
	if collection != "" {
		// The plus keeps SQLite from the index of collections, which has more to
		// read than that of one document.
		plus := ""
		if document != "" {
			plus = "+"
		}
		query, args = query+` AND `+plus+`collection = ?`, append(args, collection)
	}
	return all(v, query+` ORDER BY position LIMIT ?`, readEvent, append(args, max(limit, 0))...)
}

// UnsentEvents come by position. A document's events are appended in the order
// of their sequence, so a list cut at any position has no gap in a document.
func (v *view) UnsentEvents(after int64, limit int) ([]catalog.Event, error) {
	return all(v, `SELECT `+eventColumns+` FROM events INDEXED BY events_unsent WHERE sent_at = 0 AND position > ?
		ORDER BY position LIMIT ?`, readEvent, after, max(limit, 0))
}

func (t *tx) AppendEvent(e catalog.Event) error {
	var regions jsonText
	if len(e.Regions) > 0 {
		regions.of = e.Regions
	}
	return t.put("event", fmt.Sprintf("%s/%d", e.Document, e.Sequence), insertEvent, e.Document, e.Sequence,
		e.Type, e.Collection, e.Revision, e.Person, e.CreatedAt, regions)
}

func (t *tx) MarkEventsSent(sent []catalog.SentEvent, at time.Time) error {
	for _, s := range sent {
		n, err := t.exec(`UPDATE events SET stream_sequence = ?, sent_at = ? WHERE position = ?`,
			s.Sequence, at, s.Position)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("event at position %d: %w", s.Position, catalog.ErrNotFound)
		}
	}
	return nil
}

func (t *tx) ResendEvents(last uint64, since time.Time) (int, error) {
	n, err := t.exec(`UPDATE events SET stream_sequence = 0, sent_at = 0
		WHERE sent_at <> 0 AND stream_sequence > ? AND sent_at > ?`, last, since)
	return int(n), err
}
