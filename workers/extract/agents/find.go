package agents

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Mention is a place in a text that names an agent, or may name one.
type Mention struct {
	Start int `json:"byte_start"` // offsets into the text, End exclusive; the honorific is outside
	End   int `json:"byte_end"`
	// Agent, Name and Kind are empty where the mention is ambiguous; Kind stays if all candidates
	// are of one kind.
	Agent   string `json:"agent,omitempty"`
	Name    string `json:"name,omitempty"`
	Kind    Kind   `json:"kind,omitempty"`
	Variant string `json:"variant"` // the form in the data that the text shows
	Type    Type   `json:"type"`
	// Honorific is what stands before the name, as written: "Comrade", "тов.".
	Honorific string `json:"honorific,omitempty"`
	// Ambiguous mentions name one of the candidates or none: Why says what is missing. Others have
	// candidates where the form is not the agent's alone.
	Ambiguous  bool     `json:"ambiguous,omitempty"`
	Candidates []string `json:"candidates,omitempty"` // IDs, the likeliest first
	Score      float64  `json:"score"`                // 0 to 1
	Why        string   `json:"why"`
}

// hit is a stretch of glyphs that agrees with some forms.
type hit struct {
	from, to   int32 // glyphs
	first, end int32 // in scratch.found
}

// found is a form that a hit agrees with.
type found struct {
	form *form
	fit  fit
}

// scratch is the working memory of one Find, used again by the next.
type scratch struct {
	glyphs  []glyph
	hits    []hit
	found   []found
	reached []reached
	anchor  map[int32]int32 // agents named beyond doubt: the first hit
}

// reached is a node with forms that a walk came to, and the glyph after it.
type reached struct {
	node int32
	end  int32
}

var scratches = sync.Pool{New: func() any { return &scratch{anchor: map[int32]int32{}} }}

// maxPiece is the size in bytes of the pieces in which a long text is read: a piece takes 16 bytes of
// working memory for each byte.
const maxPiece = 1 << 20

// Find returns the mentions of known agents in a text whose date is not known, in order, without
// overlaps; of two readings the longer is taken. Names may be broken over lines, stand in capitals,
// in a Russian case or before 's, and carry the confusions that OCR makes. The time is linear in the
// length of the text. A text over 1 MiB is read in pieces, cut where a paragraph, a line or a sentence ends, and
// a short form then points back within its piece only.
func (x *Index) Find(text string) []Mention { return x.FindAt(text, Date{}) }

// FindAt is Find for a text of a known date: pseudonyms outside their years become ambiguous.
func (x *Index) FindAt(text string, at Date) []Mention {
	var out []Mention
	for from := 0; from < len(text); {
		n := piece(text[from:])
		first := len(out)
		out = x.findPiece(out, text[from:from+n], at)
		for i := first; from > 0 && i < len(out); i++ {
			out[i].Start += from
			out[i].End += from
		}
		from += n
	}
	return out
}

// piece returns the length of the first piece of a text: at most maxPiece, at least one byte.
func piece(text string) int {
	if len(text) <= maxPiece {
		return len(text)
	}
	head := text[:maxPiece]
	for _, end := range []string{"\n\n", "\n", ". ", " "} {
		if i := strings.LastIndex(head, end); i > maxPiece/2 {
			return i + len(end)
		}
	}
	for n := maxPiece; n > maxPiece-utf8.UTFMax; n-- {
		if utf8.RuneStart(text[n]) {
			return n
		}
	}
	return maxPiece
}

func (x *Index) findPiece(out []Mention, text string, at Date) []Mention {
	s, _ := scratches.Get().(*scratch)
	defer s.release()
	s.glyphs = scan(s.glyphs[:0], text)
	x.hits(s)
	x.anchors(s, at)
	out = slices.Grow(out, len(s.hits))
	for i := range s.hits {
		out = append(out, x.mention(s, &s.hits[i], text, at))
	}
	return out
}

// release gives the memory back.
func (s *scratch) release() {
	clear(s.anchor)
	clear(s.found)
	s.hits, s.found = s.hits[:0], s.found[:0]
	scratches.Put(s)
}

