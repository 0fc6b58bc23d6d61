package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/recipe"
)

func newRecipeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "recipe",
		Short: "List and show the recipes that pages are read with, and check one of your own",
		Long: `List and show the recipes that pages are read with, and check one of your own.

A recipe has a name, a version and a method: layout, when a page is turned, cleaned and
read again, and how much of that a page may cost. "plain" is what Tesseract does by
itself; "adaptive" spends effort where a page needs it. With the languages of a page and
the SHA-256 of their models it has a digest, which stands in every reading.

To make one, save what ` + "`fonds recipe show NAME --json`" + ` prints under another name,
change it, and start the server with --recipes FOLDER. Models of your own go into a
folder for ` + "`fonds serve --tessdata FOLDER`" + `.`,
		Example: `  fonds recipe list
  fonds recipe show adaptive --lang eng+rus
  fonds recipe show 3f6c…e1                the recipe of a reading, by its digest
  fonds recipe show adaptive --json > recipes/mine.json
  fonds recipe check recipes/mine.json`,
		Args: verbs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRecipeListCommand(), newRecipeShowCommand(), newRecipeCheckCommand())
	return cmd
}

func newRecipeListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "The recipes that the server knows",
		Example: "  fonds recipe list\n  fonds recipe list --json | jq -r '.recipes[].name'",
		Args:    needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			answer, err := c.recipes.ListRecipes(cmd.Context(), &fondsv1.ListRecipesRequest{})
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return writeLine(cmd.OutOrStdout(), answer)
			}
			t := table{header: []string{"NAME", "VERSION", "WHAT IT DOES"}}
			for _, r := range answer.GetRecipes() {
				name := r.GetName()
				if name == answer.GetDefaultRecipe() {
					name += " (default)"
				}
				t.add(name, fmt.Sprint(r.GetVersion()), oneLine(r.GetDescription(), 300))
			}
			return t.write(cmd.OutOrStdout())
		},
	}
	addServerFlag(cmd)
	return cmd
}

func newRecipeShowCommand() *cobra.Command {
	language := ""
	cmd := &cobra.Command{
		Use:   "show NAME|DIGEST",
		Short: "One recipe, with the models that workers have for it",
		Example: `  fonds recipe show adaptive
  fonds recipe show adaptive --lang rus       with models and digest
  fonds recipe show plain --json`,
		Args: needs(cobra.ExactArgs(1), "one NAME, or the DIGEST that a reading has"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if language != "" && !isLanguage(language) {
				return usagef("--lang %s: write codes such as eng or eng+rus", shown(language))
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			name := "recipes/" + strings.TrimPrefix(args[0], "recipes/")
			r, err := c.recipes.GetRecipe(cmd.Context(), &fondsv1.GetRecipeRequest{Name: name, Language: language})
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return writeLine(cmd.OutOrStdout(), r)
			}
			return writeRecipe(cmd.OutOrStdout(), r)
		},
	}
	addServerFlag(cmd)
	cmd.Flags().StringVar(&language, "lang", "", "languages, such as eng+rus, for models and digest")
	return cmd
}

// writeRecipe lays a recipe out to be read.
func writeRecipe(w io.Writer, r *fondsv1.Recipe) error {
	title := fmt.Sprintf("%s, version %d", r.GetName(), r.GetVersion())
	if r.GetName() == "" {
		title = "a recipe of before recipes had names"
	}
	fmt.Fprintln(w, title)
	if d := r.GetDescription(); d != "" {
		fmt.Fprintln(w, oneLine(d, 1000))
	}
	if d := r.GetDigest(); d != "" {
		fmt.Fprintf(w, "digest     %s\n", d)
	}
	for _, m := range r.GetModels() {
		fmt.Fprintf(w, "model      %-8s %s\n", m.GetLanguage(), m.GetSha256())
	}
	for _, p := range r.GetParameters() {
		fmt.Fprintf(w, "parameter  %s = %s\n", shown(p.GetName()), shown(p.GetValue()))
	}
	if r.GetMethod() == nil {
		return nil
	}
	method, err := protojson.MarshalOptions{Multiline: true, Indent: "  "}.Marshal(r.GetMethod())
	if err != nil {
		return fmt.Errorf("lay out the method: %w", err)
	}
	_, err = fmt.Fprintf(w, "method     %s\n", strings.ReplaceAll(string(method), ":  ", ": "))
	return err
}

func newRecipeCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "check FILE...",
		Short:   "Tell whether files are recipes that a server would take",
		Example: "  fonds recipe check recipes/*.json",
		Args:    needs(cobra.MinimumNArgs(1), "at least one FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			wrong := 0
			for _, path := range args {
				data, err := os.ReadFile(path)
				var r *fondsv1.Recipe
				if err == nil {
					r, err = recipe.Read(data)
				}
				if err != nil {
					wrong++
					fmt.Fprintf(cmd.OutOrStdout(), "WRONG  %s: %v\n", shown(path), err)
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "OK     %s: %s, version %d\n", shown(path), r.GetName(), r.GetVersion())
			}
			if wrong > 0 {
				return errFailedData
			}
			return nil
		},
	}
}
