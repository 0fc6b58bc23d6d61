package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word, a number or one other character.
type token struct {
	Span
	// num is the value of up to 9 digits, -1 for what is no number.
	num int
	// mark is the character of a token that is neither word nor number.
	mark rune
	// meaning is what is known of a word.
	meaning
}

func (t token) word() bool { return t.mark == 0 && t.num < 0 }

// tokenise cuts a text, given as it is and lowered. An apostrophe between letters
// belongs to its word, a figure among letters too: C1PHERED. Letters among figures
// that look like figures are taken for them: 2O772.
func tokenise(plain, lower string) []token {
	tokens := make([]token, 0, len(lower)/4+16)
	for i := 0; i < len(lower); {
		r, n := utf8.DecodeRuneInString(lower[i:])
		if end, value := figures(plain, i); end > i {
			tokens = append(tokens, token{Span: Span{i, end}, num: value})
			i = end
			continue
		}
		switch {
		case unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || unicode.IsControl(r):
			i += n
		case unicode.IsLetter(r) || unicode.IsMark(r) || isDigit(r):
			end := max(wordEnd(lower, i), i+n)
			known := vocabulary[lower[i:end]]
			if capital(plain[i:]) {
				known.traits |= capitalised
			}
			tokens = append(tokens, token{Span: Span{i, end}, num: -1, meaning: known})
			i = end
		default:
			tokens = append(tokens, token{Span: Span{i, i + n}, num: -1, mark: r})
			i += n
		}
	}
	return joinSpaced(tokens, lower)
}

// joinSpaced makes one token of a word that is typed with blanks between its
// letters, С Е К Р Е Т Н О, where forms use the word.
func joinSpaced(tokens []token, lower string) []token {
	for i := 0; i+4 < len(tokens); i++ {
		if !spacedLetter(tokens, i, lower) || !spacedLetter(tokens, i+1, lower) || !spacedLetter(tokens, i+2, lower) {
			continue
		}
		end := i + 1
		for end < len(tokens) && spacedLetter(tokens, end, lower) && tokens[end].Start-tokens[end-1].End == 1 && lower[tokens[end-1].End] == ' ' {
			end++
		}
		if end-i < 5 {
			continue
		}
		word := strings.ReplaceAll(lower[tokens[i].Start:tokens[end-1].End], " ", "")
		if k := lexicon[word]; k != none {
			tokens[i] = token{Span: Span{tokens[i].Start, tokens[end-1].End}, num: -1, meaning: meaning{k, tokens[i].traits & capitalised}}
			tokens = append(tokens[:i+1], tokens[end:]...)
		}
	}
	return tokens
}

func capital(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}

// spacedLetter tells that a token is one letter.
func spacedLetter(tokens []token, i int, lower string) bool {
	t := tokens[i]
	return t.word() && t.End-t.Start <= 2 && utf8.RuneCountInString(lower[t.Start:t.End]) == 1
}

// figures reads a number that begins at an offset: figures, and letters that look
// like figures where at least half are figures. What goes on as a word is none.
func figures(s string, i int) (end, value int) {
	if i > 0 {
		if before, _ := utf8.DecodeLastRuneInString(s[:i]); unicode.IsLetter(before) {
			return plainFigures(s, i)
		}
	}
	digits, letters := 0, 0
	end = i
	var number [9]byte
	for end < len(s) {
		r, n := utf8.DecodeRuneInString(s[end:])
		f := r
		if !isDigit(r) {
			if f = likeFigure(r); f == 0 {
				break
			}
			letters++
		} else {
			digits++
		}
		if k := digits + letters; k <= len(number) {
			number[k-1] = byte(f)
		}
		end += n
	}
	if digits == 0 || letters > digits {
		return plainFigures(s, i)
	}
	if next, _ := utf8.DecodeRuneInString(s[end:]); unicode.IsLetter(next) && letters > 0 {
		return plainFigures(s, i)
	}
	if next, n := utf8.DecodeRuneInString(s[end:]); unicode.IsLetter(next) && digits == 1 && longWord(s[end+n:]) {
		return i, -1 // 0nly
	}
	if digits+letters > len(number) {
		return end, -1
	}
	return end, numberOf(number[:digits+letters])
}

// plainFigures reads figures alone.
func plainFigures(s string, i int) (end, value int) {
	end = i
	for end < len(s) && isDigit(rune(s[end])) {
		end++
	}
	if end == i {
		return i, -1
	}
	if next, n := utf8.DecodeRuneInString(s[end:]); unicode.IsLetter(next) && end-i == 1 && longWord(s[end+n:]) {
		return i, -1
	}
	return end, number(s[i:end])
}

// longWord tells that two more letters follow at once: what stands before them
// belongs to a word.
func longWord(s string) bool {
	a, n := utf8.DecodeRuneInString(s)
	b, _ := utf8.DecodeRuneInString(s[n:])
	return unicode.IsLetter(a) && unicode.IsLetter(b)
}

// likeFigure returns the figure that a letter is taken for, 0 for none.
func likeFigure(r rune) rune {
	switch r {
	case 'O', 'o', 'О', 'о', 'Q', 'D':
		return '0'
	case 'l', 'I', '|', 'i', '!':
		return '1'
	case 'Z', 'z':
		return '2'
	case 'З', 'з', 'Э':
		return '3'
	case 'S', 's':
		return '5'
	case 'b', 'б', 'G':
		return '6'
	case 'B', 'В':
		return '8'
	case 'g', 'q':
		return '9'
	}
	return 0
}

func numberOf(figures []byte) int {
	n := 0
	for _, c := range figures {
		n = 10*n + int(c-'0')
	}
	return n
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func wordEnd(s string, i int) int {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if apostrophe(r) {
			if next, _ := utf8.DecodeRuneInString(s[i+n:]); !unicode.IsLetter(next) {
				return i
			}
		} else if figure := isDigit(r) && inWord(s[i+n:]); !figure && !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return i
		}
		i += n
	}
	return i
}

// inWord tells that a letter follows at once.
func inWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == '`' }

// number gives the value of digits, -1 for more than 9.
func number(digits string) int {
	if len(digits) > 9 {
		return -1
	}
	n := 0
	for _, c := range digits {
		n = 10*n + int(c-'0')
	}
	return n
}
