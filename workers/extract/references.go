package extract

// readReferences finds other telegrams, letters and statements that the document
// names by whose they are: your, my, our, somebody's.
func (d *doc) readReferences() {
	if d.part.kind == editorial {
		return
	}
	from := d.body
	if d.part.heading >= 0 && d.part.kind == "" {
		from = d.part.heading + 1
	}
	for i := from; i < d.part.end; i++ {
		if d.lines[i].empty() || d.lineKinds[i] == labelLine || d.inCatalogue(d.lines[i].Start) {
			continue
		}
		for _, s := range d.sentences(d.lines[i]) {
			d.reference(s[0], s[1])
		}
	}
}

// sentences cuts a line's tokens behind full stops.
func (d *doc) sentences(l line) [][2]int {
	var cut [][2]int
	first := l.first
	for i := l.first; i < l.last; i++ {
		t := d.at(i)
		ends := t.mark == '.' || t.mark == '!' || t.mark == '?' || t.mark == ';'
		if !ends || i+1 < l.last && !d.startsUpper(i+1) && d.at(i+1).mark == 0 || d.abbreviated(i-1) {
			continue
		}
		cut = append(cut, [2]int{first, i + 1})
		first = i + 1
	}
	if first < l.last {
		cut = append(cut, [2]int{first, l.last})
	}
	return cut
}

// abbreviated tells that the full stop behind a word ends no sentence.
func (d *doc) abbreviated(i int) bool {
	switch d.at(i).key {
	case kNumber, kComrade, kIncoming, kOutgoing, kSpecial, kRank:
		return true
	}
	return false
}

// referenceNames are the words for what is referred to.
var referenceNames = map[string]string{
	"message": "message", "messages": "message", "послание": "message",
	"statement": "statement", "заявление": "statement", "protest": "protest", "протест": "protest",
	"directive": "directive", "directives": "directive", "instruction": "directive", "instructions": "directive",
	"указание": "directive", "указания": "directive", "директива": "directive", "draft": "draft", "проект": "draft",
	"proposal": "telegram", "предложение": "telegram", "inquiry": "telegram", "запрос": "telegram",
}

// referenceKind tells what kind of thing a word refers to, "" for none.
func (d *doc) referenceKind(i int) string {
	switch d.at(i).key {
	case kTelegram, kCipherTelegram, kCable:
		return "telegram"
	case kLetter:
		return "letter"
	case kNote:
		return "note"
	}
	return referenceNames[d.word(i)]
}

// reference reads one sentence: whose telegram, which number and date, and what
// this one does with it.
func (d *doc) reference(first, last int) {
	for i := first; i < last; i++ {
		own := d.at(i).key
		numbered := own == none && d.word(i) == "на" && d.signAt(i+1) > i+1 && i <= first+1
		if own != kYour && own != kMy && own != kOur && !numbered {
			continue
		}
		kind, at := "", i
		for j := i + 1; j < min(i+4, last) && kind == ""; j++ {
			kind, at = d.referenceKind(j), j
		}
		next := at + 1
		if kind == "" {
			if j := d.signAt(i + 1); d.digits(j) == 0 || j == i+1 && !d.announced(i) {
				continue
			}
			kind, next = "telegram", i+1
		}
		v := Reference{Kind: kind, Whose: whose(own), Relation: d.relationOf(own, first, i, last)}
		if d.announced(i) {
			n, after := d.numberAt(i + 1)
			v.Number, next = d.registry(n), after
		}
		d.addReference(v, first, last, next)
		return
	}
	if d.word(first) == "see" || d.word(first) == "cf" || d.word(first) == "см" {
		if j := d.signAt(first + 1); j > first+1 && d.digits(j) > 0 {
			d.addReference(Reference{Kind: "telegram", Relation: "refers_to"}, first, last, first+1)
			return
		}
	}
	d.otherReference(first, last)
}

// announced tells that the word before says that a reference follows, so that a number
// needs no sign: "Ref. your 1234".
func (d *doc) announced(i int) bool {
	before := i - 1
	if d.at(before).mark == '.' || d.at(before).mark == ':' {
		before--
	}
	switch d.word(before) {
	case "ref", "re", "reference", "на":
		return d.digits(i+1) > 1
	}
	return false
}

// whose says in one word to whom what is referred to belongs. A number with "to" in
// front ("На № 5") is the other's.
func whose(own key) string {
	switch own {
	case kMy:
		return "my"
	case kOur:
		return "our"
	}
	return "your"
}

