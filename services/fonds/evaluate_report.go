package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/fonds-archive/fonds/services/accuracy"
	"github.com/fonds-archive/fonds/services/evaluation"
)

// write lays an evaluation out to be read, with where the worst pages differ.
func (e *evaluated) write(w io.Writer, worst int) error {
	all := e.Groups[0]
	fmt.Fprintf(w, "%s, %s to read", plural(all.Pages, e.unit()), plural(all.Characters, "character"))
	if e.Engine != "" {
		fmt.Fprintf(w, "; %s", safeText(e.Engine))
	}
	fmt.Fprint(w, "\n\n")
	if err := e.writeRecipes(w, all); err != nil {
		return err
	}
	few := all.Results[0].CER.Few()
	for _, by := range []struct{ by, header string }{
		{evaluation.ByOrder, "ORDER"}, {evaluation.ByKind, e.kind()}, {evaluation.ByLanguage, "LANGUAGE"},
	} {
		small, err := e.writeGroups(w, by.by, by.header)
		if err != nil {
			return err
		}
		few = few || small
	}
	if few {
		fmt.Fprintf(w, "(too few): fewer than %d %ss are too few for an interval\n", accuracy.FewPages, e.unit())
	}
	if err := e.writePages(w); err != nil {
		return err
	}
	e.writeTrouble(w)
	return e.writeWorst(w, worst)
}

// unit is what a line of the table of pages is.
func (e *evaluated) unit() string {
	if e.Engine == "" {
		return "page"
	}
	return "file"
}

// kind is what pages are grouped by beside their language.
func (e *evaluated) kind() string {
	if e.Engine == "" {
		return "COLLECTION"
	}
	return "KIND"
}

func (e *evaluated) writeRecipes(w io.Writer, all evaluation.Group) error {
	t := table{header: []string{"RECIPE", strings.ToUpper(e.unit()) + "S", "CER", "WER", "MISSING", "CPU"}}
	for _, result := range all.Results {
		cpu := "-"
		if result.CPU > 0 {
			cpu = strconv.FormatFloat(result.CPU, 'f', 1, 64) + " s"
		}
		t.add(shown(result.Recipe), strconv.Itoa(result.CER.Pages), estimateText(result.CER), estimateText(result.WER), inPercent(result.Missing), cpu)
	}
	if err := t.write(w); err != nil {
		return err
	}
	for _, result := range all.Results[1:] {
		fmt.Fprintf(w, "%s against %s: CER %s; fewer errors on %s, more on %d, as many on %d\n", shown(result.Recipe), shown(all.Results[0].Recipe),
			changeText(*result.Change), plural(result.Better, e.unit()), result.Worse, result.Equal)
	}
	return nil
}

// changeOf is a change in a narrow column; none for the first recipe.
func changeOf(r evaluation.Result) string {
	switch {
	case r.Change == nil || r.Change.Pages == 0:
		return ""
	case r.Change.Few():
		return fmt.Sprintf("%+.2f points", 100*r.Change.Value)
	}
	return changeText(*r.Change)
}

// changeText says by how much a CER changes, in percentage points.
func changeText(e accuracy.Estimate) string {
	if e.Pages > 0 && e.Value == 0 && e.Low == 0 && e.High == 0 {
		return "the same"
	}
	text := fmt.Sprintf("%+.2f points", 100*e.Value)
	if e.Few() {
		return text + ": too few pages to tell"
	}
	text += fmt.Sprintf(" (%+.2f to %+.2f): ", 100*e.Low, 100*e.High)
	switch {
	case e.High < 0:
		return text + "better"
	case e.Low > 0:
		return text + "worse"
	}
	return text + "may be chance"
}

// writeGroups writes the rates of groups of one sort, if there are any, and tells whether
// one of them is too small for an interval.
func (e *evaluated) writeGroups(w io.Writer, by, header string) (few bool, err error) {
	t := table{header: []string{header, strings.ToUpper(e.unit()) + "S", "CHARACTERS", "RECIPE", "CER", "WER", "MISSING"}}
	if len(e.Report.Recipes) > 1 {
		t.header = append(t.header, "CER AGAINST "+shown(e.Report.Recipes[0]))
	}
	for _, g := range e.Groups {
		if g.By != by {
			continue
		}
		name, pages, characters := shown(g.Name), strconv.Itoa(g.Pages), strconv.Itoa(g.Characters)
		for _, r := range g.Results {
			few = few || r.CER.Few()
			cells := []string{name, pages, characters, shown(r.Recipe), estimateText(r.CER), estimateText(r.WER), inPercent(r.Missing), changeOf(r)}
			t.add(cells[:len(t.header)]...) // of one recipe there is no change
			name, pages, characters = "", "", ""
		}
	}
	if len(t.rows) == 0 {
		return false, nil
	}
	fmt.Fprintln(w)
	return few, t.write(w)
}

// estimateText is an estimate in a narrow column.
func estimateText(e accuracy.Estimate) string {
	switch {
	case e.Pages == 0:
		return "-"
	case e.Few():
		return inPercent(e.Value) + " (too few)"
	}
	return e.String()
}

