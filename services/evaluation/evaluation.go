// Package evaluation lays out how well recipes read pages whose text is known: error
// rates by recipe, kind and language with their intervals, what changes from the first
// recipe to the others, and a picture of it.
//
// It counts what it is given and never reads a file, recognises a page or decides which
// recipe is to be used.
package evaluation

import (
	"cmp"
	"maps"
	"slices"

	"github.com/fonds-archive/fonds/services/accuracy"
)

// Page is one thing that was read: a file with one gold text, of one page or several,
// or a page of the archive.
type Page struct {
	// Name says which, such as a path.
	Name string `json:"name"`
	// Title is what people call it; empty where the name says enough.
	Title string `json:"title,omitempty"`
	// Kind such as "typed"; empty when not known.
	Kind string `json:"kind,omitempty"`
	// Language such as "eng+rus".
	Language string `json:"language,omitempty"`
	// Images is how many pages the file has; 0 when it cannot be opened.
	Images int `json:"images"`
	// OrderOpen tells that the order of its blocks is open to argument, so that its CER
	// is partly one of order: it counts in the group of all only.
	OrderOpen bool `json:"orderOpen,omitempty"`
	// Gold is the text that is known to be right.
	Gold string `json:"-"`
	// Readings in the order of the recipes; a recipe that has not read it is left out.
	Readings []Reading `json:"readings"`
}

// Reading is how a recipe read a page.
type Reading struct {
	Recipe string `json:"recipe"`
	accuracy.Score
	// CER and WER of this page, 1 for 100 %.
	CER float64 `json:"cer"`
	WER float64 `json:"wer"`
	// CPU in seconds of the recognition; 0 when not known.
	CPU float64 `json:"cpuSeconds"`
	// Trouble says which images gave no text, and why; a blank one is no trouble.
	Trouble []string `json:"trouble,omitempty"`
	// Text is what was read.
	Text string `json:"-"`
}

// Measure fills in how far the text of a reading is from the gold text.
func (r *Reading) Measure(gold string) {
	r.Score = accuracy.Measure(gold, r.Text)
	r.CER, r.WER = r.Score.CER(), r.Score.WER()
}

// Reading gives the reading of a recipe, or nil.
func (p *Page) Reading(recipe string) *Reading {
	for i := range p.Readings {
		if p.Readings[i].Recipe == recipe {
			return &p.Readings[i]
		}
	}
	return nil
}

// Report is all that is told of an evaluation.
type Report struct {
	// Recipes by name in the order in which they were asked for. The others are
	// compared with the first. Results name them in this order.
	Recipes []string `json:"-"`
	// Groups of pages: all, then by kind and by language.
	Groups []Group `json:"groups"`
	// Pages in the order of their titles and names.
	Pages []Page `json:"pages"`
}

// By what pages are grouped.
const (
	ByAll      = "all"
	ByOrder    = "order"
	ByKind     = "kind"
	ByLanguage = "language"
)

// Group is pages that have something in common.
type Group struct {
	By   string `json:"by"`
	Name string `json:"name"`
	// Pages, and Characters and Words of their gold texts.
	Pages      int `json:"pages"`
	Characters int `json:"characters"`
	Words      int `json:"words"`
	// Results in the order of the recipes.
	Results []Result `json:"results"`
}

// Result is how a recipe read a group.
type Result struct {
	Recipe string            `json:"recipe"`
	CER    accuracy.Estimate `json:"cer"`
	WER    accuracy.Estimate `json:"wer"`
	accuracy.Score
	// Missing is the share of words of the gold texts that were not read at all.
	Missing float64 `json:"missing"`
	CPU     float64 `json:"cpuSeconds"`
	// Change is by how much the CER differs from the first recipe's on the pages that
	// both have read, below 0 for fewer errors; nil for the first.
	Change *accuracy.Estimate `json:"cerChange,omitempty"`
	// Better, Worse and Equal count these pages by whether they have fewer errors.
	Better int `json:"better,omitempty"`
	Worse  int `json:"worse,omitempty"`
	Equal  int `json:"equal,omitempty"`
}

