package citation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxGap   = 160 // bytes of foreign words within one citation
	maxIbid  = 400 // bytes between Ibid. and the citation that it repeats
	maxInner = 80  // bytes within the brackets after an archive's name
)

// reader finds citations from the left to the right; nothing is read more than
// a fixed number of times.
type reader struct {
	text
	inText     bool // running text: Ibid. alone and archives alone mean nothing
	citations  []Citation
	notes      []Note
	candidates []Candidate
}

// anchorKind says where a citation can begin.
type anchorKind uint8

const (
	atArchive anchorKind = iota + 1
	atFond
	atIbid
)

type anchor struct {
	kind       anchorKind
	start, end int
	form       form
}

// read finds all citations.
func (r *reader) read() {
	taken := 0 // end of what belongs to the citations found
	for i := 0; i < len(r.text); {
		a, ok := r.anchor(i)
		if !ok {
			return
		}
		end, ok := r.begin(a, taken)
		if !ok {
			i = a.end
			continue
		}
		taken = r.follow(end)
		i = taken
	}
}

// anchor finds the next place from i on at which a citation can begin.
func (r *reader) anchor(i int) (anchor, bool) {
	inside := i > 0 && !r.open(i)
	for i < len(r.text) {
		if b := r.text[i]; b < utf8.RuneSelf && (inside || !mayBegin(b)) { // most characters
			inside = isASCIILetter(b) || isDigit(b)
			i++
			continue
		}
		c, n := r.rune(i)
		word := isLetter(c) || unicode.IsDigit(c)
		if word && !inside {
			if a, ok := r.anchorAt(i, c); ok {
				return a, true
			}
		}
		inside = word
		i += n
	}
	return anchor{}, false
}

// mayBegin tells whether an anchor can begin with b: a capital, or the small
// letter of fond, collection and ibid.
func mayBegin(b byte) bool { return 'A' <= b && b <= 'Z' || b == 'f' || b == 'c' || b == 'i' }

// anchorAt tells what begins with the word at i, whose first letter is c.
func (r *reader) anchorAt(i int, c rune) (anchor, bool) {
	switch fold(c) {
	case 'f', 'ф', 'c': // fond, collection
		if m, ok := r.marker(i); ok && m.level == fond {
			return anchor{kind: atFond, start: i, end: m.end}, true
		}
	case 'i', 't':
		if end, ok := r.ibid(i); ok {
			return anchor{kind: atIbid, start: i, end: end}, true
		}
	}
	if !unicode.IsUpper(c) {
		return anchor{}, false
	}
	if f, end, ok := archiveNames.name(r.text, i); ok && !f.archive.other {
		return anchor{kind: atArchive, start: i, end: end, form: f}, true
	}
	return anchor{}, false
}

// ibid reads Ibid. or Там же at i.
func (r *reader) ibid(i int) (int, bool) {
	end := r.letters(i)
	word := string(r.text[i:end])
	switch {
	case strings.EqualFold(word, "ibid"), strings.EqualFold(word, "ibidem"):
	case strings.EqualFold(word, "там"):
		k := r.blanks(end)
		end = r.letters(k)
		if !strings.EqualFold(string(r.text[k:end]), "же") {
			return i, false
		}
	default:
		return i, false
	}
	if r.is(end, '.') {
		end++
	}
	return end, true
}

// begin reads the citation at the anchor; what was read before ends at from.
func (r *reader) begin(a anchor, from int) (int, bool) {
	c := Citation{Kind: Archival, Start: a.start}
	switch a.kind {
	case atIbid:
		last := r.last()
		if last == nil || a.start-last.End > maxIbid {
			return 0, false
		}
		return r.repeat(a)
	case atArchive:
		if r.isPart(a, from) {
			return 0, false
		}
		c.setArchive(a.form)
		return r.shelfmark(&c, r.afterArchive(&c, a.end))
	}
	if start, name, ok := r.unknownArchive(a.start, from); ok {
		c.Start = start
		c.setUnknown(name)
	} else {
		c.flag(NoArchive)
	}
	return r.shelfmark(&c, a.start)
}

