package extract

import (
	"strings"
	"unicode"
)

// markTitles finds the titles that an edition sets on lines of their own, without a
// number: behind the end of another document or its labels.
func (p *page) markTitles(kinds []kind) {
	ended := false
	for i, l := range p.lines {
		switch kinds[i] {
		case emptyLine:
			continue
		case plainLine:
			if ended && (i == 0 || kinds[i-1] == emptyLine || kinds[i-1] == rulerLine || kinds[i-1] == dayLine && (i == 1 || kinds[i-2] == emptyLine)) && p.saysParties(l) && p.editionTitle(l.Span) {
				kinds[i] = titleLine
			}
			if _, title := p.datedTitle(l); title > l.first {
				kinds[i] = titleLine
			}
			ended = p.referred(l) || p.footnote(l) || p.pageNumber(l)
		default:
			ended = kinds[i] == rulerLine || kinds[i] == labelLine || kinds[i] == signatureLine || kinds[i] == numberLine || kinds[i] == dayLine || kinds[i] == closingLine
		}
	}
}

// saysParties tells that a title says who wrote, or to whom.
func (p *page) saysParties(l line) bool {
	for i := l.first + 1; i+1 < l.last; i++ {
		k := p.at(i).key
		if (k == kFrom || k == kTo || k == kOf) && (p.startsUpper(i+1) || p.word(i+1) == "the") || p.official(i) || p.initial(i) {
			return true
		}
	}
	return false
}

// titleEnds tells that a title's paragraph is short and ends without a stop.
func (p *page) titleEnds(i int) bool {
	n := 0
	for p.lines[i].next && n < 4 {
		if p.isDayLine(p.lines[i+1]) || p.isMark(p.lines[i+1]) {
			break
		}
		i, n = i+1, n+1
	}
	return n < 4 && !strings.ContainsAny(p.plain[p.lines[i].End-1:p.lines[i].End], ".:;!?")
}

// below is the next line that is not empty, at most three on; -1 without one.
func (p *page) below(kinds []kind, i int) int {
	for j := i + 1; j < len(kinds) && j <= i+3; j++ {
		if kinds[j] != emptyLine {
			return j
		}
	}
	return -1
}

// titleOpeners begin titles of editions, beside the names of kinds of documents, with
// the kind that they say, if any.
var titleOpeners = map[string]string{
	"excerpt": "excerpt", "excerpts": "excerpt", "extract": "excerpt", "extracts": "excerpt",
	"выписка": "excerpt", "отрывок": "excerpt", "выдержка": "excerpt", "выдержки": "excerpt",
	"reply": "", "answer": "", "ответ": "", "appeal": "", "обращение": "", "airgram": "", "despatch": "", "dispatch": "",
	"message": "message", "послание": "message", "directive": "directive", "directives": "directive", "instruction": "directive", "instructions": "directive",
	"указание": "directive", "указания": "directive", "директива": "directive", "директивы": "directive", "инструкция": "directive",
	"statement": "statement", "заявление": "statement", "draft": "draft", "проект": "draft",
	"information": "", "информация": "", "minutes": "", "докладная": "", "служебная": "", "памятная": "", "вербальная": "",
}

// editionTitle tells that a span is an edition's title: the name of a kind of document
// and more behind it, no sentence.
func (p *page) editionTitle(s Span) bool {
	s = p.trimOf(s, quotes)
	first, last := p.tokenAt(s.Start), p.tokenAt(s.End)
	if w := p.word(first); w == "the" || w == "a" {
		if !p.partyToParty(first, last) {
			first++
		}
	}
	if last-first < 2 || s.End-s.Start > 300 || !p.startsUpper(first) {
		return false
	}
	if end := p.plain[s.End-1]; (end == '.' || end == ':' || end == ';' || end == '!' || end == '?') && !p.capitals(s) {
		return false
	}
	if p.excerpts(first) || p.partyToParty(first, last) {
		return true
	}
	_, next := p.formType(first, last)
	if _, opener := titleOpeners[p.word(first)]; opener {
		next = first + 1
	}
	if next == first || next >= last || p.signAt(next) > next || p.digits(next) > 0 {
		return false
	}
	for i := next; i < last; i++ {
		if p.startsUpper(i) {
			return true
		}
	}
	return false
}

