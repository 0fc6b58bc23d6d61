package extract

import (
	"strings"
	"unicode/utf8"
)

// around is how many tokens on either side of a phrase belong to it: sentences have no
// end where recognition has lost the full stops.
const around = 60

// readReferences finds other telegrams, letters and statements that the document
// names: by whose they are, by number, by date, or by who wrote them.
func (d *doc) readReferences() {
	if d.part.kind == editorial {
		return
	}
	from := d.body
	if d.part.heading >= 0 && d.part.kind == "" {
		from = d.part.heading + 1
	}
	for i := from; i < d.part.end; i++ {
		if d.unreferring(i) {
			continue
		}
		end := d.paragraph(i)
		for _, s := range d.sentences(d.lines[i].first, d.lines[end].last) {
			d.reference(s[0], s[1])
		}
		i = end
	}
}

// unreferring tells that a line names no other paper: an edition's label, the title
// of a document, a clerks' line.
func (d *doc) unreferring(i int) bool {
	l := d.lines[i]
	if l.empty() || d.lineKinds[i] == labelLine || d.lineKinds[i] == headingLine || d.inCatalogue(l.Start) {
		return true
	}
	if end := d.plain[l.End-1]; end == '.' || end == ':' || l.End-l.Start > 200 {
		return false
	}
	first := l.first
	for first < l.last && (d.digits(first) > 0 || d.at(first).mark == '.') {
		first++
	}
	kind, _ := d.formType(first, l.last)
	return kind != "" && d.correspondents(l) // Telegram from X to Y
}

// paragraph is the last line of the paragraph that begins at line i, where lines
// are broken for their length.
func (d *doc) paragraph(i int) int {
	const least, most = 45, 40
	for n := 0; n < most && i+1 < d.part.end; n++ {
		l, next := d.lines[i], d.lines[i+1]
		if !l.next || utf8.RuneCountInString(d.plain[l.Start:l.End]) < least || d.capitals(l.Span) || d.lineKinds[i] != plainLine || d.lineKinds[i+1] != plainLine || next.heading > 0 {
			return i
		}
		if strings.ContainsRune(".!?:;", rune(d.plain[l.End-1])) || d.at(next.first).key == kComrade && !d.startsLower(next.first) {
			return i
		}
		i++
	}
	return i
}

func (p *page) startsLower(i int) bool { return p.at(i).word() && !p.startsUpper(i) }

// sentences cuts tokens behind full stops.
func (d *doc) sentences(first, last int) [][2]int {
	var cut [][2]int
	begin := first
	for i := first; i < last; i++ {
		t := d.at(i)
		ends := t.mark == '.' || t.mark == '!' || t.mark == '?' || t.mark == ';'
		if !ends || i+1 < last && !d.startsUpper(i+1) && d.at(i+1).mark == 0 || i > begin && d.abbreviated(i-1) {
			continue
		}
		if m := d.at(i + 1).mark; t.mark == '.' && (m == ',' || m == ')' || m == '№' || d.digits(i-1) > 0 && d.closeTo(i+1)) {
			continue // 9.VI
		}
		cut = append(cut, [2]int{begin, i + 1})
		begin = i + 1
	}
	if begin < last {
		cut = append(cut, [2]int{begin, last})
	}
	return cut
}

// abbreviated tells that the full stop behind a word ends no sentence.
func (d *doc) abbreviated(i int) bool {
	switch d.at(i).key {
	case kNumber, kComrade, kIncoming, kOutgoing, kSpecial, kRank:
		return true
	}
	switch d.word(i) {
	case "cf", "ref", "re", "см", "док", "mr", "mrs", "dr", "messrs", "г", "гг", "пп", "п", "c", "с", "dept", "tel", "св", "ср", "doc":
		return true
	}
	t := d.at(i)
	return d.startsUpper(i) && utf8.RuneCountInString(d.plain[t.Start:t.End]) == 1 && !d.digitsBefore(i) // an initial
}

