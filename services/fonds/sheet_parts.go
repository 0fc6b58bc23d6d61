package main

import (
	"fmt"
	"slices"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// head gives the title, what kind of paper it is, how it is cited, and how far the
// whole can be relied on.
func (s *sheet) head() {
	s.block(0, titleOf(s.document))
	for _, f := range s.fields["record_type"] {
		s.block(0, valueWords(f)+mark(f))
		s.prove(f)
	}
	for _, f := range s.fields["citation"] {
		s.block(0, valueWords(f)+mark(f))
		s.prove(f)
	}
	s.block(0, fmt.Sprintf("%s, revision %d, %s", s.document.GetName(), s.document.GetRevision(), reliance(s.document)))
	s.begin("summary")
	for _, f := range s.fields["summary"] {
		s.block(2, strings.Join(strings.Fields(valueWords(f)), " ")+mark(f))
		s.prove(f)
	}
	s.begin("")
}

// reliance says in a word how far people stand behind the text.
func reliance(d *fondsv1.Document) string {
	words := map[fondsv1.Assurance]string{
		fondsv1.Assurance_ASSURANCE_UNSPECIFIED: "no text yet",
		fondsv1.Assurance_ASSURANCE_MACHINE:     "machine (nobody has checked it)",
		fondsv1.Assurance_ASSURANCE_CORRECTED:   "corrected (by a person)",
		fondsv1.Assurance_ASSURANCE_VERIFIED:    "verified (by a second person)",
	}[d.GetAssurance()]
	if !d.GetComplete() {
		words += ", not all pages have been read"
	} else if !d.GetExtracted() {
		words += ", not yet looked through for fields"
	}
	return words
}

func (s *sheet) letterhead() {
	s.begin("letterhead")
	s.say("issued by", "issuing_body")
	s.say("number", "telegram_number")
	s.say("document no.", "document_number")
	s.say("outgoing no.", "outgoing_number")
	s.say("incoming no.", "incoming_number")
	s.say("special no.", "special_number")
	s.say("registered as", "registration_number")
	s.say("series", "series")
	s.say("secrecy", "classification", "declassification")
	s.say("urgency", "priority")
	s.say("channel", "transmission_mode")
	s.say("handling", "handling_instruction", "copying_restriction")
	s.say("from", "from_place", "sender")
	s.say("to", "to_place", "addressee")
	s.say("via", "via")
	s.say("dated", "document_date")
	s.say("sent", "sent_at")
	s.say("received", "received_at")
	s.say("relayed on", "relayed_received_at")
}

func (s *sheet) copies() {
	s.begin("copies")
	s.say("copies", "copy_count")
	s.say("this is no.", "copy_number")
	s.say("for", "distribution")
	s.say("kept", "copy_disposition")
}

// text shows the text, or its beginning: that of the paper itself, where a published
// text has a catalogue's words before it.
func (s *sheet) text(answer *fondsv1.GetTextResponse, whole bool) {
	var all strings.Builder
	start := 0
	for i, r := range answer.GetRegions() {
		if i > 0 {
			all.WriteString("\n")
		}
		if begin, ok := s.paperBegins(r); ok && !whole && start == 0 {
			start = all.Len() + begin
		}
		all.WriteString(strings.TrimRight(r.GetText(), "\n"))
	}
	written := all.String()[start:]
	var lines []string
	for _, line := range wrap(safeText(strings.TrimSpace(written)), s.width-2) {
		if line != "" || whole && len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	s.begin("text")
	shown := len(lines)
	if !whole {
		shown = min(shown, textLines)
	}
	for _, line := range lines[:shown] {
		s.line("  " + line)
	}
	if left := len(lines) - shown; left > 0 {
		s.line(fmt.Sprintf("  … %d more lines; --text shows all", left))
	}
}

// paperBegins gives where in a region's text the first line of the paper begins, behind
// what a catalogue says of it; ok is false where nothing stands before it.
func (s *sheet) paperBegins(r *fondsv1.RegionText) (at int, ok bool) {
	base, text := int(r.GetRegion().GetRange().GetStart()), r.GetText()
	spans := func(names string) (all [][2]int) {
		for name := range strings.FieldsSeq(names) {
			for _, f := range s.fields[name] {
				for _, e := range f.GetEvidence() {
					if e.GetReading() == r.GetRegion().GetReading() {
						all = append(all, [2]int{int(e.GetStart()) - base, int(e.GetEnd()) - base})
					}
				}
			}
		}
		return all
	}
	catalogue := spans("title summary citation catalogue_date source_url publisher original_language content_language contents_form")
	first := len(text)
	for _, form := range spans("telegram_number issuing_body series classification from_place to_place handling_instruction") {
		inside := slices.ContainsFunc(catalogue, func(c [2]int) bool { return c[0] <= form[0] && form[0] < c[1] })
		if !inside && form[0] >= 0 {
			first = min(first, form[0])
		}
	}
	before := slices.ContainsFunc(catalogue, func(c [2]int) bool { return c[0] < first })
	return strings.LastIndexByte(text[:first], '\n') + 1, before && first < len(text)
}

func (s *sheet) signature() {
	s.begin("signed")
	s.say("by", "signatory")
}

func (s *sheet) handled() {
	s.begin("handled")
	s.items("processing_step")
	s.begin("stamps and notes")
	s.say("stamp", "stamp")
	s.say("note", "annotation")
	s.say("footnote", "footnote")
	s.say("left out", "omission")
	s.begin("messages inside")
	s.items("embedded_message")
}

// references lists what the document refers to, with the documents that are meant, and
// what is linked to it.
func (s *sheet) references(k correspondence) {
	s.begin("refers to")
	told := map[string]bool{}
	for _, l := range k.links {
		if l.GetDocument() == s.document.GetName() && l.GetKind() == fondsv1.LinkKind_LINK_KIND_REFERENCE {
			told[l.GetRaw()] = true
			s.labelled(relationWords(l.GetReference().GetRelation()), "“"+oneLine(l.GetRaw(), 120)+"”")
			s.target(l, k)
		}
	}
	for _, f := range s.fields["telegram_reference"] {
		if !told[f.GetRaw()] {
			s.labelled(relationWords(f.GetValue().GetReference().GetRelation()), "“"+oneLine(f.GetRaw(), 120)+"”"+mark(f))
			s.prove(f)
		}
	}
	s.begin("linked to it")
	for _, l := range k.links {
		s.link(l, k)
	}
}

// target tells what a reference means.
func (s *sheet) target(l *fondsv1.Link, k correspondence) {
	switch {
	case l.GetTarget() != "":
		s.labelled("", "→ "+k.titles[l.GetTarget()])
		s.line(strings.Repeat(" ", labelWidth+2) + l.GetTarget())
	case len(l.GetCandidates()) > 0:
		for _, c := range l.GetCandidates() {
			s.labelled("", "→ perhaps "+k.titles[c])
			s.line(strings.Repeat(" ", labelWidth+2) + c)
		}
	default:
		s.labelled("", "→ not in the archive")
	}
	if s.evidence && l.GetWhy() != "" {
		s.block(labelWidth+2, l.GetWhy())
	}
}

// link tells of a link that is not what the document itself refers to.
func (s *sheet) link(l *fondsv1.Link, k correspondence) {
	own := l.GetDocument() == s.document.GetName()
	other := l.GetDocument()
	if own {
		other = l.GetTarget()
	}
	label := map[fondsv1.LinkKind]string{
		fondsv1.LinkKind_LINK_KIND_REFERENCE: "referred to by", fondsv1.LinkKind_LINK_KIND_COPY: "a copy of", fondsv1.LinkKind_LINK_KIND_SAME_DOCUMENT: "the same as",
	}[l.GetKind()]
	if label == "" || other == "" || own && l.GetKind() == fondsv1.LinkKind_LINK_KIND_REFERENCE {
		return
	}
	if l.GetReference().GetRelation() == "in_reply_to" {
		label = "answered by"
	}
	s.labelled(label, k.titles[other])
	s.line(strings.Repeat(" ", labelWidth+2) + other)
	if s.evidence && l.GetWhy() != "" {
		s.block(labelWidth+2, l.GetWhy())
	}
}

func relationWords(relation string) string {
	switch relation {
	case "in_reply_to":
		return "answers"
	case "refers_to", "":
		return "mentions"
	}
	return strings.ReplaceAll(relation, "_", " ")
}

func (s *sheet) named() {
	s.begin("named")
	s.list("people", "person")
	s.list("places", "place")
	s.list("bodies", "organisation")
	s.say("dates", "mentioned_date")
	s.begin("editors' glosses")
	s.items("gloss")
}

// list prints the values of a field in one run; each by itself with what proves it.
func (s *sheet) list(label, name string) {
	if s.evidence {
		s.say(label, name)
		return
	}
	var names []string
	for _, f := range s.fields[name] {
		if words := valueWords(f); words != "" {
			names = append(names, words+mark(f))
		}
	}
	if len(names) > 0 {
		s.labelled(label, strings.Join(names, "; "))
	}
}

func (s *sheet) published() {
	s.begin("published")
	s.titles()
	s.say("catalogue date", "catalogue_date")
	s.say("item", "collection_number")
	s.say("in", "published_in")
	s.say("by", "publisher")
	s.say("at", "source_url")
	s.say("original in", "original_language")
	s.say("text in", "content_language")
	s.say("form", "contents_form")
	s.say("translated by", "translator")
	s.say("given by", "contributor")
	s.say("thanks to", "credits")
	s.say("rights", "rights", "contact")
}

// titles gives those that are not the document's own.
func (s *sheet) titles() {
	for _, f := range s.fields["title"] {
		if words := valueWords(f); s.evidence || strings.Join(strings.Fields(words), " ") != strings.Join(strings.Fields(s.document.GetTitle()), " ") {
			s.labelled("as", words+mark(f))
			s.prove(f)
		}
	}
}

// mostPages is how many pages are listed; --fields lists all.
const mostPages = 5

func (s *sheet) pages() {
	s.begin("pages")
	regions := s.document.GetRegions()
	for i, r := range regions[:min(len(regions), mostPages)] {
		words := outcomeName(r.GetOutcome())
		if r.GetReason() != "" {
			words += ": " + oneLine(r.GetReason(), longestReason)
		}
		s.labelled(fmt.Sprintf("%d", i+1), words)
		s.line(strings.Repeat(" ", labelWidth) + r.GetPage())
	}
	if more := len(regions) - mostPages; more > 0 {
		s.line(fmt.Sprintf("  … %d more; --fields shows all", more))
	}
}