// writePages writes CER and WER of each page under each recipe.
func (e *evaluated) writePages(w io.Writer) error {
	t := table{header: []string{strings.ToUpper(e.unit())}}
	kinds := slices.ContainsFunc(e.Pages, func(p evaluation.Page) bool { return p.Kind != "" })
	if kinds {
		t.header = append(t.header, e.kind())
	}
	t.header = append(t.header, "LANGUAGE", "CHARACTERS")
	for _, name := range e.Report.Recipes {
		t.header = append(t.header, "CER "+shown(name), "WER "+shown(name))
	}
	for i := range e.Pages {
		p := &e.Pages[i]
		row := []string{titled(p)}
		if kinds {
			row = append(row, shownOrNone(p.Kind))
		}
		row = append(row, shownOrNone(p.Language))
		t.add(append(row, e.rates(p)...)...)
	}
	fmt.Fprintln(w)
	return t.write(w)
}

// titled is what a page is called in a line.
func titled(p *evaluation.Page) string { return shown(cmp.Or(p.Title, p.Name)) }

// rates are the length of a page and its rates under each recipe.
func (e *evaluated) rates(p *evaluation.Page) []string {
	cells := []string{"-"}
	for _, name := range e.Report.Recipes {
		r := p.Reading(name)
		if r == nil {
			cells = append(cells, "-", "-")
			continue
		}
		cells[0] = strconv.Itoa(r.Characters)
		cells = append(cells, rateText(r.CER, r.Errors, r.Characters, "character"), rateText(r.WER, r.WordErrors, r.Words, "word"))
	}
	return cells
}

// rateText is a rate in percent; over nothing it tells what was read all the same.
func rateText(rate float64, errors, length int, what string) string {
	if length == 0 && errors > 0 {
		return plural(errors, what) + " too many"
	}
	return inPercent(rate)
}

func inPercent(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) + " %" }

// writeTrouble says what was not read, and what does not count.
func (e *evaluated) writeTrouble(w io.Writer) {
	var lines []string
	for _, p := range e.Pages {
		for _, r := range p.Readings {
			for _, why := range r.Trouble {
				lines = append(lines, fmt.Sprintf("%s, %s: %s: counted as read empty", shown(p.Name), shown(r.Recipe), oneLine(why, longestReason)))
			}
		}
	}
	for _, why := range e.Trouble {
		lines = append(lines, "not evaluated: "+oneLine(why, longestReason))
	}
	for _, remark := range e.Remarks {
		lines = append(lines, oneLine(remark, longestReason))
	}
	if len(lines) > 0 {
		fmt.Fprintf(w, "\n%s\n", strings.Join(lines, "\n"))
	}
}

const (
	// wordsAround are shown beside words that differ, and longestWords of these.
	wordsAround  = 3
	longestWords = 120
	// mostPlaces of a page are shown.
	mostPlaces = 20
	// hopeless is the CER from which on it says more how both texts begin.
	hopeless = 0.6
	// longestStart is how much of them is shown.
	longestStart = 300
)

// writeWorst shows where the last recipe's worst pages differ.
func (e *evaluated) writeWorst(w io.Writer, n int) error {
	recipe := e.last().Recipe
	pen := penFor(w)
	for i, p := range e.Worst(recipe, n) {
		if i == 0 {
			fmt.Fprintf(w, "\nWhere the worst pages of %s differ, by line of the gold text: %s %s\n", shown(recipe), pen.removed("read"), pen.added("gold"))
		}
		r := p.Reading(recipe)
		fmt.Fprintf(w, "\n%s: %s of %d, CER %s\n", titled(p), plural(r.Errors, "error"), r.Characters, inPercent(r.CER))
		if p.Title != "" {
			fmt.Fprintf(w, "  %s\n", shown(p.Name))
		}
		if err := writePlaces(w, pen, p.Gold, r); err != nil {
			return err
		}
	}
	return nil
}

func writePlaces(w io.Writer, pen pen, gold string, r *evaluation.Reading) error {
	if strings.TrimSpace(r.Text) == "" {
		_, err := fmt.Fprintln(w, "       nothing was read")
		return err
	}
	if r.CER > hopeless {
		_, err := fmt.Fprintf(w, "%7s %s\n%7s %s\n", "read:", pen.removed(startText(r.Text)), "gold:", pen.added(startText(gold)))
		return err
	}
	places := accuracy.Places(gold, r.Text, wordsAround)
	for _, place := range places[:min(len(places), mostPlaces)] {
		words := []string{safeText(place.Before)}
		if place.Text != "" {
			words = append(words, pen.removed(oneLine(place.Text, longestWords)))
		}
		if place.Gold != "" {
			words = append(words, pen.added(oneLine(place.Gold, longestWords)))
		}
		line := strings.TrimSpace(strings.Join(append(words, safeText(place.After)), " "))
		if _, err := fmt.Fprintf(w, "%5d: %s\n", place.Line, line); err != nil {
			return err
		}
	}
	if left := len(places) - mostPlaces; left > 0 {
		_, err := fmt.Fprintf(w, "       and %s more\n", plural(left, "place"))
		return err
	}
	return nil
}

// startText is how a text begins, in the form that is compared.
func startText(text string) string { return oneLine(accuracy.Normal(text), longestStart) }
