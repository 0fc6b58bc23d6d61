// Package event puts events of the catalog into the form of the contract, the same for
// the stream and for those who ask the server. It never sends anything.
package event

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Message is an event as it stands in messages.
func Message(e catalog.Event) *fondsv1.Event {
	return &fondsv1.Event{
		Name:       fmt.Sprintf("documents/%s/events/%d", e.Document, e.Sequence),
		Document:   "documents/" + e.Document,
		Sequence:   uint64(max(e.Sequence, 0)),
		Type:       e.Type,
		Collection: "collections/" + e.Collection,
		Revision:   uint32(max(e.Revision, 0)),
		Person:     e.Person,
		CreateTime: timestamppb.New(e.CreatedAt),
		Position:   uint64(max(e.Position, 0)),
		Regions:    regions(e.Regions),
	}
}

// WithoutRegions is the message for a stream that has no room for it: it says that regions
// were left out, and everything else.
func WithoutRegions(m *fondsv1.Event) *fondsv1.Event {
	m = proto.CloneOf(m)
	m.Regions, m.Truncated = nil, true
	return m
}

func regions(changed []catalog.RegionChange) []*fondsv1.RegionChange {
	var messages []*fondsv1.RegionChange
	for _, r := range changed {
		m := &fondsv1.RegionChange{
			RegionNumber: uint32(max(r.Region, 0)), Page: fmt.Sprintf("scans/%s/pages/%d", r.Scan, r.Page),
			Assurance: fondsv1.Assurance(r.Assurance), Truncated: r.Truncated,
		}
		for _, w := range r.Words {
			m.Words = append(m.Words, &fondsv1.WordChange{Before: w.Before, After: w.After})
		}
		messages = append(messages, m)
	}
	return messages
}
