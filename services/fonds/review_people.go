package main

import (
	"context"
	"slices"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// people gives the names of those who had a part in a document, by ID, "you" for the
// caller. Only who has made a revision is known by name; of others the ID is left.
func (c *client) people(ctx context.Context, document string) func(id string) string {
	names := map[string]string{}
	if answer, err := call(ctx, c.reviews.ListRevisions, &fondsv1.ListRevisionsRequest{Parent: document, PageSize: mostReviewsAtOnce}); err == nil {
		for _, r := range answer.GetRevisions() {
			names[r.GetPerson()] = r.GetPersonName()
		}
	}
	if me, err := call(ctx, c.accounts.WhoAmI, &fondsv1.WhoAmIRequest{}); err == nil {
		names[strings.TrimPrefix(me.GetName(), "users/")] = "you"
	}
	return func(id string) string {
		id = strings.TrimPrefix(id, "users/")
		if name := names[id]; name != "" {
			return oneLine(name, 100)
		}
		return oneLine(id, 100)
	}
}

// peopleWords lists people.
func peopleWords(ids []string, called func(string) string) string {
	var names []string
	for _, id := range ids {
		if name := called(id); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
