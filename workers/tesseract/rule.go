//go:build tesseract

package main

import (
	"slices"
	"strings"
)

// bars are what the rule of a table is read as beside a word.
const bars = `|/\[]`

// unrule takes the rules of tables out of words: bars at their ends, where ink goes on above
// the word and below it. Elsewhere a bar may be the figure 1, and is left to be doubted.
func (a *attempt) unrule(p *pix, words []found) ([]found, error) {
	barred := func(w found) bool { return strings.ContainsRune(w.text, '|') }
	if !slices.ContainsFunc(words, barred) {
		return words, nil
	}
	g, err := p.grey()
	if err != nil {
		return nil, err
	}
	defer g.Close()
	threshold := otsu(g)
	out := make([]found, 0, len(words))
	taken := 0
	for _, w := range words {
		if barred(w) {
			text := unbarred(w, func(x int) bool { return ruleAt(g, threshold, w.box, x) })
			if text != w.text {
				taken++
			}
			w.text = text
		}
		if w.text != "" {
			out = append(out, w)
		}
	}
	if taken > 0 {
		a.step("rules", "taken out of %d words", taken)
	}
	return out, nil
}

// unbarred is a word without the bars at an end at which there is a rule.
func unbarred(w found, rule func(x int) bool) string {
	text := w.text
	if rest := strings.TrimLeft(text, bars); strings.Contains(text[:len(text)-len(rest)], "|") && rule(w.box.left) {
		text = rest
	}
	if rest := strings.TrimRight(text, bars); strings.Contains(text[len(rest):], "|") && rule(w.box.right) {
		text = rest
	}
	return text
}

// ruleAt says that ink goes on above a box and below it, near a column, for half the
// box's height each. Rows in which there is none are few. The box may begin behind the rule.
func ruleAt(p *pix, threshold byte, box rect, column int) bool {
	height := box.bottom - box.top
	from, to := max(column-height, 0), min(column+height, p.width())
	raster := p.bytes()
	inked := func(top, bottom int) bool {
		top, bottom = max(top, 0), min(bottom, p.height())
		dark := 0
		for y := top; y < bottom; y++ {
			row := raster.row(y)
			for x := from; x < to; x++ {
				if row[x^3] <= threshold {
					dark++
					break
				}
			}
		}
		return bottom > top && 10*dark >= 9*(bottom-top)
	}
	return inked(box.top-height/2, box.top) && inked(box.bottom, box.bottom+height/2)
}
