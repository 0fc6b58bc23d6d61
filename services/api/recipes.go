package api

import (
	"context"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/recipe"
)

type recipeServer struct {
	fondsv1.UnimplementedRecipeServiceServer
	Deps
}

// ListRecipes returns the recipes that batches may name.
func (s *recipeServer) ListRecipes(context.Context, *fondsv1.ListRecipesRequest) (*fondsv1.ListRecipesResponse, error) {
	return &fondsv1.ListRecipesResponse{Recipes: s.Recipes.List(), DefaultRecipe: s.Recipes.Default()}, nil
}

// GetRecipe returns a recipe as it is known by name, or as readings were made with it.
func (s *recipeServer) GetRecipe(ctx context.Context, req *fondsv1.GetRecipeRequest) (*fondsv1.Recipe, error) {
	name := strings.TrimPrefix(req.GetName(), "recipes/")
	if len(name) == 64 {
		if req.GetLanguage() != "" {
			return nil, invalid("language", "a recipe that is named by its digest has its languages")
		}
		used, err := s.Catalog.Recipe(ctx, catalog.Digest(name))
		if err != nil {
			return nil, err
		}
		return recipe.Message(used)
	}
	named, err := s.Recipes.Recipe(name)
	if err != nil || req.GetLanguage() == "" {
		return named, err
	}
	workers, err := s.Workers.Live(ctx)
	if err != nil {
		return nil, err
	}
	resolved, err := s.Recipes.Resolve(name, req.GetLanguage(), workers)
	if err != nil {
		return nil, err
	}
	m, err := recipe.Message(resolved)
	if err != nil {
		return nil, err
	}
	m.Description = named.GetDescription()
	return m, nil
}
