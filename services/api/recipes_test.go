package api_test

import (
	"testing"

	"google.golang.org/grpc/codes"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/recipe"
)

// A recipe is found by its name, with the models that workers have, and by the digest that
// stands in readings, as it was used.
func TestRecipes(t *testing.T) {
	t.Parallel()
	a := serve(t)
	recipes := fondsv1.NewRecipeServiceClient(a.conn)
	list, err := recipes.ListRecipes(a.ctx(), &fondsv1.ListRecipesRequest{})
	if err != nil || len(list.GetRecipes()) != 2 || list.GetDefaultRecipe() != recipe.Adaptive {
		t.Fatalf("got %v, %v", list, err)
	}
	get := func(name, language string) (*fondsv1.Recipe, error) {
		return recipes.GetRecipe(a.ctx(), &fondsv1.GetRecipeRequest{Name: "recipes/" + name, Language: language})
	}
	if r, err := get("plain", ""); err != nil || r.GetDigest() != "" || r.GetMethod() == nil {
		t.Errorf("by name: %v, %v", r, err)
	}
	resolved, err := get("plain", "eng")
	if err != nil || len(resolved.GetModels()) != 1 || resolved.GetDescription() == "" {
		t.Fatalf("with a language: %v, %v", resolved, err)
	}
	_, err = get(resolved.GetDigest(), "")
	wantStatus(t, err, codes.NotFound, catalog.ReasonRecipeNotFound, "")
	if _, err := a.ingest.CreateBatch(a.ctx(), &fondsv1.CreateBatchRequest{Recipe: "plain", Files: []*fondsv1.NewFile{{Path: "a"}}}); err != nil {
		t.Fatal(err)
	}
	used, err := get(resolved.GetDigest(), "")
	if err != nil || used.GetName() != "plain" || used.GetMethod().GetLayout() != resolved.GetMethod().GetLayout() {
		t.Errorf("as it was used: %v, %v", used, err)
	}
	_, err = get(resolved.GetDigest(), "eng")
	wantStatus(t, err, codes.InvalidArgument, catalog.ReasonInvalidArgument, "language")
	_, err = get("other", "")
	wantStatus(t, err, codes.NotFound, catalog.ReasonRecipeNotFound, "recipe")
	_, err = get("plain", "tlh")
	wantStatus(t, err, codes.FailedPrecondition, recipe.ReasonModelMissing, "")
	_, err = a.ingest.CreateBatch(a.ctx(), &fondsv1.CreateBatchRequest{Recipe: "other", Files: []*fondsv1.NewFile{{Path: "b"}}})
	wantStatus(t, err, codes.NotFound, catalog.ReasonRecipeNotFound, "recipe")
}
