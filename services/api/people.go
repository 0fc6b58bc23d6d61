package api

import (
	"context"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// mostName is how many bytes a name may take more than the ID that it stands for: 100
// characters of four bytes, less 36.
const mostName = 364

// callPeople puts names in the place of IDs, wherever messages have what people are called
// beside an ID, with one look-up for all. Who is no user, such as the local operator, goes
// by the ID.
func (d Deps) callPeople(ctx context.Context, messages ...proto.Message) error {
	var places []*string
	for _, m := range messages {
		places = append(places, namePlaces(m)...)
	}
	if len(places) == 0 {
		return nil
	}
	ids := make([]string, len(places))
	for i, place := range places {
		ids[i] = *place
	}
	names, err := d.Catalog.UserNames(ctx, ids)
	if err != nil {
		return err
	}
	for _, place := range places {
		if name, known := names[*place]; known {
			*place = name
		}
	}
	return nil
}

// withNames is callPeople for an answer that may have failed.
func withNames[M proto.Message](ctx context.Context, d Deps, m M, err error) (M, error) {
	if err == nil {
		err = d.callPeople(ctx, m)
	}
	if err != nil {
		var none M
		return none, err
	}
	return m, nil
}

// messages are those of a list, for callPeople.
func messages[M proto.Message](list []M) []proto.Message {
	all := make([]proto.Message, len(list))
	for i, m := range list {
		all[i] = m
	}
	return all
}

// namePlaces are the names in a message in whose place there is still an ID.
func namePlaces(m proto.Message) []*string {
	var places []*string
	add := func(name *string) {
		if isUUID(*name) {
			places = append(places, name)
		}
	}
	addAll := func(names []string) {
		for i := range names {
			add(&names[i])
		}
	}
	switch m := m.(type) {
	case *fondsv1.Document:
		add(&m.PersonName)
		for _, f := range m.GetFields() {
			add(&f.PersonName)
			add(&f.SignedByName)
		}
	case *fondsv1.SearchHit:
		return namePlaces(m.GetDocument())
	case *fondsv1.Reading:
		addAll(m.GetContributorNames())
	case *fondsv1.Review:
		addAll(m.GetDraft().GetEditorNames())
		addAll(m.GetReading().GetContributorNames())
	}
	return places
}
