//go:build tesseract

package main

import (
	"slices"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestVerdict(t *testing.T) {
	by := &fondsv1.Judge{PageConfidence: 0.9, WordConfidence: 0.5, Doubtful: 0.25}
	cases := map[string]struct {
		words []found
		good  bool
	}{
		"sure":          {laid(95, "one two three four"), true},
		"poor":          {laid(85, "one two three four"), false},
		"holes":         {laid(99, "one two threefourfivesix a~10 b~10"), false},
		"one hole":      {laid(99, "one two threefourfivesix a~10"), true},
		"nothing":       {nil, false},
		"just at level": {laid(90, "one two"), true},
	}
	for name, c := range cases {
		if v := judge(c.words, nil, by); v.good(by) != c.good {
			t.Errorf("%s: %v", name, v)
		}
	}
	if v := judge(laid(90, "a b c word other"), nil, by); v.height != 20 {
		t.Errorf("words are %d high", v.height)
	}
}

func TestScribbleIsSetAside(t *testing.T) {
	last := laid(90, "_", "vdos~40")
	scribble := func(lines ...string) []found {
		words := laid(90, lines...)
		for i := range words {
			words[i].paragraph = words[i].line
		}
		return words
	}
	cases := map[string]struct {
		words  []found
		want   string
		places int
	}{
		"type":               {laid(90, "one two", "three"), "one two\nthree", 0},
		"scribble":           {scribble("one two", "xq~20 lm~30 W~10"), "one two", 1},
		"one word stands":    {scribble("one two", "xq~20 lmnopq~20 word~70"), "one two\nxq lmnopq word", 0},
		"a sign":             {laid(90, "one »~20 two"), "one two", 0},
		"a sign that is one": {laid(90, "one -~80 two"), "one - two", 0},
		"a last line":        {append(laid(90, "one two three four"), last...), "one two three four\nvdos", 0},
		"nothing but":        {laid(20, "xq lm"), "xq lm", 0},
	}
	for name, c := range cases {
		kept, places := partScribble(c.words)
		if linesText(kept) != c.want || len(places) != c.places {
			t.Errorf("%s: %q and %v", name, linesText(kept), places)
		}
	}
	if _, places := partScribble(scribble("one two", "xq~20 lm~30")); len(places) != 1 || places[0] != (rect{0, 30, 50, 50}) {
		t.Errorf("scribble stands at %v", places)
	}
}

// A line of marks that nobody read is missed; specks, rules and stains are not.
func TestMissedMarks(t *testing.T) {
	words := laid(90, "first lines stand here", "second lines stand too")
	var marks []rect
	for _, w := range words {
		for x := w.box.left; x < w.box.right; x += 10 { // letter by letter
			marks = append(marks, rect{x, w.box.top + 5, x + 8, w.box.bottom})
		}
	}
	if got := missed(marks, words); got != 0 {
		t.Errorf("%.2f missed of a page that is read whole", got)
	}
	other := []rect{{0, 100, 3, 103}, {0, 120, 900, 124}, {300, 100, 700, 500}}
	if got := missed(append(other, marks...), words); got != 0 {
		t.Errorf("%.2f missed of what cannot be letters", got)
	}
	half := slices.Clone(marks)
	for _, m := range marks {
		half = append(half, rect{m.left, m.top + 200, m.right, m.bottom + 200})
	}
	if got := missed(half, words); got != 0.5 {
		t.Errorf("%.2f missed of a page that is read by half", got)
	}
	if got := missed(marks, nil); got != 1 {
		t.Errorf("%.2f missed where nothing is read", got)
	}
	if got := missed([]rect{{0, 0, 18, 20}}, laid(97, "12")); got != 0 {
		t.Errorf("%.2f missed of a page with its number alone", got)
	}
	if got := missed(nil, words); got != 0 {
		t.Errorf("%.2f missed where there are no marks", got)
	}
}