// wide reports whether a glyph is of a script that is written without blanks.
func (g *glyph) wide() bool { return g.plain >= 0x2E80 && g.plain < plainRN }

func (g *glyph) digit() bool { return g.plain >= '0' && g.plain <= '9' }

// edge reports whether a name may end before glyph i or begin there. A figure after a word may be
// the number of a footnote.
func edge(glyphs []glyph, i int) bool {
	if glyphs[i].gap != gapNone || i == 0 {
		return true
	}
	a, b := &glyphs[i-1], &glyphs[i]
	return a.wide() || b.wide() || a.digit() != b.digit()
}

// hits walks the trie from every place where a name may begin. A walk is at most as long as the
// longest name of the file.
func (x *Index) hits(s *scratch) {
	last := len(s.glyphs) - 1
	for i := 0; i < last; {
		if g := &s.glyphs[i]; (g.upper || x.small[g.skel]) && edge(s.glyphs, i) {
			if end := x.longest(s, i); end > i {
				i = end
				continue
			}
		}
		i++
	}
}

// longest finds the longest stretch from glyph i that agrees with a form, notes it as a hit and
// returns the glyph after it; i if there is none.
func (x *Index) longest(s *scratch, i int) int {
	t, last := x.trie, len(s.glyphs)-1
	s.reached = s.reached[:0]
	n := int32(0)
	for j := i; j < last; {
		if n = t.next(n, s.glyphs[j].skel); n == 0 {
			break
		}
		j++
		if t.nodes[n].after > t.nodes[n].forms && edge(s.glyphs, j) {
			s.reached = append(s.reached, reached{n, int32(j)})
		}
	}
	for _, r := range slices.Backward(s.reached) {
		first := int32(len(s.found))
		x.agreeing(s, i, r, true)
		if end := int32(len(s.found)); end > first {
			s.hits = append(s.hits, hit{int32(i), r.end, first, end})
			return int(r.end)
		}
	}
	return i
}

// agreeing notes the forms of a node that agree with the glyphs. Where some agree to the letter, the
// others are not meant.
func (x *Index) agreeing(s *scratch, i int, r reached, capitals bool) {
	first, exact := len(s.found), false
	n := &x.trie.nodes[r.node]
	for k := n.forms; k < n.after; k++ {
		f := &x.trie.forms[k]
		a := &x.agents[f.agent]
		fit := compareForm(f, s.glyphs[i:r.end], x.typeOf(f) == Abbreviation, a.Kind != Organisation, capitals)
		if !fit.ok {
			continue
		}
		if fit.confused == 0 && !exact {
			exact = true
			s.found = s.found[:first]
		}
		if fit.confused == 0 || !exact {
			s.found = append(s.found, found{f, fit})
		}
	}
}

// anchors notes the agents that a hit names beyond doubt.
func (x *Index) anchors(s *scratch, at Date) {
	for i := range s.hits {
		agent := int32(-1)
		for _, c := range s.found[s.hits[i].first:s.hits[i].end] {
			if !x.firm(c.form, at) {
				continue
			}
			if agent >= 0 && agent != c.form.agent {
				agent = -1
				break
			}
			agent = c.form.agent
		}
		if agent < 0 {
			continue
		}
		if _, ok := s.anchor[agent]; !ok {
			s.anchor[agent] = int32(i)
		}
	}
}

