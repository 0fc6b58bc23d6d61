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

// namesFound collects the persons, places and bodies of a document.
type namesFound struct {
	by    map[string]*nameFound
	order []string
}

type nameFound struct {
	mention    Mention
	kind       agents.Kind
	evidence   []Span
	confidence float64
	rule       string
}

// take adds a mention under the key of the one whom it names.
func (f *namesFound) take(key string, n nameFound, written string, s Span) {
	e := f.by[key]
	if e == nil {
		e = &n
		f.by[key] = e
		f.order = append(f.order, key)
	}
	e.confidence = max(e.confidence, n.confidence)
	if !slices.Contains(e.mention.Variants, written) {
		e.mention.Variants = append(e.mention.Variants, written)
		e.evidence = append(e.evidence, s)
	}
}

// readNames lists the persons, places and bodies, each once with every form that is
// written: those that the authority file knows, and those that their form tells.
func (d *doc) readNames() {
	found := &namesFound{by: map[string]*nameFound{}}
	catalogue := d.catalogueSpans()
	byForm := d.formNames()
	byForm = byForm[sort.Search(len(byForm), func(i int) bool { return byForm[i].Start >= d.part.span.Start }):]
	byForm = byForm[:sort.Search(len(byForm), func(i int) bool { return byForm[i].Start >= d.part.span.End })]
	from := sort.Search(len(d.names), func(i int) bool { return d.names[i].Start >= d.part.span.Start })
	for _, m := range d.names[from:] {
		if m.Start >= d.part.span.End {
			break
		}
		if within(catalogue, m.Start) || inBody(byForm, m.Start) || m.Kind == agents.Place && d.noPlace(Span{m.Start, m.End}) {
			continue
		}
		n := nameFound{mention: Mention{ID: m.Agent, Name: m.Name}, kind: m.Kind, confidence: 0.85, rule: "names"}
		found.take(m.Agent, n, d.clean(Span{m.Start, m.End}), Span{m.Start, m.End})
	}
	for _, f := range byForm {
		if within(catalogue, f.Start) {
			continue
		}
		n := nameFound{kind: f.kind, confidence: 0.5, rule: "form-names"}
		if f.sure {
			n.confidence = 0.65
		}
		if f.known != nil {
			n.mention = Mention{ID: f.known.Agent, Name: f.known.Name}
			n.confidence, n.rule = 0.75, "names"
		}
		found.take(f.key, n, d.clean(f.Span), f.Span)
	}
	d.rolesOf(found, byForm)
	fields := map[agents.Kind]string{agents.Person: "person", agents.Place: "place", agents.Organisation: "organisation"}
	for _, key := range found.order {
		f := found.by[key]
		d.add(fields[f.kind], f.mention, f.evidence[0], f.confidence, f.rule, f.evidence[1:]...)
	}
}

// noPlace tells that the name of a place is here that of a ship, the given name of a
// person, or part of a rank: пароход «X», HASSAN Y, Marshal of the Soviet Union.
func (d *doc) noPlace(s Span) bool {
	i := d.tokenAt(s.Start)
	next := d.tokenAt(s.End)
	before, after := d.at(i-1).mark, d.at(next).mark
	if before != 0 && after != 0 && strings.ContainsRune(quotes, before) && strings.ContainsRune(quotes, after) && carriers[d.word(i-2)] {
		return true
	}
	if d.upper(s) && d.at(next).word() && next == i+1 && d.at(next).Start == s.End+1 && d.upper(d.at(next).Span) && d.at(next).key == none &&
		!plainCapitals[d.word(next)] && !geographicAfter[d.word(next)] && d.mentionAt(d.at(next).Start) == nil && (d.at(i-1).key == kOffice || officeField(d.word(i-1))) {
		return true // the Minister of Foreign Affairs HASSAN Y
	}
	for j := i - 1; j >= 0 && j > i-4; j-- {
		switch w := d.word(j); {
		case strings.HasPrefix(w, "маршал"), w == "marshal", strings.HasPrefix(w, "геро") && j == i-1, w == "hero":
			return d.closeEnough(i)
		case w != "of" && w != "the":
			j = -1
		}
	}
	return false
}

