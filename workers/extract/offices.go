package extract

import (
	"strings"
)

// officeAddress reads an addressee by office, with or without the name and the place:
// "To the Chairman of the Council of Ministers Comrade X", "СОФИЯ — СОВПОСЛУ".
func (d *doc) officeAddress(l line) bool {
	if !d.hasKey(l, kOffice) || d.sentence(l) {
		return false
	}
	place, i := d.placeThen(d.skipQuotes(l.first), l)
	said := i > l.first
	if d.at(i).key == kTo {
		said = true
		if i++; d.at(i).mark == ':' {
			i++
		}
	}
	if d.word(i) == "the" {
		i++
	}
	office, j := d.officeAt(i, l)
	if j == i || !said && nominative[d.word(i)] || d.at(i).key == kComrade {
		return false
	}
	said = said || d.at(i).key == kOffice && dativeEnd(d.word(i))
	k := j
	for k < l.last && strings.ContainsRune(",-–—:", d.at(k).mark) {
		k++
	}
	who, next := d.nameAt(k, l.End)
	named := next > k && (who.known == nil || who.known.Kind == "person")
	if town, after := d.nameAt(k, l.End); said && !named && k == j+1 && d.at(j).mark == ',' && town.isPlace() && d.onlyMarks(after, l.last) {
		d.placeTo(town) // To: Soviet Ambassador, Oslo
		d.address1(Agent{Office: d.clean(office)}, office, toLevel, false)
		return true
	}
	if !named && (!said || !d.onlyMarks(j, l.last) && d.at(j).mark != '.') {
		return false
	}
	if place.End > place.Start {
		d.placeTo(place)
	}
	if named {
		a := d.agent(who)
		a.Office = d.clean(office)
		d.address1(a, Span{office.Start, who.End}, toLevel, false)
		return true
	}
	d.address1(Agent{Office: d.clean(office)}, office, toLevel, false)
	return true
}

// dativeEnd tells by its ending that a Russian office is addressed.
func dativeEnd(word string) bool {
	return (strings.HasSuffix(word, "у") || strings.HasSuffix(word, "ю")) && !nominative[word]
}

// nominative has offices in the case of one who writes, not of one who is written to.
var nominative = map[string]bool{
	"посол": true, "посланник": true, "министр": true, "председатель": true, "секретарь": true, "консул": true, "заместитель": true,
	"начальник": true, "советник": true, "поверенный": true, "представитель": true, "торгпред": true, "полпред": true, "директор": true,
	"командующий": true, "уполномоченный": true, "совпосол": true,
}

// officeAt reads an office that begins at token i, up to a title, a name or a mark:
// "Minister of Foreign Affairs of the USSR", "заместителю министра".
func (d *doc) officeAt(i int, l line) (Span, int) {
	end, seen := i, false
words:
	for j := i; j < l.last && j < i+18; j++ {
		t := d.at(j)
		switch {
		case t.key == kOffice:
			seen = true
		case t.key == kComrade || t.key == kFor || t.key == kVia || t.key == kRank || t.num >= 0:
			break words
		case t.mark == '(' && d.at(j+2).mark == ')' && d.at(j+1).End-d.at(j+1).Start <= 2: // ВКП(б)
			j += 2
			end = j + 1
			continue
		case t.mark == '-' && d.closeTo(j) && d.closeTo(j+1):
			continue
		case t.mark != 0:
			break words
		case !seen && j > i+3:
			return Span{}, i
		case officeSmall[d.word(j)]:
			continue
		case !d.startsUpper(j) && !seen:
			return Span{}, i
		case seen && d.startsUpper(j):
			if m := d.mentionAt(t.Start); m != nil && m.Kind == "person" || d.initialAt(j) {
				break words
			}
		}
		end = j + 1
	}
	if !seen || end == i {
		return Span{}, i
	}
	return Span{d.at(i).Start, d.at(end - 1).End}, end
}

// officeSmall are the small words inside an office.
var officeSmall = map[string]bool{"of": true, "the": true, "in": true, "at": true, "to": true, "for": true, "and": true, "в": true, "во": true, "при": true, "по": true, "на": true, "и": true}

// continuesOffice reads the further lines of an office: СОВЕТА МИНИСТРОВ СССР below
// ЗАМЕСТИТЕЛЮ ПРЕДСЕДАТЕЛЯ.
func (d *doc) continuesOffice(l line) bool {
	last := d.officeAbove(l)
	if last < 0 {
		return false
	}
	for i := l.first + 1; i < l.last; i++ { // генералу армии тов. ШТЕМЕНКО
		if d.at(i).key != kComrade {
			continue
		}
		n, next := d.nameAt(i, l.End)
		if next == i || !d.onlyMarks(next, l.last) {
			return false
		}
		f := &d.fields[d.to[last].field]
		a := d.agent(n)
		a.Office = f.Value.(Agent).Office + " " + d.clean(Span{l.Start, d.at(i - 1).End})
		f.Value = a
		f.Evidence = append(f.Evidence, n.Span)
		return true
	}
	if ranked[d.word(l.first)] && l.last-l.first <= 4 && !d.sentence(l) { // Маршалу Советского Союза
		d.lengthenOffice(last, l)
		return true
	}
	if !d.capitals(l.Span) || d.at(l.first).key != none && d.at(l.first).key != kBody && d.at(l.first).key != kOf {
		return false
	}
	for i := l.first; i < l.last; i++ {
		if t := d.at(i); t.num >= 0 || t.mark == ',' || t.mark == '.' {
			return false
		}
	}
	if m := d.mentionAt(l.Start); m != nil && m.Kind == "person" {
		return false
	}
	d.lengthenOffice(last, l)
	return true
}

