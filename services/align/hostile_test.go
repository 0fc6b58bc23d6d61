package align

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// hostile are texts that are hard to align, of about so many bytes.
func hostile(bytes int) map[string][2]string {
	r := rand.New(rand.NewPCG(7, 7))
	random := func(letters string, length, blanks int) string {
		b := make([]byte, bytes)
		for n := range b {
			if b[n] = letters[r.IntN(len(letters))]; n%(length+1) == length {
				b[n] = " \n"[min(r.IntN(blanks), 1)]
			}
		}
		return string(b)
	}
	shuffled := func(text string) string {
		words := strings.Fields(text)
		r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		return strings.Join(words, " ")
	}
	many := random("abcdefgh", 7, 10)
	return map[string][2]string{
		"one letter":           {"a", strings.Repeat("a", bytes)},
		"one letter in words":  {"a b a", strings.Repeat("a ", bytes/2)},
		"one letter in lines":  {"b b b b", strings.Repeat("a\n", bytes/2)},
		"two letters":          {random("ab", 1, 1), random("ab", 1, 1)},
		"the same letters":     {strings.Repeat("abcdefghijklmnopqrstuvwxyz012345 ", bytes/33), strings.Repeat("543210zyxwvutsrqponmlkjihgfedcba ", bytes/33)},
		"words of one length":  {random("abcdefgh", 7, 10)[:bytes/40], random("abcdefgh", 7, 10)[:bytes/40]},
		"words in disorder":    {many, shuffled(many)},
		"other words":          {many, random("ijklmnop", 7, 10)},
		"similar words":        {many, random("abcdefgh", 7, 10)},
		"letters become words": {strings.Repeat("b", bytes), random("ab", 1, 3)},
		"words become letters": {random("ab", 1, 3), strings.Repeat("b", bytes)},
		"accents":              {"a", "a" + strings.Repeat("\u0301", bytes/2)},
		"blanks":               {"a b", strings.Repeat(" \n", bytes/2)},
	}
}

// bare is the body of a text as one line, with boxes that mean nothing.
func bare(text string) *fondsv1.Body {
	text = Normalise(text)
	b := &fondsv1.Body{Text: text, Width: pageW, Height: pageH}
	for n, t := range tokens(text) {
		b.Words = append(b.Words, &fondsv1.Word{
			Start: uint32(t.start), End: uint32(t.end),
			Box: &fondsv1.Box{X: uint32(n*20) % pageW, Y: uint32(n*20/pageW*30) % pageH, Width: 15, Height: 25},
		})
	}
	return b
}

// Whatever is sent, the work is done within the effort that is allowed for comparing
// and the passes over the text; nothing here is quadratic, or this test does not end.
func TestHostileTexts(t *testing.T) {
	bytes := 1 << 18
	if testing.Short() {
		bytes = 1 << 15
	}
	for name, c := range hostile(bytes) {
		t.Run(name, func(t *testing.T) {
			base := bare(c[0])
			start := time.Now()
			got := Onto(base, c[1], nil)
			onto := time.Since(start)
			checkBody(t, base, got, c[1], nil)
			start = time.Now()
			changes := Changes(c[0], c[1])
			t.Logf("Onto %v, Changes %v, %d changes", onto.Round(time.Millisecond), time.Since(start).Round(time.Millisecond), len(changes))
			checkChanges(t, c[0], c[1], changes)
		})
	}
}
