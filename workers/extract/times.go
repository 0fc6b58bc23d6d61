package extract

import (
	"strings"
)

// formDate reads "Date: 14 June 1953" of a form.
func (d *doc) formDate(l line) bool {
	found, value := d.labelAt(l)
	if found != dateLabel {
		return false
	}
	m, next := d.momentAt(d.tokenAt(value.Start))
	if next == d.tokenAt(value.Start) {
		return false
	}
	d.setYear(m)
	d.dated(m, "form-date")
	return true
}

// placeAndDay reads "Prague, 9 September 1947", "БАКУ, 12 декабря 1946 года, 23.50",
// also with the number or the time of sending behind it.
func (d *doc) placeAndDay(l line) bool {
	n, i := d.placeBeforeDay(l)
	place := i > l.first
	for d.at(i).mark != 0 && i < l.last && strings.ContainsRune(quotes+"[(", d.at(i).mark) {
		i++
	}
	m, end := d.momentAt(i)
	if end == i || m.End > l.End {
		return false
	}
	if !place {
		if other, after := d.nameAt(end, l.End); after > end && other.isPlace() {
			n, place, end = other, true, after
		}
	}
	end = d.behindDay(end, l)
	if !d.onlyMarks(end, l.last) {
		return false
	}
	if place {
		d.placeOf(n)
	}
	d.setYear(m)
	if m.clock != nil {
		d.add("sent_at", d.date(m, d.year), m.Span, 0.7, "place-and-time")
	} else {
		d.dated(m, "head-date")
	}
	return true
}

// placeBeforeDay reads the place that a dateline begins with: one that is known, or
// a name with a comma and a day behind it.
func (d *doc) placeBeforeDay(l line) (name, int) {
	i := l.first
	if d.word(i) == "г" && d.at(i+1).mark == '.' { // г. Москва
		i += 2
	}
	n, next := d.nameAt(i, l.End)
	if next == i {
		return n, l.first
	}
	known := n.isPlace()
	if !known && (n.known != nil || d.at(next).mark != ',' && !d.gap(next) && (next != i+1 || !d.capitals(n.written)) || next-i > 3) {
		return n, l.first
	}
	j := d.skipGlue(next)
	if _, end := d.momentAt(j); !known && end == j {
		return n, l.first
	}
	return n, j
}

// behindDay reads what a dateline may have behind its day: a number, and words of
// sending that are read by themselves.
func (d *doc) behindDay(i int, l line) int {
	j := d.skipGlue(i)
	if k := d.at(j).key; k == kSent || k == kReceived || k == kDispatched {
		return l.last
	}
	k := d.signAt(j)
	all, next := d.numbersAt(k)
	if k == j || len(all) == 0 || next > l.last {
		return i
	}
	if d.has("telegram_number") == nil {
		d.addNumbers("telegram_number", all, Span{d.at(j).Start, all[len(all)-1].End}, 0.8, "dateline-number")
	}
	return next
}

// dated adds the document's own date, once.
func (d *doc) dated(m moment, rule string) {
	if d.has("document_date") == nil {
		m.clock = nil
		d.add("document_date", d.date(m, d.year), m.day.Span, 0.9, rule)
	}
}

// timed reads "From X", "Received …", "Sent …" wherever they stand on a line.
func (d *doc) timed(l line) bool {
	found := false
	for i := l.first; i < l.last; i++ {
		switch t := d.at(i); t.key {
		case kFrom:
			j := i + 1
			if d.at(j).mark == ':' {
				j++
			}
			if m, after := d.momentAt(j); d.word(i) == "от" && d.at(i-1).key == kResolution && i == l.first+1 && after > j { // Решение от 5 мая
				d.setYear(m)
				d.dated(m, "of-date")
				found = true
				continue
			}
			if next := d.fromBody(j, l); next > j {
				found, i = true, next-1
				continue
			}
			n, next := d.nameAt(j, l.End)
			if next > j && d.isSender(n) {
				d.addSender(n, "from-sender")
				found, i = true, next-1
				continue
			}
			if next == j || n.known != nil && n.known.Kind != "place" || n.known == nil && i > l.first || d.has("from_place") != nil || d.inSentence(i, l) {
				continue
			}
			d.add("from_place", d.agent(n), n.Span, 0.9, "from")
			found, i = true, next-1
			if d.word(next) == "в" || d.at(next).key == kTo { // ИЗ ПРАГИ В МОСКВУ
				if to, after := d.nameAt(next+1, l.End); after > next+1 && to.isPlace() {
					d.placeTo(to)
					i, next = after-1, after
				}
			}
			if k := d.signAt(next); k > next && d.has("telegram_number") == nil {
				if all, after := d.numbersAt(k); after > k {
					d.addNumbers("telegram_number", all, Span{d.at(next).Start, all[len(all)-1].End}, 0.9, "from-number")
					i = after - 1
				}
			}
			if m, after := d.momentAt(d.skipGlue(next)); after > d.skipGlue(next) && m.End <= l.End {
				d.setYear(m)
				d.dated(m, "from-date")
				i = after - 1
			}
		case kReceived, kSent, kDispatched:
			j := i + 1
			for d.at(j).mark == ':' || d.at(j).mark == '.' || d.at(j).mark == ',' || d.word(j) == "в" || d.word(j) == "at" || d.word(j) == "on" {
				j++
			}
			if n, after := d.nameAt(j, l.End); after > j && n.isPlace() { // Получена в Москве 5.V.49
				j = d.skipGlue(after)
			}
			m, next := d.momentAt(j)
			if next == j {
				j = d.skipMode(j, l)
				m, next = d.momentAt(j)
			}
			if next == j {
				m, next = d.clockOn(j, l)
			}
			if next == j {
				continue
			}
			d.setYear(m)
			name := "sent_at"
			if t.key == kReceived {
				name = "received_at"
				d.inbound = true
			}
			d.undateline(name)
			d.add(name, d.date(m, d.year), m.Span, 0.95, "timed")
			found, i = true, next-1
		}
	}
	return found
}

