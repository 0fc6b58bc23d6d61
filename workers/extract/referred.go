package extract

import (
	"fmt"
)

// items reads the numbers and dates behind a phrase. Until the first is found other
// words may stand between; behind it only what joins them. A further kind begins an
// item of its own: "your letter of 5 May and telegram No. 19".
func (d *doc) items(kind string, i, last int, strong bool) ([]cited, int) {
	var items []cited
	cur := cited{kind: kind}
	flush := func() {
		if !cur.empty() {
			items = append(items, cur)
		}
	}
	end, skipped, sign, plural := i, 0, false, false
	for i < last && i < end+24 {
		t := d.at(i)
		if t.key == kIncoming {
			j := i + 1
			for d.at(j).mark == '.' {
				j++
			}
			k := d.signAt(j)
			if n, after := d.numberAt(k); after > k {
				cur.incoming = d.registry(n)
				i, end = after, after
				continue
			}
		}
		j := d.signAt(i)
		signed := j > i && d.digits(j) > 0
		bare := !signed && skipped == 0 && d.digits(i) > 0 && (cur.empty() && len(items) == 0 && d.numberBehind(i) || sign && d.joinedNumber(i, plural))
		if signed && (skipped <= 3 || d.at(i-1).mark == '(' || d.referenceKind(i-1) != "") || bare {
			n, after := d.numberAt(j)
			if bare {
				n, after = d.numberAt(i)
			}
			if cur.number != "" {
				flush()
				cur = cited{kind: cur.kind, joined: bare}
			}
			cur.number = d.registry(n)
			if d.at(after).mark == '—' && d.closeTo(after) && d.closeTo(after+1) && d.digits(after+1) > 0 {
				cur.number += "-" + d.of(d.at(after+1).Span)
				after += 2
			}
			plural = plural || d.word(i) == "nos" || d.at(i).mark == '№' && d.at(i+1).mark == '№'
			sign = true
			i, end, skipped = after, after, 0
			continue
		}
		if m, after := d.momentAt(i); after > i && m.day.day > 0 && m.End <= d.at(last-1).End && (skipped == 0 || d.dates(i)) {
			if len(cur.dates) > 0 {
				flush()
				cur = cited{kind: cur.kind}
			}
			cur.dates = d.days(m)
			if n := len(cur.dates); n > 1 && n == len(items)+1 && cur.number != "" { // No. 5 and No. 7 (of 1 and 2 May)
				for k := range items {
					items[k].dates = cur.dates[k : k+1]
				}
				cur.dates = cur.dates[n-1:]
			}
			i, end, skipped = after, after, 0
			continue
		}
		found := !cur.empty() || len(items) > 0
		if next := d.referenceKind(i); found && next != "" && d.kindGoesOn(i, last) {
			flush()
			cur = cited{kind: next}
			i++
			end, sign = i, false
			continue
		}
		if !d.joinsNumbers(i) {
			if found || d.startsPhrase(i) || strong && skipped >= 8 {
				break
			}
			skipped++
		}
		i++
	}
	flush()
	return share(items), end
}

// share gives the date behind several numbers of one sign to all of them.
func share(items []cited) []cited {
	for i := len(items) - 1; i > 0; i-- {
		if items[i].joined && len(items[i-1].dates) == 0 {
			items[i-1].dates = items[i].dates
		}
	}
	return items
}

// numberBehind tells that figures behind a word for a telegram are its number, and
// no day, hour or amount: "Department's telegram 274".
func (d *doc) numberBehind(i int) bool {
	if d.referenceKind(i-1) == "" && cabledAt(d.word(i-1)) == "" && d.at(i-1).key != kYour && d.at(i-1).key != kMy && d.at(i-1).key != kOur {
		return false
	}
	if b := d.at(i - 1); b.key != lexicon[d.word(i-1)] && cabledAt(d.word(i-1)) == "" {
		return false // a misread word is not enough: порту for ноту
	}
	t := d.at(i + 1)
	_, next := d.dayAt(i)
	return next == i && (t.mark != 0 && t.mark != ':' || t.key != none || t.num >= 0 || i+1 >= len(d.tokens) || t.word())
}

// joinedNumber tells that figures go on a row of numbers: Nos. 5, 6 and 7.
func (d *doc) joinedNumber(i int, plural bool) bool {
	before := d.at(i - 1)
	if before.key != kAnd && before.mark != ',' {
		return false
	}
	_, next := d.dayAt(i)
	return next == i && d.digits(i) >= 2 && (plural || d.at(i+1).mark != 0 || d.at(i+1).key == kAnd || d.at(i+1).key == kOf || d.at(i+1).key == kFrom || i+1 >= len(d.tokens))
}

