package citation

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxDigits = 6 // of a number of any level; more are something else
	maxSuffix = 3 // letters after a hyphen: 5-os
	// maxRanges is how many ranges of listy one citation holds; a delo has a few
	// hundred listy, and citations are compared range by range.
	maxRanges = 500
)

// lost is what stands for a delo without a number in print.
const lost = "?"

// value reads the number of a fond, opis, papka or delo at i: 45, 059a, R-9478,
// 5-os, 12/3. Digits that OCR took for letters are mended and flagged.
func (t text) value(i int, of level) (number string, end int, flags []Flag, ok bool) {
	prefix, j := t.prefix(i, of)
	digits, j, mended := t.digits(j)
	if digits == "" {
		digits, j = t.loneOne(i)
		if digits == "" {
			return "", i, nil, false
		}
		mended = true
	}
	if mended {
		flags = append(flags, OCRDigit)
	}
	var b strings.Builder
	b.WriteString(prefix)
	b.WriteString(digits)
	suffix, j := t.suffix(j)
	b.WriteString(suffix)
	tail, j := t.tail(j, of)
	b.WriteString(tail)
	return b.String(), j, flags, t.closed(j) || t.markedNumber(j)
}

// prefix reads the letter of R-4459, with or without its hyphen.
func (t text) prefix(i int, of level) (string, int) {
	r, n := t.rune(i)
	letter := toLatin(string(r))
	if n == 0 || !isLetter(r) || len([]rune(letter)) != 1 || !isPlain(letter) {
		return "", i
	}
	hyphen := t.dash(i + n)
	if !t.digit(hyphen) || of != fond && (hyphen == i+n || !unicode.IsUpper(r)) {
		return "", i
	}
	if hyphen == i+n && (!unicode.IsUpper(r) || isFalseDigit(r)) {
		return "", i
	}
	return strings.ToUpper(letter) + "-", hyphen
}

func isFalseDigit(r rune) bool { return r == 'l' || r == 'I' || r == 'O' || r == 'О' }

// digits reads digits at i, letters that OCR put for digits among them.
func (t text) digits(i int) (digits string, end int, mended bool) {
	var b [maxDigits + 1]byte
	n, j := 0, i
	for n <= maxDigits {
		r, size := t.rune(j)
		switch {
		case size == 1 && isDigit(byte(r)):
			b[n] = byte(r)
		case isFalseDigit(r) && (n > 0 && t.closed(j+size) || t.digit(j+size)) && !t.markedNumber(j):
			b[n] = '1'
			if r == 'O' || r == 'О' {
				b[n] = '0'
			}
			mended = true
		default:
			return string(b[:n]), j, mended
		}
		n++
		j += size
	}
	return "", i, false
}

// loneOne reads a single l or I that stands for 1: "op. l, d. 339".
func (t text) loneOne(i int) (string, int) {
	if !t.is(i, 'l') && !t.is(i, 'I') || !t.closed(i+1) {
		return "", i
	}
	j, comma, stop := t.separator(i + 1)
	m, ok := t.marker(j)
	if !ok || !comma && !stop || m.level == list && !comma || !t.digit(m.end) && !comma {
		return "", i
	}
	return "1", i + 1
}

// markedNumber tells whether a mark and a digit stand at i, as in the middle
// of "d.339l.20": then its letters do not belong to the number before.
func (t text) markedNumber(i int) bool {
	var m marker
	end, ok := t.mark(i, &m)
	if !ok || m.flag == OForOp { // 2O1
		return false
	}
	if t.is(end, '.') {
		end++
	}
	return t.digit(t.blanks(end))
}

// misread is the letter that no number ends in: behind a figure it is a 1.
const misread = "l"

// suffix reads one or two letters that belong to the number before: 59a.
func (t text) suffix(i int) (string, int) {
	end := t.letters(i)
	s := toLatin(string(t[i:min(end, i+2*len("а"))]))
	if end == i || end-i > 2*len("а") || utf8.RuneCountInString(s) > 2 || !isPlain(s) || s == misread || t.digit(end) || t.markedNumber(i) {
		return "", i
	}
	return s, end
}

// isPlain tells whether s, from toLatin, has letters only that a number bears.
func isPlain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && r != 'л' }) < 0
}