// excerpts tells that a title says that only a part is printed: From the diary of X.
func (p *page) excerpts(i int) bool {
	if titleOpeners[p.word(i)] == "excerpt" {
		return true
	}
	if k := p.word(i); k != "from" && k != "из" {
		return false
	}
	if i++; p.word(i) == "the" || p.word(i) == "a" {
		i++
	}
	switch p.word(i) {
	case "diary", "journal", "notes", "notebook", "memoirs", "memorandum", "letter", "report", "record", "minutes", "speech",
		"дневника", "журнала", "записи", "записок", "письма", "отчета", "отчёта", "доклада", "протокола", "воспоминаний", "справки", "беседы":
		return true
	}
	return false
}

// partyToParty tells that words say who wrote to whom and nothing before it: "The
// Ambassador in X (Name) to the Department of State", "Lunin to Sorokin [Gurov]".
func (p *page) partyToParty(first, last int) bool {
	if !p.startsUpper(first) {
		return false
	}
	to, depth := -1, 0
	for i := first; i < last && i < first+24 && to < 0; i++ {
		t := p.at(i)
		switch {
		case t.mark == '(' || t.mark == '[':
			depth++
		case t.mark == ')' || t.mark == ']':
			depth--
		case depth > 0:
		case t.key == kTo && !p.abroad(i) && i > first:
			to = i
		case t.mark == '.' && i > first && p.initial(i-1), t.mark == '-', t.mark == ',' && p.official(first):
		case t.mark != 0 || t.num >= 0 || !p.startsUpper(i) && !p.joins(i):
			return false
		}
	}
	if to < 0 {
		return false
	}
	if to++; p.word(to) == "the" {
		to++
	}
	return p.startsUpper(to) && to < last
}

// abroad tells that "to" goes on with an office: Ambassador to Cuba.
func (p *page) abroad(to int) bool {
	m := p.mentionAt(p.at(to + 1).Start)
	return to > 0 && p.at(to-1).key == kOffice && m != nil && m.Kind == "place" && p.startsUpper(p.tokenAt(m.End))
}

// official tells that a word names an office or a body.
func (p *page) official(i int) bool {
	if k := p.at(i).key; k == kOffice || k == kBody {
		return true
	}
	switch p.word(i) {
	case "chargé", "charge", "secretary", "president", "premier", "envoy", "delegation", "mission", "legation", "commissar", "commission", "commissioner", "комиссии", "комиссию", "bureau", "party", "government",
		"representation", "envoys", "director", "head", "deputy", "acting", "assistant", "under", "politburo", "presidium", "command",
		"посла", "послу", "посланника", "посланнику", "поверенного", "поверенному", "консула", "консулу", "министра", "министру", "советника",
		"представителя", "представителю", "председателя", "председателю", "секретаря", "заместителя", "заместителю", "наркома", "наркому",
		"атташе", "посольства", "посольству", "посольство", "миссии", "миссию", "мид", "нкид", "цк", "правительства", "правительству", "правительство",
		"министерства", "министерству", "наркомата", "политбюро", "управления", "отдела", "командующего", "начальника", "начальнику", "главы", "главе":
		return true
	}
	return false
}

// phrase reads the words of an office or a body: with capitals, joined by small words
// such as "of the". It returns the token behind.
func (p *page) phrase(i, last int) int {
	end := i
	for j := i; j < last && j < i+24; j++ {
		t := p.at(j)
		switch {
		case t.key == kTo || t.mark != 0 && t.mark != '-' && t.mark != '\'' && t.mark != '’':
			return end
		case t.mark != 0:
		case p.startsUpper(j) || t.num >= 0 || end == j && p.official(j):
			end = j + 1
		case !p.joins(j):
			return end
		}
	}
	return end
}

// joins tells that a small word may stand inside the name of an office.
func (p *page) joins(i int) bool {
	switch p.word(i) {
	case "of", "the", "for", "in", "and", "at", "de", "to", "ad", "interim":
		return true
	}
	return strings.HasPrefix(p.word(i), "d'") || strings.HasPrefix(p.word(i), "d’")
}