// dates tells by the word before a date that it is that of the paper, not of what
// happened to it.
func (d *doc) dates(i int) bool {
	b := d.at(i - 1)
	return b.key == kOf || b.key == kFrom || b.mark == '(' || d.word(i-1) == "dated" || d.word(i-1) == "за" || b.mark == ',' && d.at(i-2).word() ||
		d.at(i-1).word() && d.startsUpper(i-1)
}

// kindGoesOn tells that a kind of paper is named with its own number or date.
func (d *doc) kindGoesOn(i, last int) bool {
	j := i + 1
	if d.at(j).key == kOf || d.at(j).key == kFrom {
		if _, next := d.momentAt(j + 1); next > j+1 {
			return j+1 < last
		}
	}
	return d.signAt(j) > j && d.digits(d.signAt(j)) > 0
}

// joinsNumbers tells that a token may stand between the numbers and dates of a phrase.
func (d *doc) joinsNumbers(i int) bool {
	t := d.at(i)
	switch {
	case t.key == kAnd, t.key == kOf, t.key == kFrom, t.key == kYear, t.key == kNumber:
		return true
	case t.mark != 0:
		return t.mark == ',' || t.mark == '(' || t.mark == ')' || t.mark == '.' || t.mark == '[' || t.mark == ']' || t.mark == '№'
	}
	switch d.word(i) {
	case "dated", "за", "s", "с", "также", "also", "on", "the":
		return true
	}
	return false
}

// addReferences adds what a phrase names, each day of "5 and 7 June" by itself.
func (d *doc) addReferences(v Reference, items []cited, span Span) {
	for _, t := range items {
		v.Kind, v.Number, v.IncomingNumber, v.Date = t.kind, t.number, t.incoming, ""
		if t.empty() && d.mentioned(v) {
			continue
		}
		if len(t.dates) == 0 {
			d.addReference(v, span, 0.75)
		}
		for _, v.Date = range t.dates {
			d.addReference(v, span, 0.8)
		}
	}
}

// addReference adds one; the same one again, from other words, is further evidence.
func (d *doc) addReference(v Reference, span Span, sure float64) {
	for i := max(0, len(d.fields)-200); i < len(d.fields); i++ {
		f := &d.fields[i]
		r, ok := f.Value.(Reference)
		if ok && v.Number != "" && r.Number == v.Number && r.Kind == v.Kind && (r.Date == v.Date || v.Date == "") {
			if f.Evidence[len(f.Evidence)-1] != span {
				f.Evidence = append(f.Evidence, span)
			}
			return
		}
	}
	d.add("telegram_reference", v, span, sure, "reference")
}

// mentioned tells that a thing of the kind was referred to before without a number
// or a date: another mention says nothing more.
func (d *doc) mentioned(v Reference) bool {
	for _, f := range d.fields {
		if r, ok := f.Value.(Reference); ok && r.Kind == v.Kind && r.Relation == "in_reply_to" && r.Number == "" && r.Date == "" && v.Relation == r.Relation {
			return true
		}
	}
	return false
}

// days are those of a moment. One without a year that would lie well behind the
// document's own day is of the year before: a letter of December, in January.
func (d *doc) days(m moment) []string {
	var dates []string
	for n := -1; n < len(m.day.more); n++ {
		one := m.day
		if n >= 0 {
			one.day = m.day.more[n]
		}
		year := d.year
		var y, month, date int
		if own := d.ownDay(); one.year == 0 && own != "" {
			if _, err := fmt.Sscanf(own, "%4d-%2d-%2d", &y, &month, &date); err == nil {
				if year = y; 31*(one.month-month)+one.day-date > 60 {
					year--
				}
			}
		}
		dates = append(dates, d.date(moment{day: one}, year).ISO)
	}
	return dates
}

// ownDay is the document's own day with its year, "" where it is not known.
func (d *doc) ownDay() string {
	for _, name := range []string{"document_date", "sent_at", "received_at", "catalogue_date"} {
		if f := d.has(name); f != nil {
			if iso := f.Value.(Date).ISO; len(iso) >= len("1951-06-13") && iso[0] != '-' {
				return iso
			}
		}
	}
	return ""
}