// relationOf tells what the document does with what it refers to: "to my No. 5"
// goes on from it, "in reply to your" and a sentence that begins with what was
// received answer it, "according to your directive" carries it out.
func (d *doc) relationOf(own key, first, i, last int) string {
	for j := first; j < last; j++ {
		switch d.word(j) {
		case "according", "accordance", "выполнено", "выполнена", "согласно", "соответствии", "fulfilled", "executed":
			return "implements"
		case "enclose", "enclosed", "attached", "attach", "прилагаю", "направляю":
			return "encloses"
		case "further", "addition", "дополнение":
			return "supplements"
		case "ref", "re", "reply", "response", "answer", "replying", "ответ", "отвечаем", "отвечаю":
			return "in_reply_to"
		}
		if d.at(j).key == kReceived && own == kYour {
			return "in_reply_to"
		}
	}
	before := d.at(i - 1).key
	switch {
	case own == kMy || own == kOur:
		if before == kTo && i-1 <= first+1 {
			return "supplements"
		}
		return "refers_to"
	case d.word(i-1) == "in" || d.word(i-1) == "в":
		return "refers_to"
	case i-first <= 3 || before == kTo || d.word(i-1) == "на" || d.word(i-1) == "on":
		return "in_reply_to"
	}
	return "refers_to"
}

func (p *page) word(i int) string { return p.lower[p.at(i).Start:p.at(i).End] }

// addReference reads numbers and dates behind a reference; each date of "5 and 7
// June" is a reference of its own.
func (d *doc) addReference(v Reference, first, last, next int) {
	span := Span{d.at(first).Start, d.at(last - 1).End}
	var dates, more []string
	for i := next; i < last && i < next+24; i++ {
		if d.at(i).key == kIncoming {
			j := i + 1
			for d.at(j).mark == '.' {
				j++
			}
			if n, after := d.numberAt(d.signAt(j)); after > d.signAt(j) {
				v.IncomingNumber = d.registry(n)
				i = after - 1
			}
			continue
		}
		if j := d.signAt(i); j > i && v.Number == "" {
			if n, after := d.numberAt(j); after > j {
				v.Number = d.registry(n)
				i = after - 1
				if k := d.at(after); (k.key == kAnd || k.mark == ',') && d.digits(after+1) > 0 && d.at(after+2).key.month() == 0 {
					if n, end := d.numberAt(after + 1); end > after+1 && n.End-n.Start >= 2 {
						more = append(more, d.registry(n))
						i = end - 1
					}
				}
				continue
			}
		}
		if m, after := d.momentAt(i); after > i && m.End <= span.End {
			dates = append(dates, d.days(m)...)
			i = after - 1
		}
	}
	if len(dates) == 0 {
		if v.Number != "" || v.IncomingNumber != "" || !d.mentioned(v) {
			d.add("telegram_reference", v, span, 0.75, "reference")
		}
		for _, n := range more {
			v.Number = n
			d.add("telegram_reference", v, span, 0.75, "reference")
		}
		return
	}
	for _, date := range dates {
		v.Date = date
		d.add("telegram_reference", v, span, 0.8, "reference")
	}
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

func (d *doc) days(m moment) []string {
	dates := []string{d.date(moment{day: m.day}, d.year).ISO}
	for _, n := range m.day.more {
		other := m.day
		other.day = n
		dates = append(dates, d.date(moment{day: other}, d.year).ISO)
	}
	return dates
}

// otherReference reads "I received a telegram from X" and "the statement of X".
func (d *doc) otherReference(first, last int) {
	for i := first; i < last; i++ {
		kind := d.referenceKind(i)
		if kind == "" {
			continue
		}
		n, after := d.nameAt(i+2, d.at(last-1).End)
		from := after > i+2 && (d.at(i+1).key == kFrom || d.at(i+1).key == kOf)
		switch {
		case from && (kind == "telegram" || kind == "letter" || kind == "message"):
		case kind == "statement" && d.at(i+1).key == kOf:
		case kind == "directive" && d.sends(first, i):
		default:
			continue
		}
		v := Reference{Kind: kind, Relation: "refers_to"}
		if from {
			v.From = d.clean(n.written)
		}
		d.addReference(v, first, last, i+1)
		return
	}
}

func (d *doc) sends(first, i int) bool {
	for j := first; j < i; j++ {
		switch d.word(j) {
		case "send", "sending", "sent", "give", "giving", "given", "посылаем", "направляем", "даем":
			return true
		}
	}
	return false
}
