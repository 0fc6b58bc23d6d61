package agents

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync"
)

// Index finds the agents of an authority file in text. It is built once, does not change, and may be
// used by many goroutines.
type Index struct {
	agents []Agent
	byID   map[string]int
	trie   *trie
	near   []nearForm // for Match: what may be written with slips
	small  []bool     // by skeleton: where a name may begin without a capital
	digest func() string
}

// NewIndex builds the index over a file; the file must not be changed after that. Withdrawn variants
// and agents are left out.
func NewIndex(a *Authority) *Index {
	x := &Index{agents: a.Agents, byID: make(map[string]int, len(a.Agents))}
	entries := make([]*entry, 0, 16*len(a.Agents))
	var working []glyph
	for i := range a.Agents {
		x.byID[a.Agents[i].ID] = i
		if !a.Agents[i].Withdrawn {
			entries = appendEntries(entries, &a.Agents[i], i, &working)
		}
	}
	x.trie = newTrie(entries)
	x.near = x.nearForms()
	x.small = x.smallBeginnings()
	x.digest = sync.OnceValue(func() string { return digestOf(x.agents) })
	return x
}

// Digest names what the index knows of names: two with the same digest find the same in
// a text. Notes and the identifiers of other authority files do not count.
func (x *Index) Digest() string { return x.digest() }

// digestLength is the number of hex digits of a digest. It tells apart the files that one
// archive has ever had.
const digestLength = 12

func digestOf(agents []Agent) string {
	h := sha256.New()
	encode := json.NewEncoder(h)
	for _, a := range agents {
		a.Note, a.VIAF, a.Wikidata, a.Variants = "", "", "", slices.Clone(a.Variants)
		for i := range a.Variants {
			a.Variants[i].Note = ""
		}
		_ = encode.Encode(a) // strings and numbers into a hash: neither can fail
	}
	return hex.EncodeToString(h.Sum(nil))[:digestLength]
}

// appendEntries adds every form of an agent once; what is written in the data stands before what is
// derived from it.
func appendEntries(entries []*entry, a *Agent, number int, working *[]glyph) []*entry {
	var surnames []string
	transliterated, original := false, false
	for _, v := range a.Variants {
		if cyrillic(v.Text) {
			transliterated = transliterated || v.Type == Transliteration
			original = original || v.Type == Original
		}
		if v.Type == Short {
			surnames = append(surnames, v.Text)
		}
	}
	type derived struct {
		spelling
		variant int
	}
	var all []derived
	for n := -1; n < len(a.Variants); n++ {
		text, typ := a.Name, Authorised
		if n >= 0 {
			text, typ = a.Variants[n].Text, a.Variants[n].Type
		}
		if typ == Withdrawn {
			continue
		}
		for _, s := range spellings(text, typ, a.Kind, surnames, transliterated && !original) {
			all = append(all, derived{s, n})
		}
	}
	slices.SortStableFunc(all, func(x, y derived) int { return int(x.how) - int(y.how) })
	seen := make(map[string]bool, len(all))
	for _, d := range all {
		e, key := newEntry(d.spelling, number, d.variant, working)
		if d.variant >= 0 && a.Variants[d.variant].Type == Pseudonym {
			key += "\x00" // a pseudonym keeps its years beside a like form without
		}
		if len(e.skel) > 1 && !seen[key] {
			seen[key] = true
			entries = append(entries, e)
		}
	}
	return entries
}

// Agent returns the agent with that ID; ok is false if the file has none.
func (x *Index) Agent(id string) (a Agent, ok bool) {
	i, ok := x.byID[id]
	if ok {
		a = x.agents[i]
	}
	return a, ok
}

// smallBeginnings marks the letters, figures and characters without capitals with which forms begin,
// and the small l that OCR reads for a capital I. Most words of a text are dismissed by it.
func (x *Index) smallBeginnings() []bool {
	small := make([]bool, 1<<16)
	small[skelOf('l')] = true
	for i := range x.trie.forms {
		if f := &x.trie.forms[i]; !f.upper[0] {
			small[skelOf(f.plain[0])] = true
		}
	}
	return small
}

// variantOf returns the variant from which a form comes; the authorised name as a variant of its type.
func (x *Index) variantOf(f *form) Variant {
	a := &x.agents[f.agent]
	if f.variant < 0 {
		return Variant{Text: a.Name, Type: Authorised}
	}
	return a.Variants[f.variant]
}

// typeOf is the type of a form's variant.
func (x *Index) typeOf(f *form) Type {
	if f.variant < 0 {
		return Authorised
	}
	return x.agents[f.agent].Variants[f.variant].Type
}

// firm reports whether a form names its agent at that date without help from the text.
func (x *Index) firm(f *form, at Date) bool {
	if f.variant < 0 {
		return true
	}
	v := &x.agents[f.agent].Variants[f.variant]
	return !v.Ambiguous && (v.Type != Pseudonym || v.validAt(at))
}
