package relay

import (
	"fmt"

	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Event is an event as it stands in messages.
func Event(e catalog.Event) *fondsv1.Event {
	return &fondsv1.Event{
		Name:       fmt.Sprintf("documents/%s/events/%d", e.Document, e.Sequence),
		Document:   "documents/" + e.Document,
		Sequence:   uint64(e.Sequence),
		Type:       e.Type,
		Collection: "collections/" + e.Collection,
		Revision:   uint32(e.Revision),
		Person:     e.Person,
		CreateTime: timestamppb.New(e.CreatedAt),
		Position:   uint64(e.Position),
	}
}
