package main

import (
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/fonds-archive/fonds/services/evaluation"
	"github.com/fonds-archive/fonds/services/recipe"
)

// evaluateTextOptions are the flags of evaluate text.
type evaluateTextOptions struct {
	gold      string
	archive   bool
	list      listOptions
	recipes   []string
	folder    string
	language  string
	picture   string
	out       string
	worst     int
	mostCER   float64
	mostWER   float64
	engine    string
	tessdata  []string
	workers   int
	deadline  time.Duration
	limitsSet struct{ cer, wer bool }
}

func newEvaluateTextCommand() *cobra.Command {
	var o evaluateTextOptions
	cmd := &cobra.Command{
		Use:   "text {--gold DIR | --archive}",
		Short: "Character and word error rates of recipes on pages whose text is known",
		Long: `Character and word error rates of recipes on pages whose text is known.

--gold names a folder. NAME.gt.txt beside NAME.EXT holds what stands on the image or PDF:
UTF-8, the pages of a file one after another, empty for a blank sheet. A MANIFEST.tsv in
the folder, tab-separated with the columns file, language, kind and note, tells languages
and groups the pages; where the note has "layout-sensitive" the order of the text is open
to argument, and the page counts in the total alone. The pages are recognised here, by
engine children of this program; no server is needed.

--archive takes what an archive has already: the pages that people have verified, and
how machines had read them, by recipe. Nothing is recognised.

CER is the number of characters to insert, delete or replace, divided by those that
should be there; WER is the same over words; MISSING are words that were not read at all.
Both texts are compared in NFC, with one kind of quotes and dashes, without dot leaders
and rules, and with white space as one blank. Rates of many pages are sums divided by
sums. In parentheses stand 95 % intervals: where the rate of other pages of the same sort
might lie. The other recipes are compared with the first, page by page.

--max-cer and --max-wer end with exit 1 when the last recipe's rate over all pages is
above.`,
		Example: `  fonds evaluate text --gold scans
  fonds evaluate text --gold scans --recipe plain --recipe mine --recipes recipes
  fonds evaluate text --gold scans --recipe adaptive --max-cer 0.05 --json
  fonds evaluate text --gold scans --lang rus --picture cer.svg --worst 10
  fonds evaluate text --archive --collection telegrams`,
		Args: needs(cobra.NoArgs, "no arguments: name the folder with --gold, or write --archive"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.limitsSet.cer, o.limitsSet.wer = cmd.Flags().Changed("max-cer"), cmd.Flags().Changed("max-wer")
			if err := o.check(); err != nil {
				return err
			}
			return o.run(cmd)
		},
	}
	o.flags(cmd)
	return cmd
}

func (o *evaluateTextOptions) flags(cmd *cobra.Command) {
	addServerFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&o.gold, "gold", "", "folder of images with their texts beside them")
	f.BoolVar(&o.archive, "archive", false, "take the verified pages of a server's archive, and their readings")
	f.StringVar(&o.list.collection, "collection", "", "with --archive: only this collection's")
	f.StringVar(&o.list.filter, "filter", "", "with --archive: only documents that fit the expression; see `fonds list --help`")
	f.StringArrayVar(&o.recipes, "recipe", nil, "name of a recipe, may be given several times (default: plain and adaptive; with --archive: all that were used)")
	f.StringVar(&o.folder, "recipes", "", "folder of recipes of your own, each a NAME.json; see `fonds recipe check`")
	f.StringVar(&o.language, "lang", "eng", "languages of files for which no manifest tells them, such as eng+rus")
	f.StringVar(&o.picture, "picture", "", "file to draw the CER of the recipes to, such as cer.svg")
	f.StringVar(&o.out, "out", "", "folder to write what was read to, as RECIPE/PATH.txt")
	f.IntVar(&o.worst, "worst", 3, "show where this many of the last recipe's worst pages differ; 0 for none")
	f.Float64Var(&o.mostCER, "max-cer", 0, "exit 1 when the last recipe's CER is above, such as 0.05")
	f.Float64Var(&o.mostWER, "max-wer", 0, "the same for its WER")
	f.StringVar(&o.engine, "engine", "", "the "+engineName+" program (default: beside this program, else on PATH)")
	f.StringArrayVar(&o.tessdata, "tessdata", nil, "folder of *.traineddata models that go before Tesseract's own; may be given several times")
	f.IntVar(&o.workers, "workers", runtime.NumCPU(), "engine children, one a core")
	f.DurationVar(&o.deadline, "page-deadline", 120*time.Second, "hard limit on one page under one recipe")
}