// New groups pages that recipes have read. It sorts the pages.
func New(recipes []string, pages []Page) *Report {
	slices.SortStableFunc(pages, func(a, b Page) int {
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Name, b.Name))
	})
	r := &Report{Recipes: recipes, Pages: pages}
	r.Groups = append(r.Groups, r.group(ByAll, "all", func(*Page) bool { return true }))
	if slices.ContainsFunc(pages, func(p Page) bool { return p.OrderOpen }) {
		r.Groups = append(r.Groups, r.group(ByOrder, "all but those of open order", func(p *Page) bool { return !p.OrderOpen }))
	}
	r.groups(ByKind, func(p *Page) string { return p.Kind })
	r.groups(ByLanguage, func(p *Page) string { return p.Language })
	return r
}

// groups adds a group for each value, where there is more than one.
func (r *Report) groups(by string, of func(*Page) string) {
	values := map[string]bool{}
	for i := range r.Pages {
		values[of(&r.Pages[i])] = true
	}
	if len(values) < 2 {
		return
	}
	for _, value := range slices.Sorted(maps.Keys(values)) {
		g := r.group(by, cmp.Or(value, "not known"), func(p *Page) bool { return !p.OrderOpen && of(p) == value })
		if g.Pages > 0 {
			r.Groups = append(r.Groups, g)
		}
	}
}

func (r *Report) group(by, name string, has func(*Page) bool) Group {
	g := Group{By: by, Name: name}
	var pages []*Page
	for i := range r.Pages {
		p := &r.Pages[i]
		if len(p.Readings) == 0 || !has(p) {
			continue
		}
		pages = append(pages, p)
		g.Pages++
		g.Characters += p.Readings[0].Characters
		g.Words += p.Readings[0].Words
	}
	for i, recipe := range r.Recipes {
		result := resultOf(recipe, pages)
		if i > 0 {
			result.compare(r.Recipes[0], pages)
		}
		g.Results = append(g.Results, result)
	}
	return g
}

func resultOf(recipe string, pages []*Page) Result {
	var scores []accuracy.Score
	result := Result{Recipe: recipe}
	for _, p := range pages {
		if reading := p.Reading(recipe); reading != nil {
			scores = append(scores, reading.Score)
			result.CPU += reading.CPU
		}
	}
	result.Score = accuracy.Sum(scores)
	result.CER = accuracy.Estimated(scores, accuracy.Score.CER)
	result.WER = accuracy.Estimated(scores, accuracy.Score.WER)
	result.Missing = result.Score.Missing()
	return result
}

// compare says what changes from another recipe on the pages that both have read.
func (r *Result) compare(old string, pages []*Page) {
	var pairs []accuracy.Pair
	for _, p := range pages {
		before, after := p.Reading(old), p.Reading(r.Recipe)
		if before == nil || after == nil {
			continue
		}
		pairs = append(pairs, accuracy.Pair{Old: before.Score, New: after.Score})
		switch {
		case after.Errors < before.Errors:
			r.Better++
		case after.Errors > before.Errors:
			r.Worse++
		default:
			r.Equal++
		}
	}
	change := accuracy.Difference(pairs, accuracy.Score.CER)
	r.Change = &change
}

// Worst gives the pages where a recipe made most errors, most first, up to n; none
// without an error.
func (r *Report) Worst(recipe string, n int) []*Page {
	var worst []*Page
	for i := range r.Pages {
		if reading := r.Pages[i].Reading(recipe); reading != nil && reading.Errors > 0 {
			worst = append(worst, &r.Pages[i])
		}
	}
	slices.SortStableFunc(worst, func(a, b *Page) int {
		return cmp.Compare(b.Reading(recipe).Errors, a.Reading(recipe).Errors)
	})
	return worst[:min(n, len(worst))]
}
