package align

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// damage reads a page as a bad recogniser does: letters for others at a rate, words
// split and joined at another; with noise, specks read for words and words left out at
// that rate too.
func damage(r *rand.Rand, truth []printed, letters, words float64, noise bool) []printed {
	var read []printed
	for n := 0; n < len(truth); n++ {
		w := truth[n]
		if noise && r.Float64() < words {
			continue
		}
		if noise && r.Float64() < words {
			speck := w
			speck.text = []string{".", "|", "-", "'", "i"}[r.IntN(5)]
			speck.box.right = speck.box.left + 3
			read = append(read, speck)
		}
		w.text = garble(r, w.text, letters)
		switch {
		case n+1 < len(truth) && truth[n+1].line == w.line && r.Float64() < words:
			n++
			w.text += garble(r, truth[n].text, letters)
			w.box = w.box.join(truth[n].box)
			read = append(read, w)
		case utf8.RuneCountInString(w.text) >= 4 && r.Float64() < words:
			runes := []rune(w.text)
			at := 1 + r.IntN(len(runes)-1)
			left, right := w, w
			left.text, right.text = string(runes[:at]), string(runes[at:])
			left.box.right = w.box.left + (w.box.right-w.box.left)*int64(at)/int64(len(runes))
			right.box.left = left.box.right
			read = append(read, left, right)
		default:
			read = append(read, w)
		}
	}
	return read
}

func garble(r *rand.Rand, word string, rate float64) string {
	letters := []rune("abcdehiklmnorstuабвеиклмнопрстсуцшыь0135,.")
	runes := []rune(word)
	for n := range runes {
		if r.Float64() < rate {
			runes[n] = letters[r.IntN(len(letters))]
		}
	}
	return string(runes)
}

// score counts words whose box is the true one.
type score struct{ words, right int }

func (s score) share() float64 { return float64(s.right) / float64(max(s.words, 1)) }

// measure corrects a damaged page back to the truth. A word's box is right when it is
// the true one to the pixel, or, where words were run together and nobody can know
// where one ended, when it has the most of it in common.
func measure(t *testing.T, truth, damaged []printed) score {
	t.Helper()
	base, want := bodyOf(damaged, 0), bodyOf(truth, 0)
	got := Onto(base, want.GetText(), nil)
	check(t, base, got, want.GetText(), nil)
	s := score{words: len(truth)}
	for n, box := range uprightBoxes(got) {
		if box == truth[n].box || got.GetWords()[n].GetInterpolated() && overlap(box, truth[n].box) > 0.5 {
			s.right++
		}
	}
	return s
}

// overlap is the common part of two rectangles as a share of both together.
func overlap(a, b rect) float64 {
	common := rect{max(a.left, b.left), max(a.top, b.top), min(a.right, b.right), min(a.bottom, b.bottom)}
	if common.empty() {
		return 0
	}
	size := func(r rect) float64 { return float64(r.right-r.left) * float64(r.bottom-r.top) }
	return size(common) / (size(a) + size(b) - size(common))
}

// What a recogniser got wrong and a person put right again stands where it stood.
func TestCorrectedWordsFindTheirBoxes(t *testing.T) {
	texts := []string{}
	r := rand.New(rand.NewPCG(4, 6))
	for range 4 {
		texts = append(texts, prose(r, 500))
	}
	for _, c := range []struct {
		letters, words float64
		noise          bool
		least          float64
	}{
		{0.01, 0.01, false, 0.999},
		{0.05, 0.03, false, 0.998},
		{0.10, 0.05, false, 0.998},
		{0.20, 0.05, false, 0.99},
		{0.35, 0.05, false, 0.98},
		{0.05, 0.03, true, 0.99},
		{0.20, 0.05, true, 0.97},
	} {
		var all score
		for _, text := range append(texts, samples(t)...) {
			truth := typeset(text)
			s := measure(t, truth, damage(r, truth, c.letters, c.words, c.noise))
			all.words, all.right = all.words+s.words, all.right+s.right
		}
		t.Logf("letters wrong %2.0f %%, words split and joined %.0f %%, specks and words lost %5v: %.2f %% of %d boxes right",
			100*c.letters, 100*c.words, c.noise, 100*all.share(), all.words)
		if all.share() < c.least {
			t.Errorf("of %d words %d have the right box", all.words, all.right)
		}
	}
}

// samples are up to 10 texts of real pages, where a copy is at hand.
func samples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../../shared/scans/*/*.gt.txt")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := Normalise(string(b))
		words := typeset(text)
		fits := func(w printed) bool { return w.box.right < pageW && w.box.bottom < pageH }
		if len(words) > 50 && !slices.ContainsFunc(words, func(w printed) bool { return !fits(w) }) {
			texts = append(texts, text)
		}
	}
	return texts[:min(len(texts), 10)]
}

func BenchmarkOnto500Words(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	truth := typeset(prose(r, 500))
	text := bodyOf(truth, 0).GetText()
	for name, base := range map[string]*fondsv1.Body{
		"same":        bodyOf(truth, 0),
		"wrong_5_%":   bodyOf(damage(r, truth, 0.05, 0.03, true), 0),
		"wrong_20_%":  bodyOf(damage(r, truth, 0.2, 0.05, true), 0),
		"written_new": page(prose(r, 500)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Onto(base, text, nil)
			}
		})
	}
}
