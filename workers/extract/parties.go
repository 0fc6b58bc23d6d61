package extract

import (
	"strings"
)

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
