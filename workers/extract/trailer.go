package extract

import (
	"slices"
	"strings"

	"github.com/fonds-archive/fonds/workers/extract/citation"
)

// readNotes reads who translated and who contributed, from what follows a shelfmark.
func (d *doc) readNotes(start int, notes []citation.Note) {
	for _, n := range notes {
		if n.Role == citation.Publication {
			d.publishedIn(Span{start + n.Start, start + n.End})
			continue
		}
		name := map[citation.Role]string{citation.Translator: "translator", citation.Contributor: "contributor"}[n.Role]
		if name == "" || d.has(name) != nil {
			continue
		}
		for _, p := range n.Persons {
			span := Span{start + p.Start, start + p.End}
			d.add(name, Agent{Written: d.clean(span)}, span, 0.85, "credit")
		}
	}
}

// publishedIn reads where a document was printed, without the words that say so.
func (d *doc) publishedIn(s Span) {
	if d.has("published_in") != nil {
		return
	}
	i := d.tokenAt(s.Start)
	for i < d.tokenAt(s.End) && (d.at(i).mark != 0 || publishWords[d.word(i)]) {
		i++
	}
	span := d.trimOf(Span{d.at(i).Start, s.End}, ".,;")
	if _, next := d.momentAt(i); next > i && next >= d.tokenAt(span.End) {
		return // when, not where
	}
	d.add("published_in", d.clean(span), span, 0.8, "published")
}

// publishWords lead to the name of an edition.
var publishWords = map[string]bool{
	"first": true, "reprinted": true, "reproduced": true, "published": true, "publication": true, "printed": true, "in": true, "by": true, "as": true,
	"опубликовано": true, "опубликован": true, "опубл": true, "публикация": true, "впервые": true, "в": true, "also": true, "previously": true,
}

// keeps tells that words name who keeps the paper or a copy of it, not who publishes.
func keeps(low string) bool {
	for _, begin := range []string{"archive of ", "archives of ", "state archive", "central archive", "архив ", "государственный архив", "центральный архив"} {
		if strings.HasPrefix(low, begin) {
			return true
		}
	}
	for _, word := range []string{"on file", "copy ", "obtained", "на хранении", "копия"} {
		if strings.Contains(low, word) {
			return true
		}
	}
	return false
}

// readLinks finds addresses of the document on the web, each once.
func (d *doc) readLinks() {
	for at := d.part.span.Start; at < d.part.span.End; {
		i := strings.Index(d.lower[at:d.part.span.End], "http")
		if i < 0 {
			return
		}
		at += i
		end := at + strings.IndexAny(d.plain[at:]+" ", " \t\n<>\"”]")
		span := d.trimOf(Span{at, end}, ".,;)")
		at = end
		if !strings.Contains(d.plain[span.Start:span.End], "://") {
			continue
		}
		link := linkOf(d.plain[span.Start:span.End])
		d.add("source_url", link, span, 0.95, "url")
		if link.DocumentID != "" {
			d.add("record_id", link.DocumentID, Span{span.End - len(link.DocumentID), span.End}, 0.9, "url")
		}
	}
}

func linkOf(url string) Link {
	_, rest, _ := strings.Cut(url, "://")
	host, path, _ := strings.Cut(rest, "/")
	l := Link{URL: url, Host: strings.ToLower(host)}
	if last := path[strings.LastIndexByte(path, '/')+1:]; last != "" && (strings.Trim(last, "0123456789") == "" || lettersAndNumber(last)) {
		l.DocumentID = last
	}
	return l
}

// lettersAndNumber tells that the end of an address is a record's id such as gdr-0092.
func lettersAndNumber(s string) bool {
	letters, digits, found := strings.Cut(s, "-")
	return found && len(letters) >= 1 && len(letters) <= 6 && strings.Trim(letters, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" &&
		len(digits) >= 3 && strings.Trim(digits, "0123456789") == ""
}

// readTrailer reads a summary and a statement of rights that follow the form.
func (d *doc) readTrailer(free []int, labelled bool) {
	for _, i := range free {
		l := d.lines[i]
		if d.lineKinds[i] != plainLine {
			continue
		}
		switch {
		case d.isRights(l):
			d.add("rights", d.clean(l.Span), l.Span, 0.8, "rights")
			return
		case labelled && d.has("summary") == nil && l.last-l.first > 6:
			d.add("summary", d.clean(l.Span), l.Span, 0.75, "trailing-summary")
		}
	}
}

// rightsPhrases are what those who publish say about the use of it.
var rightsPhrases = []string{
	"welcomes reuse", "welcomes the reuse", "welcomes the use", "all rights reserved", "public domain", "creative commons", "permission of the publisher",
	"educational use", "may be reproduced", "перепечатка", "при перепечатке", "общественное достояние", "общественном достоянии", "ссылка на источник",
}

// lastRights reads what a page says of its use in its last paragraph, below a document
// without a form's heading.
func (d *doc) lastRights() {
	if d.part.form >= 0 || d.part.kind != "" || d.has("rights") != nil {
		return
	}
	for i := d.part.to - 1; i > d.part.from; i-- {
		l := d.lines[i]
		if l.empty() {
			continue
		}
		if low := d.lower[l.Start:l.End]; d.lineKinds[i] == plainLine && slices.ContainsFunc(rightsPhrases, func(s string) bool { return strings.Contains(low, s) }) {
			d.add("rights", d.clean(l.Span), l.Span, 0.75, "last-rights")
		}
		return
	}
}

func (p *page) isRights(l line) bool {
	low := p.lower[l.Start:l.End]
	return strings.Contains(low, "copyright") || strings.Contains(low, "rights holder") || strings.Contains(low, "©") || strings.Contains(low, "авторск") || slices.ContainsFunc(rightsPhrases, func(s string) bool { return strings.Contains(low, s) })
}