// digitsBefore tells that figures stand right before a word: 10 V.
func (d *doc) digitsBefore(i int) bool { return d.digits(i-1) > 0 }

// referenceNames are the words for what is referred to.
var referenceNames = map[string]string{
	"message": "message", "messages": "message", "послание": "message", "послания": "message", "посланием": "message", "посланию": "message",
	"statement": "statement", "заявление": "statement", "заявлением": "statement", "заявлении": "statement", "заявлению": "statement", "заявления": "statement", "protest": "protest", "протест": "protest",
	"directive": "directive", "directives": "directive", "instruction": "directive", "instructions": "directive",
	"указание": "directive", "указания": "directive", "указанием": "directive", "указанию": "directive", "директива": "directive", "директиву": "directive",
	"draft": "draft", "проект": "draft", "plan": "plan", "план": "plan",
	"proposal": "telegram", "предложение": "telegram", "inquiry": "telegram", "enquiry": "telegram", "запрос": "telegram", "запросу": "telegram", "запросы": "telegram", "запросов": "telegram", "запросом": "telegram", "inquiries": "telegram", "requests": "message",
	"question": "question", "вопрос": "question", "enquiries": "telegram", "протеста": "protest", "протесте": "protest",
	"answer": "telegram", "reply": "telegram", "ответ": "telegram", "ответом": "telegram",
	"поручение": "directive", "поручением": "directive", "поручению": "directive", "поручения": "directive",
	"request": "message", "просьба": "message", "просьбу": "message", "просьбе": "message", "просьбой": "message",
	"cipher": "telegram", "шифровке": "telegram", "шифровкой": "telegram", "депеша": "telegram", "депешу": "telegram", "депеше": "telegram",
	"despatch": "letter", "dispatch": "letter", "airgram": "telegram", "radiogram": "telegram", "радиограмма": "telegram", "радиограмму": "telegram",
	"записка": "note", "записку": "note", "записке": "note", "меморандум": "note", "меморандуму": "note", "письме": "letter", "письму": "letter", "писем": "letter", "письмам": "letter",
	"донесение": "telegram", "донесении": "telegram", "донесению": "telegram", "aide": "note", "memorandum": "note",
}

// faint are kinds that are referred to only with a number or a date: an answer that
// is awaited is none that exists.
var faint = map[string]bool{
	"proposal": true, "предложение": true,
	"question": true, "вопрос": true, "requests": true, "inquiries": true, "enquiries": true, "запросы": true, "запросов": true, "запросом": true,
	"answer": true, "reply": true, "ответ": true, "ответом": true, "cipher": true, "запрос": true, "запросу": true, "записка": true, "записку": true,
	"записке": true, "plan": true, "план": true, "aide": true, "memorandum": true, "меморандум": true, "меморандуму": true,
	"request": true, "просьба": true, "просьбу": true, "просьбе": true, "просьбой": true,
	"despatch": true, "dispatch": true, "донесение": true, "донесении": true, "донесению": true,
}

// ownedOnly are kinds that are one only behind your, my, our: in reply to X's note
// the reply is this paper.
var ownedOnly = map[string]bool{
	"proposal": true, "предложение": true, "question": true, "вопрос": true, "requests": true, "inquiries": true, "enquiries": true, "запросы": true, "запросов": true, "запросом": true,
	"answer": true, "reply": true, "ответ": true, "ответом": true, "cipher": true, "запрос": true, "запросу": true, "inquiry": true, "enquiry": true,
	"request": true, "просьба": true, "просьбу": true, "просьбе": true, "просьбой": true,
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
	if d.at(i).traits&referring == 0 {
		return ""
	}
	return referenceNames[d.word(i)]
}

