package agents

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Candidate is an agent whom a name as written may mean.
type Candidate struct {
	Agent    string  `json:"agent"` // ID
	Kind     Kind    `json:"kind"`
	Name     string  `json:"name"`
	Variant  string  `json:"variant"`
	Type     Type    `json:"type"`
	Distance int     `json:"distance"` // letters that differ from the variant or its derived form
	Score    float64 `json:"score"`    // 0 to 1
	Why      string  `json:"why"`
}

// Limits of Match. A slip is one letter lost, added or changed; short names have too many neighbours.
const (
	maxCandidates   = 20
	maxMatchBytes   = 1000
	minOneSlip      = 6  // letters of a name that may have one slip
	minTwoSlips     = 10 // letters of a name that may have two
	maxNearBytes    = 100
	maxSlips        = 2
	slipsInAlphabet = 64
)

// nearForm is a form that may be written with slips.
type nearForm struct {
	form    *form
	text    string // folded letters without gaps
	letters int
	set     uint64 // of its letters, for a quick no
}

// Match returns the agents whom a name as written may mean (an addressee, a signatory), the likeliest
// first, at most 20; an honorific may stand before it. The date is that of the text or unknown; kind
// is empty for any. Candidates come from the whole name as a known form, else from known forms within
// it and from forms that differ in one or two letters. It is for a person or a rule to choose; Match never
// merges agents. A name of more than 1,000 bytes has no candidates.
func (x *Index) Match(name string, at Date, kind Kind) []Candidate {
	if len(name) > maxMatchBytes {
		return nil
	}
	s, _ := scratches.Get().(*scratch)
	defer s.release()
	s.glyphs = scan(s.glyphs[:0], name)
	from := honorificsAt(s.glyphs)
	m := matcher{index: x, at: at, kind: kind}
	m.whole(s, 0)
	if from > 0 && len(m.out) == 0 {
		m.whole(s, from)
	}
	if len(m.out) == 0 {
		m.within(s)
		m.near(s.glyphs[from : len(s.glyphs)-1])
	}
	slices.SortStableFunc(m.out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Agent, b.Agent))
	})
	return m.out[:min(len(m.out), maxCandidates)]
}

// matcher collects the candidates of one name.
type matcher struct {
	index *Index
	at    Date
	kind  Kind
	out   []Candidate
}

// whole takes the forms that agree with all glyphs from one on.
func (m *matcher) whole(s *scratch, from int) {
	n, last := int32(0), len(s.glyphs)-1
	for _, g := range s.glyphs[from:last] {
		if n = m.index.trie.next(n, g.skel); n == 0 {
			return
		}
	}
	if n == 0 {
		return
	}
	first := len(s.found)
	m.index.agreeing(s, from, reached{n, int32(last)}, false)
	m.addFound(s.found[first:], s.glyphs[from:last], 1, "")
}

// within takes the forms that stand somewhere in what is written.
func (m *matcher) within(s *scratch) {
	s.found = s.found[:0]
	m.index.hits(s)
	for _, h := range s.hits {
		m.addFound(s.found[h.first:h.end], s.glyphs[h.from:h.to], scoreWithin, "; it is a part of what is written")
	}
}

func (m *matcher) addFound(options []found, glyphs []glyph, factor float64, remark string) {
	x := m.index
	for i := range options {
		o := &options[i]
		m.add(o, Candidate{
			Distance: o.fit.confused,
			Score:    x.score(o, m.at) * factor,
			Why:      x.why(o, glyphs, m.at) + remark,
		})
	}
}

// add completes a candidate and keeps the better of two for one agent.
func (m *matcher) add(o *found, c Candidate) {
	x, f := m.index, o.form
	a, v := &x.agents[f.agent], x.variantOf(f)
	if m.kind != "" && a.Kind != m.kind {
		return
	}
	c.Agent, c.Kind, c.Name, c.Variant, c.Type = a.ID, a.Kind, a.Name, v.Text, v.Type
	if v.Ambiguous {
		c.Score *= surnameCandidate
		c.Why += "; ambiguous without a fuller form"
	}
	i := slices.IndexFunc(m.out, func(k Candidate) bool { return k.Agent == c.Agent })
	switch {
	case i < 0:
		m.out = append(m.out, c)
	case c.Score > m.out[i].Score:
		m.out[i] = c
	}
}

// near takes the forms that differ from the glyphs in one or two letters.
func (m *matcher) near(glyphs []glyph) {
	text := string(letters(glyphs))
	n := utf8.RuneCountInString(text)
	if n < minOneSlip-1 || len(text) > maxNearBytes {
		return
	}
	set := letterSet(text)
	for i := range m.index.near {
		f := &m.index.near[i]
		allowed := slips(min(n+1, f.letters))
		if d := n - f.letters; d > allowed || -d > allowed || bits.OnesCount64(set^f.set) > 2*allowed {
			continue
		}
		d := levenshtein.ComputeDistance(text, f.text)
		if d == 0 || d > allowed {
			continue
		}
		m.addNear(f, text, d)
	}
}

func (m *matcher) addNear(f *nearForm, text string, d int) {
	o := &found{form: f.form, fit: fit{ok: true}}
	edits := align([]rune(f.text), []rune(text))
	score, count := scoreOneSlip, "one letter"
	if d > 1 {
		score, count = scoreTwoSlips, fmt.Sprintf("%d letters", d)
	}
	words, common := describe(edits)
	if common {
		score *= slipOfOCR
		words += ", as OCR does"
	}
	m.add(o, Candidate{
		Distance: d,
		Score:    m.index.score(o, m.at) * score,
		Why:      "differs in " + count + " from " + f.form.text + ": " + words + "; " + m.index.why(o, nil, m.at),
	})
}

// slips is the number of slips allowed in a name of so many letters.
func slips(n int) int {
	switch {
	case n >= minTwoSlips:
		return maxSlips
	case n >= minOneSlip:
		return 1
	}
	return 0
}

// nearForms lists the forms that Match compares letter by letter: no abbreviations and no case forms,
// which have too many neighbours among themselves.
func (x *Index) nearForms() []nearForm {
	var out []nearForm
	for i := range x.trie.forms {
		f := &x.trie.forms[i]
		if f.how == byCase || f.how == byInitials || x.typeOf(f) == Abbreviation {
			continue
		}
		var text []byte
		for _, p := range f.plain {
			text = appendPlain(text, p)
		}
		n := utf8.RuneCount(text)
		if n >= minOneSlip && len(text) <= maxNearBytes {
			out = append(out, nearForm{f, string(text), n, letterSet(string(text))})
		}
	}
	return out
}

func letters(glyphs []glyph) []byte {
	var out []byte
	for _, g := range glyphs {
		out = appendPlain(out, g.plain)
	}
	return out
}

// letterSet is the set of letters of a text in 64 bits. A slip changes it in two bits at most.
func letterSet(text string) (set uint64) {
	for _, r := range text {
		set |= 1 << (uint(r) % slipsInAlphabet)
	}
	return set
}
