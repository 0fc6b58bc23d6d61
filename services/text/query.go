package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxQuery is the length of a query in bytes: some 500 words.
	MaxQuery = 4096
	// MaxQueryTerms is the number of terms that one query may look for; every
	// one costs the index a lookup.
	MaxQueryTerms = 64
)

// Clause is one thing that a query asks for. A text answers a query when it
// answers each clause: it holds one of Any or, with Without, none of them.
//
// A text that answers has, for each clause but those with Without, one phrase of
// which each word has all its Parts or one of its Wholes among the text's terms:
// that is what an index can ask for, and Hits then decides. Misreadings join in
// as further phrases of Any.
type Clause struct {
	Any     []Phrase
	Without bool
}

// Phrase is a sequence of words, each directly after the one before. A word
// outside of quotation marks is a phrase of one.
type Phrase struct {
	Words []Word
	// Start and End are bytes in the query.
	Start, End int
}

// Word is one word of a query. A text has it where the terms in Parts stand at
// consecutive positions, or where one of Wholes stands.
type Word struct {
	Parts []string
	// Width is the number of positions that Parts stand for: one more than there
	// are parts for a run of East Asian characters.
	Width int
	// Wholes are other forms that stand for the word alone: a compound without
	// what joins it, a number without its zeros.
	Wholes []string
	// Prefix says that the last part is the beginning of a term, and each of
	// Wholes too. The beginning is one of stems: "deciphered*" looks for deciph.
	Prefix bool
}

// QueryError says what is wrong with a query, and where.
type QueryError struct {
	// Offset in bytes, Character counted from 1 for people.
	Offset, Character int
	// Reason is a sentence without its full stop.
	Reason string
}

func (e *QueryError) Error() string {
	return fmt.Sprintf("query, character %d: %s", e.Character, e.Reason)
}

// Query reads what people type:
//
//	mao beijing           both words, in any of their forms
//	"to comrade mao"      the words one after another; any double quotation marks
//	mao OR terebin        one of them; binds tighter than the blank between words
//	-draft  -"first copy" texts that do not have it
//	telegr*               words that begin so
//
// Everything is prepared as Analyse prepares texts; punctuation between words
// means nothing. An error is always a *QueryError.
func Query(s string) ([]Clause, error) {
	p := parser{s: s}
	if err := p.check(); err != nil {
		return nil, err
	}
	clauses, err := p.clauses()
	if err != nil {
		return nil, err
	}
	for _, c := range clauses {
		if !c.Without {
			return clauses, nil
		}
	}
	if len(clauses) > 0 {
		return nil, p.fail(0, "only words to leave out; name at least one to look for")
	}
	return nil, p.fail(0, "no word to look for")
}

// parser walks over a query once.
type parser struct {
	s     string
	at    int
	terms int
}

func (p *parser) fail(at int, reason string, args ...any) error {
	return &QueryError{
		Offset: at, Character: utf8.RuneCountInString(p.s[:at]) + 1,
		Reason: fmt.Sprintf(reason, args...),
	}
}

// check refuses what is no text or too long.
func (p *parser) check() error {
	if len(p.s) > MaxQuery {
		return p.fail(runeStart(p.s, MaxQuery), "longer than %d bytes", MaxQuery)
	}
	for i, r := range p.s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(p.s[i:]); size == 1 {
				return p.fail(i, "not UTF-8")
			}
		}
	}
	return nil
}

// clauses reads all items and ties those with OR between them.
func (p *parser) clauses() ([]Clause, error) {
	var clauses []Clause
	or := -1 // where an OR waits for its right side
	for {
		item, err := p.item()
		if err != nil {
			return nil, err
		}
		last := len(clauses) - 1
		switch {
		case item.end:
			if or >= 0 {
				return nil, p.fail(or, "OR needs a word on its right")
			}
			return clauses, nil
		case item.or:
			if last < 0 || or >= 0 {
				return nil, p.fail(item.start, "OR needs a word on its left")
			}
			or = item.start
		case or >= 0:
			if item.without || clauses[last].Without {
				return nil, p.fail(or, "OR cannot stand beside a word with -")
			}
			clauses[last].Any = append(clauses[last].Any, item.phrase)
			or = -1
		default:
			clauses = append(clauses, Clause{Any: []Phrase{item.phrase}, Without: item.without})
		}
	}
}

// item is one word, phrase or operator.
type item struct {
	phrase  Phrase
	start   int
	without bool
	or, end bool
}

// item reads the next one; lone punctuation is passed over.
func (p *parser) item() (item, error) {
	for {
		p.blanks()
		it := item{start: p.at}
		if p.at == len(p.s) {
			it.end = true
			return it, nil
		}
		if p.s[p.at] == '-' {
			it.without = true
			p.at++
		}
		var err error
		if r, size := decode(p.s, p.at); quote(r) {
			it.phrase, err = p.quoted(size)
		} else {
			raw := p.chunk()
			if raw == "OR" && !it.without {
				it.or = true
				return it, nil
			}
			it.phrase, err = p.phrase(raw, p.at-len(raw))
		}
		if err != nil || len(it.phrase.Words) > 0 {
			return it, err
		}
	}
}

func (p *parser) blanks() {
	for p.at < len(p.s) {
		r, size := decode(p.s, p.at)
		if !blank(r) {
			return
		}
		p.at += size
	}
}

