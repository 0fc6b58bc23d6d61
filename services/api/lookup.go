package api

import (
	"context"
	"fmt"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// KeyMaker makes of what a caller wrote the keys that documents are found by. Its
// errors tell what was wrong with the words.
type KeyMaker interface {
	Keys(kind, text string) ([]catalog.Key, error)
	// Condition gives what a document must meet for a comparison of a filter: the name
	// of a field or "parts", one of = != : < <= > >=, and a value, "*" for any.
	Condition(field, operator, value string) (catalog.Condition, error)
	// Fields gives the names of the fields, in order.
	Fields() []string
}

// LookupDocuments finds documents by what they are known by, one indexed question
// for each key.
func (s *catalogServer) LookupDocuments(ctx context.Context, req *fondsv1.LookupDocumentsRequest) (*fondsv1.LookupDocumentsResponse, error) {
	kind, text := lookedUp(req)
	if kind == "" {
		return nil, invalid("by", "say what to look for: a number, a citation, an address, an agent or a date")
	}
	keys, err := s.KeyMaker.Keys(kind, text)
	if err != nil {
		return nil, invalid("by", err.Error())
	}
	query := []string{"lookup", kind, text}
	after, err := readIDToken(req.GetPageToken(), query...)
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	heads, err := s.lookUpAll(ctx, keys, after, size+1)
	if err != nil {
		return nil, err
	}
	heads, next := page(heads, size, func(h catalog.DocumentHead) string { return h.ID }, query...)
	return &fondsv1.LookupDocumentsResponse{Documents: documentsOf(heads, true), NextPageToken: next}, nil
}

// lookUpAll merges what several keys give, by ID, each document once.
func (s *catalogServer) lookUpAll(ctx context.Context, keys []catalog.Key, after string, limit int) ([]catalog.DocumentHead, error) {
	var merged []catalog.DocumentHead
	for _, k := range keys {
		heads, err := s.Catalog.LookupDocuments(ctx, catalog.Lookup{Key: k, After: after, Limit: limit})
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

// lookedUp returns the kind of key and the words of a request.
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
		kind = "agent"
		if role := by.Agent.GetRole(); role != "" {
			kind = fmt.Sprintf("agent/%s", role)
		}
		return kind, by.Agent.GetAgent()
	}
	return "", ""
}
