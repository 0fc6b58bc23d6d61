package align

import (
	"math/rand/v2"
	"strings"
	"testing"

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

// Whatever is sent, comparing words costs no more than it is allowed to.
func TestHostileTexts(t *testing.T) {
	for name, c := range hostile(1 << 13) {
		t.Run(name, func(t *testing.T) {
			base := bare(c[0])
			checkBody(t, base, Onto(base, c[1], nil), c[1], nil)
			checkChanges(t, c[0], c[1], Changes(c[0], c[1]))

			m := newMatcher(len(strings.Fields(c[0])), len(strings.Fields(c[1])))
			for n, s := range []*side{&m.base, &m.after} {
				for w := range strings.FieldsSeq(c[n]) {
					s.add(m.words.number(w), 0)
				}
			}
			allowed := m.effort
			m.match(true)
			if m.effort < -3*headLength*headLength || allowed > maxEffort {
				t.Errorf("%d of an effort of %d are left", m.effort, allowed)
			}
		})
	}
}