// cabled are the words that cable offices make of whose telegram it is. A "re" may
// stand before each: reurtel.
var cabled = map[string]struct{ whose, from string }{
	"deptel": {"", "Department"}, "depcirtel": {"", "Department"}, "deptelgram": {"", "Department"},
	"embtel": {"", "Embassy"}, "embdes": {"", "Embassy"}, "embdesp": {"", "Embassy"}, "contel": {"", "Consulate"}, "congentel": {"", "Consulate General"},
	"legtel": {"", "Legation"}, "legdes": {"", "Legation"}, "missiontel": {"", "Mission"},
	"urtel": {"your", ""}, "yourtel": {"your", ""}, "urlet": {"your", ""}, "mytel": {"my", ""}, "ourtel": {"our", ""}, "ourlet": {"our", ""},
}

// cited is one paper that a phrase names.
type cited struct {
	kind, number, incoming string
	dates                  []string
	// joined tells that its number came behind another's sign: Nos. 5 and 6.
	joined bool
}

func (t cited) empty() bool { return t.number == "" && t.incoming == "" && len(t.dates) == 0 }

// reference reads one sentence: whose telegram, which number and date, and what this
// one does with it. A phrase without number and date counts only when no other says
// more.
func (d *doc) reference(first, last int) {
	found := false
	from, before := first, "" // behind the phrase before this one
	for i := first; i < last; i++ {
		v, next, strong := d.pointer(i, from, last)
		if v.Kind == "" {
			continue
		}
		switch {
		case before == "" || v.Relation == before:
		case v.Whose == "your" && v.Relation == "in_reply_to" && d.refersFirst(first, i):
		case d.onlyJoins(from, i), before == "in_reply_to" && v.Relation == "refers_to" && v.Whose == "" && d.likewise(i, first):
			v.Relation = before
		}
		items, end := d.items(v.Kind, next, last, strong)
		if len(items) == 0 {
			if strong || found || d.unsaid(first, i, next-1) {
				continue
			}
			items, end = []cited{{kind: v.Kind}}, next
			if d.relays(i, last) {
				continue
			}
		}
		found = true
		for d.at(first).mark == '>' || d.at(first).mark == ']' || d.at(first).mark == ')' {
			first++
		}
		d.addReferences(v, items, Span{d.at(first).Start, d.at(last - 1).End})
		i = max(end, next) - 1
		from, before = i+1, v.Relation
	}
	if !found {
		d.otherReference(first, last)
	}
}

// likewise tells that what is named at a token was received with what was named
// before: "as well as the letter of X", "равно как и письмо т. X".
func (d *doc) likewise(i, first int) bool {
	if d.word(i-1) == "the" {
		i--
	}
	switch d.word(i - 1) {
	case "и", "также":
		return i-3 > first && (d.word(i-2) == "как" && d.word(i-3) == "равно" || d.word(i-2) == "а")
	case "as":
		return i-3 > first && d.word(i-2) == "well" && d.word(i-3) == "as"
	}
	return false
}

// onlyJoins tells that nothing but what joins stands between two phrases.
func (d *doc) onlyJoins(i, last int) bool {
	for ; i < last; i++ {
		if !d.joinsNumbers(i) && d.at(i).key != kTo && d.word(i) != "к" && d.word(i) != "на" {
			return false
		}
	}
	return true
}

