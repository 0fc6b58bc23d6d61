package extract

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// formName is a name that its form and its neighbours tell, whether or not the
// authority file has it.
type formName struct {
	// Span is the name without titles.
	Span
	kind agents.Kind
	// key is what all cases and writings of the name have in common.
	key string
	// sure tells that its neighbours show the kind; else other mentions of the same
	// name do, or the capitals in which a typescript writes names.
	sure bool
	// known is the body of the authority file whose name this one goes on with.
	known *agents.Mention
}

// nameRun is a row of words with capitals that may be a name.
type nameRun struct {
	first, last int // tokens, last exclusive
	words       int
	caps        bool // in full capitals
	initials    bool
}

// formReader finds the names of a page by form.
type formReader struct {
	*page
	// owner is the known name that has a token, from 1; -1 for a body by form.
	owner []int32
	// prose counts the words without capitals of each line.
	prose  []int
	line   int
	office int
	found  []formName
	open   []nameRun // nothing beside them tells what they are
	// told has the kind of each name that was found, by its first and last token.
	told map[int]agents.Kind
	// typed tells that the text writes names in full capitals.
	typed bool
	// small are the words that the text has without a capital.
	small map[string]bool
}

// formNames returns the names by form, in the order of the text. They are looked for
// once for all documents of a page: one may name in full whom the next names short.
func (p *page) formNames() []formName {
	if p.formed {
		return p.byForm
	}
	p.formed = true
	r := &formReader{page: p, owner: make([]int32, len(p.tokens)), prose: make([]int, len(p.lines)), office: -100, told: map[int]agents.Kind{}}
	r.prepare()
	for i := 0; i < len(p.tokens); i++ {
		if end := r.body(i); end > i {
			i = end - 1
		}
	}
	for i := 0; i < len(p.tokens); {
		i = r.next(i)
	}
	r.settle()
	sort.SliceStable(r.found, func(i, j int) bool { return r.found[i].Start < r.found[j].Start })
	p.byForm = r.found
	return p.byForm
}

// prepare notes which tokens known names have, and which lines are sentences.
func (r *formReader) prepare() {
	n := 0
	for i := range r.tokens {
		t := &r.tokens[i]
		for n < len(r.names) && r.names[n].End <= t.Start {
			n++
		}
		if n < len(r.names) && r.names[n].Start < t.End {
			r.owner[i] = int32(n + 1)
		}
	}
	for i, l := range r.lines {
		for j := l.first; j < l.last; j++ {
			if t := r.tokens[j]; t.word() && t.End-t.Start > 1 && !r.startsUpper(j) {
				r.prose[i]++
			}
		}
	}
	for _, m := range r.names {
		if i := r.lineAt(m.Start); m.End-m.Start > 4 && m.Type != agents.Abbreviation && r.isProse(i) && r.upper(Span{m.Start, m.End}) {
			r.typed = true
			break
		}
	}
}

// isProse tells that a line is a sentence or its last words.
func (r *formReader) isProse(line int) bool {
	return r.prose[line] >= 3 || line > 0 && r.prose[line-1] >= 3 && r.lines[line-1].next && r.lineKinds[line] == plainLine
}

// upper tells that a span has no small letter.
func (p *page) upper(s Span) bool {
	letters := 0
	for _, c := range p.plain[s.Start:s.End] {
		if unicode.IsLower(c) {
			return false
		}
		if unicode.IsUpper(c) {
			letters++
		}
	}
	return letters > 1
}

func (r *formReader) add(run nameRun, kind agents.Kind, sure bool) {
	s := r.runSpan(run)
	if kind != agents.Organisation {
		r.told[run.first], r.told[run.last-1] = kind, kind
	}
	r.found = append(r.found, formName{Span: s, kind: kind, key: r.keyOf(run, kind), sure: sure})
}

// keyOf is the surname of a person and the whole name of a place, without the
// endings of cases.
func (r *formReader) keyOf(run nameRun, kind agents.Kind) string {
	last := run.last - 1
	if run.words == 3 && run.caps && !r.upper(r.at(last).Span) {
		last = run.first // BOYKO Stepan Ivanovich
	}
	for last > run.first && (r.at(last).mark != 0 || r.single(last)) {
		last--
	}
	if kind != agents.Person {
		return string(kind) + stem(bare(r.low(Span{r.at(run.first).Start, r.at(last).End})))
	}
	if last >= run.first+2 && r.at(last-1).mark == '-' && !r.startsUpper(last) {
		return string(kind) + stem(r.low(r.runSpan(run))) // Wang Chung-hui has his surname first
	}
	for last >= run.first+2 && r.at(last-1).mark == '-' {
		last -= 2
	}
	return string(kind) + stem(bare(r.low(Span{r.at(last).Start, r.at(min(run.last-1, last)).End})))
}

