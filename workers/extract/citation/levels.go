package citation

import (
	"strings"
	"unicode"
)

// level is a step of the order of an archive.
type level uint8

const (
	fond level = iota + 1
	opis
	papka
	delo
	por
	dok
	tom
	list
	pages // of the document, not of the file
)

// rank orders levels from the top down; papka and delo come in either order.
func (l level) rank() int {
	switch l {
	case fond:
		return 1
	case opis:
		return 2
	case papka, delo, por, dok:
		return 3
	case tom:
		return 4
	}
	return 5
}

// mark is a word or abbreviation that names a level.
type mark struct {
	level     level
	word      bool // a whole word, which needs no full stop
	latin     bool // is a mark in Latin letters
	cyrillic  bool // is a mark in Cyrillic letters
	ukrainian bool
	ambiguous bool // p.: papka or page
	flag      Flag
}

// marks are found by the skeleton of what is written.
var marks = buildMarks()

func buildMarks() map[string]mark {
	m := map[string]mark{}
	add := func(to mark, words string) {
		for w := range strings.FieldsSeq(words) {
			to.latin, to.cyrillic = scripts(w)
			to.word = len([]rune(w)) > 3
			key := string(skeleton(nil, w))
			if old, ok := m[key]; ok { // т and t are one
				to.latin, to.cyrillic = to.latin || old.latin, to.cyrillic || old.cyrillic
			}
			m[key] = to
		}
	}
	add(mark{level: fond}, "f fond fonda fonds coll collection ф фонд фонда фонде")
	add(mark{level: opis}, "op opis opisi inv inventory оп опись описи опису")
	add(mark{level: opis}, "per perechen пер перечень") // a list that serves as opis
	add(mark{level: opis, flag: OForOp}, "o о")
	add(mark{level: delo}, "d delo dela file д дело дела")
	add(mark{level: delo, ukrainian: true}, "spr sprava спр справа")
	add(mark{level: papka}, "pa pap papka papki folder п пап папка папки")
	add(mark{level: papka, ambiguous: true}, "p")
	add(mark{level: por}, "por пор")
	add(mark{level: dok}, "dok doc док")
	add(mark{level: tom}, "t tom vol т том")
	add(mark{level: list}, "l ll list listy listi lists leaf leaves sheet sheets л лл лист листы листа листов")
	add(mark{level: list, ukrainian: true}, "ark arkush arkushi арк аркуш аркуші")
	add(mark{level: pages}, "pp page pages")
	return m
}

// marker is a mark as it stands in the text.
type marker struct {
	mark
	start, end int  // end: where its value begins
	firm       bool // a whole word, or with its full stop
	upper      bool // begins with a capital
	flags      []Flag
}

// marker reads a mark at i with all that may stand between it and its value:
// an apostrophe, a full stop, the abbreviation in brackets, a number sign.
func (t text) marker(i int) (marker, bool) {
	m := marker{start: i}
	j, ok := t.mark(i, &m)
	if !ok {
		return m, false
	}
	if r, n := t.rune(j); isApostrophe(r) {
		j += n
	}
	m.firm = m.word
	switch {
	case t.is(j, '.'):
		j++
		m.firm = true
	case !m.word && t.is(j, ',') && t.digit(t.blanks(j+1)):
		j++
		m.flags = append(m.flags, OCRPoint)
	}
	if k := t.blanks(j); t.is(k, '(') {
		var inner marker
		if e, ok := t.mark(k+1, &inner); ok && inner.level == m.level {
			if t.is(e, '.') {
				e++
			}
			if t.is(e, ')') {
				j = e + 1
			}
		}
	}
	if t.is(j, ':') {
		j++
	}
	m.end = t.blanks(t.numberSign(t.blanks(j)))
	return m, m.firm || m.end > j || t.digit(j) || len(m.flags) > 0
}

// mark reads the bare word at i into m and gives its end.
func (t text) mark(i int, m *marker) (int, bool) {
	var buf [maxWord]byte
	key, j := buf[:0], i
	if t.is(i, '0') { // 0p. for op.
		key, j = append(key, 'o'), i+1
	}
	end := t.letters(j)
	if end == j || end-j > maxWord/2 {
		return 0, false
	}
	word := string(t[j:end])
	key = skeleton(key, word)
	if e, ok := t.storageUnit(string(key), end); ok {
		m.mark, m.firm = mark{level: delo, word: true}, true
		return e, true
	}
	var ok bool
	if m.mark, ok = marks[string(key)]; !ok || j > i && (m.level != opis || m.flag != "") {
		return 0, false
	}
	l, c := scripts(word)
	switch {
	case j > i:
		m.flags = append(m.flags, OCRDigit)
	case l && c || l && !m.latin || c && !m.cyrillic:
		m.flags = append(m.flags, LookAlike)
	}
	if m.flag != "" {
		m.flags = append(m.flags, m.flag)
	}
	first, _ := t.rune(i)
	m.upper = unicode.IsUpper(first)
	return end, true
}

// storageUnit reads the second half of "ed. khr." (unit of storage), another
// name of the delo; key is the skeleton of the first half, which ends at i.
func (t text) storageUnit(key string, i int) (int, bool) {
	if key != "ed" && key != "eд" {
		return 0, false
	}
	if t.is(i, '.') {
		i++
	}
	i = t.blanks(i)
	end := t.letters(i)
	switch strings.ToLower(string(t[i:min(end, i+8)])) {
	case "khr", "хр":
		return end, true
	}
	return 0, false
}

// numberSign reads No., Nº, № or # at i.
func (t text) numberSign(i int) int {
	for _, sign := range [...]string{"№", "Nº", "N°", "No.", "no.", "No ", "#"} {
		if strings.HasPrefix(string(t[i:]), sign) {
			return i + len(sign)
		}
	}
	return i
}

// separator reads what stands between two levels, blanks and at most two of
// comma, full stop, colon and stroke, and tells what was among them.
func (t text) separator(i int) (end int, comma, stop bool) {
	end = t.blanks(i)
	for range 2 {
		switch {
		case t.is(end, ','):
			comma = true
		case t.is(end, '.'):
			stop = true
		case t.is(end, ':'), t.is(end, '/'):
		default:
			return end, comma, stop
		}
		end = t.blanks(end + 1)
	}
	return end, comma, stop
}