// isPart tells whether the name at the anchor, if it is in full words, is the
// end of a longer name, which is not in the table.
func (r *reader) isPart(a anchor, from int) bool {
	first := string(r.text[a.start:r.letters(a.start)])
	if len(a.form.words) == 1 || isAbbreviation(first) || len(first) <= len("А") {
		return false
	}
	start, _ := r.phrase(a.end, from)
	return start < a.start
}

func (r *reader) last() *Citation {
	if len(r.citations) == 0 {
		return nil
	}
	return &r.citations[len(r.citations)-1]
}

func (c *Citation) setArchive(f form) {
	c.Archive, c.ThenArchive = f.archive.Code, f.then
	if f.then != "" {
		c.flag(FormerArchive)
	}
	if f.wrong {
		c.flag(WrongExpansion)
	}
}

// shelfmark reads the levels at i into c, keeps it and gives its end.
func (r *reader) shelfmark(c *Citation, i int) (int, bool) {
	var l levels
	end, ok := r.dotted(c, i)
	if !ok {
		l = levels{reader: r, c: c, end: i}
		l.read()
		end = l.end
	}
	if !c.isShelfmark() {
		return 0, false
	}
	papkaLast := l.prev.level == papka && l.prev.ambiguous && c.Delo != ""
	r.keep(c, end)
	if papkaLast {
		page := *r.last()
		page.Papka = ""
		r.candidate(page, "", "p. as a page of the document, without papka")
	}
	return end, true
}

// isShelfmark tells whether enough is named: two of archive, fond, opis and
// delo, a fond or a delo among them.
func (c *Citation) isShelfmark() bool {
	if c.Fond != "" {
		return c.Archive != "" || c.Opis != "" || c.Delo != ""
	}
	return c.Archive != "" && c.Delo != ""
}

// keep closes c at end, mends what is wrong with it and adds it.
func (r *reader) keep(c *Citation, end int) {
	c.End = end
	c.Raw = string(r.text[c.Start:end])
	r.mend(c)
	r.citations = append(r.citations, *c)
	r.nearArchive()
}

// dotted reads 558.11.492.57: fond, opis, delo and, if there are four, list.
func (r *reader) dotted(c *Citation, i int) (int, bool) {
	var parts [3]string
	end := i
	for n := range parts {
		digits, j, mended := r.digits(end)
		if digits == "" || mended {
			return i, false
		}
		suffix, j := r.suffix(j)
		parts[n] = digits + suffix
		end = j
		if n < 2 {
			if !r.is(end, '.') {
				return i, false
			}
			end++
		}
	}
	var listy []Range
	if r.is(end, '.') && r.digit(end+1) {
		l, e, flags, ok := r.listRange(end + 1)
		if !ok || r.is(e, '.') && r.digit(e+1) {
			return i, false
		}
		listy, end = []Range{l}, e
		c.flag(flags...)
	}
	if !r.closed(end) {
		return i, false
	}
	c.Fond, c.Opis, c.Delo, c.Listy = parts[0], parts[1], parts[2], listy
	return end, true
}

// follow reads what belongs to the citation that ends at end: notes on the copy
// and credits, Ibid., and further shelfmarks that name their lower levels only.
func (r *reader) follow(end int) int {
	elsewhere := false // a note has named another archive
	for {
		i := r.joint(end)
		if n, ok := r.note(i, true); ok {
			r.keepNote(n)
			end, elsewhere = n.End, elsewhere || hasArchiveWord(n.Text)
			continue
		}
		if e, ok := r.ibid(i); ok && r.open(i) {
			if e, ok = r.repeat(anchor{start: i, end: e}); ok {
				end = e
				continue
			}
			return end
		}
		if elsewhere {
			return end
		}
		if e, ok := r.bare(i); ok {
			end = e
			continue
		}
		n, ok := r.pages(i)
		if !ok {
			return end
		}
		r.pageOrPapka(n)
		r.keepNote(n)
		end = n.End
	}
}

