package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// NewRecipe returns the recipe for models and parameters with its digest: the
// SHA-256 of its canonical JSON, parameters sorted by name. The order of models
// is kept, because it is the order of precedence.
func NewRecipe(models []Model, parameters []Parameter) (Recipe, error) {
	parameters = slices.Clone(parameters)
	slices.SortFunc(parameters, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	r := Recipe{Models: models, Parameters: parameters}
	canonical, err := json.Marshal(r)
	if err != nil {
		return Recipe{}, fmt.Errorf("encode recipe: %w", err)
	}
	r.Digest = digestOf(canonical)
	return r, nil
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
