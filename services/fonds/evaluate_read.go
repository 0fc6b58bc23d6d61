package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/evaluation"
	"github.com/fonds-archive/fonds/services/recipe"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine"
)

// recognised reads the files of a folder whose texts are known, with every recipe.
func (o *evaluateTextOptions) recognised(cmd *cobra.Command) (*evaluated, error) {
	gold, err := findGold(o.gold)
	if err != nil {
		return nil, err
	}
	for i := range gold.files {
		gold.files[i].language = cmp.Or(gold.files[i].language, o.language)
	}
	config, err := o.engineConfig()
	if err != nil {
		return nil, err
	}
	hello, err := engine.Describe(config)
	if err != nil {
		return nil, dataf("%v; `fonds doctor` looks further", err)
	}
	if err := gold.leaveOut(hello.GetModels()); err != nil {
		return nil, err
	}
	recipes, used, err := o.resolve(gold.languages(), hello.GetModels())
	if err != nil {
		return nil, err
	}
	out, err := o.openTexts()
	if err != nil {
		return nil, err
	}
	if out != nil {
		defer out.close()
	}
	scratch, err := os.MkdirTemp("", "fonds-evaluate-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	pool := engine.New(config)
	defer pool.Close()
	r := &goldReader{
		pool: pool, scratch: scratch, workers: o.workers, names: o.recipes, recipes: recipes,
		files: gold.files, read: make([]readFile, len(gold.files)),
		display: newDisplay(cmd.ErrOrStderr(), wantsJSON(cmd)),
	}
	if err := r.run(cmd.Context()); err != nil {
		return nil, err
	}
	pages, err := r.pages(cmd.Context(), out)
	if err != nil {
		return nil, err
	}
	e := &evaluated{Engine: engineText(hello.GetEngine()), Recipes: used, Trouble: gold.trouble, Report: evaluation.New(o.recipes, pages)}
	if gold.bare > 0 {
		e.Remarks = append(e.Remarks, plural(gold.bare, "image")+" without a text beside them: not read")
	}
	return e, nil
}

// engineConfig describes the children that read.
func (o *evaluateTextOptions) engineConfig() (engine.Config, error) {
	options := serveOptions{
		roles: []string{roleOCR}, engine: o.engine, tessdata: o.tessdata, workers: o.workers,
		childMemory: 2 << 30, pageDeadline: o.deadline, pageBudget: 100,
	}
	if _, err := options.findEngine(); err != nil {
		return engine.Config{}, dataf("%v", err)
	}
	return (&node{options: options, log: slog.New(slog.DiscardHandler)}).engineConfig()
}

// resolve makes of the recipes' names what children are given, by the languages of files.
func (o *evaluateTextOptions) resolve(languages []string, models []*fondsv1.Model) (map[string][]*fondsv1.Recipe, []usedRecipe, error) {
	book, err := recipe.Open(o.folder, recipe.Adaptive)
	if err != nil {
		return nil, nil, dataf("--recipes %s: %v", shown(o.folder), err)
	}
	here := []*fondsv1.Worker{{Models: models}}
	resolved := map[string][]*fondsv1.Recipe{}
	var used []usedRecipe
	for _, name := range o.recipes {
		named, err := book.Recipe(name)
		if err != nil {
			return nil, nil, ownMistake(err)
		}
		u := usedRecipe{Name: name, Version: named.GetVersion(), Digests: map[string]string{}}
		for _, language := range languages {
			known, err := book.Resolve(name, language, here)
			if err != nil {
				return nil, nil, ownMistake(err)
			}
			message, err := recipe.Message(known)
			if err != nil {
				return nil, nil, err
			}
			resolved[language] = append(resolved[language], message)
			u.Digests[language] = string(known.Digest)
		}
		used = append(used, u)
	}
	return resolved, used, nil
}

// leaveOut drops the files in languages for which models are not installed, and says so.
// Where that is all of them it is an error.
func (g *goldFolder) leaveOut(models []*fondsv1.Model) error {
	have := map[string]bool{"osd": true} // refused in its own words
	for _, m := range models {
		have[m.GetLanguage()] = true
	}
	var missing []string
	left := map[string]int{}
	g.files = slices.DeleteFunc(g.files, func(f goldFile) bool {
		lacks := false
		for code := range strings.SplitSeq(f.language, "+") {
			if !have[code] {
				lacks = true
				if left[code]++; left[code] == 1 {
					missing = append(missing, code)
				}
			}
		}
		return lacks
	})
	for _, code := range missing {
		g.trouble = append(g.trouble, fmt.Sprintf("%s in %s: no model for it: run `sudo apt-get install %s`, or name a folder that has it with --tessdata",
			plural(left[code], "file"), code, modelPackages([]string{code})))
	}
	if len(g.files) == 0 && len(missing) > 0 {
		return refusedf("no model for %s: run `sudo apt-get install %s`, or name a folder that has them with --tessdata",
			strings.Join(missing, ", "), modelPackages(missing))
	}
	return nil
}

// ownMistake gives an error of the domain the exit code that a server's answer would have.
func ownMistake(err error) error {
	e, ok := errors.AsType[*catalog.Error](err)
	if !ok {
		return err
	}
	code := exitRefused
	switch e.Code {
	case catalog.NotFound:
		code = exitNotFound
	case catalog.Invalid:
		code = exitUsage
	}
	if digest := e.Metadata["sha256"]; e.Reason == recipe.ReasonModelMissing && digest != "" {
		return &exitError{code: code, message: fmt.Sprintf("the recipe wants the model %s with the SHA-256 %s, which is not among those found here: name the folder that it lies in with --tessdata",
			shown(e.Metadata["languages"]), digest)}
	}
	return &exitError{code: code, message: e.Message}
}

// openTexts opens the folder of --out; nil for none.
func (o *evaluateTextOptions) openTexts() (*outFolder, error) {
	if o.out == "" {
		return nil, nil
	}
	return openOut(o.out, nil)
}

// goldReader reads files whose texts are known, each page with all recipes one after the
// other: what comes in between costs them alike.
type goldReader struct {
	pool    *engine.Pool
	scratch string
	workers int
	names   []string
	// recipes by language, in the order of their names.
	recipes map[string][]*fondsv1.Recipe
	files   []goldFile
	display *display

	mu sync.Mutex
	// read has one for each file.
	read  []readFile
	batch fondsv1.Batch
}

// readFile is what was read of a file.
type readFile struct {
	// refused says why the file cannot be opened.
	refused string
	// pages, then recipes.
	pages [][]readPage
}

type readPage struct {
	text    string
	trouble string
	cpu     time.Duration
}

// task is a page of a file, counted from 0.
type task struct{ file, page int }

// run reads all. It owns one goroutine that opens files, those that read pages, two for
// each child, which decodes the next page while it reads one, and one that shows how far
// it is; all have ended when it returns.
func (r *goldReader) run(ctx context.Context) error {
	r.batch = fondsv1.Batch{Files: uint32(len(r.files)), Counts: &fondsv1.Counts{}}
	defer r.display.clear()
	done := make(chan struct{})
	var showing sync.WaitGroup
	showing.Go(func() { r.show(done) })
	defer showing.Wait()
	defer close(done)
	group, ctx := errgroup.WithContext(ctx)
	tasks := make(chan task)
	group.Go(func() error {
		defer close(tasks)
		return r.open(ctx, tasks)
	})
	for range 2 * r.workers {
		group.Go(func() error {
			for t := range tasks {
				if err := r.page(ctx, t); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (r *goldReader) show(done <-chan struct{}) {
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-tick.C:
			r.mu.Lock()
			r.display.show(now, snapshot{batch: &r.batch})
			r.mu.Unlock()
		}
	}
}

// open counts the pages of each file and hands them out.
func (r *goldReader) open(ctx context.Context, tasks chan<- task) error {
	for i, f := range r.files {
		scan, err := decode.Probe(ctx, f.path, decode.DefaultLimits())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.mu.Lock()
		r.batch.FilesArrived++
		r.batch.Counts.Pages += uint32(max(len(scan.Pages), 1))
		if err != nil {
			r.read[i].refused = refusalText(err)
			r.batch.Counts.Failed++
		}
		r.read[i].pages = make([][]readPage, len(scan.Pages))
		r.mu.Unlock()
		if err != nil {
			continue
		}
		for page := range scan.Pages {
			select {
			case tasks <- task{i, page}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// page reads one page with every recipe.
func (r *goldReader) page(ctx context.Context, t task) error {
	f := r.files[t.file]
	recipes := r.recipes[f.language]
	read := make([]readPage, len(recipes))
	image, release, err := decode.Image(ctx, f.path, t.page+1, r.scratch, decode.DefaultLimits())
	defer release()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for i := range recipes {
		if err != nil {
			read[i].trouble = refusalText(err)
			continue
		}
		if read[i], err = r.recognise(ctx, image, recipes[i]); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read[t.file].pages[t.page] = read
	switch last := read[len(read)-1]; {
	case last.trouble != "":
		r.batch.Counts.Failed++
	case last.text == "":
		r.batch.Counts.Blank++
	default:
		r.batch.Counts.Text++
	}
	return nil
}

// mostTries at a page whose child dies: what killed it may not have been the page.
const mostTries = 2

// recognise reads a page with one recipe. An error ends the evaluation.
func (r *goldReader) recognise(ctx context.Context, image *enginev1.Image, with *fondsv1.Recipe) (readPage, error) {
	for try := 1; ; try++ {
		answer, err := r.pool.Recognize(ctx, &enginev1.Recognize{Image: image, Recipe: with})
		_, crashed := errors.AsType[*engine.Crash](err)
		switch {
		case ctx.Err() != nil:
			return readPage{}, ctx.Err()
		case errors.Is(err, engine.ErrDeadline):
			return readPage{trouble: "TIMEOUT: " + err.Error()}, nil
		case crashed && try < mostTries:
			continue
		case crashed:
			return readPage{trouble: "FAILED: " + err.Error()}, nil
		case err != nil:
			return readPage{}, dataf("%v; `fonds doctor` looks further", err)
		}
		read := readPage{text: answer.GetBody().GetText(), cpu: time.Duration(answer.GetCpuMicros()) * time.Microsecond}
		switch answer.GetOutcome() {
		case fondsv1.Outcome_OUTCOME_TEXT, fondsv1.Outcome_OUTCOME_BLANK, fondsv1.Outcome_OUTCOME_UNREADABLE:
		default:
			read.trouble = outcomeName(answer.GetOutcome()) + ": " + answer.GetReason()
		}
		return read, nil
	}
}

// refusalText says why a file or a page cannot be had.
func refusalText(err error) string {
	if refusal, ok := errors.AsType[*decode.Refusal](err); ok {
		return outcomeName(refusal.Outcome) + ": " + refusal.Reason
	}
	return "FAILED: " + err.Error()
}

// pages measures what was read, and writes it to the folder of --out, if there is one.
func (r *goldReader) pages(ctx context.Context, out *outFolder) ([]evaluation.Page, error) {
	all := make([]evaluation.Page, len(r.files))
	for i, f := range r.files {
		p := evaluation.Page{
			Name: f.name, Kind: f.kind, Language: f.language, Images: len(r.read[i].pages),
			OrderOpen: f.orderOpen, Gold: f.gold,
		}
		for k, name := range r.names {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			reading := r.read[i].reading(k)
			reading.Recipe = name
			reading.Measure(f.gold)
			p.Readings = append(p.Readings, reading)
			if out != nil {
				path := filepath.Join(name, outPath(filepath.FromSlash(f.name)))
				if err := out.write(path, reading.Text); err != nil {
					return nil, err
				}
			}
		}
		all[i] = p
	}
	return all, nil
}

// reading puts together what a recipe, counted from 0, has read of a file's pages.
func (f *readFile) reading(recipe int) evaluation.Reading {
	var reading evaluation.Reading
	if f.refused != "" {
		reading.Trouble = append(reading.Trouble, f.refused)
	}
	var texts []string
	for i, page := range f.pages {
		texts = append(texts, page[recipe].text)
		reading.CPU += page[recipe].cpu.Seconds()
		if why := page[recipe].trouble; why != "" {
			if len(f.pages) > 1 {
				why = fmt.Sprintf("page %d: %s", i+1, why)
			}
			reading.Trouble = append(reading.Trouble, why)
		}
	}
	reading.Text = strings.Join(texts, "\f")
	return reading
}
