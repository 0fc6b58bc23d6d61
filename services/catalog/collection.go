package catalog

import (
	"context"
	"fmt"
	"strings"
)

// CollectionChange says what UpdateCollection changes; nil leaves it as it is.
type CollectionChange struct {
	DisplayName *string
	OnePerson   *bool
}

// collectionFacts are the facts of a change.
type collectionFacts struct {
	DisplayName string `json:"display_name"`
	OnePerson   bool   `json:"one_person"`
}

// UpdateCollection changes what people call a collection, and whether one person's word
// is enough in it. Texts that are signed stay so; what awaits a signature where none is
// needed any more awaits nothing, and the other way round.
func (c *Catalog) UpdateCollection(ctx context.Context, id, person string, change CollectionChange) (Collection, error) {
	var collection Collection
	err := c.store.Tx(ctx, func(tx Tx) error {
		var err error
		if collection, err = tx.Collection(id); err != nil {
			return orNotFound(err, ReasonCollectionNotFound, "collection", id)
		}
		if change.DisplayName != nil {
			if strings.TrimSpace(*change.DisplayName) == "" || len(*change.DisplayName) > 200 {
				return invalid("collection.display_name", "a collection's name has 1 to 200 bytes")
			}
			collection.DisplayName = *change.DisplayName
		}
		before := collection.OnePerson
		if change.OnePerson != nil {
			collection.OnePerson = *change.OnePerson
		}
		if err := tx.PutCollection(collection); err != nil {
			return err
		}
		if before != collection.OnePerson {
			if err := c.awaitAgain(tx, collection); err != nil {
				return err
			}
		}
		return c.act(tx, ActCollectionChanged, person, fmt.Sprintf("collections/%s", id),
			collectionFacts{collection.DisplayName, collection.OnePerson})
	})
	return collection, err
}

// awaitAgain moves the corrected regions of a collection between those that await a
// signature and those that await nothing.
func (c *Catalog) awaitAgain(tx Tx, collection Collection) error {
	from := Reviewed
	if collection.OnePerson {
		from = ToVerify
	}
	q := ReviewQuery{Collection: collection.ID, States: []ReviewState{from}, Order: OldestFirst, Limit: 500}
	looked := map[string]bool{}
	for {
		found, err := tx.Reviews(q)
		if err != nil || len(found) == 0 {
			return err
		}
		q.After = &found[len(found)-1]
		for _, v := range found {
			if looked[v.Document] {
				continue
			}
			looked[v.Document] = true
			head, err := documentAt(tx, v.Document, 0)
			if err != nil {
				return err
			}
			if err := c.awaitReviews(tx, head.Document, head.Revision); err != nil {
				return err
			}
		}
	}
}