// check refuses flags that cannot be meant.
func (o *evaluateTextOptions) check() error {
	switch {
	case o.gold == "" && !o.archive:
		return usagef("name a folder of images and texts with --gold, or write --archive")
	case o.gold != "" && o.archive:
		return usagef("--gold and --archive are two ways: take one")
	case !o.archive && (o.list.collection != "" || o.list.filter != ""):
		return usagef("--collection and --filter choose in an archive: write --archive")
	case o.archive && o.out != "":
		return usagef("--out is for --gold: an archive has its readings")
	case !isLanguage(o.language):
		return usagef("--lang %s: write codes such as eng or eng+rus", shown(o.language))
	case o.worst < 0:
		return usagef("--worst %d: write a whole number, zero or above", o.worst)
	case o.mostCER < 0 || o.mostWER < 0:
		return usagef("--max-cer and --max-wer are shares: 0.05 for 5 %%")
	case o.workers < 1:
		return usagef("--workers %d: at least 1", o.workers)
	case o.deadline <= 0:
		return usagef("--page-deadline %s: write a time above zero", o.deadline)
	}
	if len(o.recipes) == 0 && !o.archive {
		o.recipes = []string{recipe.Plain, recipe.Adaptive}
	}
	for i, name := range o.recipes {
		if slices.Contains(o.recipes[:i], name) {
			return usagef("--recipe %s stands there twice", shown(name))
		}
	}
	return nil
}

func (o *evaluateTextOptions) run(cmd *cobra.Command) error {
	var e *evaluated
	var err error
	if o.archive {
		e, err = o.readings(cmd)
	} else {
		e, err = o.recognised(cmd)
	}
	if err != nil {
		return err
	}
	if o.picture != "" {
		if err := os.WriteFile(o.picture, e.Picture(), 0o644); err != nil {
			return dataf("--picture %s: %s", shown(o.picture), reasonOf(err))
		}
	}
	if wantsJSON(cmd) {
		err = writeValue(cmd.OutOrStdout(), e)
	} else {
		err = e.write(cmd.OutOrStdout(), o.worst)
	}
	if err != nil {
		return err
	}
	return o.verdict(e)
}

// verdict says whether the last recipe keeps what was asked of it, and whether all that
// was to be read was.
func (o *evaluateTextOptions) verdict(e *evaluated) error {
	last := e.last()
	for _, limit := range []struct {
		flag, rate  string
		set         bool
		value, most float64
	}{
		{"--max-cer", "CER", o.limitsSet.cer, last.CER.Value, o.mostCER},
		{"--max-wer", "WER", o.limitsSet.wer, last.WER.Value, o.mostWER},
	} {
		if limit.set && limit.value > limit.most {
			return dataf("the %s of %s is %s, above %s %s", limit.rate, last.Recipe, inPercent(limit.value), limit.flag, inPercent(limit.most))
		}
	}
	if len(e.Trouble) > 0 || e.failed() > 0 {
		return errFailedData
	}
	return nil
}

// evaluated is an evaluation as --json prints it.
type evaluated struct {
	// Engine that has read the pages; none for readings of an archive.
	Engine string `json:"engine,omitempty"`
	// Recipes with their digests by language.
	Recipes []usedRecipe `json:"recipes"`
	// Trouble says what was left out, and why.
	Trouble []string `json:"trouble,omitempty"`
	// Remarks say what else was not counted.
	Remarks []string `json:"remarks,omitempty"`
	*evaluation.Report
}

// usedRecipe is a recipe that pages were read with.
type usedRecipe struct {
	Name    string `json:"name"`
	Version uint32 `json:"version,omitempty"`
	// Digests by the languages of the pages, such as "eng+rus".
	Digests map[string]string `json:"digests"`
}

// last is what is said of the last recipe over all pages.
func (e *evaluated) last() evaluation.Result {
	results := e.Groups[0].Results
	return results[len(results)-1]
}

// failed counts the pages of which some part gave no text to any recipe.
func (e *evaluated) failed() int {
	failed := 0
	for _, p := range e.Pages {
		if slices.ContainsFunc(p.Readings, func(r evaluation.Reading) bool { return len(r.Trouble) > 0 }) {
			failed++
		}
	}
	return failed
}
