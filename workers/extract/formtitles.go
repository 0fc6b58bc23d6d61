package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// behind is the token behind a run and the bracket that closes after it or explains it.
func (r *formReader) behind(run nameRun) int {
	i := run.last
	if m := r.at(i).mark; m == '[' || m == '(' {
		for j := i + 1; j < i+5; j++ {
			if m := r.at(j).mark; m == ']' || m == ')' {
				return j + 1
			}
		}
		return i
	}
	if r.at(i).mark == ']' {
		return i + 1
	}
	return i
}

// before is the token before a run, without an opening bracket or quotation mark.
func (r *formReader) before(run nameRun) int {
	i := run.first - 1
	if m := r.at(i).mark; m == '[' || m == '(' || m != 0 && strings.ContainsRune(quotes, m) {
		i--
	}
	return i
}

// titled tells that a title or an office stands before a run.
func (r *formReader) titled(run nameRun) bool {
	i := r.before(run)
	if m := r.at(run.first - 1).mark; m != 0 && strings.ContainsRune(closingQuotes, m) {
		return r.inOffice(run, run.first-1)
	}
	if r.at(i).mark == '.' && r.at(i).End <= r.at(run.first).Start {
		i--
		if w := r.word(i); !shortTitle(w) {
			return false
		}
	}
	if i < 0 || strings.Count(r.plain[r.at(i).End:r.at(run.first).Start], "\n") > 1 {
		return false
	}
	w := r.word(i)
	if titles[w] || r.at(i).key == kComrade {
		dotted := r.at(i+1).mark == '.'
		return dotted || utf8.RuneCountInString(w) > 1 && (w != "com" || r.startsUpper(i))
	}
	if r.at(i).mark == '-' && r.word(i-1) == "г" {
		return true
	}
	if (w == "н" || w == "ну" || w == "на" || w == "ном") && r.at(i-1).mark == '-' && r.word(i-2) == "г" {
		return true
	}
	return r.inOffice(run, i)
}

// closingQuotes end what an office is for: корреспондент «Правды» Иванов.
const closingQuotes = "»”\""

// shortTitle tells that a title is written with a full stop.
func shortTitle(w string) bool {
	switch w {
	case "mr", "mrs", "ms", "dr", "prof", "gen", "col", "lt", "maj", "capt", "adm", "com", "comr", "cde", "cdes", "tov", "c", "t",
		"тов", "т", "тт", "ген", "проф", "акад", "гр", "г", "messrs", "amb", "sen", "gov", "st":
		return true
	}
	return false
}

// inOffice tells that an office with its field stands before a run: Minister of
// Public Works X, министр внешней торговли X; the consul in Y, X.
func (r *formReader) inOffice(run nameRun, i int) bool {
	if r.office < i-9 || r.office > i {
		return false
	}
	comma := r.at(i).mark == ','
	if comma {
		if !strings.ContainsRune(",.;)", r.at(run.last).mark) || r.at(run.last).mark == 0 {
			return false
		}
		i--
	}
	fields, quoted := 0, false
	for j := r.office + 1; j <= i; j++ {
		t := r.at(j)
		w := r.word(j)
		switch {
		case t.mark != 0 && strings.ContainsRune(quotes, t.mark):
			quoted = !quoted
		case quoted:
		case r.owner[j] != 0 || portfolios[w] || t.key == kBody || bodyHeads[w] || russianHead(w) != "":
		case t.mark == '-' || w == "of" || w == "the" || w == "for" || w == "in" || w == "at" || w == "to" || w == "and" || w == "его" || w == "по" || w == "в" || w == "при" || w == "и":
		case t.mark != 0 || t.num >= 0:
			return false
		case r.startsUpper(j) && comma && j == i: // the consul in Y, X
		case r.startsUpper(j):
			return false
		case unicode.Is(unicode.Latin, letterOf(w)) && !comma, telling[w], fields > 3:
			return false
		default:
			fields++
		}
	}
	w := r.word(i)
	return w != "of" && w != "in" && w != "to" && w != "at" && w != "for" && w != "в" && w != "по" && w != "при"
}

// clerk tells that a run stands in a line of those who handled the paper.
func (r *formReader) clerk(run nameRun) bool {
	l := r.lines[r.line]
	if r.lineKinds[r.line] != closingLine || run.words > 2 {
		return false
	}
	for j := l.first; j < run.first; j++ {
		switch r.at(j).key {
		case kDeciphered, kPrinted, kVerified, kDispatched, kExecuted, kRecorded:
			return !r.abbreviation(run) && r.at(run.last).mark != ':' && r.at(run.last+1).mark != ':'
		}
	}
	m := r.at(run.first - 1).mark // 4 - Ivanov
	return run.last == l.last && (m == '-' || m == '—' || m == '–') && !r.abbreviation(run) && r.at(l.first).key != kFiled
}
