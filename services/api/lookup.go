package api

import (
	"context"
	"encoding/json"
	"strconv"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// KeyMaker makes of what a caller wrote the keys that documents are found by. Its
// errors tell what was wrong with the words.
type KeyMaker interface {
	// Lookups gives what to look for: a document must have one of the keys.
	Lookups(kind, text string) ([]catalog.Lookup, error)
	// Days gives the key that documents of some days have.
	Days(text string) (catalog.Key, error)
	// CitationReadings gives the ways to read a citation, the likeliest first: the
	// normal form, and what is open about it.
	CitationReadings(text string) [][2]string
	// Condition gives what a document must meet for a comparison of a filter: the name
	// of a field or "parts", one of = != : < <= > >=, and a value, "*" for any.
	Condition(field, operator, value string) (catalog.Condition, error)
	// Fields gives the names of the fields, in order.
	Fields() []string
	// Of gives the keys of all that is stated of a document.
	Of(stated []catalog.Field) []catalog.Key
}

// LookupDocuments finds documents by what they are known by, one indexed question
// for each key.
func (s *catalogServer) LookupDocuments(ctx context.Context, req *fondsv1.LookupDocumentsRequest) (*fondsv1.LookupDocumentsResponse, error) {
	want, err := readMaskFrom(req.GetReadMask(), wholeDocument, s.KeyMaker)
	if err != nil {
		return nil, err
	}
	find, by, err := s.finder(req)
	if err != nil {
		return nil, err
	}
	query := append([]string{"lookup", req.GetOnDate()}, by...)
	after, err := readIDToken(req.GetPageToken(), query...)
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	heads, err := find(ctx, after, size+1)
	if err != nil {
		return nil, err
	}
	documents, next := want.page(heads, size, query...)
	if err := s.callPeople(ctx, messages(documents)...); err != nil {
		return nil, err
	}
	m := &fondsv1.LookupDocumentsResponse{Documents: documents, NextPageToken: next}
	if text := req.GetCitation(); text != "" {
		for _, r := range s.KeyMaker.CitationReadings(text) {
			m.Citations = append(m.Citations, &fondsv1.CitationReading{Short: r[0], Why: r[1]})
		}
	}
	return m, nil
}

// finder gives documents by ID, after one and up to a limit.
type finder func(ctx context.Context, after string, limit int) ([]catalog.DocumentHead, error)

// finder returns what answers a request, and what tells it from others.
func (s *catalogServer) finder(req *fondsv1.LookupDocumentsRequest) (find finder, by []string, err error) {
	kind, text := lookedUp(req)
	if kind != "" {
		find, err = s.byKeys(req, kind, text)
		return find, []string{kind, text}, err
	}
	if req.GetOnDate() != "" {
		return nil, nil, onlyNumbers()
	}
	if scan := req.GetScan(); scan != "" {
		return func(ctx context.Context, after string, limit int) ([]catalog.DocumentHead, error) {
			return s.Catalog.DocumentsOn(ctx, scanDigest(scan), after, limit)
		}, []string{scan}, nil
	}
	name, l := linked(req)
	if name == "" {
		return nil, nil, invalid("by", "say what to look for: a number, a citation, an address, an agent, a date, a scan or a document")
	}
	id, err := uuidAfter("documents", "by", name)
	return func(ctx context.Context, after string, limit int) ([]catalog.DocumentHead, error) {
		return s.Catalog.LinkedDocuments(ctx, id, l.to, l.wanted, after, limit)
	}, []string{name, strconv.FormatBool(l.to), strconv.FormatBool(l.answers)}, err
}

func onlyNumbers() error {
	return invalid("on_date", "a date goes with a telegram or registry number only; to find by the date alone look up date")
}

func (s *catalogServer) byKeys(req *fondsv1.LookupDocumentsRequest, kind, text string) (finder, error) {
	lookups, err := s.KeyMaker.Lookups(kind, text)
	if err != nil {
		return nil, invalid("by", err.Error())
	}
	if on := req.GetOnDate(); on != "" {
		if req.GetTelegramNumber() == "" && req.GetRegistryNumber() == "" {
			return nil, onlyNumbers()
		}
		days, err := s.KeyMaker.Days(on)
		if err != nil {
			return nil, invalid("on_date", err.Error())
		}
		for i := range lookups {
			lookups[i].Also = &days
		}
	}
	return func(ctx context.Context, after string, limit int) ([]catalog.DocumentHead, error) {
		return s.lookUpAll(ctx, lookups, after, limit)
	}, nil
}

// lookUpAll merges what several keys give, by ID, each document once.
func (s *catalogServer) lookUpAll(ctx context.Context, lookups []catalog.Lookup, after string, limit int) ([]catalog.DocumentHead, error) {
	var merged []catalog.DocumentHead
	for _, l := range lookups {
		l.After, l.Limit = after, limit
		heads, err := s.Catalog.LookupDocuments(ctx, l)
		if err != nil {
			return nil, err
		}
		merged = mergeHeads(merged, heads)
	}
	return merged[:min(len(merged), limit)], nil
}

func mergeHeads(a, b []catalog.DocumentHead) []catalog.DocumentHead {
	merged := make([]catalog.DocumentHead, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].ID < b[0].ID:
			merged, a = append(merged, a[0]), a[1:]
		case len(a) > 0 && a[0].ID == b[0].ID:
			a = a[1:]
		default:
			merged, b = append(merged, b[0]), b[1:]
		}
	}
	return merged
}

