package relay

import (
	"context"
	"errors"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/event"
)

// eventsAtOnce bounds the events read and published in one round.
const eventsAtOnce = 500

// sender publishes events. It goes on behind documents whose events do not arrive, so that
// these hold up nobody else's: it comes back to them after it has seen all others.
type sender struct {
	Config
	// after is the position behind which the next round reads, stopped the documents with
	// an event before it that did not arrive: none of their later ones may overtake it.
	after   int64
	stopped map[string]bool
}

// begin goes back to the first unsent event.
func (s *sender) begin() { s.after, s.stopped = 0, map[string]bool{} }

// send publishes unsent events: side by side for different documents, one after the
// other for the same.
func (s *sender) send(ctx context.Context) (more bool, err error) {
	if s.stopped == nil {
		s.begin()
	}
	unsent, err := s.Catalog.UnsentEvents(ctx, s.after, eventsAtOnce)
	if err != nil {
		return false, err
	}
	var failed error
	for _, round := range rounds(unsent) {
		notSent, err := s.sendRound(ctx, round)
		if err != nil {
			s.begin() // nothing is passed over that was sent and is not marked so
			return false, err
		}
		if notSent != nil {
			failed = notSent
		}
	}
	more = len(unsent) == eventsAtOnce
	if more && len(s.stopped) > 0 {
		s.after = unsent[len(unsent)-1].Position
	} else {
		s.begin()
	}
	return more, failed
}

// rounds deals events out so that no round has two of one document, and each
// document's come in order.
func rounds(events []catalog.Event) [][]catalog.Event {
	turn := map[string]int{}
	var rounds [][]catalog.Event
	for _, e := range events {
		n := turn[e.Document]
		turn[e.Document]++
		if n == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[n] = append(rounds[n], e)
	}
	return rounds
}

// sendRound publishes a round and marks what arrived; notSent is why something did not. A
// document whose event did not arrive is stopped.
func (s *sender) sendRound(ctx context.Context, round []catalog.Event) (notSent, err error) {
	var going []catalog.Event
	var messages []*fondsv1.Event
	for _, e := range round {
		if !s.stopped[e.Document] {
			going = append(going, e)
			messages = append(messages, event.Message(e))
		}
	}
	var sent []catalog.SentEvent
	for i, p := range s.publishEvents(ctx, messages) {
		if p.Err != nil {
			s.stopped[going[i].Document] = true
			notSent = p.Err
			continue
		}
		sent = append(sent, catalog.SentEvent{Position: going[i].Position, Sequence: p.Sequence})
	}
	noting, cancel := stillNoting(ctx)
	defer cancel()
	return notSent, s.Catalog.EventsSent(noting, sent)
}

// publishEvents publishes those that are too large without their regions: that something
// happened is told in any case, or nothing that happens to the document afterwards would be.
func (s *sender) publishEvents(ctx context.Context, messages []*fondsv1.Event) []bus.Placed {
	placed := s.Bus.PublishEvents(ctx, messages)
	var large []int
	var smaller []*fondsv1.Event
	for i, p := range placed {
		if errors.Is(p.Err, bus.ErrTooLarge) {
			large = append(large, i)
			smaller = append(smaller, event.WithoutRegions(messages[i]))
		}
	}
	for n, p := range s.Bus.PublishEvents(ctx, smaller) {
		placed[large[n]] = p
	}
	return placed
}
