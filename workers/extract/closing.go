package extract

import (
	"fmt"
	"slices"
	"strings"
)

// readClosing reads what stands at a document's end: who signed, under which number
// and date, who handled it, who has copies.
func (d *doc) readClosing() {
	if d.part.kind != "" {
		return
	}
	d.readAddressedMessages()
	d.edgeOrders()
	d.signatures()
	d.numberAndDate()
	d.leadingNumber()
	d.readClerks()
	d.settleCopies()
	d.settleRoles()
}

// readAddressedMessages takes the addressee of the relayed text for that of the
// telegram when the form names only who is to hand it on.
func (d *doc) readAddressedMessages() {
	for i := d.body; i < d.part.end && i < d.body+2; i++ {
		if l := d.lines[i]; !l.empty() && d.addressed(l) && !d.inMessage(i) {
			d.address(l)
		}
	}
	if len(d.to) == 0 || d.inbound {
		return
	}
	for _, t := range d.to {
		if t.level > toLevel {
			return
		}
	}
	for _, m := range d.messages {
		if m.relation != "relayed" || m.recipient.Written == "" {
			continue
		}
		l := d.lines[m.from]
		if n, next := d.nameAt(d.skipQuotes(l.first)+1, l.End); next > 0 && n.End > n.Start {
			d.addressees(n, next, l, forLevel)
		}
		return
	}
}

// signatures reads the names in signature position. One inside a message counts
// only when it is also that of the document.
func (d *doc) signatures() {
	var own []Agent
	type signed struct {
		agent  Agent
		span   Span
		inside bool
	}
	var all []signed
	for i := max(d.body, d.part.heading+1); i < d.part.end; i++ {
		if d.lineKinds[i] != signatureLine {
			continue
		}
		l := d.lines[i]
		if o := d.officeSigned(l); o.name.End > 0 {
			first := d.tokenAt(o.name.Start)
			n, next := d.nameAt(first, o.name.End)
			if next == first { // the initial is a word that forms use
				n = name{Span: o.name, written: o.name, known: d.mentionEnding(first, d.tokenAt(o.name.End))}
			}
			a := d.agent(n)
			a.Office = d.clean(o.office)
			all = append(all, signed{a, n.Span, d.relayedAt(i)})
			if !d.relayedAt(i) {
				own = append(own, a)
			}
			continue
		}
		whole := d.undated(l)
		first := d.skipQuotes(d.tokenAt(whole.Start))
		if d.at(first).mark == '(' {
			first++
		}
		n, next := d.nameAt(first, l.End)
		if person := d.lastPerson(d.signed(whole)); d.hasKey(l, kOffice) && person.End > 0 {
			n, next = d.nameAt(d.tokenAt(person.Start), l.End)
		}
		if next == first || n.End == n.Start {
			n.Span = d.signed(whole)
			n.written = n.Span
		}
		s := signed{d.agent(n), n.Span, d.relayedAt(i)}
		if s.agent.Office == "" {
			s.agent.Office = d.officeOver(i)
		}
		all = append(all, s)
		if !s.inside {
			own = append(own, s.agent)
		}
	}
	if len(all) == 0 {
		d.bodySigned()
	}
	if len(own) == 0 && len(all) > 0 {
		own = append(own, all[len(all)-1].agent)
	}
	for _, s := range all {
		if !s.inside || slices.ContainsFunc(own, s.agent.same) {
			d.add("signatory", s.agent, s.span, 0.9, "signature")
		}
	}
}

// bodySigned finds the name of the body that sends a telegram, alone on a line below the
// text: [Chinese] Embassy in Poland.
func (d *doc) bodySigned() {
	f := d.has("sender")
	if f == nil {
		return
	}
	a := f.Value.(Agent)
	written := a.Written
	if written == "" {
		written = a.Office
	}
	if first := d.tokenAt(f.Evidence[0].Start); written == "" || !d.bodyWord(first, first+6) && !postWords[strings.ToLower(strings.Fields(written)[0])] {
		return
	}
	for i := d.part.to - 1; i > d.body; i-- {
		l := d.lines[i]
		if l.empty() || l.last-l.first > 12 || d.relayedAt(i) {
			continue
		}
		rest, found := strings.CutSuffix(strings.TrimRight(d.clean(l.Span), ".,"), written)
		if rest = strings.TrimSpace(rest); !found || rest != "" && !strings.HasSuffix(rest, "]") {
			continue
		}
		if end := d.trimOf(l.Span, ".,"); end.End-len(written) >= l.Start {
			a.Written, a.Office = written, ""
			d.add("signatory", a, Span{end.End - len(written), end.End}, 0.75, "body-signature")
		}
		return
	}
}