// joint skips what may join two citations: blanks, stops, brackets, "and".
func (r *reader) joint(i int) int {
	for i < len(r.text) {
		k := r.blanks(i)
		if k == i {
			c, n := r.rune(i)
			switch {
			case isStop(c):
				k = i + n
			case isLetter(c) && r.open(i):
				w := r.letters(i)
				if !isAnd(strings.ToLower(string(r.text[i:min(w, i+maxWord)]))) {
					return i
				}
				k = w
			default:
				return i
			}
		}
		i = k
	}
	return i
}

// isStop tells whether c can stand between two citations.
func isStop(c rune) bool {
	return strings.ContainsRune(".,;:()[]{}\"'“”„«»‘’*_|/&", c) || isDash(c) || unicode.IsSpace(c)
}

// repeat reads Ibid. with what follows it.
func (r *reader) repeat(a anchor) (int, bool) {
	last := r.last()
	if last == nil || last.Kind != Archival {
		return 0, false
	}
	i, _, _ := r.separator(a.end)
	if m, ok := r.marker(i); ok && m.level != pages && m.flags == nil {
		c := last.inherit(m.level)
		l := levels{reader: r, c: &c, end: i}
		l.read()
		if l.end > i && c.isShelfmark() {
			c.Start = a.start
			r.keep(&c, l.end)
			return l.end, true
		}
	}
	if r.inText {
		return 0, false
	}
	c := last.inherit(0)
	c.Listy = slices.Clip(last.Listy)
	c.Start = a.start
	r.keep(&c, a.end)
	return a.end, true
}

// bare reads a shelfmark at i that leaves out what the one before named.
func (r *reader) bare(i int) (int, bool) {
	last := r.last()
	m, ok := r.marker(i)
	if !ok || !r.open(i) || last == nil || last.Kind != Archival || !m.firm || m.flags != nil ||
		m.level == tom || m.level == pages || m.ambiguous && !last.archive().papkas {
		return 0, false
	}
	c := last.inherit(m.level)
	l := levels{reader: r, c: &c, end: i}
	l.read()
	if l.end == i || !c.isShelfmark() || m.ambiguous && c.Delo == "" && c.Listy == nil {
		return 0, false
	}
	c.Start = i
	r.keep(&c, l.end)
	return l.end, true
}

// inherit gives a citation with the levels of c above first; first 0 means all
// but the listy.
func (c *Citation) inherit(first level) Citation {
	d := Citation{Kind: Archival, Archive: c.Archive, ThenArchive: c.ThenArchive}
	for _, f := range []Flag{UnknownArchive, NoArchive, FormerArchive} {
		if c.Has(f) {
			d.flag(f)
		}
	}
	d.flag(Inherited)
	rank := first.rank()
	if rank > fond.rank() {
		d.Fond = c.Fond
	}
	if rank > opis.rank() {
		d.Opis, d.Ukrainian = c.Opis, c.Ukrainian
	}
	if first == delo && c.PapkaFirst {
		d.Papka = c.Papka
	}
	if rank > delo.rank() {
		d.Papka, d.Delo, d.Por, d.Dok = c.Papka, c.Delo, c.Por, c.Dok
		if c.Has(DeloLost) {
			d.flag(DeloLost)
		}
	}
	if rank > tom.rank() {
		d.Tom = c.Tom
	}
	d.PapkaFirst = c.PapkaFirst && d.Papka != ""
	return d
}

// archive gives the table's entry of the citation, or an empty one.
func (c *Citation) archive() *Archive {
	if a := byCode(c.Archive); a != nil {
		return a
	}
	return &Archive{}
}
