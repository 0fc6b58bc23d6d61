package align

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalise returns a text as a body has it: Unicode NFC, words joined by one blank,
// lines ended by "\n", paragraphs parted by one empty line, no other control character
// and no byte order mark. Bytes that are no UTF-8 become U+FFFD; everything that
// Unicode calls a blank is one, and everything that ends a line ends it. A text without
// words is empty. What is normalised stays as it is.
func Normalise(s string) string {
	s = clean(s)
	var b strings.Builder
	b.Grow(len(s) + 1)
	gap := false // an empty line stands before
	for line := range strings.SplitSeq(s, "\n") {
		first := true
		for word := range strings.FieldsSeq(line) {
			switch {
			case !first:
				b.WriteByte(' ')
			case gap && b.Len() > 0:
				b.WriteByte('\n')
			}
			b.WriteString(word)
			first = false
		}
		if gap = first; !first {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

const (
	nextLine           = '\u0085'
	lineSeparator      = '\u2028'
	paragraphSeparator = "\u2029"
	byteOrderMark      = '\ufeff'
)

// clean leaves letters, blanks and "\n" in NFC. Composing comes last, because letter
// and accent may have stood apart.
func clean(s string) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, paragraphSeparator, "\n\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\v', r == '\f', r == nextLine, r == lineSeparator:
			return '\n'
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == byteOrderMark:
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(s)
}

// token is one word of a text, with the number of its line and paragraph from 0.
type token struct{ start, end, line, paragraph int }

// tokens lists the words of a text, normalised or not.
func tokens(text string) []token {
	var all []token
	var t token
	ends, in := 0, false // ends of lines since the last word
	for at, r := range text {
		if unicode.IsSpace(r) {
			if in {
				t.end = at
				all = append(all, t)
			}
			in = false
			if r == '\n' {
				ends++
			}
			continue
		}
		if in {
			continue
		}
		if len(all) > 0 && ends > 0 {
			t.line++
		}
		if len(all) > 0 && ends > 1 {
			t.paragraph++
		}
		t.start, in, ends = at, true, 0
	}
	if in {
		t.end = len(text)
		all = append(all, t)
	}
	return all
}