// officeOver returns the office on the line right above a signature, or right below.
func (d *doc) officeOver(i int) string {
	if i+1 < d.part.end && d.lineKinds[i+1] == plainLine && d.officeBelow(i+1) {
		return d.clean(d.lines[i+1].Span)
	}
	if i == 0 || i-1 < d.body || d.lineKinds[i-1] != plainLine {
		return ""
	}
	l := d.lines[i-1]
	if l.empty() || l.last-l.first > 14 || !d.startsUpper(l.first) || !d.hasKey(l, kOffice) || d.sentence(l) || strings.ContainsRune(".:;!?", rune(d.plain[l.End-1])) {
		return ""
	}
	return d.clean(d.trimOf(l.Span, ","))
}

// relayedAt tells that a line lies in somebody else's message.
func (d *doc) relayedAt(i int) bool {
	for _, m := range d.messages {
		if m.from <= i && i < m.to && m.relation != "service_note" {
			return true
		}
	}
	return false
}

// numberAndDate reads the sender's own number and date, which stand below the
// last signature.
func (d *doc) numberAndDate() {
	from := d.part.closing
	if from < 0 {
		from = d.body
	}
	for j := from - 1; j > d.body && d.part.closing >= 0 && from-j <= 3; j-- {
		if d.lineKinds[j] == dayLine && !d.relayedAt(j) {
			from = j
		} else if !d.lines[j].empty() {
			break
		}
	}
	for i := from; i < d.part.end; i++ {
		l := d.lines[i]
		if d.inMessage(i) && i != d.part.closing && d.relayedAt(i) {
			continue
		}
		switch d.lineKinds[i] {
		case numberLine:
			d.outgoing(l)
		case dayLine:
			d.documentDate(l.first, l)
			if n, next := d.nameAt(l.first, l.End); next > l.first && n.known != nil && n.known.Kind == "place" {
				d.placeOf(n)
			}
		case signatureLine:
			if s := d.undated(l); s.Start > l.Start || s.End < l.End {
				d.outgoing(l)
			}
		default:
			if d.sentBelow(l) {
				d.timed(l)
			}
		}
	}
}

// outgoing reads "No. 82 2.3.50", "14 июня 1953 г. Исх. № 906", and what a
// signature has beside it.
func (d *doc) outgoing(l line) {
	for i := l.first; i < l.last; i++ {
		special := d.at(i).key == kSpecial
		j := i
		for d.at(j).key == kOutgoing || d.at(j).key == kSpecial || j > i && d.at(j).mark == '.' {
			j++
		}
		k := d.signAt(j)
		all, next := d.numbersAt(k)
		if k == j || len(all) == 0 {
			continue
		}
		raw := Span{d.at(j).Start, all[len(all)-1].End}
		if special {
			d.addRegister("special_number", all, raw)
		} else if d.has("outgoing_number") == nil {
			d.addNumbers("outgoing_number", all, raw, 0.85, "closing-number")
		}
		i = next - 1
	}
	d.documentDate(l.first, l)
}

// leadingNumber reads the number that the text of a telegram begins with in some
// editions: "318. Repeated information …". A list begins with 1, or goes on.
func (d *doc) leadingNumber() {
	if d.has("telegram_number") != nil || d.has("outgoing_number") != nil || d.has("from_place") == nil || d.part.form >= 0 {
		return
	}
	listed := -1
	for i, seen := d.body, 0; i < d.part.end && seen < 2; i++ {
		l := d.lines[i]
		if l.empty() {
			continue
		}
		seen++
		n := d.at(l.first).num
		if d.at(l.first+1).mark != '.' || d.closeTo(l.first+2) || n < 2 {
			if seen == 1 || n == 1 {
				n = -1
			}
		}
		if seen == 1 {
			if n < 2 || !d.startsUpper(l.first+2) {
				return
			}
			listed = l.first
			continue
		}
		if n == d.at(listed).num+1 {
			return
		}
	}
	if listed >= 0 {
		t := d.at(listed)
		d.add("telegram_number", d.registry(t.Span), t.Span, 0.7, "leading-number")
		d.add("outgoing_number", d.registry(t.Span), t.Span, 0.7, "leading-number")
	}
}

