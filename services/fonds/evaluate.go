package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/evaluate"
)

func newEvaluateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "evaluate",
		Short:   "Measure what the rules find against what careful readers found",
		Example: "  fonds evaluate metadata --gold gold.json",
		Args:    verbs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newEvaluateMetadataCommand(), newEvaluateTextCommand())
	return cmd
}

// evaluateOptions are the flags of evaluate metadata.
type evaluateOptions struct {
	gold, texts, agents string
	misses              bool
	least               float64
}

func newEvaluateMetadataCommand() *cobra.Command {
	var o evaluateOptions
	cmd := &cobra.Command{
		Use:   "metadata --gold FILE",
		Short: "Precision, recall and F1 of each field against a gold file",
		Long: `Precision, recall and F1 of each field against a gold file.

The texts are those that the gold file names, in its folder or in --texts. With
--misses each label that was not found and each field too many is listed with the
words of its evidence. --min-core ends with exit 1 when the F1 of the core fields is
below it.`,
		Example: `  fonds evaluate metadata --gold gold.json --misses
  fonds evaluate metadata --gold gold.json --texts texts --min-core 0.9 --json`,
		Args: needs(cobra.NoArgs, "no arguments: name the gold file with --gold"),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&o.gold, "gold", "", "gold file")
	f.StringVar(&o.texts, "texts", "", "folder of the texts (default: that of the gold file)")
	f.StringVar(&o.agents, "agents", "", "CSV or JSON file of names to lay over the built-in ones")
	f.BoolVar(&o.misses, "misses", false, "list what was missed and what was too much")
	f.Float64Var(&o.least, "min-core", 0, "exit 1 when the F1 of the core fields is below")
	return cmd
}

func (o *evaluateOptions) run(cmd *cobra.Command) error {
	if o.gold == "" {
		return usagef("name the gold file with --gold")
	}
	if o.least < 0 || o.least > 1 {
		return usagef("--min-core %v: write a number from 0 to 1", o.least)
	}
	file, err := os.Open(o.gold)
	if err != nil {
		return dataf("--gold %s: %s", shown(o.gold), reasonOf(err))
	}
	defer file.Close()
	gold, err := evaluate.ReadGold(file)
	if err != nil {
		return dataf("--gold %s: %s", shown(o.gold), err)
	}
	x, err := newExtractor(o.agents)
	if err != nil {
		return err
	}
	texts, predictions, err := o.predict(cmd.Context(), x, gold)
	if err != nil {
		return err
	}
	report, err := evaluate.Score(gold, texts, predictions)
	if err != nil {
		return dataf("%s", err)
	}
	if wantsJSON(cmd) {
		err = writeValue(cmd.OutOrStdout(), report)
	} else {
		err = report.WriteText(cmd.OutOrStdout(), o.misses)
	}
	if err == nil && float64(report.Group(evaluate.Core).F1) < o.least {
		err = errFailedData
	}
	return err
}

// predict reads the texts of a gold file and extracts each.
func (o *evaluateOptions) predict(ctx context.Context, x *extract.Extractor, gold *evaluate.Gold) (map[string]string, []evaluate.Prediction, error) {
	folder := o.texts
	if folder == "" {
		folder = filepath.Dir(o.gold)
	}
	texts := map[string]string{}
	var found bytes.Buffer
	for _, f := range gold.Files {
		name := filepath.Base(f.Name)
		text, err := readText(nil, filepath.Join(folder, name))
		if err != nil {
			return nil, nil, dataf("%s: %s", shown(name), err)
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		texts[name] = text
		if err := json.NewEncoder(&found).Encode(map[string]any{"file": name, "documents": x.Extract(text)}); err != nil {
			return nil, nil, err
		}
	}
	predictions, err := evaluate.ReadPredictions(&found)
	return texts, predictions, err
}
