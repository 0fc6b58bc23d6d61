package extract

import (
	"strings"
	"unicode/utf8"
)

// address reads a line that says to whom: "IGARKA, TO LUNIN", "for Comrade GUROV
// IVAN", "To Comrade SOROKIN!", "via Lunin".
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
