package extract

import (
	"strings"
)

// numberName is the field that the number of a kind of document stands in.
func numberName(kind string) string {
	switch kind {
	case "", "resolution", "note", "letter", "report", "memorandum_of_conversation":
		return "document_number"
	}
	return "telegram_number"
}

// registersIn reads the registers' numbers behind other words of a line: "Принята 5
// мая в 6 час. Вх. 1188".
func (d *doc) registersIn(l line) {
	if d.hasKey(l, kMy) || d.hasKey(l, kOur) || d.hasKey(l, kYour) {
		return // another telegram's
	}
	for i := l.first + 1; i+1 < l.last; i++ {
		if k := d.at(i).key; (k == kIncoming || k == kOutgoing || k == kSpecial) && d.at(i-1).mark != '(' {
			rest := l
			rest.first, rest.Start = i, d.at(i).Start
			d.numbers(rest)
			return
		}
	}
}

// headNumber reads the number, or several, alone below a heading that has none.
func (d *doc) headNumber(l line) {
	kind := ""
	if f := d.has("record_type"); f != nil {
		kind = f.Value.(string)
	}
	j := d.signAt(l.first)
	all, next := d.numbersAt(j)
	if name := numberName(kind); len(all) > 0 && d.has(name) == nil {
		d.addNumbers(name, all, Span{l.Start, all[len(all)-1].End}, 0.8, "head-number")
	}
	if m, end := d.momentAt(d.skipGlue(next)); end > d.skipGlue(next) && m.End <= l.End {
		d.setYear(m)
		if m.clock != nil && d.has("sent_at") == nil {
			d.add("sent_at", d.date(m, d.year), m.Span, 0.7, "number-time")
		}
		d.dated(m, "number-date")
	}
}

// minuteNumber reads "П79/188. Вопрос …", the number under which a resolution stands in
// the minutes, and a date behind it.
func (d *doc) minuteNumber(l line) bool {
	n, next := d.numberAt(l.first)
	if d.digits(l.first) > 0 || next == l.first || d.has("document_number") != nil {
		return false
	}
	d.add("document_number", d.registry(n), n, 0.85, "minute-number")
	if m, end := d.momentAt(d.skipGlue(next)); end > d.skipGlue(next) && m.End <= l.End {
		d.setYear(m)
		d.dated(m, "number-date")
	}
	return true
}

// addNumbers adds each number of a list; the words of all prove it.
func (d *doc) addNumbers(field string, all []Span, raw Span, confidence float64, rule string) {
	for _, n := range all {
		d.add(field, d.registry(n), raw, confidence, rule)
	}
}

// numbers reads a line that has the document's other numbers: "Вх. № 4471",
// "СПЕЦ. № 1450-1451", "Out. Nº 1533/shs In. Nº 501884".
func (d *doc) numbers(l line) bool {
	found := false
	if word := d.word(l.first); d.at(l.first).key != kIncoming && d.at(l.first).key != kOutgoing && d.at(l.first).key != kSpecial && word != "in" && word != "out" && word != "reg" && word != "registration" && word != "рег" && word != "регистрационный" {
		return false
	}
	for i := l.first; i < l.last; i++ {
		field := ""
		switch d.at(i).key {
		case kIncoming:
			field = "incoming_number"
		case kOutgoing:
			field = "outgoing_number"
		case kSpecial:
			field = "special_number"
		}
		if word := d.word(i); word == "reg" || word == "registration" || word == "рег" || word == "регистрационный" {
			field = "registration_number"
		}
		if word := d.word(i); word == "in" && i+1 < l.last && d.at(i+1).mark == '.' {
			field = "incoming_number"
		} else if word == "out" && d.at(i+1).mark == '.' {
			field = "outgoing_number"
		}
		if field == "" {
			continue
		}
		j := i + 1
		for d.at(j).mark == '.' || d.at(j).mark == ':' {
			j++
		}
		k := d.signAt(j)
		all, next := d.numbersAt(k)
		if len(all) == 0 || k == j && (d.digits(k) < 2 || !d.onlyMarks(next, l.last)) {
			continue
		}
		d.addRegister(field, all, Span{d.at(i).Start, all[len(all)-1].End})
		if m, end := d.momentAt(d.skipGlue(next)); end > d.skipGlue(next) && m.End <= l.End {
			d.setYear(m)
		}
		found, i = true, next-1
	}
	return found
}

// addRegister adds the numbers of a register. Those of the parts of one telegram
// are a range.
func (d *doc) addRegister(field string, all []Span, raw Span) {
	if field != "special_number" {
		d.addNumbers(field, all, raw, 0.9, "numbers")
		return
	}
	from, to, ranged := strings.Cut(strings.ReplaceAll(d.registry(all[0]), "–", "-"), "-")
	if !ranged {
		to = d.registry(all[len(all)-1])
	}
	d.add(field, NumberRange{from, to}, raw, 0.9, "numbers")
}

// incoming finds "Incoming No 17/1950/sh", "ВХ. № 20311" in a span.
func (d *doc) incoming(s Span) {
	for i := d.tokenAt(s.Start); i < len(d.tokens) && d.at(i).Start < s.End; i++ {
		if d.at(i).key != kIncoming {
			continue
		}
		j := i + 1
		for d.at(j).mark == '.' || d.at(j).mark == ':' {
			j++
		}
		if k := d.signAt(j); k > j {
			if n, next := d.numberAt(k); next > k {
				d.add("incoming_number", d.registry(n), Span{d.at(i).Start, n.End}, 0.9, "incoming")
				if m, end := d.momentAt(d.skipGlue(next)); end > next {
					d.setYear(m)
				}
			}
		}
	}
}
