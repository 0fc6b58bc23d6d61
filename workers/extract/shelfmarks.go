package extract

import (
	"sort"
	"strings"

	"github.com/fonds-archive/fonds/workers/extract/citation"
)

// readShelfmarks finds archival references outside any label, such as in the last
// line of a printed document.
func (d *doc) readShelfmarks() {
	for _, c := range d.shelfmarks(d.part.span) {
		span := Span{c.Start, c.End}
		if c.Kind == citation.Archival && !d.cited(span) {
			if d.endsParagraph(span.End) {
				c.CopyStatus = "" // words of the next paragraph
			}
			d.add("citation", c.Value(), span, 0.9, "shelfmark")
			l := d.lines[d.lineAt(span.Start)]
			d.readNotes(l.Start, citation.Parse(d.text[l.Start:l.End]).Notes)
		}
	}
}

// shelfmarks are those of the page inside a span. They are read at once: Ibid. says
// what stands in the document before.
func (p *page) shelfmarks(s Span) []citation.Citation {
	if !p.sought {
		p.found, p.sought = citation.Find(p.plain), true
	}
	from := sort.Search(len(p.found), func(i int) bool { return p.found[i].Start >= s.Start })
	to := from
	for to < len(p.found) && p.found[to].End <= s.End {
		to++
	}
	return p.found[from:to]
}

// endsParagraph tells that nothing follows in a paragraph.
func (p *page) endsParagraph(offset int) bool {
	rest := strings.TrimLeft(p.plain[offset:], " \t.,;:)]")
	return strings.HasPrefix(rest, "\n\n")
}

// fuller returns a citation as it reads among those before it.
func (p *page) fuller(c citation.Citation, s Span) citation.Citation {
	if c.Fond != "" && c.Archive != "" && !c.Has(citation.Inherited) {
		return c
	}
	for _, found := range p.shelfmarks(s) {
		if found.Has(citation.Inherited) && found.Archive != "" {
			found.CopyStatus = c.CopyStatus
			return found
		}
	}
	return c
}

// readPublished finds the line behind a document that says where it was printed.
func (d *doc) readPublished() {
	for i := max(d.part.closing, d.part.heading+1); i < d.part.to; i++ {
		l := d.lines[i]
		d.publishedWithin(l)
		switch d.word(l.first) {
		case "published", "reprinted", "опубликовано", "опубл", "опубликован", "опубликована", "впервые":
		default:
			continue
		}
		if d.lineKinds[i] == plainLine && l.last-l.first < 60 && d.startsUpper(l.first) && !d.cited(l.Span) && (d.word(l.first+1) == "in" || d.word(l.first+1) == "в" || d.at(l.first+1).mark == '.' || d.at(l.first+1).mark == ':') {
			d.publishedIn(l.Span)
		}
	}
}

// publishedWithin reads "Опубл.: …" behind the shelfmarks of a paragraph.
func (d *doc) publishedWithin(l line) {
	if l.last-l.first > 120 || !d.cited(l.Span) {
		return
	}
	for i := l.first + 2; i+2 < l.last; i++ {
		switch d.word(i) {
		case "published", "reprinted", "опубликовано", "опубл", "опубликован", "опубликована":
		default:
			continue
		}
		if m := d.at(i - 1).mark; (m == '.' || m == ';') && d.at(i+1).mark != 0 {
			d.publishedIn(Span{d.at(i).Start, l.End})
			return
		}
	}
}

// joinArchive makes one citation of an archive and a shelfmark that stand under two
// labels or on two lines.
func (d *doc) joinArchive() {
	alone, bare := -1, -1
	for i, f := range d.fields {
		v, ok := f.Value.(citation.Value)
		switch {
		case !ok || v.Kind != "":
		case v.Fond == "" && v.Delo == "" && v.Archive != "" && len(v.Listy) == 0:
			alone = i
		case v.Archive == "" && v.Fond != "":
			bare = i
		}
	}
	if alone < 0 {
		return
	}
	if bare >= 0 {
		archive, mark := d.fields[alone], &d.fields[bare]
		v := mark.Value.(citation.Value)
		v.Archive = archive.Value.(citation.Value).Archive
		v.ThenArchive = archive.Value.(citation.Value).ThenArchive
		mark.Value = v
		mark.Evidence = append(mark.Evidence, archive.Evidence...)
	} else if !d.sameArchive(alone) {
		return
	}
	d.fields = append(d.fields[:alone], d.fields[alone+1:]...)
}

// sameArchive tells that a full citation is from the archive that a field names alone.
func (d *doc) sameArchive(alone int) bool {
	code := d.fields[alone].Value.(citation.Value).Archive
	for i, f := range d.fields {
		if v, ok := f.Value.(citation.Value); ok && i != alone && v.Archive == code && v.Fond != "" {
			return true
		}
	}
	return false
}

func (d *doc) cited(s Span) bool {
	for _, f := range d.fields {
		if f.Name == "citation" && f.Evidence[0].Start < s.End && s.Start < f.Evidence[0].End {
			return true
		}
	}
	return false
}