// lengthenOffice adds a line to the office of an addressee.
func (d *doc) lengthenOffice(last int, l line) {
	f := &d.fields[d.to[last].field]
	a := f.Value.(Agent)
	a.Office += " " + d.clean(l.Span)
	f.Value = a
	f.Evidence = append(f.Evidence, l.Span)
}

// ranked are ranks on a line of their own, of one who is addressed.
var ranked = wordSet("маршалу генералу адмиралу полковнику генералиссимусу маршал генерал адмирал marshal generalissimo admiral general colonel вице контр")

// officeAbove returns the number of the addressee whose office, without a name,
// stands on the line above; -1 without one.
func (d *doc) officeAbove(l line) int {
	last := len(d.to) - 1
	if last < 0 {
		return -1
	}
	f := d.fields[d.to[last].field]
	if a := f.Value.(Agent); a.Office == "" || a.Written != "" || f.Name != "addressee" {
		return -1
	}
	if d.lineAt(f.Evidence[len(f.Evidence)-1].Start) != d.lineAt(l.Start)-1 {
		return -1
	}
	return last
}

// bodyAddress reads a body to whom a document is addressed: ЦК КПСС, "To the
// Ministry of Foreign Affairs", "МОСКВА, МИД СССР". At the very top it is a letterhead.
func (d *doc) bodyAddress(l line) bool {
	place, i := d.placeThen(l.first, l)
	said := i > l.first
	if d.at(i).key == kTo || d.word(i) == "в" {
		if i, said = i+1, true; d.at(i).mark == ':' {
			i++
		}
	}
	if d.word(i) == "the" {
		i++
	}
	end := i
	for end < l.last && d.at(end).mark != ',' && d.at(end).mark != ';' && d.at(end).key != kComrade {
		if t := d.at(end); t.num >= 0 || t.mark == ':' {
			return false
		}
		end++
	}
	if end == i || end-i > 14 || !d.startsUpper(i) {
		return false
	}
	span := d.trimOf(Span{d.at(i).Start, d.at(end - 1).End}, ".!")
	m := d.mentionAt(span.Start)
	known := m != nil && m.Kind == "organisation"
	if m != nil && !known || !known && !d.bodyWord(i, end) || !said && !d.capitals(l.Span) && (!d.titleCase(l) && end-i > 1 || !d.atTop(l)) || d.sentence(l) || d.hasOffice(i, end) {
		return false
	}
	a := Agent{Written: d.clean(span)}
	if known {
		a.ID, a.Name = m.Agent, m.Name
	}
	if !said && d.atTop(l) {
		d.topBody(a, span)
		return true
	}
	if f := d.has("issuing_body"); f != nil && f.Evidence[0].Start <= span.Start && span.End <= f.Evidence[0].End {
		return true
	}
	if place.End > place.Start {
		d.placeTo(place)
	}
	d.address1(a, span, toLevel, false)
	for end++; end < l.last; end++ {
		n, next := d.nameAt(end, l.End)
		if next == end {
			break
		}
		if n.isPlace() {
			d.placeTo(n)
			break
		}
		d.addressees(n, next, l, toLevel)
		end = next
	}
	return true
}

// bodyWord tells that a word for a body stands among tokens.
func (d *doc) bodyWord(i, end int) bool {
	for ; i < end; i++ {
		if d.at(i).key == kBody {
			return true
		}
	}
	return false
}

// atTop tells that nothing of a form stands above a line, and a number, a date or
// where it comes from below it, before any address: it is a letterhead.
func (d *doc) atTop(l line) bool {
	i := d.lineAt(l.Start)
	for j := i - 1; j >= max(d.header, d.part.from); j-- {
		if k := d.lineKinds[j]; k != emptyLine && k != rulerLine && (k == dayLine || !d.besideLetterhead(k, d.lines[j])) {
			return false
		}
	}
	for j := i + 1; j < d.part.end; j++ {
		switch d.lineKinds[j] {
		case emptyLine, rulerLine:
		case numberLine, dayLine:
			return true
		default:
			m := d.lines[j]
			if kind, _ := d.formType(m.first, m.last); kind != "" && m.last-m.first <= 6 {
				return true
			}
			if k := d.at(m.first).key; k == kFrom || k == kOutgoing || k == kReceived {
				return true
			}
			if !d.besideLetterhead(d.lineKinds[j], m) && !d.namesBody(m) {
				return false
			}
		}
	}
	return false
}

// topBody takes a letterhead, with its further lines.
func (d *doc) topBody(a Agent, span Span) {
	for i := d.lineAt(span.Start) + 1; i < d.part.end && !d.lines[i].empty() && d.lineKinds[i] == plainLine; i++ {
		l := d.lines[i]
		if !d.capitals(l.Span) && !d.titleCase(l) || d.besideLetterhead(plainLine, l) || !d.namesBody(l) && d.at(l.first).key != kOf {
			break
		}
		span.End = l.End
		a.Written = d.clean(span)
	}
	d.add("issuing_body", a, span, 0.7, "top-body")
}