// officeField tells that a word ends an office, so that the name of its holder comes.
func officeField(w string) bool {
	return titles[w] || offices[w] || portfolios[w] || w == "дел" || w == "обороны" || w == "торговли" || w == "финансов"
}

// inBody tells that an offset lies in the name of a body, which is then what is named.
func inBody(names []formName, offset int) bool {
	i := sort.Search(len(names), func(i int) bool { return names[i].End > offset })
	return i < len(names) && names[i].Start <= offset && names[i].kind == agents.Organisation
}

// rolesOf adds those whom only their role names: in the address, as signatory, as
// clerk, the place of sending.
func (d *doc) rolesOf(found *namesFound, byForm []formName) {
	for _, f := range d.fields {
		written, kind := d.inRole(f)
		if written == "" {
			continue
		}
		at := strings.Index(d.plain[f.Evidence[0].Start:f.Evidence[0].End], written)
		if at < 0 {
			continue
		}
		span := Span{f.Evidence[0].Start + at, f.Evidence[0].Start + at + len(written)}
		i := sort.Search(len(byForm), func(i int) bool { return byForm[i].End > span.Start })
		if i < len(byForm) && byForm[i].Start < span.End || d.mentionAt(span.Start) != nil {
			continue
		}
		words := strings.Fields(strings.ToLower(written))
		key := string(kind) + stem(words[len(words)-1])
		found.take(key, nameFound{kind: kind, confidence: 0.6, rule: "form-names"}, written, span)
	}
}

// inRole returns the name that a field gives without an agent of the authority file.
func (d *doc) inRole(f Field) (string, agents.Kind) {
	kind := agents.Person
	written := ""
	switch v := f.Value.(type) {
	case Agent:
		if v.ID != "" || v.Office != "" {
			return "", ""
		}
		switch f.Name {
		case "signatory", "addressee", "sender", "via":
			written = v.Written
		case "from_place", "to_place":
			return v.Written, agents.Place
		case "issuing_body":
			return v.Written, agents.Organisation
		}
	case Step:
		written = v.Person
	case Distribution:
		if v.Recipient.ID == "" {
			written = v.Recipient.Written
		}
		switch letters := strings.Trim(written, ". "); {
		case utf8.RuneCountInString(letters) < 2:
			return "", ""
		case len(letters) <= 4 && strings.ToUpper(letters) == letters:
			kind = agents.Organisation // a department by its letters
		}
	}
	for w := range strings.FieldsSeq(strings.ToLower(written)) {
		w = strings.Trim(w, ".,:;")
		if plainCapitals[w] && utf8.RuneCountInString(w) > 2 || bodyHeads[w] || offices[w] || russianHead(w) != "" {
			return "", ""
		}
	}
	return written, kind
}

// ofCatalogue tells that the names in a field belong to the cataloguer: a citation,
// an address, a statement of rights.
func ofCatalogue(field string) bool {
	switch field {
	case "citation", "publisher", "source_url", "translator", "contributor", "credits", "published_in", "rights":
		return true
	}
	return false
}

// inCatalogue tells that an offset lies in such a field.
func (d *doc) inCatalogue(offset int) bool {
	for ; d.catalogued < len(d.fields); d.catalogued++ {
		if f := d.fields[d.catalogued]; ofCatalogue(f.Name) {
			d.catalogue = append(d.catalogue, f.Evidence...)
		}
	}
	return within(d.catalogue, offset)
}

// catalogueSpans are those of all such fields.
func (d *doc) catalogueSpans() []Span {
	var spans []Span
	for _, f := range d.fields {
		if ofCatalogue(f.Name) {
			spans = append(spans, f.Evidence...)
		}
	}
	return spans
}

func within(spans []Span, offset int) bool {
	return slices.ContainsFunc(spans, func(s Span) bool { return s.Start <= offset && offset < s.End })
}
