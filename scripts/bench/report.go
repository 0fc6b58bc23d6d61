package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// report is what a run found.
type report struct {
	Machine string   `json:"machine"`
	Results []result `json:"results"`
}

// result is one figure: a value for each round and, where it is measured against
// something, that thing's value in the same round.
type result struct {
	Section string    `json:"section"`
	Pages   string    `json:"pages,omitempty"` // what was read
	What    string    `json:"what"`
	Unit    string    `json:"unit"`
	Values  []float64 `json:"values"`
	Against string    `json:"against,omitempty"`
	Base    []float64 `json:"base,omitempty"`
	Goal    *goal     `json:"goal,omitempty"`
	Note    string    `json:"note,omitempty"`
}

// goal bounds the ratio, or the value where there is none.
type goal struct {
	Number float64 `json:"number"`
	AtMost bool    `json:"at_most"`
}

func atLeast(n float64) *goal { return &goal{Number: n} }

func below(n float64) *goal { return &goal{Number: n, AtMost: true} }

func (b *bench) add(r result) { b.report.Results = append(b.report.Results, r) }

// ratios pairs the rounds: each value over the other side's in the same round.
func (r result) ratios() []float64 {
	var all []float64
	for i := range min(len(r.Values), len(r.Base)) {
		all = append(all, r.Values[i]/r.Base[i])
	}
	return all
}

// met says whether the median reached the goal.
func (r result) met() string {
	if r.Goal == nil {
		return ""
	}
	figure := r.Values
	if len(r.Base) > 0 {
		figure = r.ratios()
	}
	m := median(figure)
	if m >= r.Goal.Number && !r.Goal.AtMost || m < r.Goal.Number && r.Goal.AtMost {
		return "met"
	}
	return "MISSED"
}

func (g *goal) String() string {
	switch {
	case g == nil:
		return ""
	case g.AtMost:
		return fmt.Sprintf("< %v", g.Number)
	default:
		return fmt.Sprintf("≥ %v", g.Number)
	}
}

// median of values; NaN when there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// spread writes the median, and smallest and largest where there are several.
func spread(values []float64) string {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return number(values[0])
	}
	return fmt.Sprintf("%s (%s–%s)", number(median(values)), number(slices.Min(values)), number(slices.Max(values)))
}

// number writes three figures, which is more than the noise of a run allows.
func number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100:
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

// table writes the report for a person: medians, and smallest and largest of the
// rounds in brackets.
func (r report) table(w io.Writer) error {
	fmt.Fprintln(w, r.Machine)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var section, pages string
	for _, x := range r.Results {
		if x.Section != section || x.Pages != pages {
			section, pages = x.Section, x.Pages
			fmt.Fprintf(out, "\n%s: %s\tmedian (min–max)\tagainst\tmedian (min–max)\tratio (min–max)\tgoal\t\n", section, pages)
		}
		fmt.Fprintf(out, "  %s, %s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			x.What, x.Unit, spread(x.Values), x.Against, spread(x.Base), spread(x.ratios()), x.Goal, x.met())
		if x.Note != "" {
			fmt.Fprintf(out, "    %s\t\t\t\t\t\t\n", x.Note)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	return nil
}

// encode writes the report for a program.
func (r report) encode(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	return nil
}
