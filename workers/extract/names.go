package extract

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// name is a name as written, with the gloss behind it.
type name struct {
	// Span has name and gloss; written has the name alone.
	Span
	written Span
	gloss   Span
	known   *agents.Mention
	// bracketed tells that the name itself stands in brackets.
	bracketed bool
}

func firstRune(s string) (rune, int) { return utf8.DecodeRuneInString(s) }

// mentionAt returns the known name that begins at an offset, or nil.
func (p *page) mentionAt(offset int) *agents.Mention {
	i := sort.Search(len(p.names), func(i int) bool { return p.names[i].Start >= offset })
	if i < len(p.names) && p.names[i].Start == offset {
		return &p.names[i]
	}
	return nil
}

// personAt tells whether a known name covers a span, and whether it is a person's.
func (p *page) personAt(s Span) (person, known bool) {
	for i := p.tokenAt(s.Start); i < len(p.tokens) && p.at(i).Start < s.End; i++ {
		if t := p.at(i); t.mark != 0 || t.key == kComrade || t.key == kRank {
			continue
		}
		m := p.mentionAt(p.at(i).Start)
		if m == nil || m.End < s.End-1 {
			return false, false
		}
		return m.Kind == agents.Person, true
	}
	return false, false
}

// nameAt reads a name that begins at token i, titles before it skipped: a known
// one, or words with capitals. It returns the token behind it and its gloss; i,
// when there is no name.
func (p *page) nameAt(i, limit int) (name, int) {
	first := i
	var n name
	i = p.skipTitles(i, limit)
	if p.at(i).mark == '[' && p.startsUpper(i+1) {
		n.bracketed = true
		i++
	}
	t := p.at(i)
	if t.Start >= limit || !p.startsUpper(i) {
		return name{}, first
	}
	var next int
	if m := p.mentionAt(t.Start); m != nil && m.End <= limit {
		n.known = m
		n.written = Span{m.Start, m.End}
		next = p.tokenAt(m.End)
	} else {
		next = p.capitalised(i, limit)
		if next == i {
			return name{}, first
		}
		n.written = Span{t.Start, p.at(next - 1).End}
		n.known = p.mentionEnding(i, next)
	}
	if n.known == nil || n.known.Kind != agents.Place {
		next = p.initials(&n, next, limit)
	}
	n.Span = n.written
	if n.bracketed && p.at(next).mark == ']' {
		n.Span = Span{p.at(i - 1).Start, p.at(next).End}
		next++
	}
	return p.glossed(n, next, limit)
}

// mentionEnding returns the known name that ends where words end: that behind
// initials.
func (p *page) mentionEnding(i, next int) *agents.Mention {
	for j := i + 1; j < next; j++ {
		if m := p.mentionAt(p.at(j).Start); m != nil && m.End == p.at(next-1).End {
			return m
		}
	}
	return nil
}

// initials takes the initials behind a name: STALIN I. V.
func (p *page) initials(n *name, next, limit int) int {
	if last := p.at(next - 1); p.at(next).mark == '.' && p.closeTo(next) && last.End == n.written.End && last.Start > n.written.Start &&
		utf8.RuneCountInString(p.of(last.Span)) == 1 && p.at(next).End <= limit { // the known name ended in an initial
		n.written.End = p.at(next).End
		next++
	}
	for p.at(next+1).mark == '.' && p.at(next+1).End <= limit && p.closeTo(next+1) && p.startsUpper(next) &&
		utf8.RuneCountInString(p.of(p.at(next).Span)) == 1 {
		n.written.End = p.at(next + 1).End
		next += 2
	}
	return next
}

// skipTitles skips Comrade, General and such.
func (p *page) skipTitles(i, limit int) int {
	for p.at(i).Start < limit {
		t := p.at(i)
		title := t.key == kComrade || t.key == kRank && p.at(i+1).key != kNumber
		if !title {
			break
		}
		if i++; p.at(i).mark == '.' || p.at(i).mark == ':' {
			i++
		}
	}
	return i
}

// capitalised returns the token behind the words of a name: at most five, each with
// a capital, initials with their stops, parts joined by hyphens.
func (p *page) capitalised(i, limit int) int {
	words, next := 0, i
	for j := i; p.at(j).Start < limit && words < 5; j++ {
		t := p.at(j)
		if j > i && strings.IndexByte(p.text[p.at(j-1).End:t.Start], '\n') >= 0 {
			break
		}
		switch {
		case t.word() && p.startsUpper(j) && (t.key == none || t.key == kBody) && !p.prepositional(j), p.initial(j):
			words++
			next = j + 1
			continue
		case t.mark == '.' && j > i && utf8.RuneCountInString(p.of(p.at(j-1).Span)) <= 2 && p.closeTo(j):
			next = j + 1
			continue
		case t.mark == '-' && p.closeTo(j) && p.closeTo(j+1):
			continue
		}
		break
	}
	return next
}

// initial tells that a word is a capital with its stop, such as В. and И., which are
// other words without one.
func (p *page) initial(i int) bool {
	t := p.at(i)
	return t.word() && t.key != kComrade && p.startsUpper(i) && p.at(i+1).mark == '.' && p.closeTo(i+1) && utf8.RuneCountInString(p.of(t.Span)) == 1 &&
		(p.startsUpper(i+2) || i > 0 && p.startsUpper(i-1))
}

// prepositional finds words in capitals that are no part of a name.
func (p *page) prepositional(i int) bool {
	switch p.lower[p.at(i).Start:p.at(i).End] {
	case "the", "in", "on", "at", "with", "only", "personally", "лично", "только", "copy", "и", "в", "на":
		return true
	}
	return false
}

