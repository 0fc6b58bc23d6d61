//go:build tesseract

package main

import (
	"slices"
	"strings"
	"testing"
)

// laid lays out lines as a pass gives them: words parted by blanks, 20 pixels high, 10 a
// letter, a line every 30. A word may end in ~ and its confidence; else it has that given.
func laid(confidence float64, lines ...string) []found {
	var out []found
	for y, line := range lines {
		x := 0
		for text := range strings.SplitSeq(line, " ") {
			w := found{text: text, confidence: confidence, block: 1, paragraph: 1, line: y + 1}
			if before, after, ok := strings.Cut(text, "~"); ok {
				w.text = before
				w.confidence = 0
				for _, r := range after {
					w.confidence = 10*w.confidence + float64(r-'0')
				}
			}
			w.box = rect{x, 30 * y, x + 10*len([]rune(w.text)), 30*y + 20}
			x = w.box.right + 10
			if w.text != "_" { // a gap
				out = append(out, w)
			}
		}
	}
	return out
}

// linesText gives words as lines.
func linesText(words []found) string {
	var lines []string
	for line := range byLine(words) {
		var out []string
		for _, w := range line {
			out = append(out, w.text)
		}
		lines = append(lines, strings.Join(out, " "))
	}
	return strings.Join(lines, "\n")
}

