package extract

import (
	"unicode"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// behindKind is the token behind the kind of document that a title begins with; first
// where it begins otherwise.
func (p *page) behindKind(first, last int) int {
	if _, next := p.formType(first, last); next > first {
		return next
	}
	if _, opens := titleOpeners[p.word(first)]; opens && last-first > 1 {
		if p.at(first+1).key == kMemorandum { // докладная записка
			return first + 2
		}
		return first + 1
	}
	return first
}

// protocol tells that an extract is one from minutes: the form in which a resolution
// goes out.
func (d *doc) protocol(first int) bool {
	for i := first + 1; i < first+4; i++ {
		if w := d.word(i); w == "протокола" || w == "protocol" || w == "minutes" {
			return true
		}
	}
	return false
}

// cyrillic tells that a span begins in Russian letters.
func (p *page) cyrillic(s Span) bool {
	for _, r := range p.plain[s.Start:s.End] {
		if unicode.IsLetter(r) {
			return unicode.Is(unicode.Cyrillic, r)
		}
	}
	return false
}

// excerptOf reads whose diary or letter is printed in part.
func (d *doc) excerptOf(first int, s Span) bool {
	if !d.excerpts(first) || d.at(first).key != kFrom || d.has("sender") != nil {
		return false
	}
	i := first + 1
	if d.word(i) == "the" || d.word(i) == "a" {
		i++
	}
	i++
	last := d.tokenAt(s.End)
	if d.at(i).key != kOf && d.word(first) == "from" {
		return false
	}
	if d.word(first) == "из" {
		d.titleCases(i, s)
		return d.has("sender") != nil
	}
	if i++; d.word(i) == "the" {
		i++
	}
	if a, span, next := d.party(i, last); next > i {
		d.placeIn(i, next)
		d.addAgent(a, span, "title-excerpt")
		return true
	}
	for j := i + 1; j < last; j++ { // the political adviser, General Harding
		if d.at(j).mark != ',' {
			continue
		}
		if n, next := d.nameAt(j+1, s.End); next > j+1 && (n.known == nil || n.known.Kind == "person") {
			a := d.agent(n)
			a.Office = d.clean(Span{d.at(i).Start, d.at(j - 1).End})
			d.addAgent(a, n.Span, "title-excerpt")
			return true
		}
	}
	return false
}

// placeIn takes the place of an office for that of dispatch: the Minister in Lebanon,
// посла СССР в Китае.
func (d *doc) placeIn(i, last int) {
	for ; i+1 < last; i++ {
		if w := d.word(i); w != "in" && w != "at" && w != "в" && w != "во" {
			continue
		}
		if m := d.mentionAt(d.at(i + 1).Start); m != nil && m.Kind == "place" && d.titleFrom.End == 0 {
			span := Span{m.Start, m.End}
			d.titleFrom = name{Span: span, written: span, known: m}
		}
	}
}

// titleCases reads a Russian title, in which cases say it: ПИСЬМО К. ГОТВАЛЬДА
// И. В. СТАЛИНУ, ТЕЛЕГРАММА ПОСЛА СССР В ИРАНЕ В МИНИСТЕРСТВО ИНОСТРАННЫХ ДЕЛ.
func (d *doc) titleCases(i int, s Span) {
	last := d.tokenAt(s.End)
	sender, span, next := d.caseParty(i, last)
	if next == i {
		return
	}
	d.placeIn(i, next)
	d.addAgent(sender, span, "title-cases")
	if d.at(next).mark == ',' {
		next++
	}
	to := next
	if w := d.word(to); w == "в" || w == "во" {
		to++
		if n, after := d.nameAt(to, s.End); after > to && n.known != nil && n.known.Kind == "place" {
			d.titleTo = n
			return
		}
	}
	a, span, after := d.caseParty(to, last)
	if after == to || d.part.form >= 0 {
		return
	}
	level := toLevel
	if a.ID != "" {
		level = forLevel
	}
	d.address1(a, span, level, false)
}

// caseParty reads one of the two in a Russian title: a person, an office with the
// person behind it, or an office or body alone. Where the other begins, it ends.
func (d *doc) caseParty(i, last int) (a Agent, span Span, next int) {
	if i >= last {
		return Agent{}, Span{}, i
	}
	all := Span{d.at(i).Start, d.at(last - 1).End}
	if n, after := d.person(i, all); after > i {
		return d.agent(n), n.Span, after
	}
	if n := d.initialled(i, last); n > i {
		span = Span{d.at(i).Start, d.at(n - 1).End}
		a = Agent{Written: d.clean(span)}
		if m := d.mentionOver(i, n); m != nil {
			a.ID, a.Name = m.Agent, m.Name
		}
		return a, span, n
	}
	end, office := i, false
	for j := i; j < last && j < i+30; j++ {
		t := d.at(j)
		n := d.initialled(j, last)
		if t.mark != 0 && t.mark != '-' && t.mark != '(' && t.mark != ')' || t.num >= 0 || n == j && d.topic(j) || d.month(j) {
			break
		}
		if j > i && (d.dative(j) && !d.dative(i) || d.intoBody(j)) {
			break
		}
		if n > j && office {
			name := Span{d.at(j).Start, d.at(n - 1).End}
			a = Agent{Written: d.clean(name), Office: d.clean(Span{all.Start, d.at(j - 1).End})}
			if m := d.mentionOver(j, n); m != nil {
				a.ID, a.Name = m.Agent, m.Name
			}
			return a, name, n
		}
		if m := d.mentionAt(t.Start); m != nil && m.Kind == "person" && office {
			name := Span{m.Start, m.End}
			return Agent{ID: m.Agent, Name: m.Name, Written: d.clean(name), Office: d.clean(Span{all.Start, d.at(j - 1).End})}, name, d.tokenAt(m.End)
		}
		office = office || d.official(j)
		if t.mark == 0 {
			end = j + 1
		}
	}
	if !office || end == i {
		return Agent{}, Span{}, i
	}
	if d.at(end).mark == ')' {
		end++
	}
	span = Span{all.Start, d.at(end - 1).End}
	if m := d.mentionAt(span.Start); m != nil && m.Kind == "organisation" && m.End >= span.End {
		return Agent{ID: m.Agent, Name: m.Name, Written: d.clean(span)}, span, end
	}
	return Agent{Office: d.clean(span)}, span, end
}

// mentionOver is the known person that words name, initials and all.
func (d *doc) mentionOver(i, next int) *agents.Mention {
	if m := d.mentionAt(d.at(i).Start); m != nil && m.End == d.at(next-1).End {
		return m
	}
	return d.mentionEnding(i, next)
}

// initialled reads "П. Н. Корчагина": initials and a surname.
func (d *doc) initialled(i, last int) int {
	j := i
	for j+2 < last && d.startsUpper(j) && utf8.RuneCountInString(d.of(d.at(j).Span)) <= 2 && d.at(j+1).mark == '.' && d.closeTo(j+1) {
		j += 2
	}
	if j == i || !d.startsUpper(j) || d.at(j).End-d.at(j).Start < 4 {
		return i
	}
	if j++; d.at(j).mark == '-' && d.closeTo(j) && d.startsUpper(j+1) && j+1 < last {
		j += 2
	}
	return j
}

// topic tells that a title says from here what it is about.
func (d *doc) topic(i int) bool {
	switch d.word(i) {
	case "о", "об", "обо", "по", "относительно", "от", "с", "on", "about", "regarding", "concerning":
		return true
	}
	return false
}

func (d *doc) month(i int) bool { return d.at(i).key.month() > 0 }

// dative tells that a word names the office of one who is written to.
func (d *doc) dative(i int) bool {
	switch d.word(i) {
	case "послу", "посланнику", "поверенному", "консулу", "министру", "советнику", "представителю", "председателю", "секретарю",
		"заместителю", "наркому", "начальнику", "командующему", "главе", "первому", "генеральному", "временному", "посольству", "правительству",
		"министерству", "народному", "совпослу", "полпреду", "уполномоченному", "директору", "президенту":
		return true
	}
	return false
}

// intoBody tells that "to the ministry" begins: в Министерство, в ЦК, в МИД, в Москву.
func (d *doc) intoBody(i int) bool {
	if w := d.word(i); w != "в" && w != "во" {
		return false
	}
	switch d.word(i + 1) {
	case "министерство", "мид", "нкид", "цк", "политбюро", "наркомат", "народный", "посольство", "президиум", "правительство", "управление",
		"наркоминдел", "центр", "москву", "комитет", "отдел", "генштаб", "генеральный", "штаб", "секретариат", "миссию", "центральный", "совет", "инстанцию":
		return true
	}
	return false
}

// ownHead reads a telegram's own head in one line, below its mark of secrecy, which is
// no title: TELEGRAM TO BERLIN, Comrade X; ШИФРТЕЛЕГРАММА В ПЕКИН, тов. РОЩИНУ.
func (d *doc) ownHead(i int) bool {
	l := d.lines[i]
	kind, next := d.formType(l.first, l.last)
	if numberName(kind) != "telegram_number" || kind == "" || l.heading > 0 || l.bold || !d.capitals(Span{l.Start, d.at(next).End}) || !d.markAbove(i) {
		return false
	}
	found := false
	for j := next; j < l.last; j++ {
		if w := d.word(j); w != "в" && w != "во" && d.at(j).key != kTo && d.at(j).key != kComrade && d.at(j).mark != ',' {
			continue
		}
		first := j
		if d.at(j).key != kComrade {
			first++
		}
		n, after := d.nameAt(first, l.End)
		switch {
		case after == first:
			continue
		case n.known != nil && n.known.Kind == "place":
			d.placeTo(n)
		default:
			d.address1(d.agent(n), n.Span, toLevel, false)
		}
		found, j = true, after-1
	}
	if found {
		d.header = d.part.from
	}
	return found
}

// markAbove tells that a mark of secrecy or urgency stands right above a line.
func (d *doc) markAbove(i int) bool {
	for i--; i >= d.part.from; i-- {
		if !d.lines[i].empty() {
			return d.isMark(d.lines[i])
		}
	}
	return false
}