// glossed takes an editor's brackets behind a name: [Stalin], (Stalin).
func (p *page) glossed(n name, next, limit int) (name, int) {
	open := p.at(next).mark
	if open != '[' && open != '(' || p.at(next).Start >= limit || !p.startsUpper(next+1) {
		return n, next
	}
	for j := next + 2; j < next+12 && p.at(j).Start < limit; j++ {
		if m := p.at(j).mark; m == ']' || m == ')' {
			n.gloss = Span{p.at(next + 1).Start, p.at(j - 1).End}
			n.End = p.at(j).End
			return n, j + 1
		}
	}
	return n, next
}

// agent makes the value of a name.
func (p *page) agent(n name) Agent {
	a := Agent{Written: p.clean(n.written), Bracketed: n.bracketed}
	if n.gloss.End > n.gloss.Start {
		a.Gloss = p.clean(n.gloss)
	}
	if n.known != nil {
		a.ID, a.Name = n.known.Agent, n.known.Name
	}
	return a
}

// same tells that two agents are one, as far as is known.
func (a Agent) same(b Agent) bool {
	if a.ID != "" && b.ID != "" {
		return a.ID == b.ID
	}
	return strings.EqualFold(a.Written, b.Written) || a.ID == "" && b.ID == "" && alikeNames(a.Written, b.Written)
}

// alikeNames tells that two Russian names are one in different cases, with the initials
// before or behind: М. С. Веткину, ВЕТКИН М. С.
func alikeNames(a, b string) bool {
	s, t := []rune(surname(a)), []rune(surname(b))
	if len(s) < 5 || len(t) < 5 || s[0] < 'а' || s[0] > 'я' {
		return false
	}
	n := 0
	for n < len(s) && n < len(t) && s[n] == t[n] {
		n++
	}
	return n >= 4 && len(s)-n <= 3 && len(t)-n <= 3 && n >= min(len(s), len(t))-2
}

// surname is the one long word of a name with initials, in lower case; "" for others.
func surname(written string) string {
	found := ""
	for _, word := range strings.FieldsFunc(written, func(r rune) bool { return r == ' ' || r == '.' }) {
		if utf8.RuneCountInString(word) <= 2 {
			continue
		}
		if found != "" {
			return ""
		}
		found = strings.ToLower(word)
	}
	return found
}

// readNames lists the known persons, places and bodies, each once with every form
// that is written, and persons whom only the form names.
func (d *doc) readNames() {
	type found struct {
		mention  Mention
		kind     agents.Kind
		evidence []Span
	}
	byID := map[string]*found{}
	var order []string
	from := sort.Search(len(d.names), func(i int) bool { return d.names[i].Start >= d.part.span.Start })
	for _, m := range d.names[from:] {
		if m.Start >= d.part.span.End {
			break
		}
		if d.inCatalogue(m.Start) {
			continue
		}
		f := byID[m.Agent]
		if f == nil {
			f = &found{mention: Mention{ID: m.Agent, Name: m.Name}, kind: m.Kind}
			byID[m.Agent] = f
			order = append(order, m.Agent)
		}
		written := d.clean(Span{m.Start, m.End})
		if !slices.Contains(f.mention.Variants, written) {
			f.mention.Variants = append(f.mention.Variants, written)
			f.evidence = append(f.evidence, Span{m.Start, m.End})
		}
	}
	fields := map[agents.Kind]string{agents.Person: "person", agents.Place: "place", agents.Organisation: "organisation"}
	for _, id := range order {
		f := byID[id]
		d.add(fields[f.kind], f.mention, f.evidence[0], 0.85, "names", f.evidence[1:]...)
	}
	d.formNames()
}

// formNames lists those whom the authority file does not know: in the address, as
// signatory, as clerk.
func (d *doc) formNames() {
	seen := map[string]bool{}
	for _, f := range slices.Clone(d.fields) {
		var written string
		switch v := f.Value.(type) {
		case Agent:
			if v.ID == "" && v.Office == "" && (f.Name == "signatory" || f.Name == "addressee" || f.Name == "sender" || f.Name == "via") {
				written = v.Written
			}
		case Step:
			written = v.Person
			if d.mentionIn(f.Evidence[0], written) {
				written = ""
			}
		case Distribution:
			if v.Recipient.ID == "" {
				written = v.Recipient.Written
			}
		}
		key := strings.ToLower(written)
		if written == "" || seen[key] {
			continue
		}
		seen[key] = true
		if at := strings.Index(d.plain[f.Evidence[0].Start:f.Evidence[0].End], written); at >= 0 {
			span := Span{f.Evidence[0].Start + at, f.Evidence[0].Start + at + len(written)}
			d.add("person", Mention{Variants: []string{written}}, span, 0.6, "form-names")
		}
	}
}

func (d *doc) mentionIn(s Span, written string) bool {
	at := strings.Index(d.plain[s.Start:s.End], written)
	return at >= 0 && d.mentionAt(s.Start+at) != nil
}

// inCatalogue tells that an offset lies in a citation, an address or a statement of
// rights: names there belong to the cataloguer.
func (d *doc) inCatalogue(offset int) bool {
	for _, f := range d.fields {
		switch f.Name {
		case "citation", "publisher", "source_url", "translator", "contributor", "credits", "published_in", "rights":
			for _, e := range f.Evidence {
				if e.Start <= offset && offset < e.End {
					return true
				}
			}
		}
	}
	return false
}
