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
	s := r.span(run)
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
		return string(kind) + stem(r.low(r.span(run))) // Wang Chung-hui has his surname first
	}
	for last >= run.first+2 && r.at(last-1).mark == '-' {
		last -= 2
	}
	return string(kind) + stem(bare(r.low(Span{r.at(last).Start, r.at(min(run.last-1, last)).End})))
}

func (r *formReader) low(s Span) string { return r.lower[s.Start:s.End] }

// caseEndings are cut off Russian words, the longest first.
var caseEndings = strings.Fields("ого его ому ему ыми ими ым им ом ем ой ей ою ею ую юю ая яя ий ый ых их а я у ю е ы и о ь й")

// stem is what the cases of a word have in common.
func stem(w string) string {
	w = strings.NewReplacer("ё", "е", "-", " ", "0", "o").Replace(w)
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
	r.found = append(r.found, formName{Span: r.span(other), kind: kind, key: key, sure: true})
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
		if run.initials && !r.listed(run) {
			return agents.Person
		}
		return ""
	case letterheadLine, headingLine:
		return ""
	}
	if run.initials && !r.listed(run) || r.oriental(run) || r.patronymic(run) {
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

// behind is the token behind a run and the bracket that closes after it or explains it.
func (r *formReader) behind(run nameRun) int {
	i := run.last
	if m := r.at(i).mark; m == '[' || m == '(' {
		for j := i + 1; j < i+5; j++ {
			if m := r.at(j).mark; m == ']' || m == ')' {
				return j + 1
			}
		}
		return i
	}
	if r.at(i).mark == ']' {
		return i + 1
	}
	return i
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

// listed tells that what looks like an initial is the letter of a list, a shelfmark
// or a part: Zone A. Germany.
func (r *formReader) listed(run nameRun) bool {
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

// before is the token before a run, without an opening bracket or quotation mark.
func (r *formReader) before(run nameRun) int {
	i := run.first - 1
	if m := r.at(i).mark; m == '[' || m == '(' || m != 0 && strings.ContainsRune(quotes, m) {
		i--
	}
	return i
}

// titled tells that a title or an office stands before a run.
func (r *formReader) titled(run nameRun) bool {
	i := r.before(run)
	if m := r.at(run.first - 1).mark; m != 0 && strings.ContainsRune(closingQuotes, m) {
		return r.inOffice(run, run.first-1)
	}
	if r.at(i).mark == '.' && r.at(i).End <= r.at(run.first).Start {
		i--
		if w := r.word(i); !shortTitle(w) {
			return false
		}
	}
	if i < 0 || strings.Count(r.plain[r.at(i).End:r.at(run.first).Start], "\n") > 1 {
		return false
	}
	w := r.word(i)
	if titles[w] || r.at(i).key == kComrade {
		dotted := r.at(i+1).mark == '.'
		return dotted || utf8.RuneCountInString(w) > 1 && (w != "com" || r.startsUpper(i))
	}
	if r.at(i).mark == '-' && r.word(i-1) == "г" {
		return true
	}
	if (w == "н" || w == "ну" || w == "на" || w == "ном") && r.at(i-1).mark == '-' && r.word(i-2) == "г" {
		return true
	}
	return r.inOffice(run, i)
}

// closingQuotes end what an office is for: корреспондент «Правды» Иванов.
const closingQuotes = "»”\""

// shortTitle tells that a title is written with a full stop.
func shortTitle(w string) bool {
	switch w {
	case "mr", "mrs", "ms", "dr", "prof", "gen", "col", "lt", "maj", "capt", "adm", "com", "comr", "cde", "cdes", "tov", "c", "t",
		"тов", "т", "тт", "ген", "проф", "акад", "гр", "г", "messrs", "amb", "sen", "gov", "st":
		return true
	}
	return false
}

// inOffice tells that an office with its field stands before a run: Minister of
// Public Works X, министр внешней торговли X; the consul in Y, X.
func (r *formReader) inOffice(run nameRun, i int) bool {
	if r.office < i-9 || r.office > i {
		return false
	}
	comma := r.at(i).mark == ','
	if comma {
		if !strings.ContainsRune(",.;)", r.at(run.last).mark) || r.at(run.last).mark == 0 {
			return false
		}
		i--
	}
	fields, quoted := 0, false
	for j := r.office + 1; j <= i; j++ {
		t := r.at(j)
		w := r.word(j)
		switch {
		case t.mark != 0 && strings.ContainsRune(quotes, t.mark):
			quoted = !quoted
		case quoted:
		case r.owner[j] != 0 || portfolios[w] || t.key == kBody || bodyHeads[w] || russianHead(w) != "":
		case t.mark == '-' || w == "of" || w == "the" || w == "for" || w == "in" || w == "at" || w == "to" || w == "and" || w == "его" || w == "по" || w == "в" || w == "при" || w == "и":
		case t.mark != 0 || t.num >= 0:
			return false
		case r.startsUpper(j) && comma && j == i: // the consul in Y, X
		case r.startsUpper(j):
			return false
		case unicode.Is(unicode.Latin, letterOf(w)) && !comma, telling[w], fields > 3:
			return false
		default:
			fields++
		}
	}
	w := r.word(i)
	return w != "of" && w != "in" && w != "to" && w != "at" && w != "for" && w != "в" && w != "по" && w != "при"
}

// clerk tells that a run stands in a line of those who handled the paper.
func (r *formReader) clerk(run nameRun) bool {
	l := r.lines[r.line]
	if r.lineKinds[r.line] != closingLine || run.words > 2 {
		return false
	}
	for j := l.first; j < run.first; j++ {
		switch r.at(j).key {
		case kDeciphered, kPrinted, kVerified, kDispatched, kExecuted, kRecorded:
			return !r.abbreviation(run) && r.at(run.last).mark != ':' && r.at(run.last+1).mark != ':'
		}
	}
	m := r.at(run.first - 1).mark // 4 - Ivanov
	return run.last == l.last && (m == '-' || m == '—' || m == '–') && !r.abbreviation(run) && r.at(l.first).key != kFiled
}

// acts tells that a run says, asks, comes, or is told, spoken with, called something.
func (r *formReader) acts(run nameRun) bool {
	if r.letters(run) || r.lineKinds[r.line] == titleLine || !r.isProse(r.line) {
		return false
	}
	switch r.word(run.first - 1) {
	case "the", "a", "an":
		return false
	}
	if r.acting(run.last) && !r.begins(run) {
		return true
	}
	if r.apposed(run.last) {
		return true
	}
	i := run.first - 1
	if r.at(i).mark == ':' && (r.word(i-1) == "signed" || r.word(i-1) == "present" || r.word(i-1) == "подписал" || r.word(i-1) == "присутствовали") {
		return true
	}
	if !r.near(run.first) {
		return false
	}
	w := r.word(i)
	switch {
	case toTell[w], telling[w] && unicode.Is(unicode.Cyrillic, letterOf(w)):
		return true
	case (w == "с" || w == "со") && !run.caps && instrumental(r.word(run.last-1)):
		return true
	case w == "with" || w == "с" || w == "со":
		for j := i - 1; j > i-4 && j >= 0; j-- {
			if talking[r.word(j)] {
				return true
			}
		}
	case w == "to" && r.word(i-1) == "according", w == "of" && deeds[r.word(i-1)], deeds[w] && unicode.Is(unicode.Cyrillic, letterOf(w)):
		return true
	}
	return false
}

// instrumental tells that a Russian word has the ending of a man's name behind "with".
func instrumental(w string) bool {
	return strings.HasSuffix(w, "ом") || strings.HasSuffix(w, "ем") || strings.HasSuffix(w, "ым")
}

func letterOf(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// acting tells that a verb stands at token i, words that help it before it.
func (r *formReader) acting(i int) bool {
	for range 4 {
		w := r.word(i)
		if !helping[w] || r.at(i).mark != 0 {
			break
		}
		i++
		if (w == "has" || w == "had") && participle(r.word(i)) && r.near(i) && !r.startsUpper(i) {
			return true
		}
		if modal[w] && r.at(i).word() && !r.startsUpper(i) && r.near(i) && r.word(i) != "be" {
			return true
		}
	}
	return r.at(i).word() && telling[r.word(i)] && !r.startsUpper(i)
}

// participle tells that a word has the ending of one.
func participle(w string) bool {
	for _, e := range []string{"ed", "own", "one", "ken", "ven", "ght", "ent", "ome", "eft"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// begins tells that a run of one word begins a sentence and may be an ordinary word.
func (r *formReader) begins(run nameRun) bool {
	if run.caps || run.words > 1 || !r.sentenceStart(run.first) {
		return false
	}
	w := r.word(run.first)
	return strings.HasSuffix(w, "ы") || strings.HasSuffix(w, "и") || strings.HasSuffix(w, "ing") || strings.HasSuffix(w, "ly") || strings.HasSuffix(w, "tion") || r.ordinary(w)
}

// sentenceStart tells that a word has a capital because of where it stands.
func (r *formReader) sentenceStart(i int) bool {
	t := r.at(i - 1)
	return i == 0 || t.mark == '.' || t.mark == '!' || t.mark == '?' || t.mark == ':' || t.mark == ')' || t.mark != 0 && strings.ContainsRune(quotes, t.mark) || !r.near(i)
}

// ordinary tells that the text has a word without a capital too.
func (r *formReader) ordinary(w string) bool {
	if r.small == nil {
		r.small = map[string]bool{}
		for i := range r.tokens {
			if r.tokens[i].word() && !r.startsUpper(i) {
				r.small[r.word(i)] = true
			}
		}
	}
	return r.small[w]
}

// apposed tells that an office explains the name before token i: X, the editor of.
func (r *formReader) apposed(i int) bool {
	switch r.at(i).mark {
	case ',', '[', '(':
	default:
		return false
	}
	for j := i + 1; j < i+6; j++ {
		t := r.at(j)
		if t.mark != 0 || t.num >= 0 {
			return false
		}
		w := r.word(j)
		if offices[w] || w == "who" || w == "который" || w == "которого" || w == "которому" {
			return j > i+1 || !titles[w] || t.key != kComrade
		}
		if r.startsUpper(j) && r.owner[j] == 0 && !portfolios[w] && t.key == none {
			return false
		}
	}
	return false
}

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