// tail reads what follows a number after a hyphen or stroke: 5-os, 12/3, and
// 339-340 where one delo number stands for two.
func (t text) tail(i int, of level) (string, int) {
	hyphen := t.dash(i)
	if t.is(i, '/') {
		hyphen = i + 1
	}
	if hyphen == i {
		return "", i
	}
	if t.digit(hyphen) && (of == delo || t[i] == '/') {
		end := hyphen
		for t.digit(end) {
			end++
		}
		if end-hyphen > maxDigits {
			return "", i
		}
		joint := "-"
		if t[i] == '/' {
			joint = "/"
		}
		return joint + string(t[hyphen:end]), end
	}
	end := t.letters(hyphen)
	if end == hyphen || end-hyphen > maxSuffix*len("а") || t[i] == '/' {
		return "", i
	}
	s := toLatin(string(t[hyphen:end]))
	if utf8.RuneCountInString(s) > maxSuffix || !isPlain(s) || t.markedNumber(hyphen) {
		return "", i
	}
	return "-" + s, end
}

// listy reads ranges of listy at i, apart by commas or and.
func (t text) listy(i int) (ranges []Range, end int, flags []Flag) {
	end = i
	for j := i; ; {
		r, e, f, ok := t.listRange(j)
		if !ok || len(ranges) == maxRanges || len(ranges) > 0 && !t.continues(ranges[len(ranges)-1], r, e) {
			return ranges, end, flags
		}
		ranges, end, flags = append(ranges, r), e, append(flags, f...)
		k := t.blanks(end)
		switch {
		case t.is(k, ','):
			k++
		case t.is(k, '&'):
			k++
		default:
			w := t.letters(k)
			if k == end || !isAnd(string(t[k:w])) {
				return ranges, end, flags
			}
			k = w
		}
		j = t.blanks(k)
	}
}

func isAnd(word string) bool { return word == "and" || word == "и" || word == "i" || word == "та" }

// continues tells whether r, which ends at end, goes on with the listy whose
// last is before: it is no day, year or number of things.
func (t text) continues(before, r Range, end int) bool {
	if r.Unnumbered {
		return true
	}
	if !t.closed(end) || t.is(end, '.') && t.digit(end+1) || t.is(end, '/') || t.is(end, '%') ||
		t.is(end, ':') && t.digit(end+1) || isYear(before, r) {
		return false
	}
	k := t.blanks(end)
	if t[end-1] == '.' || !t.letter(k) || strings.ContainsRune(string(t[end:k]), '\n') {
		return true
	}
	return isAnd(string(t[k:t.letters(k)]))
}

// isYear tells whether r looks more like a year than like a list after before.
func isYear(before, r Range) bool {
	year, _ := strconv.Atoi(r.From.Number)
	last, _ := leadingNumber(before.To.Number)
	return r.From == r.To && year >= 1850 && year < 2050 && last < 1000
}

// listRange reads one list, a range of them, or a list without a number.
func (t text) listRange(i int) (Range, int, []Flag, bool) {
	if end, ok := t.unnumbered(i); ok {
		return Range{Unnumbered: true}, end, []Flag{Unnumbered}, true
	}
	from, end, mended, ok := t.leaf(i)
	if !ok {
		return Range{}, i, nil, false
	}
	var flags []Flag
	r := Range{From: from, To: from}
	if sides, ok := t.bothSides(end); ok && !from.Verso {
		r.To.Verso, end = true, sides
	} else if to, e, m, ok := t.rangeEnd(end); ok {
		r.To, end, mended = to, e, mended || m
		flags = r.straighten()
	}
	if mended {
		flags = append(flags, OCRDigit)
	}
	if r.From.Verso || r.To.Verso {
		flags = append(flags, Verso)
	}
	return r, end, flags, true
}

// rangeEnd reads a dash and the list after it.
func (t text) rangeEnd(i int) (Leaf, int, bool, bool) {
	j := t.blanks(i)
	after := t.dash(j)
	if after == j {
		return Leaf{}, i, false, false
	}
	return t.leaf(t.blanks(after))
}

