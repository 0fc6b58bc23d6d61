package extract

import "strings"

// address reads a line that says to whom: "BEIJING, TO ROSHCHIN", "for Comrade MAO
// ZEDONG", "To Comrade FILIPPOV!", "via Roshchin".
func (d *doc) address(l line) bool {
	found := false
	if d.salutation(l) || d.officeAndPerson(l) {
		return true
	}
	for i := l.first; i < l.last; i++ {
		level := toLevel
		switch k := d.at(i).key; {
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
			continue
		}
		if level == toLevel && i > l.first && !found {
			d.placeBefore(d.skipQuotes(l.first), i)
		}
		i = d.addressees(n, next, l, level) - 1
		found = true
	}
	return found
}

// officeAndPerson reads "To the Chairman of the Council of Ministers Comrade X".
func (d *doc) officeAndPerson(l line) bool {
	i := l.first
	if d.at(i).key != kTo || d.word(i+1) != "the" || !d.hasKey(l, kOffice) || d.sentence(l) {
		return false
	}
	n := d.lastName(i+2, l)
	if n.End == n.Start {
		return false
	}
	d.addressees(n, d.tokenAt(n.End), l, toLevel)
	return true
}

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
	switch d.word(i) {
	case "dear", "esteemed", "respected", "deeply", "дорогой", "уважаемый", "глубокоуважаемый":
		for i++; d.word(i) == "respected" || d.word(i) == "уважаемый"; i++ {
		}
	}
	if d.at(i).key != kComrade && (i == l.first || d.word(l.first) == "в") {
		n, next := d.nameAt(i, l.End)
		if next == i || n.known == nil || n.known.Kind != "place" || d.at(next).mark != ',' {
			return false
		}
		who, after := d.nameAt(next+1, l.End)
		if after == next+1 || who.known != nil && who.known.Kind != "person" || !d.onlyMarks(after, l.last) {
			return false
		}
		d.placeTo(n)
		d.addressees(who, after, l, toLevel)
		return true
	}
	n, next := d.nameAt(i, l.End)
	if next == i || !d.onlyMarks(next, l.last) && d.at(next).mark != ',' {
		return false
	}
	if i > l.first && n.known == nil && len(d.to) > 0 && d.patronymic(next-1) {
		return true // who is meant has been said: Dear Ivan Petrovich
	}
	d.addressees(n, next, l, toLevel)
	return true
}

// patronymic tells that a word is a Russian's father's name.
func (d *doc) patronymic(i int) bool {
	word := d.word(i)
	for _, end := range []string{"ovich", "evich", "ovna", "evna", "ович", "евич", "овна", "евна", "саввич", "ильич", "кузьмич"} {
		if strings.HasSuffix(word, end) {
			return true
		}
	}
	return false
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
		if before := f.Value.(Agent); before.same(a) && (a.Office == before.Office || a.Written != "" && before.Written != "") {
			f.Evidence = append(f.Evidence, span)
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
func (d *doc) handling(i int, head bool) bool {
	l := d.lines[i]
	if !d.orders(l) || l.End-l.Start > 140 {
		return false
	}
	if last := d.plain[l.End-1]; last != '.' && last != ':' && last != '!' && (!head || l.last-l.first > 6) {
		return false
	}
	if head && l.last-l.first > 9 && d.plain[l.End-1] == '.' {
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
var orderWords = map[string]bool{
	"deliver": true, "transmit": true, "pass": true, "convey": true, "hand": true, "telegraph": true, "forward": true,
	"communicate": true, "confirm": true, "acknowledge": true, "report": true, "tell": true, "inform": true, "execute": true,
	"вручите": true, "вручить": true, "передайте": true, "передать": true, "телеграфируйте": true, "телеграфьте": true,
	"подтвердите": true, "сообщите": true, "доложите": true, "посетите": true,
}

// orders tells that a line begins with an order: a verb of handing on, or what is
// to be done and then the verb.
func (d *doc) orders(l line) bool {
	return orderWords[d.word(l.first)] ||
		l.last-l.first <= 4 && d.startsUpper(l.first) && d.at(l.first).key == none && orderWords[d.word(l.first+1)]
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

func (d *doc) addAgent(a Agent, span Span, rule string) {
	for i := range d.fields {
		f := &d.fields[i]
		if f.Name == "sender" && f.Value.(Agent).same(a) {
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