// mention decides what a hit means.
func (x *Index) mention(s *scratch, h *hit, text string, at Date) Mention {
	m := Mention{Start: int(s.glyphs[h.from].start), End: int(s.glyphs[h.to-1].end)}
	if b := honorificsBefore(s.glyphs, int(h.from)); b < int(h.from) {
		m.Honorific = written(text, s.glyphs, b, int(h.from))
	}
	options := s.found[h.first:h.end]
	best, anchored, firm := x.choose(s, options, at)
	f := options[best].form
	v := x.variantOf(f)
	m.Variant, m.Type = v.Text, v.Type
	m.End = closing(text, m.End, v.Text, s.glyphs[h.to-1].gap)
	m.Score = x.score(&options[best], at)
	m.Kind = x.agents[f.agent].Kind
	switch {
	case firm == 1 && anchored == 0 && m.Type == Abbreviation && amongCapitals(s.glyphs, int(h.from), int(h.to)):
		m.Ambiguous, m.Candidates = true, x.ids(options, nil)
		m.Score *= unresolved
		m.Why = x.why(&options[best], s.glyphs[h.from:h.to], at) + "; among words in full capitals it may be a word"
		return m
	case firm == 1 && anchored == 0:
		m.Why = x.why(&options[best], s.glyphs[h.from:h.to], at)
		if len(options) > 1 {
			m.Candidates = x.ids(options, map[int32]int32{f.agent: 0})
		}
	case firm == 0 && anchored == 1:
		back := &s.hits[s.anchor[f.agent]]
		m.Candidates = x.ids(options, map[int32]int32{f.agent: 0})
		m.Why = x.why(&options[best], s.glyphs[h.from:h.to], at) + "; points back to " + text[s.glyphs[back.from].start:s.glyphs[back.to-1].end] + " in the same text"
		m.Score *= pointsBack
	default:
		m.Ambiguous = true
		m.Candidates = x.ids(options, s.anchor)
		m.Kind = x.commonKind(options)
		m.Score *= unresolved
		m.Why = x.whyAmbiguous(options, len(m.Candidates), anchored, firm, at)
		return m
	}
	m.Agent, m.Name = x.agents[f.agent].ID, x.agents[f.agent].Name
	return m
}

// amongCapitals reports whether two letters stand next to a word in full capitals, and none in small
// letters: there US may be us.
func amongCapitals(glyphs []glyph, from, to int) bool {
	if to-from > 2 || glyphs[to-1].gap != gapNone {
		return false
	}
	before, after := from, to
	for before > 0 && glyphs[before].gap <= gapBlank && from-before < 8 {
		before--
	}
	for after < len(glyphs)-1 && glyphs[after].gap <= gapBlank && after-to < 8 {
		after++
	}
	for i := before; i < after; i++ {
		if !glyphs[i].upper {
			return false
		}
	}
	return after-before >= to-from+3
}

// closing moves the end of a mention behind the full stop of "U.S." and the bracket of "VKP(b)".
func closing(text string, end int, variant string, before gap) int {
	if end < len(text) && (text[end] == '.' && before == gapDot || text[end] == ')' && variant[len(variant)-1] == ')') {
		return end + 1
	}
	return end
}

// choose returns the best option, the number of agents that the text names beyond doubt though the
// form alone does not, and the number of agents that the form alone names.
func (x *Index) choose(s *scratch, options []found, at Date) (best, anchored, firm int) {
	var room [2][8]int32
	byForm, byText := room[0][:0], room[1][:0]
	for i := range options {
		if f := options[i].form; x.firm(f, at) && !slices.Contains(byForm, f.agent) {
			if byForm = append(byForm, f.agent); len(byForm) == 1 {
				best = i
			}
		}
	}
	for i := range options {
		f := options[i].form
		if x.typeOf(f) == Pseudonym {
			continue // that the person is named elsewhere does not make a common surname his pseudonym
		}
		if _, named := s.anchor[f.agent]; !named || slices.Contains(byForm, f.agent) || slices.Contains(byText, f.agent) {
			continue
		}
		if byText = append(byText, f.agent); len(byForm) == 0 && len(byText) == 1 {
			best = i
		}
	}
	return best, len(byText), len(byForm)
}

// ids lists the agents of the options once, those that the text names elsewhere first.
func (x *Index) ids(options []found, anchor map[int32]int32) []string {
	var out []string
	for _, wantNamed := range []bool{true, false} {
		for i := range options {
			agent := options[i].form.agent
			_, named := anchor[agent]
			if id := x.agents[agent].ID; named == wantNamed && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

func (x *Index) commonKind(options []found) Kind {
	kind := x.agents[options[0].form.agent].Kind
	for i := range options {
		if x.agents[options[i].form.agent].Kind != kind {
			return ""
		}
	}
	return kind
}
