package extract

import "strings"

// readClosing reads what stands at a document's end: who signed, under which number
// and date, who handled it, who has copies.
func (d *doc) readClosing() {
	if d.part.kind != "" {
		return
	}
	d.readAddressedMessages()
	d.signatures()
	d.numberAndDate()
	d.readClerks()
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
		whole := d.undated(l)
		first := d.skipQuotes(d.tokenAt(whole.Start))
		n, next := d.nameAt(first, l.End)
		if person := d.lastPerson(d.signed(whole)); d.hasKey(l, kOffice) && person.End > 0 {
			n, next = d.nameAt(d.tokenAt(person.Start), l.End)
		}
		if next == first || n.End == n.Start {
			n.Span = d.signed(whole)
			n.written = n.Span
		}
		s := signed{d.agent(n), n.Span, d.relayedAt(i)}
		all = append(all, s)
		if !s.inside {
			own = append(own, s.agent)
		}
	}
	if len(own) == 0 && len(all) > 0 {
		own = append(own, all[len(all)-1].agent)
	}
	for _, s := range all {
		counts := !s.inside
		for _, a := range own {
			counts = counts || a.same(s.agent)
		}
		if counts {
			d.add("signatory", s.agent, s.span, 0.9, "signature")
		}
	}
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
		case signatureLine:
			if m, next := d.momentAt(l.first); next > l.first && m.End < l.End {
				d.documentDate(l.first, l)
			}
		}
	}
}

// outgoing reads "No. 2787 5.6.51".
func (d *doc) outgoing(l line) {
	i := l.first
	special := d.at(i).key == kSpecial
	for d.at(i).key == kOutgoing || d.at(i).key == kSpecial || i > l.first && d.at(i).mark == '.' {
		i++
	}
	j := d.signAt(i)
	n, next := d.numberAt(j)
	if next == j {
		return
	}
	raw := Span{d.at(i).Start, n.End}
	switch {
	case special:
		from, to, found := strings.Cut(d.registry(n), "-")
		if !found {
			to = from
		}
		d.add("special_number", NumberRange{from, to}, raw, 0.9, "special-number")
	case d.has("outgoing_number") == nil:
		d.add("outgoing_number", d.registry(n), raw, 0.85, "closing-number")
	}
	d.documentDate(d.skipGlue(next), l)
}

func (d *doc) documentDate(i int, l line) {
	for ; i < l.last; i++ {
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
		if f.Name == "title" {
			spans = append(spans, f.Evidence[0])
		}
	}
	for i, n := d.part.from, 0; i < d.part.to && n < 4; i++ {
		if !d.lines[i].empty() {
			spans = append(spans, d.lines[i].Span)
			n++
		}
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