// chunk reads up to a blank or a quotation mark.
func (p *parser) chunk() string {
	start := p.at
	for p.at < len(p.s) {
		r, size := decode(p.s, p.at)
		if blank(r) || quote(r) {
			break
		}
		p.at += size
	}
	return p.s[start:p.at]
}

// quoted reads a phrase whose opening mark has size bytes.
func (p *parser) quoted(size int) (Phrase, error) {
	open := p.at
	p.at += size
	start := p.at
	for p.at < len(p.s) {
		r, size := decode(p.s, p.at)
		if !quote(r) {
			p.at += size
			continue
		}
		raw := p.s[start:p.at]
		p.at += size
		phrase, err := p.phrase(raw, start)
		if err == nil && len(phrase.Words) == 0 {
			err = p.fail(open, "no word between the quotation marks")
		}
		return phrase, err
	}
	return Phrase{}, p.fail(open, "quotation mark without an end")
}

// phrase prepares the words of raw, which stands at this place in the query.
func (p *parser) phrase(raw string, at int) (Phrase, error) {
	prefix := strings.HasSuffix(raw, "*")
	if i := strings.IndexByte(raw, '*'); i >= 0 && i < len(raw)-1 {
		return Phrase{}, p.fail(at+i, "* can only stand at the end of a word or phrase")
	}
	ph := Phrase{Words: words(raw), Start: at, End: at + len(raw)}
	if prefix {
		if err := p.prefix(&ph, raw); err != nil {
			return Phrase{}, err
		}
	}
	for _, w := range ph.Words {
		p.terms += len(w.Parts) + len(w.Wholes)
	}
	if p.terms > MaxQueryTerms {
		return Phrase{}, p.fail(at, "more than %d terms", MaxQueryTerms)
	}
	return ph, nil
}

// prefix makes the last word of a phrase a beginning.
func (p *parser) prefix(ph *Phrase, raw string) error {
	before, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(raw, "*"))
	if c := classOf(before); c != letter && c != digit && c != ideograph && c != mark || len(ph.Words) == 0 {
		return p.fail(ph.End-1, "* must stand directly after letters or figures")
	}
	w := &ph.Words[len(ph.Words)-1]
	w.Prefix = true
	if classOf(before) == ideograph {
		return nil
	}
	whole, part := lastWord(raw)
	last := &w.Parts[len(w.Parts)-1]
	*last = commonPrefix(keepWord(Fold(part)), *last)
	if len(w.Parts) == 1 {
		w.Wholes = nil
		if utf8.RuneCountInString(*last) < 2 {
			return p.fail(ph.End-1, "* needs at least two letters before it")
		}
	}
	for i, stem := range w.Wholes {
		if plainWord(stem) != nil {
			w.Wholes[i] = commonPrefix(keepWord(Fold(whole)), stem)
		}
	}
	return nil
}

// lastWord returns the last word of raw and the last part of that.
func lastWord(raw string) (whole, part string) {
	var w word
	for sc := (scanner{s: raw}); sc.next(&w); {
		whole, part = raw[w.start():w.end()], w.parts[w.n-1].raw
	}
	return whole, part
}

// words prepares each word of raw.
func words(raw string) []Word {
	var all []Word
	var w word
	more := false // the run of East Asian characters goes on
	for sc := (scanner{s: raw}); sc.next(&w); {
		if w.parts[0].kind != ideograph {
			all = append(all, queryWord(&w))
			continue
		}
		first, next := character(w.parts[0].raw), character(w.pair)
		switch {
		case first == "":
		case next != "" && more:
			last := &all[len(all)-1]
			last.Parts = append(last.Parts, first+next)
			last.Width++
		case next != "":
			all = append(all, Word{Parts: []string{first + next}, Width: 2})
		case !more:
			all = append(all, Word{Parts: []string{first}, Width: 1, Prefix: true})
		}
		more = first != "" && next != ""
	}
	return all
}

// queryWord prepares a word or compound.
func queryWord(w *word) Word {
	q := Word{Width: w.n, Wholes: w.wholes()}
	for _, p := range w.parts[:w.n] {
		q.Parts = append(q.Parts, p.form.stem)
	}
	if w.n > 1 {
		return q
	}
	if short := withoutZeros(q.Parts[0]); short != "" {
		q.Wholes = []string{short}
	}
	if other := surname(w.parts[0].form); other != "" {
		q.Wholes = append(q.Wholes, other)
	}
	return q
}

// surname returns the other stem of a word that may be a Russian surname; "" for any
// other. The rules take -ov off Molotov, as if it were a plural, and leave it on in the
// other cases of the name.
func surname(f *form) string {
	for _, ending := range [...]string{"ов", "ев"} {
		if f.folded == f.stem+ending {
			return f.folded
		}
		if nominative, ok := strings.CutSuffix(f.stem, ending); ok && stem(f.stem) == nominative {
			return nominative
		}
	}
	return ""
}

// commonPrefix returns what two words have in common at the start.
func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:runeStart(a, n)]
}

// runeStart returns the largest start of a rune in s that is not above at.
func runeStart(s string, at int) int {
	for at > 0 && at < len(s) && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}

func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r)
}

// quote says whether r opens or closes a phrase.
func quote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '″', '＂', '「', '」', '『', '』':
		return true
	}
	return false
}
