package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// NewRecipe returns the recipe of models and parameters alone.
func NewRecipe(models []Model, parameters []Parameter) (Recipe, error) {
	return Recipe{Models: models, Parameters: parameters}.Named()
}

// Named returns the recipe with its digest: the SHA-256 of its canonical JSON, parameters
// sorted by name. The order of models is kept, because it is the order of precedence.
func (r Recipe) Named() (Recipe, error) {
	r.Parameters = slices.Clone(r.Parameters)
	slices.SortFunc(r.Parameters, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	canonical, err := json.Marshal(r)
	if err != nil {
		return Recipe{}, fmt.Errorf("encode recipe: %w", err)
	}
	r.Digest = digestOf(canonical)
	return r, nil
}

// Recipe returns a recipe that was used, by its digest.
func (c *Catalog) Recipe(ctx context.Context, digest Digest) (Recipe, error) {
	var found Recipe
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		found, err = r.Recipe(digest)
		return orNotFound(err, ReasonRecipeNotFound, "recipe", string(digest))
	})
	return found, err
}

// Languages joins the recipe's language codes as users write them: "eng+rus".
func (r Recipe) Languages() string {
	codes := make([]string, len(r.Models))
	for i, m := range r.Models {
		codes[i] = m.Language
	}
	return strings.Join(codes, "+")
}

func digestOf(b []byte) Digest {
	sum := sha256.Sum256(b)
	return Digest(hex.EncodeToString(sum[:]))
}