func (r *formReader) low(s Span) string { return r.lower[s.Start:s.End] }

// caseEndings are cut off Russian words, the longest first.
var caseEndings = strings.Fields("ого его ому ему ыми ими ым им ом ем ой ей ою ею ую юю ая яя ий ый ых их а я у ю е ы и о ь й")

var oneSpelling = strings.NewReplacer("ё", "е", "-", " ", "0", "o")

// stem is what the cases of a word have in common.
func stem(w string) string {
	w = oneSpelling.Replace(w)
	if r, _ := utf8.DecodeLastRuneInString(w); !unicode.Is(unicode.Cyrillic, r) {
		return w
	}
	for _, e := range caseEndings {
		if cut, ok := strings.CutSuffix(w, e); ok && len(cut) >= 6 {
			return cut
		}
	}
	return w
}

// alias takes the brackets behind a name that have the name again in another
// writing, and returns the token to go on with.
func (r *formReader) alias(run nameRun, kind agents.Kind) int {
	i := run.last
	if m := r.at(i).mark; (m != '[' && m != '(') || !r.nameWord(i+1) {
		return i
	}
	other, ok := r.run(i + 1)
	if m := r.at(other.last).mark; !ok || m != ']' && m != ')' {
		return i
	}
	key := r.found[len(r.found)-1].key
	r.found = append(r.found, formName{Span: r.runSpan(other), kind: kind, key: key, sure: true})
	return other.last
}

// kindOfRun tells by the words beside a run what it names, "" when they do not.
func (r *formReader) kindOfRun(run nameRun) agents.Kind {
	l := r.line
	if r.quoted(run) {
		if r.named(run) {
			return agents.Organisation
		}
		return ""
	}
	if r.adjectival(run) || factories[r.word(r.behind(run))] {
		return ""
	}
	if r.titled(run) && !r.abbreviation(run) {
		return agents.Person
	}
	switch r.lineKinds[l] {
	case signatureLine:
		if !r.abbreviation(run) && (run.caps || run.initials || r.prose[l] == 0) {
			return agents.Person
		}
	case labelLine:
		if run.initials && !r.inList(run) {
			return agents.Person
		}
		return ""
	case letterheadLine, headingLine:
		return ""
	}
	if run.initials && !r.inList(run) || r.oriental(run) || r.patronymic(run) {
		return agents.Person
	}
	if r.clerk(run) {
		return agents.Person
	}
	if r.placed(run) {
		return agents.Place
	}
	if r.acts(run) {
		return agents.Person
	}
	return ""
}

// abbreviation tells that a run in capitals is short or has no vowel: TASS, MID.
func (r *formReader) abbreviation(run nameRun) bool {
	if !run.caps || run.words > 1 {
		return false
	}
	w := r.word(run.first)
	return utf8.RuneCountInString(w) < 3 || !strings.ContainsAny(w, "aeiouyаеёиоуыэюя")
}

// letters tells that a run in capitals is an abbreviation also where it has a vowel,
// since no title stands before it: ICA.
func (r *formReader) letters(run nameRun) bool {
	t := r.at(run.first)
	return r.abbreviation(run) || run.caps && run.words == 1 && utf8.RuneCountInString(r.plain[t.Start:t.End]) < 4
}

// inList tells that what looks like an initial is the letter of a list, a shelfmark
// or a part: Zone A. Germany.
func (r *formReader) inList(run nameRun) bool {
	if !r.initialOf(run.first) || r.initialOf(run.first+2) {
		return false
	}
	switch r.word(run.first - 1) {
	case "zone", "part", "series", "group", "section", "class", "war", "annex", "appendix", "plan", "point", "category", "vitamin", "зона", "часть", "серия", "группа", "раздел":
		return true
	}
	l := r.lines[r.line]
	return run.first == l.first && l.last-run.last > 3 && r.prose[r.line] >= 3 && !r.acting(run.last)
}

// oriental tells that a name has a part that is a title by itself: U Nu, Ali Khan.
func (r *formReader) oriental(run nameRun) bool {
	if run.words < 2 {
		return false
	}
	return r.single(run.first) && r.at(run.first+1).mark == 0 || lastParts[bare(r.word(run.last-1))]
}