// pointer finds what points to another paper at token i, and returns the token where
// its number and date are looked for. A strong phrase counts only with one of them.
func (d *doc) pointer(i, first, last int) (v Reference, next int, strong bool) {
	t := d.at(i)
	switch {
	case t.key == kYour || t.key == kMy || t.key == kOur:
		kind, next := d.owned(i, last)
		if next == i {
			return Reference{}, i, false
		}
		return Reference{Kind: kind, Whose: whose(t.key), Relation: d.relationOf(t.key, first, i, last)}, next, d.faintAt(next - 1)
	case t.key == none && t.word() && cabledAt(d.word(i)) != "":
		c := cabled[cabledAt(d.word(i))]
		v := Reference{Kind: "telegram", Whose: c.whose, From: c.from, Relation: d.relationOf(none, first, i, last)}
		if c.whose == "your" && v.Relation == "refers_to" && i == first && !strings.HasPrefix(d.word(i), "re") {
			v.Relation = "in_reply_to"
		}
		return v, i + 1, true
	case d.signAt(i) > i && d.digits(d.signAt(i)) > 0:
		return d.bareNumber(i, first, last)
	case t.word() && d.telegraphed(i) && i == first && (d.digits(i+1) > 0 || d.at(i+1).mark == ':' || d.word(i+1) == "at"):
		return Reference{}, i, false // when this one was
	case t.word() && d.telegraphed(i):
		v := Reference{Kind: "telegram", Relation: "refers_to"}
		if n, after := d.nameAt(d.skipTo(i+1), d.at(last-1).End); after > d.skipTo(i+1) && (n.known == nil || n.known.Kind == "person") {
			v.To = d.clean(n.written)
		}
		return v, i + 1, true
	}
	kind := d.referenceKind(i)
	if kind == "" || kind == "draft" || kind == "plan" || ownedOnly[d.word(i)] {
		return Reference{}, i, false
	}
	v = Reference{Kind: kind, Relation: d.relationOf(none, first, i, last)}
	if owner, ok := d.possessor(i); ok {
		v.From = owner
		return v, i + 1, true
	}
	from, after := d.author(i+1, last)
	v.From = from
	return v, after, true
}

// owned finds the kind of thing behind your, my, our: "my immediately preceding
// telegram", "Ваш № 5", "your 318, November 22". It returns i for none.
func (d *doc) owned(i, last int) (string, int) {
	for j := i + 1; j < min(i+5, last); j++ {
		if k := d.signAt(j); k > j && d.digits(k) > 0 {
			if j > i+2 {
				return "", i
			}
			return "telegram", j
		}
		if kind := d.referenceKind(j); kind != "" {
			if d.word(j) == "cipher" || d.word(j) == "aide" {
				if next := d.referenceKind(j + 1); next != "" {
					return next, j + 2
				}
			}
			return kind, j + 1
		}
		if t := d.at(j); t.mark == ',' || t.mark == '.' || t.key == kTo || t.key == kOf || d.word(j) == "the" || d.word(j) == "a" {
			break
		}
	}
	if n := d.digits(i + 1); n >= 2 && n <= 5 {
		if t := d.at(i + 2); i+2 >= last || t.mark == ',' || t.mark == '.' || t.mark == ';' || t.key == kOf || t.key == kFrom || t.key.month() > 0 {
			return "telegram", i + 1
		}
	}
	return "", i
}

func (d *doc) faintAt(i int) bool { return faint[d.word(i)] }

// cabledAt finds a cable office's word, also in the plural or behind "re".
func cabledAt(word string) string {
	// Every word of a text comes here.
	end := strings.TrimSuffix(word, "s")
	if len(word) > 20 || len(word) < 5 || !strings.HasSuffix(end, "tel") && !strings.HasSuffix(end, "let") && !strings.HasSuffix(end, "de") && !strings.HasSuffix(end, "desp") && !strings.HasSuffix(end, "telgram") {
		return ""
	}
	for _, w := range []string{word, strings.TrimSuffix(word, "s"), strings.TrimPrefix(word, "re"), strings.TrimSuffix(strings.TrimPrefix(word, "re"), "s")} {
		if _, ok := cabled[w]; ok {
			return w
		}
	}
	return ""
}

