package extract

import (
	"strings"
	"unicode/utf8"
)

// numberAt reads a registry number that begins at token i: digits, then any of
// /digits, /letters, -digits with no blank between.
func (p *page) numberAt(i int) (Span, int) {
	first := i
	if i = p.numberPrefix(i); p.digits(i) == 0 { // P74/212, a resolution's number
		if t := p.at(i); !t.word() || !p.startsUpper(i) || utf8.RuneCountInString(p.of(t.Span)) != 1 || p.digits(i+1) == 0 || !p.closeTo(i+1) || p.at(i+2).mark != '/' {
			return Span{}, first
		}
		i++
	}
	j := i + 1
	for ; j < len(p.tokens) && p.closeTo(j); j++ {
		t := p.at(j)
		joins := t.mark == '/' || t.mark == '-' || t.mark == '–' || t.mark == '—'
		if joins && p.at(j+1).mark == 0 && p.closeTo(j+1) && j+1 < len(p.tokens) {
			j++
			continue
		}
		if t.word() && t.End-t.Start <= 4 { // 302sh, 17a
			continue
		}
		break
	}
	return Span{p.at(first).Start, p.at(j - 1).End}, j
}

// numberPrefix skips the letters of a register behind a number sign: № П79/188, No. A-17.
func (p *page) numberPrefix(i int) int {
	t, before := p.at(i), p.at(i-1)
	if !t.word() || !p.startsUpper(i) || t.End-t.Start > 4 || before.mark != '№' && before.mark != '.' && before.mark != 'º' && before.key != kNumber {
		return i
	}
	j := i + 1
	if p.at(j).mark == '-' && p.closeTo(j) {
		j++
	}
	if p.digits(j) == 0 || !p.closeTo(j) || p.signAt(i-1) == i-1 && p.signAt(i-2) == i-2 {
		return i
	}
	return j
}

// registry writes a registry number with the figures that its letters were
// misread from.
func (p *page) registry(s Span) string {
	var b strings.Builder
	for i := p.tokenAt(s.Start); i < len(p.tokens) && p.at(i).Start < s.End; i++ {
		t := p.at(i)
		written := p.plain[t.Start:t.End]
		if t.num >= 0 {
			for _, r := range written {
				if f := likeFigure(r); f != 0 {
					r = f
				}
				b.WriteRune(r)
			}
			continue
		}
		if t.mark == '–' || t.mark == '—' {
			written = "-"
		}
		b.WriteString(written)
	}
	return b.String()
}

// signAt skips a number sign: No., Nº, №, N, n°. It returns i when there is none.
func (p *page) signAt(i int) int {
	t := p.at(i)
	word := p.lower[t.Start:t.End]
	switch {
	case t.mark == '№' || t.mark == '#':
		for i++; p.at(i).mark == '№'; i++ {
		}
		return i
	case t.key == kNumber:
		i++
	case (word == "n" || word == "n°") && (p.digits(i+1) > 0 || p.at(i+1).mark == '°' || p.at(i+1).mark == 'º'):
		i++
	case t.traits&numberSign != 0 && p.digits(i+1) > 0:
		return i + 1
	default:
		return i
	}
	for m := p.at(i).mark; m == '.' || m == 'º' || m == '°' || m == '№'; m = p.at(i).mark {
		i++
	}
	if m := p.at(i).mark; (m == ':' || m == ',') && p.digits(i+1) > 0 { // NO: 318
		i++
	}
	return i
}

// misreadSigns is what recognition makes of №, beside figures.
var misreadSigns = map[string]bool{
	"ne": true, "nq": true, "ng": true, "jvfe": true, "jve": true, "jvb": true, "jvs": true, "jfe": true, "jfs": true, "jsfe": true, "jsfs": true, "hq": true, "nъ": true,
}

// numbersAt reads a list of numbers that begins at token i: "24518, 24519 and
// 24520". What differs in length is none of them.
func (p *page) numbersAt(i int) ([]Span, int) {
	n, next := p.numberAt(i)
	if next == i {
		return nil, i
	}
	all, digits := []Span{n}, p.digits(i)
	for len(all) < 16 {
		t, j := p.at(next), next+1
		if t.mark != ',' && t.mark != ';' && t.key != kAnd {
			break
		}
		j = p.signAt(j)
		more, after := p.numberAt(j)
		if after == j || digits < 2 || p.digits(j) != digits || p.at(after).key == kCopies || p.at(after).key == kHours {
			break
		}
		if _, end := p.momentAt(j); end > j {
			break
		}
		all, next = append(all, more), after
	}
	return all, next
}