// party reads who wrote or is written to in an English title: a name, an office with
// the name behind it, in brackets or behind a comma, or an office or body alone.
func (d *doc) party(i, last int) (a Agent, span Span, next int) {
	limit := d.at(last - 1).End
	if d.word(i) == "the" {
		i++
	}
	n, after := d.nameAt(i, limit)
	end := d.phrase(i, last)
	office := -1
	for j := i; j < end; j++ {
		if d.official(j) {
			office = j
		}
	}
	if after > i && (after >= end || office < 0) {
		return d.agent(n), n.Span, after
	}
	if office < 0 || end == i {
		return Agent{}, Span{}, i
	}
	if a, span, next := d.officeThenName(i, last, end); next > i {
		return a, span, next
	}
	a, span = Agent{}, Span{d.at(i).Start, d.at(end - 1).End}
	a.Office = d.clean(span)
	if mark := d.at(end).mark; mark == '(' || mark == '[' || mark == ',' {
		who, behind := d.nameAt(end+1, limit)
		if behind > end+1 && (mark == ',' || d.at(behind).mark == ')' || d.at(behind).mark == ']') && (who.known == nil || who.known.Kind == "person") {
			named := d.agent(who)
			named.Office, span.End = a.Office, who.End
			if mark != ',' {
				span.End = d.at(behind).End
				behind++
			}
			return named, span, behind
		}
	}
	return a, span, end
}

// officeThenName reads "Soviet Ambassador to Cuba S. M. Kudriavtsev" and "Foreign
// Minister Molotov": the name stands right behind the office or its place.
func (d *doc) officeThenName(i, last, end int) (a Agent, span Span, next int) {
	office := false
	for j := i; j < last && j < i+16; j++ {
		if d.at(j).mark != 0 || d.at(j).key == kTo && !d.abroad(j) {
			break
		}
		office = office || d.official(j)
		if named := d.initialled(j, last); office && j > i && named > j {
			return d.namedOffice(i, j, named)
		}
		if d.at(j).key != kOffice && d.word(j) != "president" && d.word(j) != "premier" && d.word(j) != "secretary" && d.word(j) != "envoy" {
			continue
		}
		first := j + 1
		if w := d.word(first); w == "to" || w == "in" || w == "of" {
			if m := d.mentionAt(d.at(first + 1).Start); m != nil && m.Kind == "place" {
				first = d.tokenAt(m.End)
			} else if d.startsUpper(first+1) && d.initialAt(first+2) {
				first += 2
			}
		}
		if first >= last || !d.startsUpper(first) || d.official(first) || d.at(first).key != none && !d.initialAt(first) {
			continue
		}
		m := d.mentionAt(d.at(first).Start)
		named := d.initialled(first, last)
		switch {
		case m != nil && m.Kind == "person":
			named = d.tokenAt(m.End)
		case m != nil, named == first && first < end-1:
			continue
		case named == first:
			named = first + 1
		}
		return d.namedOffice(i, first, named)
	}
	return Agent{}, Span{}, i
}

// namedOffice makes the value of an office with a name behind it.
func (d *doc) namedOffice(i, first, next int) (Agent, Span, int) {
	span := Span{d.at(i).Start, d.at(next - 1).End}
	a := Agent{Written: d.clean(Span{d.at(first).Start, span.End}), Office: d.clean(Span{span.Start, d.at(first - 1).End})}
	if m := d.mentionOver(first, next); m != nil {
		a.ID, a.Name = m.Agent, m.Name
	}
	return a, span, next
}

// namesArchive tells that a headline is the name of an archive or a project on the web.
func (d *doc) namesArchive(l line) bool {
	if l.last-l.first > 16 || d.correspondents(l) || d.plain[l.End-1] == '.' || d.hasLink(l) {
		return false
	}
	if _, next := d.formType(l.first, l.last); next > l.first {
		return false
	}
	for i := l.first; i < l.last; i++ {
		if archiveWords[d.word(i)] && unicode.IsUpper(letterOf(d.plain[l.Start:])) {
			return true
		}
	}
	return false
}

// archiveWords are in the names of those who publish documents.
var archiveWords = map[string]bool{
	"archive": true, "archives": true, "library": true, "project": true, "program": true, "programme": true, "collection": true, "repository": true,
	"архив": true, "библиотека": true, "проект": true, "коллекция": true, "собрание": true,
}