// lookedUp returns the kind of key and the words of a request that names a key.
func lookedUp(req *fondsv1.LookupDocumentsRequest) (kind, text string) {
	switch by := req.GetBy().(type) {
	case *fondsv1.LookupDocumentsRequest_TelegramNumber:
		return "telegram_number", by.TelegramNumber
	case *fondsv1.LookupDocumentsRequest_RegistryNumber:
		return "registry_number", by.RegistryNumber
	case *fondsv1.LookupDocumentsRequest_Citation:
		return "citation", by.Citation
	case *fondsv1.LookupDocumentsRequest_SourceUrl:
		return "source_url", by.SourceUrl
	case *fondsv1.LookupDocumentsRequest_Date:
		return "date", by.Date
	case *fondsv1.LookupDocumentsRequest_Agent:
		if role := by.Agent.GetRole(); role != "" {
			return "agent/" + role, by.Agent.GetAgent()
		}
		return "agent", by.Agent.GetAgent()
	}
	return "", ""
}

// linkQuestion asks for documents that others are linked to.
type linkQuestion struct {
	// to asks for those that refer to the document, not for those that it refers to.
	to bool
	// answers leaves out references that are no answers.
	answers bool
}

// linked returns the document and the question of a request that goes by links.
func linked(req *fondsv1.LookupDocumentsRequest) (name string, q linkQuestion) {
	switch by := req.GetBy().(type) {
	case *fondsv1.LookupDocumentsRequest_ReferredToBy:
		return by.ReferredToBy, linkQuestion{}
	case *fondsv1.LookupDocumentsRequest_ReferringTo:
		return by.ReferringTo, linkQuestion{to: true}
	case *fondsv1.LookupDocumentsRequest_AnsweredBy:
		return by.AnsweredBy, linkQuestion{answers: true}
	case *fondsv1.LookupDocumentsRequest_Answering:
		return by.Answering, linkQuestion{to: true, answers: true}
	}
	return "", linkQuestion{}
}

// wanted tells whether a link is of the kind that is asked for.
func (q linkQuestion) wanted(l catalog.Link) bool {
	if !l.IsReference() || !q.answers {
		return l.IsReference()
	}
	var reference struct{ Relation string }
	return json.Unmarshal(l.Reference, &reference) == nil && reference.Relation == "in_reply_to"
}
