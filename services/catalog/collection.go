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
// needed any more awaits nothing, and the other way round. What may be signed follows from
// the collection at once; its reviews are moved afterwards, the first of them here, and the
// rest by MoveReviews.
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
		if before != collection.OnePerson {
			collection.MovingSince = c.now()
		}
		if err := tx.PutCollection(collection); err != nil {
			return err
		}
		return c.act(tx, ActCollectionChanged, person, fmt.Sprintf("collections/%s", id),
			collectionFacts{collection.DisplayName, collection.OnePerson})
	})
	if err == nil && !collection.MovingSince.IsZero() {
		_, _ = c.moveReviews(ctx, id, movedAtOnce) // the change is made, and MoveReviews goes on
	}
	return collection, err
}
