package extract

import (
	"strings"
	"unicode/utf8"
)

// address reads a line that says to whom: "BEIJING, TO ROSHCHIN", "for Comrade MAO
// ZEDONG", "To Comrade FILIPPOV!", "via Roshchin".
func (d *doc) address(l line) bool {
	found := false
	if d.salutation(l) || d.continuesOffice(l) || d.officeAddress(l) || d.bodyAddress(l) {
		return true
	}
	for i := l.first; i < l.last; i++ {
		level := toLevel
		switch k := d.at(i).key; {
		case d.word(i) == "куда" && d.at(i+1).mark == ':':
			if n, next := d.nameAt(i+2, l.End); next > i+2 {
				d.placeTo(n)
				found, i = true, next-1
			}
			continue
		case k == kTo && !d.infinitive(i):
		case k == kFor:
			level = forLevel
		case k == kVia:
			if n, next := d.nameAt(i+1, l.End); next > i+1 {
				d.add("via", d.agent(n), n.Span, 0.85, "via")
				found, i = true, next-1
			}
			continue
		default:
			continue
		}
		j := i + 1
		if d.at(j).mark == ':' {
			j++
		}
		n, next := d.nameAt(j, l.End)
		if next == j {
			continue
		}
		if n.known != nil && n.known.Kind == "place" {
			d.placeTo(n)
			found, i = true, next-1
			if who, after := d.nameAt(next+1, l.End); d.at(next).mark == ',' && after > next+1 && (who.known == nil || who.known.Kind == "person") && !d.hasOffice(next+1, after+1) {
				i = d.addressees(who, after, l, level) - 1 // BERLIN, Chuikov and Semenov
			}
			continue
		}
		if level == toLevel && i > l.first && !found {
			d.placeBefore(d.skipQuotes(l.first), i)
		} else if place, _ := d.nameAt(d.skipQuotes(l.first), d.at(i).Start); i > l.first && !found && place.isPlace() {
			d.placeTo(place)
		}
		before := len(d.to)
		i = d.addressees(n, next, l, level) - 1
		if len(d.to) == before+1 && before > 0 && d.orBefore(j, l) {
			d.to[before].or = true // for X or, in his absence, for Y
		}
		found = true
	}
	return found
}

// orBefore tells that "or" stands shortly before a name, with no other between.
func (d *doc) orBefore(i int, l line) bool {
	for j := i - 1; j > max(l.first, i-9); j-- {
		if d.at(j).key == kOr {
			return true
		}
		if d.startsUpper(j) && d.at(j).key == none {
			return false
		}
	}
	return false
}

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