// bareNumber reads a number that nobody is said to own: "На № 5" at the beginning of
// a sentence, "In reply to No. 5", "See No. 5", "set forth in No. 5".
func (d *doc) bareNumber(i, first, last int) (Reference, int, bool) {
	v := Reference{Kind: "telegram", Relation: d.relationOf(none, first, i, last)}
	before, early := d.word(i-1), i <= first+2
	if i <= first {
		return Reference{}, i, false
	}
	if d.at(i-1).key == kIncoming || d.at(i-1).key == kOutgoing {
		before = d.word(i - 2)
		if d.at(i-1).mark == '.' {
			before = d.word(i - 3)
		}
	} else if d.at(i-1).mark == '.' || d.at(i-1).mark == ':' {
		before = d.word(i - 2)
	}
	switch before {
	case "на", "to":
		if w := d.word(i - 2); w == "ссылаясь" || w == "сославшись" || w == "ссылается" || w == "referring" || w == "reference" {
			return v, i, true
		}
		if !early && v.Relation == "refers_to" {
			return Reference{}, i, false
		}
		if v.Relation == "refers_to" {
			v.Relation = "in_reply_to"
		}
		v.Whose = "your"
		if v.Relation == "supplements" {
			v.Whose = "my"
		}
		return v, i, true
	case "supplementing", "дополняя", "supplement":
		v.Relation, v.Whose = "supplements", "my"
		return v, i, true
	case "answering", "replying":
		v.Relation, v.Whose = "in_reply_to", "your"
		return v, i, true
	case "к":
		if early || v.Relation == "supplements" {
			v.Relation, v.Whose = "supplements", "my"
			return v, i, true
		}
	case "see", "cf", "см", "ref", "re", "reference", "ср":
		v.Relation = "refers_to"
		return v, i, true
	case "in", "в", "by", "за", "under", "from", "from.", "из", "with", "citing":
		if d.reports(first, i) {
			return v, i, true
		}
	}
	return Reference{}, i, false
}

func (p *page) word(i int) string { return p.lower[p.at(i).Start:p.at(i).End] }

// startsPhrase tells that another reference begins at a token.
func (d *doc) startsPhrase(i int) bool {
	k := d.at(i).key
	return k == kYour || k == kMy || k == kOur || d.signAt(i) > i && d.digits(d.signAt(i)) > 0
}

// otherReference reads "I received a telegram from X" and "the statement of X", which
// have neither number nor date.
func (d *doc) otherReference(first, last int) {
	for i := first; i < last; i++ {
		if d.telegraphed(i) && d.hasTelegraphed(first, i, last) {
			return
		}
		kind := d.referenceKind(i)
		if kind == "" || d.faintAt(i) || d.relays(i, last) {
			continue
		}
		from, _ := d.author(i+1, last)
		to := ""
		if j := d.receivedFrom(i+1, last); from == "" && j > i {
			from, _ = d.author(j, last)
		}
		if d.at(i+1).key == kTo { // a letter to him from X
			for j := i + 2; j < min(i+7, last); j++ {
				if d.at(j).key == kFrom {
					from, _ = d.author(j, last)
				}
			}
		}
		if from == "" && (d.word(i+1) == "своего" || d.word(i+1) == "своей" || d.word(i+1) == "своих") && d.at(i+2).word() {
			from = d.clean(Span{d.at(i + 1).Start, d.at(i + 2).End})
		}
		if d.at(i+1).key == kFrom && from == "" && (d.word(i+2) == "his" || d.word(i+2) == "her" || d.word(i+2) == "their") {
			from = d.clean(Span{d.at(i + 2).Start, d.at(i + 3).End})
		}
		if dative(from) && d.at(i+1).key != kFrom && d.at(i+1).key != kOf {
			from, to = "", from
		}
		switch {
		case from+to != "" && (kind == "telegram" || kind == "letter" || kind == "message"):
		case kind == "statement" && d.at(i+1).key == kOf:
		case kind == "directive" && d.sends(first, i):
		default:
			continue
		}
		v := Reference{Kind: kind, Relation: "refers_to", From: from, To: to}
		if !d.mentioned(v) {
			d.addReference(v, Span{d.at(first).Start, d.at(last - 1).End}, 0.75)
		}
		return
	}
}
