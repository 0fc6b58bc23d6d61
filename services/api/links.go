package api

import (
	"context"
	"maps"
	"slices"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// ListLinks returns the links of a document to others and of others to it.
func (s *catalogServer) ListLinks(ctx context.Context, req *fondsv1.ListLinksRequest) (*fondsv1.ListLinksResponse, error) {
	id, err := uuidAfter("documents", "parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	of, to, err := s.Catalog.Links(ctx, id)
	if err != nil {
		return nil, err
	}
	links := slices.Concat(of, to)
	heads, err := s.Catalog.Documents(ctx, sourcesOf(links))
	if err != nil {
		return nil, err
	}
	readings := map[string]string{}
	for _, h := range heads {
		addReadingNames(readings, h.Revision)
	}
	return &fondsv1.ListLinksResponse{Links: linksOf(links, readings)}, nil
}

// sourcesOf are the documents from which links that prove something go out.
func sourcesOf(links []catalog.Link) []string {
	var ids []string
	for _, l := range links {
		if len(l.Evidence) > 0 {
			ids = append(ids, l.Document)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// GetThread returns the correspondence that a document belongs to.
func (s *catalogServer) GetThread(ctx context.Context, req *fondsv1.GetThreadRequest) (*fondsv1.Thread, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	thread, err := s.Catalog.Thread(ctx, id)
	if err != nil {
		return nil, err
	}
	readings := map[string]string{}
	for _, e := range thread.Entries {
		if e.Document != nil {
			addReadingNames(readings, e.Document.Revision)
		}
	}
	m := &fondsv1.Thread{Truncated: thread.Truncated, Links: linksOf(thread.Links, readings)}
	for _, e := range thread.Entries {
		entry := &fondsv1.ThreadEntry{Date: e.Date, Distance: number(e.Distance), Gap: linksOf(e.Gap, readings)}
		if e.Document != nil {
			entry.Document = correspondent(*e.Document)
		}
		m.Entries = append(m.Entries, entry)
	}
	var documents []*fondsv1.Document
	for _, e := range m.GetEntries() {
		if e.GetDocument() != nil {
			documents = append(documents, e.GetDocument())
		}
	}
	if err := s.callPeople(ctx, messages(documents)...); err != nil {
		return nil, err
	}
	return m, nil
}

// placing are the fields that place a document in a correspondence.
var placing = map[string]bool{
	"record_type": true, "title": true, "telegram_number": true, "outgoing_number": true, "incoming_number": true,
	"document_number": true, "document_date": true, "sent_at": true, "received_at": true, "relayed_received_at": true,
	"catalogue_date": true, "sender": true, "signatory": true, "addressee": true, "via": true, "from_place": true,
	"to_place": true, "content_language": true, "citation": true, "source_url": true,
}

// correspondent is a document with little more than who wrote it to whom and when:
// five hundred whole ones would be more than an answer may have.
func correspondent(h catalog.DocumentHead) *fondsv1.Document {
	m := documentOf(h, false)
	for _, f := range fieldsOf(h.Revision) {
		if placing[f.GetName()] {
			f.Evidence = nil
			m.Fields = append(m.Fields, f)
		}
	}
	return m
}

// linksOf translates links; readings are the names of those that may prove them.
func linksOf(links []catalog.Link, readings map[string]string) []*fondsv1.Link {
	translated := make([]*fondsv1.Link, len(links))
	for i, l := range links {
		m := &fondsv1.Link{
			Document: "documents/" + l.Document, Target: named("documents/", l.Target), Kind: fondsv1.LinkKind(l.Kind),
			Raw: l.Raw, Confidence: l.Confidence, Why: l.Why, Date: l.Date, From: partyNames(l.From), To: partyNames(l.To),
		}
		if v, err := valueOf("telegram_reference", l.Reference); err == nil && l.IsReference() {
			m.Reference = v.GetReference()
		}
		for _, e := range l.Evidence {
			m.Evidence = append(m.Evidence, evidenceOf(e, readings))
		}
		for _, c := range l.Candidates {
			m.Candidates = append(m.Candidates, "documents/"+c)
		}
		translated[i] = m
	}
	return translated
}

func partyNames(parties []catalog.Party) []string {
	var names []string
	for _, p := range parties {
		names = append(names, p.Name)
	}
	return names
}

// addReadingNames adds the names of the readings that a revision shows, by ID.
func addReadingNames(names map[string]string, r catalog.Revision) {
	maps.Copy(names, readingNames(r))
}