// skipMode skips by what means something came: "Получено по ВЧ 4 июня", "Received by
// radio at 0900 5 May".
func (d *doc) skipMode(i int, l line) int {
	if w := d.word(i); w != "по" && w != "by" && w != "over" && w != "via" && w != "телеграфом" && w != "from" && w != "из" {
		return i
	}
	for j := i + 1; j < min(i+6, l.last); j++ {
		if d.at(j).mark == '.' && !d.closeTo(j) {
			break
		}
		if _, next := d.momentAt(j); next > j {
			return j
		}
	}
	return i
}

// inSentence tells that "from" belongs to a telegram that is spoken of.
func (d *doc) inSentence(i int, l line) bool {
	k := d.at(i - 1).key
	return i > l.first+1 && d.sentence(l) && (k == kTelegram || k == kCipherTelegram || k == kLetter || k == kCable || k == kReport)
}

// fromBody reads "From: Soviet Embassy, New Delhi": who sent it and, behind a comma, where.
func (d *doc) fromBody(i int, l line) int {
	if d.at(i-1).mark != ':' && i-1 > l.first {
		return i
	}
	first := i
	if d.word(i) == "the" {
		i++
	}
	end := i
	for end < l.last && d.at(end).mark != ',' {
		if d.at(end).num >= 0 {
			return first
		}
		end++
	}
	if end == i || end-i > 12 || !d.startsUpper(i) || !d.bodyWord(i, end) && !d.hasOffice(i, end) || d.at(i).key == kMy || d.at(i).key == kOur {
		return first
	}
	span := Span{d.at(i).Start, d.at(end - 1).End}
	if f := d.has("sender"); f == nil || d.shortOf(f, span) {
		a := Agent{Written: d.clean(span)}
		if d.hasOffice(i, end) && !d.bodyWord(i, end) {
			a = Agent{Office: a.Written}
		}
		if m := d.mentionAt(span.Start); m != nil && m.Kind == "organisation" {
			a.ID, a.Name = m.Agent, m.Name
		}
		if f != nil { // the form's own words go before those of the title
			f.Value, f.Raw, f.Evidence = a, d.of(span), append([]Span{span}, f.Evidence...)
		} else {
			d.add("sender", a, span, 0.8, "from-body")
		}
	}
	if n, next := d.nameAt(end+1, l.End); next > end+1 && (n.isPlace() || n.known == nil && d.onlyMarks(next, l.last)) {
		d.placeOf(n)
		return next
	}
	return end
}

// shortOf tells that a form names shortly a body that the title names by its country:
// "Embassy in Poland" for the Chinese Embassy in Poland.
func (d *doc) shortOf(f *Field, s Span) bool {
	a := f.Value.(Agent)
	return a.ID == "" && a.Written == "" && strings.HasSuffix(strings.ToLower(a.Office), " "+strings.ToLower(d.clean(s)))
}

// undateline takes the time in a dateline for that of writing when the form tells
// when the telegram was sent.
func (d *doc) undateline(name string) {
	f := d.has("sent_at")
	if name != "sent_at" || f == nil || !strings.HasPrefix(f.Rule, "place-and-time") {
		return
	}
	f.Name = "document_date"
	v := f.Value.(Date)
	if v.Precision == "minute" {
		v.ISO, v.Precision = v.ISO[:strings.IndexByte(v.ISO, 'T')], "day"
	}
	f.Value = v
}

// clockOn reads a time alone, whose day stands before it on the line: "Rome, 24
// March 1952. Sent at 21:35".
func (d *doc) clockOn(i int, l line) (moment, int) {
	c, next := d.clockAt(i)
	if next == i || c.End > l.End {
		return moment{}, i
	}
	same := sameDay[d.word(next)+" "+d.word(next+1)+" "+d.word(next+2)]
	if m := d.at(next).mark; !same && !d.onlyMarks(next, l.last) && m != '.' && m != ',' && m != ';' {
		return moment{}, i
	}
	if f := d.has("document_date"); f != nil && d.body < d.part.end && (same || i <= l.first+3) {
		if m, end := d.momentAt(d.tokenAt(f.Evidence[0].Start)); end > 0 && m.day.day > 0 {
			m.clock, m.Span = &c, c.Span
			return m, next
		}
	}
	if f := d.has("sent_at"); f != nil && d.sentBelow(l) && f.Value.(Date).Precision == "minute" {
		if m, end := d.momentAt(d.tokenAt(f.Evidence[0].Start)); end > 0 && m.day.day > 0 {
			m.clock, m.Span = &c, c.Span
			return m, next
		}
	}
	for j := l.first; j < i; j++ {
		if m, end := d.momentAt(j); end > j && m.End < c.Start {
			m.clock, m.Span = &c, c.Span
			return m, next
		}
	}
	return moment{}, i
}

// sameDay are the words for the day that has been named.
var sameDay = map[string]bool{"the same day": true, "того же дня": true, "того же числа": true, "on same day": true}

// belowDay tells that a date stands right above a line: both are its dateline.
func (d *doc) belowDay(l line) bool {
	i := d.lineAt(l.Start)
	return i > 0 && d.lineKinds[i-1] == dayLine
}

// aboveDay tells that a line with a date stands right below a line.
func (d *doc) aboveDay(l line) bool {
	i := d.lineAt(l.Start)
	return i+1 < len(d.lines) && d.lineKinds[i+1] == dayLine
}