func (d *doc) documentDate(i int, l line) {
	for ; i < l.last; i++ {
		if j := d.signAt(i); j > i { // the figures of a number are no time
			if _, after := d.numbersAt(j); after > j {
				i = after - 1
				continue
			}
		}
		m, next := d.momentAt(i)
		if next == i {
			continue
		}
		if d.has("document_date") == nil {
			m.clock = nil
			d.setYear(m)
			d.add("document_date", d.date(m, d.year), m.day.Span, 0.9, "closing-date")
		}
		return
	}
}

// conclude derives what follows by rule from what was found.
func (d *doc) conclude() {
	if d.part.kind != "" {
		d.add("record_type", d.part.kind, d.firstWords(), 0.7, "layout")
	} else if d.has("record_type") == nil {
		d.typeByTitle()
	}
	if number := d.has("telegram_number"); number != nil && strings.HasPrefix(number.Rule, "heading") && d.inbound && !d.headIncoming() {
		// The heading of an incoming telegram has the receiver's number.
		f := *number
		f.Name, f.Confidence, f.Rule = "incoming_number", 0.5, "inbound-heading@"+Version
		d.fields = append(d.fields, f)
	}
	d.titlePlaces()
	d.inferYears()
	if d.has("document_date") != nil || d.part.kind != "" {
		return
	}
	for _, source := range []string{"sent_at", "catalogue_date"} {
		f := d.has(source)
		if f == nil {
			continue
		}
		derived := *f
		value := f.Value.(Date)
		if value.Precision == "minute" {
			value.ISO, value.Precision = value.ISO[:len("1951-06-13")], "day"
		}
		derived.Name, derived.Value, derived.Confidence, derived.Rule = "document_date", value, 0.6, "from-"+source+"@"+Version
		d.fields = append(d.fields, derived)
		return
	}
}

// titlePlaces takes the places from the title where the form names none.
func (d *doc) titlePlaces() {
	if n := d.titleFrom; n.End > 0 {
		d.placeOf(n)
	}
	if n := d.titleTo; n.End > 0 {
		d.placeTo(n)
	}
}

// inferYears gives the year of the document to dates that were read before one was known.
func (d *doc) inferYears() {
	if d.year == 0 {
		return
	}
	for i := range d.fields {
		f := &d.fields[i]
		if v, ok := f.Value.(Date); ok && strings.HasPrefix(v.ISO, "--") {
			v.ISO, v.YearInferred = fmt.Sprintf("%04d%s", d.year, v.ISO[1:]), true
			f.Value = v
		}
	}
}

// headIncoming tells that the head names the receiver's number by itself.
func (d *doc) headIncoming() bool {
	for _, f := range d.fields {
		if f.Name == "incoming_number" && strings.HasPrefix(f.Rule, "numbers") {
			return true
		}
	}
	return false
}

// firstWords is the first line that says something.
func (d *doc) firstWords() Span {
	for i := d.part.from; i < d.part.to; i++ {
		if !d.lines[i].empty() {
			return d.lines[i].Span
		}
	}
	return Span{}
}

// typeByTitle reads the kind of document from its title, or from its first lines.
func (d *doc) typeByTitle() {
	var spans []Span
	for _, f := range d.fields {
		if f.Name != "title" {
			continue
		}
		first := d.tokenAt(f.Evidence[0].Start)
		if kind := titleOpeners[d.word(first)]; kind != "" && !d.protocol(first) {
			d.add("record_type", kind, d.at(first).Span, 0.7, "title-type")
			return
		}
		spans = append(spans, f.Evidence[0])
	}
	for i, n := d.part.from, 0; i < d.part.to && n < 4; i++ {
		l := d.lines[i]
		if l.empty() {
			continue
		}
		if word := d.word(l.first); !d.sentence(l) && !d.hasPronoun(l) && (d.digits(l.first) == 0 || d.lineKinds[i] == itemLine) || word == "на" || word == "in" || word == "your" {
			spans = append(spans, l.Span)
		}
		n++
	}
	for _, s := range spans {
		for i := d.tokenAt(s.Start); i < len(d.tokens) && d.at(i).Start < s.End; i++ {
			if kind, next := d.formType(i, d.tokenAt(s.End)); next > i {
				d.add("record_type", kind, Span{d.at(i).Start, d.at(next - 1).End}, 0.7, "title-type")
				return
			}
		}
	}
}
