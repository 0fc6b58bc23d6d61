package accuracy

import (
	"slices"
	"strings"
)

// Run is a stretch of two texts that is the same in both, or differs from its first to
// its last letter.
type Run struct {
	// Gold is what should stand there and Text what does; either is empty where letters
	// are too many or missing.
	Gold, Text string
	// Line of the gold text, as given, on which the run begins; counted from 1.
	Line int
}

// Same tells that the texts do not differ here.
func (r Run) Same() bool { return r.Gold == r.Text }

// Diff tells where a text differs from the gold text. The runs put together are both
// texts in their normal form, same and different ones in turn, and hold as many errors
// as Measure counts. Time is three times that of Measure; memory is linear.
func Diff(gold, text string) []Run {
	g, t := normalised(gold), normalised(text)
	a, b, count := letters(g.letters, t.letters)
	d := differ{count: count, kept: make([]int32, len(a))}
	for i := range d.kept {
		d.kept[i] = none
	}
	d.align(a, b, 0, 0)

	var runs []Run
	for i, j := 0, 0; i < len(a) || j < len(b); {
		from, start := i, j
		for i < len(a) && int(d.kept[i]) == j {
			i, j = i+1, j+1
		}
		if i == from {
			for i < len(a) && d.kept[i] == none {
				i++
			}
			if j = len(b); i < len(a) {
				j = int(d.kept[i])
			}
		}
		runs = append(runs, Run{string(g.letters[from:i]), string(t.letters[start:j]), g.line(from)})
	}
	return runs
}

// Place is where the words of two texts differ.
type Place struct {
	// Line of the gold text on which it begins, counted from 1.
	Line int
	// Gold are the words that should stand there and Text those that do; one of them
	// may be empty.
	Gold, Text string
	// Before and After are the words around, as they stand in the gold text.
	Before, After string
}

// Places tells where the words of a text differ from the gold text, with up to so many
// words around each.
func Places(gold, text string, around int) []Place {
	var w widener
	for _, run := range Diff(gold, text) {
		if run.Same() {
			w.same(run)
			continue
		}
		if !w.open {
			w.open, w.line = true, run.Line
		}
		w.gold, w.text = w.gold+run.Gold, w.text+run.Text
	}
	w.close()
	for i := range w.places {
		p, at := &w.places[i], w.at[i]
		p.Before = strings.Join(w.words[max(0, at-around):at], " ")
		at += len(strings.Fields(p.Gold))
		p.After = strings.Join(w.words[at:min(len(w.words), at+around)], " ")
	}
	return w.places
}

// widener widens runs that differ to whole words.
type widener struct {
	// words are those of the gold text so far.
	words []string
	// gold and text are what has been seen since the last word's end, which differs
	// when open, from a line on.
	gold, text string
	open       bool
	line       int
	places     []Place
	// at has for each place how many words stand before it.
	at []int
}

// same takes a run that does not differ: it ends the word that the last run broke, and
// begins the one that the next will.
func (w *widener) same(run Run) {
	first := strings.IndexByte(run.Gold, ' ')
	if first < 0 {
		w.gold, w.text = w.gold+run.Gold, w.text+run.Gold
		return
	}
	w.gold, w.text = w.gold+run.Gold[:first], w.text+run.Gold[:first]
	w.close()
	last := strings.LastIndexByte(run.Gold, ' ')
	w.words = append(w.words, strings.Fields(run.Gold[first:last+1])...)
	w.gold, w.text = run.Gold[last+1:], run.Gold[last+1:]
}

// close notes the words since the last place, without those that are the same.
func (w *widener) close() {
	gold, text := strings.Fields(w.gold), strings.Fields(w.text)
	front := 0
	for front < min(len(gold), len(text)) && gold[front] == text[front] {
		front++
	}
	back := 0
	for back < min(len(gold), len(text))-front && gold[len(gold)-1-back] == text[len(text)-1-back] {
		back++
	}
	if w.open {
		w.places = append(w.places, Place{
			Line: w.line,
			Gold: strings.Join(gold[front:len(gold)-back], " "), Text: strings.Join(text[front:len(text)-back], " "),
		})
		w.at = append(w.at, len(w.words)+front)
	}
	w.words = append(w.words, gold...)
	w.gold, w.text, w.open = "", "", false
}

// line is that of a letter, or the last.
func (p *page) line(letter int) int {
	if len(p.lines) == 0 {
		return 1
	}
	return int(p.lines[min(letter, len(p.lines)-1)])
}

// none stands for a gold letter that the text does not have.
const none = -1

// differ finds the letters that two texts share.
type differ struct {
	columns
	count int
	// kept has for each gold letter its place in the text, or none.
	kept []int32
}

// smallTable is how many cells are worked out at once, in 64 kB.
const smallTable = 1 << 14

// align compares a and b, which begin at i and j of the whole texts. It halves the
// longer of them and finds where the other is best cut, after D. S. Hirschberg, "A
// linear space algorithm for computing maximal common subsequences", Communications of
// the ACM 18 (1975). At most some 30 calls are open at once.
func (d *differ) align(a, b []int32, i, j int) {
	whole := len(a)
	a, b, front, back := trimmed(a, b)
	for k := range front {
		d.kept[i+k] = int32(j + k)
	}
	for k := range back {
		d.kept[i+whole-back+k] = int32(j + front + len(b) + k)
	}
	i, j = i+front, j+front
	if len(a) == 0 || len(b) == 0 {
		return
	}
	if (len(a)+1)*(len(b)+1) <= smallTable {
		d.table(a, b, i, j)
		return
	}
	x, y := d.cut(a, b)
	d.align(a[:x], b[:y], i, j)
	d.align(a[x:], b[y:], i+x, j+y)
}

// cut tells where both are cut so that the parts' distances add up to that of the whole.
func (d *differ) cut(a, b []int32) (x, y int) {
	if len(a) > len(b) {
		y, x = d.cut(b, a)
		return x, y
	}
	y = len(b) / 2
	before := d.all(a, b[:y], d.count)
	after := d.all(reversed(a), reversed(b[y:]), d.count)
	least := before[0] + after[len(a)]
	for i := range before {
		if sum := before[i] + after[len(a)-i]; sum < least {
			x, least = i, sum
		}
	}
	return x, y
}

func reversed(a []int32) []int32 {
	a = slices.Clone(a)
	slices.Reverse(a)
	return a
}

// table compares two short texts letter by letter.
func (d *differ) table(a, b []int32, i, j int) {
	width := len(b) + 1
	cost := make([]int32, (len(a)+1)*width)
	for y := range width {
		cost[y] = int32(y)
	}
	for x := 1; x <= len(a); x++ {
		row, above := cost[x*width:][:width], cost[(x-1)*width:][:width]
		row[0] = int32(x)
		for y := 1; y < width; y++ {
			replaced := above[y-1]
			if a[x-1] != b[y-1] {
				replaced++
			}
			row[y] = min(replaced, above[y]+1, row[y-1]+1)
		}
	}
	for x, y := len(a), len(b); x > 0 && y > 0; {
		here := cost[x*width+y]
		switch {
		case a[x-1] == b[y-1] && here == cost[(x-1)*width+y-1]:
			x, y = x-1, y-1
			d.kept[i+x] = int32(j + y)
		case a[x-1] != b[y-1] && here == cost[(x-1)*width+y-1]+1:
			x, y = x-1, y-1
		case here == cost[(x-1)*width+y]+1:
			x--
		default:
			y--
		}
	}
}
