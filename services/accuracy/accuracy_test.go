package accuracy

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestNormal(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{" \n\t\f ", ""},
		{"\ufeffso\u00adft", "soft"},
		{"cafe\u0301", "café"},
		{"“a” „b‟ ‘c’ ‚d` e´", `"a" "b" 'c' 'd' e'`},
		{"«a»", "«a»"},
		{"1939–1941 — −5 ‐ ‑ ⸗", "1939-1941 - -5 - - -"},
		{"so…", "so..."},
		{"a\r\nb\fc\u00a0d\u2003e\x1cf\u0085g", "a b c d e f g"},
		{"Title ..... 17", "Title 17"},
		{"Title . . . . 17", "Title 17"},
		{"Title. . .17", "Title. . .17"},
		{"Name ____ Date _·_,", "Name Date"},
		{"so… …", "so"},
		{"a, b, c, d", "a, b, c, d"},
		{"----", ""},
		{"a ---- b --- c - - - - d", "a b --- c - - - - d"},
		{"—— ——", "-- --"},
		{"a...\n...b", "a b"},
		{"ёлка Ёж", "ёлка Ёж"},
		{"end-\nof", "end- of"},
	} {
		if got := Normal(c.in); got != c.want {
			t.Errorf("Normal(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestMeasure(t *testing.T) {
	for _, c := range []struct {
		name, gold, text string
		want             Score
	}{
		{"both empty", "", "", Score{}},
		{"the same but for what does not count", "“Yes” — he said …", "\"Yes\" - he\n said\u00ad ...", Score{Characters: 19, Words: 5}},
		{"nothing read", "one two", "", Score{7, 7, 2, 2, 2}},
		{"noise on a blank page", "", "x y", Score{3, 0, 2, 0, 0}},
		{"one letter", "telegram 4117", "te1egram 4117", Score{1, 13, 1, 2, 1}},
		{"a wrong order", "one two three", "three one two", Score{11, 13, 2, 3, 0}},
		{"words count as often as they stand", "no no no", "no", Score{6, 8, 2, 3, 2}},
		{"letters are code points", "ёж 𝄞", "еж 𝄞", Score{1, 4, 1, 2, 1}},
		{"case counts", "Narkom", "narkom", Score{1, 6, 1, 1, 1}},
		{"more read than there is", "ab", "xxxxxxxx", Score{8, 2, 1, 1, 1}},
	} {
		if got := Measure(c.gold, c.text); got != c.want {
			t.Errorf("%s: Measure = %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestRates(t *testing.T) {
	s := Sum([]Score{{1, 10, 1, 2, 1}, {3, 30, 0, 6, 0}})
	if s != (Score{4, 40, 1, 8, 1}) {
		t.Fatalf("Sum = %+v", s)
	}
	if s.CER() != 0.1 || s.WER() != 0.125 || s.Missing() != 0.125 {
		t.Errorf("rates are %v, %v, %v", s.CER(), s.WER(), s.Missing())
	}
	blank, noise := Score{}, Measure("", "noise")
	if blank.CER() != 0 || noise.CER() != 1 || noise.WER() != 1 || noise.Missing() != 0 {
		t.Errorf("a blank page has CER %v, one with noise %v, WER %v, missing %v", blank.CER(), noise.CER(), noise.WER(), noise.Missing())
	}
}

// plain is the distance by the textbook.
func plain(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			replaced := diagonal
			if x != y {
				replaced++
			}
			diagonal, row[j+1] = row[j+1], min(replaced, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// slipped is a text with some of its letters lost, doubled or read as others.
func slipped(random *rand.Rand, text []rune, share float64, alphabet string) []rune {
	var read []rune
	for _, letter := range text {
		if random.Float64() >= share {
			read = append(read, letter)
			continue
		}
		other := rune(alphabet[random.IntN(len(alphabet))])
		switch random.IntN(3) {
		case 1:
			read = append(read, other)
		case 2:
			read = append(read, letter, other)
		}
	}
	return read
}

func drawnText(random *rand.Rand, length int, alphabet string) []rune {
	text := make([]rune, length)
	for i := range text {
		text[i] = rune(alphabet[random.IntN(len(alphabet))])
	}
	return text
}

// Lengths about the 64 rows of a strip, and texts long enough to be halved more than once.
func TestDistanceIsThatOfTheTextbook(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, alphabet := range []string{"a", "ab", "abcdefghijklmnopqrstuvwxyz", "a b", "abcdef ghijk lmno p"} {
		for _, length := range []int{1, 2, 63, 64, 65, 127, 128, 129, 500} {
			for _, share := range []float64{0.02, 0.3, 1} {
				a := drawnText(random, length, alphabet)
				b := slipped(random, a, share, alphabet)
				check(t, a, b)
				check(t, a, drawnText(random, random.IntN(2*length), alphabet))
			}
		}
	}
}

func check(t *testing.T, a, b []rune) {
	t.Helper()
	a, b = []rune(Normal(string(a))), []rune(Normal(string(b)))
	x, y, count := letters(a, b)
	want := plain(a, b)
	if got := distance(x, y, count); got != want {
		t.Fatalf("distance of %q and %q = %d, want %d", string(a), string(b), got, want)
	}
	if got := distance(y, x, count); got != want {
		t.Fatalf("distance of %q and %q = %d, want %d", string(b), string(a), got, want)
	}
	checkRuns(t, string(a), string(b), want)
	checkPlaces(t, string(a), string(b))
}

// checkRuns proves that runs are both texts, and as many errors as their distance.
func checkRuns(t *testing.T, gold, text string, errors int) {
	t.Helper()
	var g, r strings.Builder
	sum := 0
	runs := Diff(gold, text)
	for i, run := range runs {
		g.WriteString(run.Gold)
		r.WriteString(run.Text)
		sum += plain([]rune(run.Gold), []rune(run.Text))
		if run.Gold+run.Text == "" {
			t.Fatalf("run %d of %q and %q is empty", i, gold, text)
		}
		if i > 0 && run.Same() == runs[i-1].Same() {
			t.Fatalf("runs %d and %d of %q and %q are one", i-1, i, gold, text)
		}
	}
	if g.String() != Normal(gold) || r.String() != Normal(text) {
		t.Fatalf("the runs of %q and %q are %q and %q", gold, text, g.String(), r.String())
	}
	if sum != errors {
		t.Fatalf("the runs of %q and %q have %d errors, want %d: %+v", gold, text, sum, errors, runs)
	}
}

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		name, gold, text string
		want             []Run
	}{
		{"both empty", "", "", nil},
		{"the same", "a\nb", "a b", []Run{{"a b", "a b", 1}}},
		{"nothing read", "\n\na", "", []Run{{"a", "", 3}}},
		{"noise", "", "x", []Run{{"", "x", 1}}},
		{
			"a letter on the second line", "top\nte1egram", "top telegram",
			[]Run{{"top te", "top te", 1}, {"1", "l", 2}, {"egram", "egram", 2}},
		},
		{
			"a line left out", "one\ntwo\nthree", "one\nthree",
			[]Run{{"one t", "one t", 1}, {"wo t", "", 2}, {"hree", "hree", 3}},
		},
		{"too much at the end", "one", "one two", []Run{{"one", "one", 1}, {"", " two", 1}}},
	} {
		if got := Diff(c.gold, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: Diff = %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestPlacesAreOfWholeWords(t *testing.T) {
	for _, c := range []struct {
		name, gold, text string
		want             []Place
	}{
		{"the same", "a\nb", "a b", nil},
		{"both empty", "", "", nil},
		{"nothing read", "\na b", "", []Place{{2, "a b", "", "", ""}}},
		{"noise", "", "x y", []Place{{1, "", "x y", "", ""}}},
		{
			"a letter", "to the\nforeign commissar of it", "to the forcign commissar of it",
			[]Place{{2, "foreign", "forcign", "to the", "commissar of"}},
		},
		{
			"two letters of a word", "one telegram two", "one te1egrarn two",
			[]Place{{1, "telegram", "te1egrarn", "one", "two"}},
		},
		{"a word cut in two", "one telegram two", "one tele gram two", []Place{{1, "telegram", "tele gram", "one", "two"}}},
		{"two words joined", "one or two", "one ortwo", []Place{{1, "or two", "ortwo", "one", ""}}},
		{"a line left out", "one\ntwo three\nfour", "one\nfour", []Place{{2, "two three", "", "one", "four"}}},
		{"a word too many", "one two", "one and two", []Place{{1, "", "and", "one", "two"}}},
		{
			"two places", "a b c d e f g", "a x c d e y g",
			[]Place{{1, "b", "x", "a", "c d"}, {1, "f", "y", "d e", "g"}},
		},
	} {
		if got := Places(c.gold, c.text, 2); !slices.Equal(got, c.want) {
			t.Errorf("%s: Places = %+v, want %+v", c.name, got, c.want)
		}
	}
}

// checkPlaces proves that the text comes out when each place of the gold text is replaced.
func checkPlaces(t *testing.T, gold, text string) {
	t.Helper()
	all := len(gold)
	read := strings.Fields(Normal(gold))
	back := 0
	for _, p := range slices.Backward(Places(gold, text, all)) {
		if p.Gold == p.Text {
			t.Fatalf("a place of %q and %q does not differ: %+v", gold, text, p)
		}
		start := len(strings.Fields(p.Before))
		end := start + len(strings.Fields(p.Gold))
		if back > 0 && end > back {
			t.Fatalf("places of %q and %q overlap", gold, text)
		}
		back = start
		read = slices.Replace(read, start, end, strings.Fields(p.Text)...)
	}
	if want := Normal(text); strings.Join(read, " ") != want {
		t.Fatalf("the places of %q make %q, want %q", gold, read, want)
	}
}

// Two texts of 40,000 and 30,000 letters that share nothing would take 5 GB as a table.
func TestLongTextsTakeLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	gold, text := strings.Repeat("a", 40_000), strings.Repeat("b", 30_000)
	used := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if s := Measure(gold, text); s.Errors != 40_000 {
				b.Fatalf("Measure = %+v", s)
			}
			if runs := Diff(gold, text); len(runs) != 1 {
				b.Fatalf("Diff has %d runs", len(runs))
			}
		}
	}).AllocedBytesPerOp()
	if used > 32<<20 {
		t.Errorf("%d MB were allocated", used>>20)
	}
}

func BenchmarkMeasure(b *testing.B) {
	random := rand.New(rand.NewPCG(3, 4))
	alphabet := "abcdefghijklmnopqrstuvwxyz    "
	gold := drawnText(random, 20_000, alphabet)
	text := string(slipped(random, gold, 0.1, alphabet))
	b.Run("score", func(b *testing.B) {
		for b.Loop() {
			Measure(string(gold), text)
		}
	})
	b.Run("diff", func(b *testing.B) {
		for b.Loop() {
			Diff(string(gold), text)
		}
	})
}

func FuzzMeasure(f *testing.F) {
	f.Add("“Yes” — he said …", "Yes - he said ...")
	f.Add("Title ..... 17\nnext", "Title 17")
	f.Add("cafe\u0301\u00ad", "cafe")
	f.Add("\xff\xfe", "\u0301\n\u0301")
	f.Add(strings.Repeat("ab ", 60), strings.Repeat("ba ", 70))
	f.Fuzz(func(t *testing.T, gold, text string) {
		if len(gold)+len(text) > 4000 {
			return
		}
		s := Measure(gold, text)
		g, r := []rune(Normal(gold)), []rune(Normal(text))
		if want := plain(g, r); s.Errors != want || s.Characters != len(g) {
			t.Fatalf("Measure(%q, %q) = %+v, want %d errors of %d", gold, text, s, want, len(g))
		}
		if back := Measure(text, gold); back.Errors != s.Errors || back.WordErrors != s.WordErrors {
			t.Fatalf("Measure(%q, %q) has other errors the other way round", gold, text)
		}
		words := strings.Fields(string(g))
		if s.Words != len(words) || s.MissingWords > s.WordErrors || s.WordErrors > max(len(words), len(strings.Fields(string(r)))) {
			t.Fatalf("Measure(%q, %q) = %+v", gold, text, s)
		}
		if again := Normal(string(g)); Measure(again, string(g)).Characters != len([]rune(again)) {
			t.Fatalf("Normal(%q) has no length", gold)
		}
		checkRuns(t, gold, text, s.Errors)
		checkPlaces(t, gold, text)
	})
}
