package align

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalise returns a text as a body has it that a person wrote: as it was typed, lines
// indented, columns apart and empty lines between, but for what nobody can see. It is in
// Unicode NFC; everything that ends a line is "\n"; blanks at the end of a line and empty
// lines at the end of the text are gone, and the last line is ended. Every blank but a
// tab is U+0020; there is no other control character and no byte order mark. Bytes that
// are no UTF-8 become U+FFFD. A text without words is empty. What is normalised stays as
// it is.
func Normalise(s string) string {
	s = clean(s)
	var b strings.Builder
	b.Grow(len(s) + 1)
	empty := 0 // lines since the last word
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimRight(line, " \t")
		if line == "" {
			empty++
			continue
		}
		for ; empty > 0; empty-- {
			b.WriteByte('\n')
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

const (
	nextLine           = '\u0085'
	lineSeparator      = '\u2028'
	paragraphSeparator = "\u2029"
	byteOrderMark      = '\ufeff'
)

// clean leaves letters, blanks, tabs and "\n" in NFC. Composing comes last, because letter
// and accent may have stood apart.
func clean(s string) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, paragraphSeparator, "\n\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\v', r == '\f', r == nextLine, r == lineSeparator:
			return '\n'
		case r == '\t':
			return r
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