// placeThen reads a place with a mark or "to" behind it, in front of somebody: "СОФИЯ —".
func (d *doc) placeThen(i int, l line) (name, int) {
	j := i
	if d.word(j) == "в" {
		j++
	}
	n, next := d.nameAt(j, l.End)
	if next == j || n.known != nil && n.known.Kind != "place" || n.known == nil && next-j > 3 {
		return name{}, i
	}
	switch d.at(next).mark {
	case ',', '-', '–', '—', ':', '.':
		if t := d.at(next + 1); n.known == nil && t.key != kOffice && t.key != kTo || next+1 >= l.last {
			return name{}, i
		}
		return n, next + 1
	}
	if n.known != nil && (d.at(next).key == kTo || d.at(next).key == kOffice) {
		return n, next
	}
	return name{}, i
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
			if m := d.mentionAt(t.Start); m != nil && m.Kind == "person" || d.startsUpper(j) && d.initial(j) {
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

// initial tells that a token is one letter with its stop.
func (d *doc) initial(i int) bool {
	return utf8.RuneCountInString(d.of(d.at(i).Span)) == 1 && d.at(i+1).mark == '.'
}

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
		f := &d.fields[d.to[last].field]
		a := f.Value.(Agent)
		a.Office += " " + d.clean(l.Span)
		f.Value = a
		f.Evidence = append(f.Evidence, l.Span)
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
	f := &d.fields[d.to[last].field]
	a := f.Value.(Agent)
	a.Office += " " + d.clean(l.Span)
	f.Value = a
	f.Evidence = append(f.Evidence, l.Span)
	return true
}

// ranked are ranks on a line of their own, of one who is addressed.
var ranked = setOfWords("маршалу генералу адмиралу полковнику генералиссимусу маршал генерал адмирал marshal generalissimo admiral general colonel вице контр")

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

// correspondence reads the line over a telegram in an edition: "The Ambassador in
// Afghanistan (X) to the Department of State".
func (d *doc) correspondence(l line) bool {
	if w := d.word(l.first); w != "the" && d.at(l.first).key != kOffice || l.last-l.first < 4 || d.sentence(l) || d.has("sender") != nil {
		return false
	}
	for i := l.first + 2; i+1 < l.last; i++ {
		if d.at(i).key != kTo || d.word(i+1) != "the" && !d.startsUpper(i+1) {
			continue
		}
		from, ok := d.correspondent(l.first, i)
		to, good := d.correspondent(i+1, l.last)
		if !ok || !good {
			continue
		}
		d.add("sender", from, Span{l.Start, d.at(i - 1).End}, 0.85, "correspondence")
		d.address1(to, Span{d.at(i + 1).Start, l.End}, toLevel, false)
		return true
	}
	return false
}

// correspondent reads one that writes or is written to by what he is: an office or a body,
// with the name in brackets.
func (d *doc) correspondent(i, last int) (Agent, bool) {
	for last > i && (d.at(last-1).mark == '.' || d.at(last-1).mark == ',') {
		last--
	}
	first := i
	if d.word(i) == "the" {
		i++
	}
	if last <= i || last-i > 16 {
		return Agent{}, false
	}
	end := last
	a := Agent{}
	if d.at(last-1).mark == ')' {
		for end = last - 2; end > i && d.at(end).mark != '('; end-- {
		}
		if n, next := d.nameAt(end+1, d.at(last-1).Start); next > end+1 {
			a = d.agent(n)
		}
		if end <= i {
			return Agent{}, false
		}
	}
	if m := d.mentionAt(d.at(i).Start); m != nil && m.Kind == "organisation" && m.End >= d.at(end-1).End && a.Written == "" {
		return Agent{ID: m.Agent, Name: m.Name, Written: d.clean(Span{m.Start, m.End})}, true
	}
	span := Span{d.at(first).Start, d.at(end - 1).End}
	if d.hasOffice(i, end) {
		a.Office = strings.TrimPrefix(d.clean(span), "the ")
		return a, true
	}
	if d.bodyWord(i, end) || postWords[d.word(i)] {
		a.Written = d.clean(Span{d.at(i).Start, span.End})
		return a, true
	}
	return Agent{}, false
}

// postWords begin the name of a mission abroad or of a head of state.
var postWords = map[string]bool{"embassy": true, "legation": true, "mission": true, "consulate": true, "president": true, "acting": true, "united": true, "joint": true}

// salutation reads "Dear Comrade Stalin," and "ТОВ. КУЗНЕЦОВУ [Сталину]", and a
// place with a name behind it: "ПХЕНЬЯН, ШТЫКОВУ".
func (d *doc) salutation(l line) bool {
	if l.last-l.first > 14 || l.last == l.first {
		return false
	}
	i := l.first
	if d.word(i) == "в" {
		i++
	}
	dear := i
	switch d.word(i) {
	case "dear", "esteemed", "respected", "deeply", "дорогой", "уважаемый", "глубокоуважаемый":
		for i++; d.word(i) == "respected" || d.word(i) == "уважаемый"; i++ {
		}
	}
	if d.at(i).key != kComrade && (i == l.first || d.word(l.first) == "в") {
		n, next := d.nameAt(i, l.End)
		comrade := next > i && n.known == nil && next-i <= 3 && d.at(next).mark == ',' && d.at(next+1).key == kComrade
		if next == i || !n.isPlace() && !comrade || d.at(next).mark != ',' && !d.capitals(l.Span) {
			return false
		}
		if m := d.at(next).mark; m == ',' || m == '-' || m == '–' || m == '—' {
			next++
		}
		who, after := d.nameAt(next, l.End)
		if after == next || who.known != nil && who.known.Kind != "person" || !d.onlyMarks(after, l.last) && d.at(after).mark != ',' && d.at(after).key != kAnd {
			return false
		}
		d.placesTo(n)
		d.addressees(who, after, l, toLevel)
		return true
	}
	n, next := d.nameAt(i, l.End)
	if next > i && d.at(next).key == kFor && next < l.last && d.at(i).key == kComrade {
		d.address1(d.agent(n), n.Span, toLevel, false) // тов. X для тов. Y
		return false
	}
	if next == i || !d.onlyMarks(next, l.last) && d.at(next).mark != ',' {
		return false
	}
	if i > dear && patronymic(d.lower[n.written.Start:n.written.End]) {
		return true // says how he is called, not who he is
	}
	if last := d.officeAbove(l); last >= 0 && i == dear {
		f := &d.fields[d.to[last].field]
		a := d.agent(n)
		a.Office = f.Value.(Agent).Office
		f.Value = a
		f.Evidence = append(f.Evidence, n.Span)
		return true
	}
	d.addressees(n, next, l, toLevel)
	return true
}

// patronymic tells that a name in lower case is a first name with the father's.
func patronymic(low string) bool {
	_, last, two := strings.Cut(low, " ")
	if !two {
		return false
	}
	for _, end := range []string{"vich", "ich", "ovna", "evna", "ichna", "вич", "ич", "овна", "евна", "ична"} {
		if strings.HasSuffix(last, end) {
			return true
		}
	}
	return false
}

// placesTo adds one of several places to which a circular goes.
func (d *doc) placesTo(n name) {
	a := d.agent(n)
	for _, f := range d.fields {
		if (f.Name == "to_place" || f.Name == "from_place") && f.Value.(Agent).same(a) {
			return
		}
	}
	d.add("to_place", a, n.Span, 0.8, "address-place")
}

func (d *doc) placeTo(n name) {
	if d.has("to_place") == nil {
		d.add("to_place", d.agent(n), n.Span, 0.8, "address-place")
	}
}

// infinitive tells that "to" begins no name.
func (d *doc) infinitive(i int) bool {
	j := i + 1
	if d.at(j).mark == ':' {
		j++
	}
	j = d.skipTitles(j, d.at(j).Start+200)
	return !d.startsUpper(j) && d.at(j).mark != '['
}

// repeatedTo finds "[Repeated to London as 5120.]": who has copies, in American editions.
func (d *doc) repeatedTo(l line) bool {
	switch d.word(d.skipBracket(l.first)) {
	case "repeated", "rptd":
		return !d.prose(l)
	}
	return false
}

func (d *doc) skipBracket(i int) int {
	if m := d.at(i).mark; m == '[' || m == '(' {
		return i + 1
	}
	return i
}

func (d *doc) skipQuotes(i int) int {
	for d.at(i).mark != 0 && strings.ContainsRune(quotes, d.at(i).mark) {
		i++
	}
	return i
}

// addressees adds a name and those joined to it by "or", "and" or a comma.
func (d *doc) addressees(n name, next int, l line, level int) int {
	or := false
	for {
		d.address1(d.agent(n), n.Span, level, or)
		t := d.at(next)
		if next >= l.last || t.key != kOr && t.key != kAnd && t.mark != ',' {
			return next
		}
		or = t.key == kOr
		more, after := d.nameAt(next+1, l.End)
		if after == next+1 {
			return next
		}
		if more.known != nil && more.known.Kind == "place" {
			d.placeTo(more)
			return after
		}
		n, next = more, after
	}
}

// address1 adds one addressee; the same one again is further evidence, and may
// show that the message is meant for him.
func (d *doc) address1(a Agent, span Span, level int, or bool) {
	for i, t := range d.to {
		f := &d.fields[t.field]
		before := f.Value.(Agent)
		if before.same(a) && (a.Office == before.Office || a.Written != "" && before.Written != "") || longer(before, a) || glossedAs(a, before) {
			f.Evidence = append(f.Evidence, span)
			if !before.same(a) {
				before.Written, before.ID, before.Name = a.Written, a.ID, a.Name
				f.Value = before
			}
			if before.Office == "" {
				before.Office = a.Office
				f.Value = before
			}
			if a.Gloss != "" && before.Gloss == "" {
				before.Gloss = a.Gloss
				f.Value = before
			}
			d.to[i].level = max(t.level, level)
			return
		}
	}
	d.add("addressee", a, span, 0.9, "address")
	d.to = append(d.to, addressee{len(d.fields) - 1, level, or})
}

// glossedAs tells that an editor's gloss on one name is the other: PAVLOV [Issa Pliyev]
// for the Pliyev of a title.
func glossedAs(a, before Agent) bool {
	if a.Gloss == "" || len(before.Written) < 4 {
		return false
	}
	gloss, short := strings.ToLower(a.Gloss), strings.ToLower(before.Written)
	rest, found := strings.CutSuffix(gloss, short)
	return found && (rest == "" || strings.HasSuffix(rest, " ") || strings.HasSuffix(rest, "."))
}

// longer tells that b is a's name in full: "Central Committee" of a title and CENTRAL
// COMMITTEE OF THE VKP(b), "Suslin" and SUSLIN A. P.
func longer(a, b Agent) bool {
	if a.ID != "" && b.ID != "" {
		return false
	}
	if surname, initials := surnameOf(a.Written); initials != "" && surname != "" {
		if other, also := surnameOf(b.Written); also == initials && other != "" && (strings.HasPrefix(other, surname) && len(other)-len(surname) <= 4 || strings.HasPrefix(surname, other) && len(surname)-len(other) <= 4) {
			return true // М. С. Веткин and ВЕТКИНУ М. С.
		}
	}
	if len(a.Written) < 4 || len(b.Written) <= len(a.Written) {
		return false
	}
	rest, found := strings.CutPrefix(strings.ToLower(b.Written), strings.ToLower(a.Written))
	return found && rest[0] == ' '
}

// surnameOf returns the longest word of a name, in lower case, and its initials.
func surnameOf(written string) (surname, initials string) {
	for _, word := range strings.FieldsFunc(strings.ToLower(written), func(r rune) bool { return r == ' ' || r == '.' }) {
		if utf8.RuneCountInString(word) <= 2 {
			initials += word
		} else if len(word) > len(surname) {
			surname = word
		}
	}
	return surname, initials
}

// settleRoles says who hands the message on and for whom it is meant.
func (d *doc) settleRoles() {
	if len(d.to) == 0 && d.titled.span.End > 0 && d.has("to_place") == nil {
		d.address1(d.titled.agent, d.titled.span, toLevel, false)
	}
	top := toLevel
	for _, t := range d.to {
		top = max(top, t.level)
	}
	for _, t := range d.to {
		a := d.fields[t.field].Value.(Agent)
		switch {
		case t.level < top:
			a.Role = "intermediary"
		case t.or:
			a.Role = "alternative"
		default:
			a.Role = "final"
		}
		d.fields[t.field].Value = a
	}
}

// handling reads a sentence of its own that tells the clerk or the intermediary
// what to do. "Transmit to X or Y the following" names those for whom it is meant.
func (d *doc) handling(i int, head bool) bool { return d.order(d.lines[i], head) }

func (d *doc) order(l line, head bool) bool {
	if d.bareOrder(l.first, l.last) {
		d.add("handling_instruction", d.clean(l.Span), l.Span, 0.85, "handling")
		return true
	}
	if !d.orders(l) || l.last-l.first > 26 {
		return false
	}
	if last := d.plain[l.End-1]; last != '.' && last != ':' && last != '!' && (!head || l.last-l.first > 6) {
		return false
	}
	if (head && l.last-l.first > 9 || l.last-l.first > 14) && d.plain[l.End-1] == '.' || d.plain[l.End-1] == '.' && d.severalSentences(l) {
		return false
	}
	for j := l.first; j < l.last; j++ {
		from := j
		if d.at(j).key == kTo {
			from++
		}
		if n, next := d.nameAt(from, l.End); next > from && j > l.first && (n.known == nil || n.known.Kind == "person") {
			d.addressees(n, next, l, transmitLevel)
			break
		}
	}
	d.add("handling_instruction", d.clean(l.Span), l.Span, 0.85, "handling")
	return true
}

// orderWords begin an order to the clerk or the intermediary.
var orderWords = setOfWords(
	"deliver transmit pass convey hand telegraph forward communicate confirm acknowledge report tell inform execute decipher decode destroy burn relay retransmit",
	"вручите вручить передайте передать телеграфируйте телеграфировать телеграфьте подтвердите подтвердить сообщите доложите доложить посетите расшифруйте расшифровать",
	"донесите донести доносите уничтожьте уничтожить сожгите сжечь перешлите переслать ознакомьте ознакомить радируйте",
)

func setOfWords(lists ...string) map[string]bool {
	found := map[string]bool{}
	for _, list := range lists {
		for word := range strings.FieldsSeq(list) {
			found[word] = true
		}
	}
	return found
}

// orders tells that a line begins with an order: a verb of handing on, or what is
// to be done and then the verb.
func (d *doc) orders(l line) bool {
	return orderWords[d.word(l.first)] ||
		l.last-l.first <= 4 && d.startsUpper(l.first) && d.at(l.first).key == none && orderWords[d.word(l.first+1)]
}

// bareOrder tells that a sentence is nothing but an order of the service: to hand
// over at once, to decipher in person, to confirm receipt, for whose eyes it is.
// No message says such of itself, so it may also stand inside a paragraph.
func (d *doc) bareOrder(i, last int) bool {
	for last > i && d.at(last-1).mark != 0 && d.at(last-1).mark != ']' {
		last--
	}
	var w [8]string
	n := 0
	for ; i < last; i++ {
		if d.at(i).mark == '[' { // Confirm delivery [of this message]
			if end := d.behindBracket(i, last); end > i && n > 0 {
				i = end - 1
				continue
			}
		}
		if d.at(i).mark != 0 && d.at(i).mark != ',' && d.at(i).mark != '-' || n == len(w) {
			return false
		}
		if d.at(i).mark == 0 {
			w[n] = d.word(i)
			n++
		}
	}
	if n == 0 {
		return false
	}
	said := w[:n]
	if orderPhrases[strings.Join(said, " ")] {
		return true
	}
	if w[0] == "please" || w[0] == "прошу" || w[0] == "просим" {
		said = said[1:]
	}
	verb, object, how := false, false, false
	for k, word := range said {
		verb = verb || orderWords[word] || askedWords[word]
		object = object || objectWords[word]
		how = how || howWords[word]
		switch {
		case k == 0 && !orderWords[word] && !askedWords[word] && !objectWords[word] && word != "об" && word != "о" && word != "to" && word != "подлежит" && !postWords[word] && !deskWords[word]:
			return false
		case word == "pass" || word == "repeat" || word == "relay":
			if k > 0 && k <= 2 && n <= 7 {
				return true // Department pass Defense
			}
		}
	}
	return n <= 6 && verb && object || n <= 6 && verb && how
}

// behindBracket is the token behind a bracket that is closed, i without.
func (d *doc) behindBracket(i, last int) int {
	for j := i + 1; j < last; j++ {
		if d.at(j).mark == ']' {
			return j + 1
		}
	}
	return i
}

var (
	// objectWords are what a clerk confirms, askedWords further verbs for it, howWords
	// how he is to do it.
	objectWords = setOfWords("receipt execution fulfillment fulfilment delivery compliance result results", "результат результаты результатах исполнение исполнении исполнения получение получении получения вручение вручении выполнение выполнении")
	askedWords  = setOfWords("delivered transmitted deciphered shown destroyed burned burnt handed cable wire", "подтверждайте сообщать")
	howWords    = setOfWords("personally immediately urgently today once person", "лично немедленно срочно сегодня")
	deskWords   = setOfWords("department dept please pls")
	// orderPhrases are whole orders without a verb, and such as have one of their own.
	orderPhrases = map[string]bool{}
)

func init() {
	for _, phrase := range []string{
		"only personally", "personally only", "personally", "strictly personally", "personal", "strictly personal", "eyes only",
		"for your eyes only", "for your information only", "for your personal information only", "only to the addressee", "addressee only",
		"for immediate delivery", "deliver at once", "burn after reading", "destroy after reading", "decipher in person",
		"только лично", "лично", "строго лично", "лично и только", "только адресату", "в собственные руки", "только для вас",
		"только для вашего сведения", "для вашего личного сведения", "по прочтении сжечь", "по прочтении уничтожить", "подлежит немедленному вручению",
	} {
		orderPhrases[phrase] = true
	}
}

// edgeOrders reads the orders of the service that a paragraph begins or ends with:
// the first of the message, and the last above the signature.
func (d *doc) edgeOrders() {
	first, last := -1, -1
	end := d.part.end
	if d.part.closing >= 0 {
		end = d.part.closing
	}
	for i := d.body; i < end; i++ {
		if k := d.lineKinds[i]; k == plainLine && !d.relayedAt(i) && d.lines[i].last-d.lines[i].first > 2 {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return
	}
	for s, next := d.sentenceAt(d.lines[first].first, d.lines[first]); next > 0 && d.addOrder(s, next); {
		s, next = d.sentenceAt(next, d.lines[first])
	}
	l := d.lines[last]
	for end := l.last; end > l.first; {
		from := d.lastSentence(l.first, end)
		if from == l.first && end == l.last || !d.addOrder(from, end) {
			break
		}
		end = from
	}
}

// ordersIn reads the sentences of a line that are orders: "Вне очереди. Лично."
func (d *doc) ordersIn(l line) {
	for i := l.first; i < l.last; {
		_, next := d.sentenceAt(i, l)
		if next == 0 {
			next = l.last
		}
		if i > l.first || next < l.last {
			d.addOrder(i, next)
		}
		i = next
	}
}

// sentenceAt returns the tokens of the sentence that begins at i, none at the end of
// its line or when it is the whole of it.
func (d *doc) sentenceAt(i int, l line) (first, next int) {
	for j := i; j < l.last; j++ {
		if d.stop(j) {
			if i == l.first && j+1 >= l.last {
				return 0, 0
			}
			return i, j + 1
		}
	}
	return 0, 0
}

// severalSentences tells that a line has more than one.
func (d *doc) severalSentences(l line) bool {
	_, next := d.sentenceAt(l.first, l)
	return next > 0
}

// lastSentence returns the first token of the last sentence before end.
func (d *doc) lastSentence(first, end int) int {
	for j := end - 2; j > first; j-- {
		if d.stop(j) {
			return j + 1
		}
	}
	return first
}

// stop tells that a token ends a sentence.
func (d *doc) stop(i int) bool {
	m := d.at(i).mark
	return (m == '.' || m == '!' || m == '?' || m == ':') && !d.closeTo(i+1) && utf8.RuneCountInString(d.of(d.at(i-1).Span)) > 1
}

func (d *doc) addOrder(first, next int) bool {
	if next-first > 10 || !d.bareOrder(first, next) {
		return false
	}
	s := Span{d.at(first).Start, d.at(next - 1).End}
	for _, f := range d.fields {
		if f.Name == "handling_instruction" && f.Evidence[0].Start <= s.Start && s.End <= f.Evidence[0].End {
			return true
		}
	}
	d.add("handling_instruction", d.clean(s), s, 0.8, "edge-order")
	return true
}

// standsApart tells that a line is a paragraph outside any message in quotation
// marks, in the head or right above the signature.
func (d *doc) standsApart(i int) bool {
	for _, m := range d.messages {
		if m.from <= i && i < m.to {
			return false
		}
	}
	for j := i + 1; j < d.part.end; j++ {
		switch d.lineKinds[j] {
		case emptyLine:
			continue
		case signatureLine:
			return true
		case numberLine, dayLine: // the message in marks is all that was signed
			return len(d.messages) > 0 && d.messages[len(d.messages)-1].to <= i
		}
		return false
	}
	return false
}

// readTitle reads who wrote to whom, and by whom, from a title.
func (d *doc) readTitle(s Span) {
	first := d.tokenAt(s.Start)
	last := d.tokenAt(s.End)
	if d.excerptOf(first, s) {
		return
	}
	for i := first; i < last; i++ {
		t := d.at(i)
		switch {
		case t.key == kVia || d.word(i) == "transmitted" && d.at(i+1).key == kBy:
			if t.key != kVia {
				i++
			}
			if n, next := d.nameAt(i+1, s.End); d.has("via") == nil && (next == i+1 || n.known == nil) && d.at(i).key == kVia {
				if a, span, after := d.party(i+1, last); after > i+1 && a.Office != "" {
					d.add("via", a, span, 0.8, "title-via")
					continue
				}
			}
			if n, next := d.nameAt(i+1, s.End); next > i+1 && d.has("via") == nil {
				d.add("via", d.agent(n), n.Span, 0.85, "title-via")
			}
		case t.key == kTo && i > first:
			d.titleSender(first, i)
			d.titleAddressee(i, s)
		case t.key == kFrom, t.key == kOf && (i == first+1 || i == d.behindKind(first, last)):
			i = max(i, d.titleSenders(i+1, s)-1)
		case t.key == kBy && i > first && d.at(i-1).mark == ',': // Memorandum, by the Assistant Secretary (Allison)
			d.titleSenders(i+1, s)
		}
	}
	if next := d.behindKind(first, last); next > first && d.has("sender") == nil && d.cyrillic(s) {
		d.titleCases(next, s)
	}
}

// titleSenders reads "from X and Y", and returns the token behind.
func (d *doc) titleSenders(i int, s Span) (next int) {
	if d.has("sender") != nil {
		return i
	}
	for {
		n, next := d.nameAt(i, s.End)
		if next > i && n.known != nil && n.known.Kind == "place" {
			if d.titleFrom.End == 0 {
				d.titleFrom = n
			}
			return i
		}
		if a, span, behind := d.party(i, d.tokenAt(s.End)); n.known == nil && a.Office != "" {
			d.placeIn(i, behind)
			d.addAgent(a, span, "title-sender")
			return behind
		}
		if next == i {
			return i
		}
		d.addSender(n, "title-sender")
		d.titlePlace(next, s)
		if d.at(next).key != kAnd {
			return next
		}
		i = next + 1
	}
}

// titlePlace reads where a sender was: "from X in Rome", "X (Jakarta)".
func (d *doc) titlePlace(i int, s Span) {
	if m := d.at(i).mark; d.word(i) != "in" && m != '(' && m != ',' {
		return
	}
	if n, next := d.nameAt(i+1, s.End); next > i+1 && n.known != nil && n.known.Kind == "place" && d.titleFrom.End == 0 {
		d.titleFrom = n
	}
}

// titleSender reads who stands before "to" in a title: "X to Y", "The Ambassador in X
// (Name) to Y", "Telegram, X (Rome) to Y".
func (d *doc) titleSender(first, to int) {
	if d.has("sender") != nil {
		return
	}
	if next := d.behindKind(first, to); next > first {
		if first = next; d.at(first).mark == ',' || d.at(first).key == kOf {
			first++
		}
	}
	if d.partyToParty(first, to+4) {
		if a, span, next := d.party(first, to); next > first {
			d.placeIn(first, next)
			d.addAgent(a, span, "title-sender")
			return
		}
	}
	n, ok := d.nameBefore(first, to)
	if !ok && d.at(to-1).mark == ')' {
		for i := to - 2; i > first && i > to-8; i-- {
			if d.at(i).mark == '(' {
				n, ok = d.nameBefore(first, i)
				d.titlePlace(i, Span{0, d.at(to).Start})
				break
			}
		}
	}
	if !ok {
		return
	}
	if n.known != nil && n.known.Kind == "place" {
		if d.titleFrom.End == 0 {
			d.titleFrom = n
		}
		return
	}
	d.addSender(n, "title-sender")
}

// person reads a known person's name with the initials before it.
func (d *doc) person(i int, s Span) (name, int) {
	for j := i; j < i+5 && d.at(j).Start < s.End; j++ {
		m := d.mentionAt(d.at(j).Start)
		if m == nil {
			if t := d.at(j); t.mark == 0 && t.End-t.Start > 2 {
				break
			}
			continue
		}
		if m.Kind != "person" {
			break
		}
		written := Span{d.at(i).Start, m.End}
		return name{Span: written, written: written, known: m}, d.tokenAt(m.End)
	}
	return name{}, i
}

// addSender adds a sender; the same one again is further evidence.
func (d *doc) addSender(n name, rule string) { d.addAgent(d.agent(n), n.Span, rule) }

// inInitials tells that b is a with the initials before the surname.
func inInitials(a, b Agent) bool {
	return a.Written != "" && a.Office == "" && b.Office == "" && (a.ID == "" || b.ID == "") && strings.HasSuffix(b.Written, ". "+a.Written)
}

func (d *doc) addAgent(a Agent, span Span, rule string) {
	for i := range d.fields {
		f := &d.fields[i]
		if f.Name != "sender" {
			continue
		}
		if before := f.Value.(Agent); before.same(a) || inInitials(before, a) || inInitials(a, before) {
			if inInitials(before, a) {
				f.Value, f.Raw, f.Evidence = a, d.of(span), append([]Span{span}, f.Evidence...)
				return
			}
			f.Evidence = append(f.Evidence, span)
			return
		}
	}
	d.add("sender", a, span, 0.85, rule)
}

// titleAddressee takes the addressee from a title where there is no form to say it.
func (d *doc) titleAddressee(to int, s Span) {
	i := to + 1
	if d.word(i) == "the" {
		i++
	}
	if n, next := d.nameAt(i, s.End); next > i && n.known != nil && n.known.Kind == "place" {
		if d.titleTo.End == 0 {
			d.titleTo = n
		}
		return
	}
	if d.part.kind != "excerpt" && d.part.form >= 0 {
		if a, span, next := d.party(i, d.tokenAt(s.End)); next > i && d.titled.span.End == 0 {
			d.titled.agent, d.titled.span = a, span
		}
		return
	}
	if a, span, next := d.party(i, d.tokenAt(s.End)); next > i {
		d.address1(a, span, toLevel, false)
		return
	}
	if n, next := d.nameAt(i, s.End); next > i {
		d.address1(d.agent(n), n.Span, toLevel, false)
	}
}

// nameBefore finds the name that ends right before token i.
func (d *doc) nameBefore(first, i int) (name, bool) {
	for j := max(first, i-12); j < i; j++ {
		if j > first && d.at(j-1).mark == 0 && d.startsUpper(j-1) && d.at(j-1).key == none {
			continue
		}
		if n, next := d.nameAt(j, d.at(i).Start); next == i {
			return n, true
		}
	}
	return name{}, false
}