func TestCombine(t *testing.T) {
	cases := map[string]struct {
		passes [][]found
		want   string
	}{
		"alike":                     {[][]found{laid(90, "one two"), laid(80, "one two")}, "one two"},
		"the surer word":            {[][]found{laid(90, "one tvvo~40 three"), laid(80, "one two", "four")}, "one two three\nfour"},
		"a line that one lacks":     {[][]found{laid(90, "one two", "_", "five six"), laid(80, "one two", "three four", "five six")}, "one two\nthree four\nfive six"},
		"a first line":              {[][]found{laid(90, "_", "five six"), laid(80, "three four", "five six")}, "three four\nfive six"},
		"a word within a line":      {[][]found{laid(90, "one ___~0 two"), laid(80, "one six two")}, "one six two"},
		"noise is not taken over":   {[][]found{laid(90, "one two"), laid(80, "one two", "three~30 x~20")}, "one two"},
		"agreement of two":          {[][]found{laid(90, "seate~80"), laid(70, "seats~76"), laid(70, "seats~75")}, "seats"},
		"two words for one":         {[][]found{laid(90, "onetwo~40 three"), split()}, "one two three"},
		"part of a place is less":   {[][]found{laid(80, "plan~30 eta~30"), laid(90, "plan~40")}, "plan eta"},
		"all of it new":             {[][]found{nil, laid(90, "one two")}, "one two"},
		"nothing":                   {[][]found{nil, nil}, ""},
		"a dictionary word":         {[][]found{laid(80, "wcrd~80"), known(laid(80, "word~78"))}, "word"},
		"a word over two lines":     {[][]found{laid(80, "two six", "one ten"), tall(laid(90, "two six", "one ten"), 2)}, "two six\none ten"},
		"a letter in no dictionary": {[][]found{laid(80, "a~80"), known(laid(80, "o~78"))}, "a"},
	}
	for name, c := range cases {
		if got := linesText(combine(c.passes)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// split reads "onetwo three" as three words.
func split() []found {
	words := laid(80, "one two three")
	for i := range words {
		words[i].box = laid(80, "on~1 eto three")[i].box
	}
	words[0].box, words[1].box, words[2].box = rect{0, 0, 28, 20}, rect{32, 0, 60, 20}, rect{70, 0, 120, 20}
	return words
}

// tall makes one of the words reach up to the line above.
func tall(words []found, i int) []found {
	words[i].box.top -= 30
	return words
}

func known(words []found) []found {
	for i := range words {
		words[i].known = true
	}
	return words
}

// Whatever passes hold, combining them loses no place that the first has read, and gives
// words in one order however often it is done.
func FuzzCombine(f *testing.F) {
	f.Add("one two\nthree", "one tvvo\nthree four", uint8(3))
	f.Add("", "x", uint8(200))
	f.Add("a b c\n\nd", "ab c\nd e f", uint8(17))
	f.Fuzz(func(t *testing.T, a, b string, shift uint8) {
		if len(a)+len(b) > 400 {
			return
		}
		first, second := laid(80, strings.Split(a, "\n")...), laid(70, strings.Split(b, "\n")...)
		for i := range second {
			second[i].box.left += int(shift) / (i + 1)
			second[i].box.right += int(shift) / (i + 1)
			second[i].box.top -= int(shift) / 20
		}
		got := combine([][]found{first, second})
		if again := combine([][]found{first, second}); linesText(again) != linesText(got) {
			t.Errorf("%q, then %q", linesText(got), linesText(again))
		}
		if len(first) > 0 && len(got) == 0 {
			t.Error("all words are gone")
		}
		for _, w := range first {
			covered := false
			for _, g := range got {
				covered = covered || g.box == w.box || shared(g.box, w.box) > 0
			}
			if !covered && w.box.right > w.box.left {
				t.Errorf("nothing stands at %v, where %q was read: %q", w.box, w.text, linesText(got))
			}
		}
	})
}

// A page of two columns that one pass reads across and the other down is told; two passes
// that found other words in the same lines are not.
func TestPartedPasses(t *testing.T) {
	across := laid(90, "first lines stand here", "second lines stand too", "third lines come next", "fourth lines are last")
	down := make([]found, 0, len(across))
	for half := range 2 {
		for _, w := range across {
			if (w.box.left >= 130) == (half == 1) {
				w.block = half + 1
				down = append(down, w)
			}
		}
	}
	if !parted(across, down) || !parted(down, across) {
		t.Error("columns read across and down are taken for one layout")
	}
	fewer := laid(80, "first lines stand here", "second lines _ too", "third lines come next", "fourth lines are last")
	if parted(across, fewer) || parted(across, across) {
		t.Error("the same lines are taken for two layouts")
	}
	if parted(across, nil) || parted(nil, down) {
		t.Error("nothing is taken for a layout")
	}
}

// Noise that crosses itself is no layout, and the first pass stays whatever it holds.
func TestNoiseIsAStandardToo(t *testing.T) {
	var noise []found
	for y := range 2 { // a line and two halves of one, all in the same place
		at := func(x, line int) found {
			return found{text: "x", confidence: 20, box: rect{50 * x, 30 * y, 50*x + 40, 30*y + 20}, block: 1, paragraph: 1, line: 3*y + line}
		}
		noise = append(noise, at(0, 1), at(1, 2), at(0, 3), at(1, 3))
	}
	c := &climb{attempt: &attempt{}, passes: [][]found{noise, laid(10, "y")}}
	if !parted(noise, noise) {
		t.Fatal("it does not cross itself")
	}
	if got := c.combined(); len(got) == 0 {
		t.Error("all words are gone")
	}
}

// A pass that found far more than the first sets the layout; one that found a little more
// does not.
func TestTheStandardIsThePassThatFoundFarMore(t *testing.T) {
	across := laid(60, "first lines stand here", "second lines stand too", "third lines come next", "fourth lines are last")
	down := slices.Clone(across)
	slices.SortStableFunc(down, func(a, b found) int { return a.box.left/130 - b.box.left/130 })
	for i := range down {
		down[i].block = 1 + down[i].box.left/130
	}
	for confidence, want := range map[float64]int{70: 0, 95: 1} {
		for i := range down {
			down[i].confidence = confidence
		}
		c := &climb{attempt: &attempt{}, passes: [][]found{across, down}}
		if got := c.standardPass(); got != want {
			t.Errorf("confidence %.0f: the standard is pass %d, want %d", confidence, got, want)
		}
		if got := linesText(c.combined()); got != linesText(c.passes[want]) {
			t.Errorf("confidence %.0f: %q", confidence, got)
		}
	}
}