// straighten writes out a shortened end (131-33) and flags a range that runs
// backwards.
func (r *Range) straighten() []Flag {
	from, err1 := strconv.Atoi(r.From.Number)
	to, err2 := strconv.Atoi(r.To.Number)
	if err1 != nil || err2 != nil || to >= from {
		return nil
	}
	if short := len(r.From.Number) - len(r.To.Number); short > 0 {
		whole := r.From.Number[:short] + r.To.Number
		if n, err := strconv.Atoi(whole); err == nil && n >= from {
			r.To.Number = whole
			return []Flag{RangeExpanded}
		}
	}
	return []Flag{RangeReversed}
}

// leaf reads the number of a list, its letter and its side.
func (t text) leaf(i int) (leaf Leaf, end int, mended, ok bool) {
	digits, j, mended := t.digits(i)
	if digits == "" {
		return Leaf{}, i, false, false
	}
	leaf.Number = strings.TrimLeft(digits[:len(digits)-1], "0") + digits[len(digits)-1:]
	if e, ok := t.verso(j); ok {
		leaf.Verso = true
		return leaf, e, mended, true
	}
	if s, e := t.leafLetter(j); e > j {
		leaf.Number += s
		j = e
	}
	if e, ok := t.verso(j); ok {
		leaf.Verso = true
		j = e
	}
	return leaf, j, mended, t.closed(j) || t.markedNumber(j)
}

// leafLetter reads the one letter of 85a; the mark of the verso may follow it.
func (t text) leafLetter(i int) (string, int) {
	r, n := t.rune(i)
	end := i + n
	s := toLatin(string(r))
	if n == 0 || !isLetter(r) || utf8.RuneCountInString(s) != 1 || !isPlain(s) || s == misread || t.markedNumber(i) {
		return "", i
	}
	if _, ok := t.verso(end); t.letter(end) && !ok || t.digit(end) {
		return "", i
	}
	return s, end
}

// verso reads the mark of the back side: ob., об., -rev., verso, зв.
func (t text) verso(i int) (int, bool) {
	j := t.blanks(i)
	if k := t.dash(j); k > j {
		j = k
	}
	bracket := t.is(j, '(')
	if bracket {
		j++
	}
	end := t.letters(j)
	if end-j > len("оборот") {
		return i, false
	}
	var buf [maxWord]byte
	switch string(skeleton(buf[:0], string(t[j:end]))) {
	case "ob", "oб", "oбopoт", "oбopot", "obopot", "rev", "verso", "zv", "зb":
	default:
		return i, false
	}
	if !t.closed(end) {
		return i, false
	}
	if t.is(end, '.') {
		end++
	}
	if bracket {
		if !t.is(end, ')') {
			return i, false
		}
		end++
	}
	return end, true
}

// bothSides reads "r.v." and "and verso", which name both sides of a list.
func (t text) bothSides(i int) (int, bool) {
	j := t.blanks(i)
	end := t.letters(j)
	if end == j {
		return i, false
	}
	word := string(t[j:min(end, j+maxWord)])
	if isAnd(word) {
		k := t.blanks(end)
		if k == end || !t.letter(k) {
			return i, false
		}
		return t.verso(k)
	}
	if word == "r" && t.is(end, '.') {
		k := t.blanks(end + 1)
		if t.is(k, 'v') && t.closed(k+1) {
			if t.is(k+1, '.') {
				k++
			}
			return k + 1, true
		}
	}
	return i, false
}

// unnumbered reads the words for a list without a number.
func (t text) unnumbered(i int) (int, bool) {
	j := i
	bracket := t.is(j, '(')
	if bracket {
		j++
	}
	end := t.letters(j)
	switch strings.ToLower(string(t[j:min(end, j+maxWord)])) {
	case "unnumbered", "unpaginated":
		if k := t.blanks(end); k > end && !bracket {
			e := t.letters(k)
			if m := marks[strings.ToLower(string(t[k:min(e, k+maxWord)]))]; m.level == list || m.level == pages {
				end = e
			}
		}
	case "b", "б":
		if !t.is(end, '/') {
			return i, false
		}
		e := t.letters(end + 1)
		if s := string(t[end+1 : e]); s != "n" && s != "н" {
			return i, false
		}
		end = e
	default:
		return i, false
	}
	if bracket {
		if !t.is(end, ')') {
			return i, false
		}
		end++
	}
	return end, true
}

// leadingNumber gives the number at the head of s, and what follows it.
func leadingNumber(s string) (n int, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	n, err := strconv.Atoi(s[:i])
	if err != nil {
		return 0, s
	}
	return n, s[i:]
}