// patronymic tells that the second of two words is a father's name.
func (r *formReader) patronymic(run nameRun) bool {
	if run.words < 2 || run.words > 3 {
		return false
	}
	w := r.word(run.first + 1)
	for _, e := range []string{"ovich", "evich", "ovna", "evna", "ович", "евич", "ьич", "ичем", "овна", "евна", "овичу", "евичу", "овича", "евича", "овне", "евне", "саввич", "лукич", "кузьмич", "фомич", "никитич", "lukich", "ilyich", "ilich", "kuzmich", "fomich", "nikitich", "savvich"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

func letterOf(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// settle decides on the runs whose neighbours say nothing: a name that is told
// elsewhere, or one that a typescript writes in capitals.
func (r *formReader) settle() {
	kinds := map[string]bool{}
	for _, f := range r.found {
		kinds[f.key] = true
		if f.kind == agents.Person && r.upper(f.Span) && r.isProse(r.lineAt(f.Start)) {
			r.typed = true
		}
	}
	for _, run := range r.open {
		r.line = r.lineAt(r.at(run.first).Start)
		if r.again(run, kinds) {
			continue
		}
		if kind := r.joined(run); kind != "" && r.isProse(r.line) && r.lineKinds[r.line] == plainLine && !r.letters(run) && !r.quoted(run) {
			r.add(run, kind, false)
			continue
		}
		if r.typed && run.caps && r.isProse(r.line) && r.lineKinds[r.line] == plainLine && !r.abbreviation(run) && r.nameLike(run) {
			r.add(run, agents.Person, false)
		}
	}
}

// again finds a name that is told elsewhere, whole or as the end of a longer run.
func (r *formReader) again(run nameRun, known map[string]bool) bool {
	for ; run.words > 0; run.first, run.words = run.first+1, run.words-1 {
		for _, kind := range []agents.Kind{agents.Person, agents.Place} {
			if key := r.keyOf(run, kind); known[key] && len(key) > len(kind)+3 {
				r.add(run, kind, false)
				return true
			}
		}
	}
	return false
}

// joined returns what a name is that "and" or commas join to another one.
func (r *formReader) joined(run nameRun) agents.Kind {
	before, after := r.joint(run.first-1), r.joint(run.last)
	var left, right agents.Kind
	if before != 0 {
		left = r.kindAt(run.first - 2)
	}
	if after != 0 {
		right = r.kindAt(run.last + 1)
	}
	switch {
	case left == agents.Place && (placePrepositions[r.word(run.last)] || r.word(run.last) == "at" || r.word(run.last) == "who"):
		return ""
	case left != "" && before == 'a' && !r.sentenceStart(run.first-1) && (r.at(run.last).mark != 0 || r.lines[r.line].last == run.last || r.near(run.last)):
		return left
	case left != "" && (after != 0 || left == right):
		return left
	case left == agents.Person && r.several(run):
		return left
	case right != "" && after == 'a':
		return right
	}
	return ""
}

// several tells that a title in the plural stands in the line before a run.
func (r *formReader) several(run nameRun) bool {
	for i := r.lines[r.line].first; i < run.first; i++ {
		if plurals[r.word(i)] {
			return true
		}
	}
	return false
}

// joint is 'a' for "and" and "or", ',' for a comma, 0 for what joins nothing.
func (r *formReader) joint(i int) rune {
	t := r.at(i)
	switch {
	case t.key == kAnd || t.key == kOr:
		if !r.startsUpper(i) {
			return 'a'
		}
	case t.mark == ',':
		return ','
	}
	return 0
}

// kindAt is the kind of the person or place that has a token, as far as is known.
func (r *formReader) kindAt(i int) agents.Kind {
	if i < 0 || i >= len(r.owner) {
		return ""
	}
	if r.owner[i] > 0 {
		if k := r.names[r.owner[i]-1].Kind; k != agents.Organisation {
			return k
		}
		return ""
	}
	return r.told[i]
}

// nameLike tells that a word in capitals is no ordinary word that is stressed.
func (r *formReader) nameLike(run nameRun) bool {
	t := r.at(run.first)
	if run.words == 1 && utf8.RuneCountInString(r.plain[t.Start:t.End]) < 4 {
		return false
	}
	for i := run.first; i < run.last; i++ {
		if r.ordinary(r.word(i)) {
			return false
		}
	}
	for _, i := range []int{run.first - 1, run.last} {
		if r.at(i).word() && r.startsUpper(i) && r.free(i) && !r.single(i) && r.upper(r.at(i).Span) && (r.near(i) || r.near(i+1)) {
			return false // words that are stressed
		}
	}
	return !r.quoted(run)
}
