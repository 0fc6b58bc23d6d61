package text

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// form is a prepared part of a word.
type form struct {
	raw string
	// folded is the word in one spelling, stem what stands in the index: the
	// same for words that are not English or Russian. Both are empty where
	// nothing of the word is left, and neither ever holds a blank.
	folded, stem string
}

// forms remembers prepared words. A page repeats many of its words and an
// archive nearly all; a stem costs about a microsecond, finding it here a
// twentieth. Each word has two slots, the newer word in the first, so that a
// misreading that occurs once does not push out a frequent word at once. The
// size is fixed (16384 words, about two megabytes), and what comes out is the
// same with and without it.
var (
	forms    [1 << 14]atomic.Pointer[form]
	formSeed = maphash.MakeSeed()
)

// prepare returns the form of one part.
func prepare(raw string) *form {
	slot := maphash.String(formSeed, raw) % uint64(len(forms))
	first := forms[slot].Load()
	if first != nil && first.raw == raw {
		return first
	}
	second := forms[slot^1].Load()
	if second != nil && second.raw == raw {
		return second
	}
	f := newForm(strings.Clone(raw))
	forms[slot].Store(f)
	if first != nil {
		forms[slot^1].Store(first)
	}
	return f
}

func newForm(raw string) *form {
	folded := keepWord(Fold(raw))
	if folded == raw {
		folded = raw // one memory for both
	}
	f := &form{raw: raw, folded: folded, stem: stem(folded)}
	if strings.HasPrefix(folded, f.stem) {
		f.stem = folded[:len(f.stem)]
	}
	return f
}

// keepWord drops what folding may bring into a word and is none, such as the
// blanks in the ligatures that stand for whole phrases.
func keepWord(folded string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, folded)
}

// withoutZeros returns a number without its leading zeros, and "" where it has
// none or s is no plain number. Zeros alone are "0".
func withoutZeros(s string) string {
	if len(s) < 2 || s[0] != '0' {
		return ""
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return ""
		}
	}
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return s
}

// plainWord says that s is one script's letters alone: Latin or Cyrillic.
func plainWord(s string) *unicode.RangeTable {
	r, _ := utf8.DecodeRuneInString(s)
	script := unicode.Latin
	if unicode.Is(unicode.Cyrillic, r) {
		script = unicode.Cyrillic
	}
	for _, r := range s {
		if !unicode.Is(script, r) {
			return nil
		}
	}
	return script
}

// character returns the folded form of one East Asian character.
func character(raw string) string {
	if r, size := utf8.DecodeRuneInString(raw); size == len(raw) && 0x4e00 <= r && r <= 0x9fff || 0xac00 <= r && r <= 0xd7a3 {
		return raw
	}
	return keepWord(norm.NFKC.String(raw))
}
