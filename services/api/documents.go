package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// GetDocument answers from the cache where it can: only the head is read anew.
func (s *catalogServer) GetDocument(ctx context.Context, req *fondsv1.GetDocumentRequest) (*fondsv1.Document, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	want, err := readMaskFrom(req.GetReadMask(), wholeDocument, s.KeyMaker)
	if err != nil {
		return nil, err
	}
	head, kept := s.Catalog.KeptHead(id)
	if !kept && req.GetRevision() == 0 {
		// What is asked for the first time is read at once, head and all.
		full, err := s.Catalog.Newest(ctx, id)
		if err != nil {
			return nil, err
		}
		return s.carried(ctx, full, want)
	}
	if !kept {
		if head, err = s.Catalog.Head(ctx, id); err != nil {
			return nil, err
		}
	}
	key := revisionKey{getDocument, id, revisionAsked(req.GetRevision(), head), want.text}
	if known, ok := s.cache.get(key); ok {
		m := &fondsv1.Document{}
		want.setHead(m, head)
		carry(m, known.encoded)
		return m, nil
	}
	full, err := s.Catalog.Document(ctx, id, key.revision)
	if err != nil {
		return nil, err
	}
	return s.carried(ctx, full, want)
}

// carried keeps the answer for a revision and gives it with the head.
func (s *catalogServer) carried(ctx context.Context, full catalog.DocumentHead, want readMask) (*fondsv1.Document, error) {
	revision, err := withNames(ctx, s.Deps, want.revision(full), nil)
	if err != nil {
		return nil, err
	}
	encoded, err := proto.Marshal(revision)
	if err != nil {
		return nil, fmt.Errorf("encode document %s: %w", full.ID, err)
	}
	s.cache.put(revisionKey{getDocument, full.ID, full.Revision.Number, want.text}, answer{encoded: encoded})
	m := &fondsv1.Document{}
	want.setHead(m, full.Document)
	carry(m, encoded)
	return m, nil
}

func revisionAsked(asked uint32, head catalog.Document) int {
	if asked == 0 {
		return head.Head
	}
	return int(asked)
}

// BatchGetDocuments returns all or none.
func (s *catalogServer) BatchGetDocuments(ctx context.Context, req *fondsv1.BatchGetDocumentsRequest) (*fondsv1.BatchGetDocumentsResponse, error) {
	ids := make([]string, len(req.GetNames()))
	for i, name := range req.GetNames() {
		var err error
		if ids[i], err = uuidAfter("documents", fmt.Sprintf("names[%d]", i), name); err != nil {
			return nil, err
		}
	}
	want, err := readMaskFrom(req.GetReadMask(), wholeDocument, s.KeyMaker)
	if err != nil {
		return nil, err
	}
	heads, err := s.Catalog.Documents(ctx, ids)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.BatchGetDocumentsResponse{Documents: want.documents(heads)}
	if err := s.callPeople(ctx, messages(m.GetDocuments())...); err != nil {
		return nil, err
	}
	if size := proto.Size(m); size > maxAnswer {
		return nil, &catalog.Error{
			Code: catalog.Exhausted, Reason: ReasonResponseTooLarge, Field: "names",
			Message:  fmt.Sprintf("the %d documents have %d bytes; an answer has at most %d: ask for fewer at a time", len(ids), size, maxAnswer),
			Metadata: map[string]string{"limit": fmt.Sprint(maxAnswer)},
		}
	}
	return m, nil
}

const (
	// maxAnswer is the most bytes that clients take unless told otherwise.
	maxAnswer = 4 << 20
	// maxRows is what the documents of a page may take of it, and leaves room for what
	// stands beside them.
	maxRows = maxAnswer - 64<<10
)

func documentsOf(heads []catalog.DocumentHead, regions bool) []*fondsv1.Document {
	documents := make([]*fondsv1.Document, len(heads))
	for i, h := range heads {
		documents[i] = documentOf(h, regions)
	}
	return documents
}

// ListDocuments returns documents, without their regions and fields unless asked for.
func (s *catalogServer) ListDocuments(ctx context.Context, req *fondsv1.ListDocumentsRequest) (*fondsv1.ListDocumentsResponse, error) {
	q, err := documentQuery(req.GetFilter(), s.KeyMaker)
	if err != nil {
		return nil, err
	}
	want, err := readMaskFrom(req.GetReadMask(), withoutParts, s.KeyMaker)
	if err != nil {
		return nil, err
	}
	query := []string{"documents", req.GetFilter(), fmt.Sprint(req.GetShowDeleted())}
	if q.After, err = readIDToken(req.GetPageToken(), query...); err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	q.Deleted, q.Limit = req.GetShowDeleted(), size+1
	heads, err := s.Catalog.ListDocuments(ctx, q)
	if err != nil {
		return nil, err
	}
	documents, next := want.page(heads, size, query...)
	if err := s.callPeople(ctx, messages(documents)...); err != nil {
		return nil, err
	}
	return &fondsv1.ListDocumentsResponse{Documents: documents, NextPageToken: next}, nil
}

// CreateDocument makes a document in a person's name.
func (s *catalogServer) CreateDocument(ctx context.Context, req *fondsv1.CreateDocumentRequest) (*fondsv1.Document, error) {
	collection, err := collectionID("document.collection", req.GetDocument().GetCollection())
	if err != nil {
		return nil, err
	}
	if collection == "" {
		collection = catalog.DefaultCollection
	}
	regions, err := regionsAsked(req.GetDocument().GetRegions())
	if err != nil {
		return nil, err
	}
	head, err := s.Catalog.CreateDocument(ctx, catalog.NewDocument{
		Collection: collection, Title: req.GetDocument().GetTitle(), Regions: regions,
		Person: person(ctx), RequestID: req.GetRequestId(),
	})
	return s.written(ctx)(head, err)
}

// written translates what a verb has made of a document.
func (d Deps) written(ctx context.Context) func(catalog.DocumentHead, error) (*fondsv1.Document, error) {
	return func(head catalog.DocumentHead, err error) (*fondsv1.Document, error) {
		if err != nil {
			return nil, err
		}
		return withNames(ctx, d, documentOf(head, true), nil)
	}
}

// regionsAsked reads page and box; what a region shows is not the caller's to say.
func regionsAsked(asked []*fondsv1.Region) ([]catalog.Region, error) {
	regions := make([]catalog.Region, len(asked))
	for i, g := range asked {
		scan, page, err := pageName(fmt.Sprintf("document.regions[%d].page", i), g.GetPage())
		if err != nil {
			return nil, err
		}
		regions[i] = catalog.Region{Scan: scan, Page: page}
		b := g.GetBox()
		if r := g.GetRange(); r != nil {
			if b != nil || r.GetStart() >= r.GetEnd() || r.GetEnd() > 1<<30 {
				return nil, invalid(fmt.Sprintf("document.regions[%d].range", i), "a range has a start below its end, and no box beside it")
			}
			regions[i].Range = &catalog.Range{Start: int(r.GetStart()), End: int(r.GetEnd())}
		}
		if b == nil {
			continue
		}
		if regions[i].Box, err = boxAsked(fmt.Sprintf("document.regions[%d].box", i), b); err != nil {
			return nil, err
		}
	}
	return regions, nil
}

// boxAsked reads a box, whose numbers a sum of two does not carry away.
func boxAsked(field string, b *fondsv1.Box) (*catalog.Box, error) {
	if b.GetWidth() == 0 || b.GetHeight() == 0 {
		return nil, invalid(field, "a box needs a width and a height of at least one pixel")
	}
	if max(b.GetX(), b.GetY(), b.GetWidth(), b.GetHeight()) > 1<<30 {
		return nil, invalid(field, fmt.Sprintf("a box lies within %d pixels", 1<<30))
	}
	return boxOf(b), nil
}

// UpdateDocument changes title, regions and what people state.
func (s *catalogServer) UpdateDocument(ctx context.Context, req *fondsv1.UpdateDocumentRequest) (*fondsv1.Document, error) {
	d := req.GetDocument()
	id, err := uuidAfter("documents", "document.name", d.GetName())
	if err != nil {
		return nil, err
	}
	change, err := changeAsked(req)
	if err != nil {
		return nil, err
	}
	if change.Statements, err = s.statementsAsked(d, req.GetUpdateMask().GetPaths()); err != nil {
		return nil, err
	}
	change.Keys = s.KeyMaker.Of
	if change.Statements != nil && change.Regions == nil {
		return s.state(ctx, id, d.GetEtag(), person(ctx), change)
	}
	return s.written(ctx)(s.Catalog.UpdateDocument(ctx, id, d.GetEtag(), person(ctx), change))
}

func changeAsked(req *fondsv1.UpdateDocumentRequest) (catalog.Change, error) {
	var change catalog.Change
	paths := req.GetUpdateMask().GetPaths()
	for _, p := range paths {
		if p != "title" && p != "regions" && p != "*" && !strings.HasPrefix(p, fieldPath) {
			return change, invalid("update_mask", fmt.Sprintf("%q cannot be changed: only title, regions and fields by name, such as fields.sent_at, can", cut(p)))
		}
	}
	all := len(paths) == 0 || slices.Contains(paths, "*")
	if all || slices.Contains(paths, "title") {
		title := req.GetDocument().GetTitle()
		change.Title = &title
	}
	if all || slices.Contains(paths, "regions") {
		var err error
		if change.Regions, err = regionsAsked(req.GetDocument().GetRegions()); err != nil {
			return change, err
		}
	}
	return change, nil
}

// DeleteDocument hides a document.
func (s *catalogServer) DeleteDocument(ctx context.Context, req *fondsv1.DeleteDocumentRequest) (*fondsv1.Document, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	return s.written(ctx)(s.Catalog.DeleteDocument(ctx, id, req.GetEtag(), person(ctx)))
}

// UndeleteDocument brings a document back.
func (s *catalogServer) UndeleteDocument(ctx context.Context, req *fondsv1.UndeleteDocumentRequest) (*fondsv1.Document, error) {
	id, err := documentID(req.GetName())
	if err != nil {
		return nil, err
	}
	return s.written(ctx)(s.Catalog.UndeleteDocument(ctx, id, req.GetEtag(), person(ctx)))
}

// ListCollections returns all collections.
func (s *catalogServer) ListCollections(ctx context.Context, _ *fondsv1.ListCollectionsRequest) (*fondsv1.ListCollectionsResponse, error) {
	collections, err := s.Catalog.Collections(ctx)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListCollectionsResponse{}
	for _, c := range collections {
		m.Collections = append(m.Collections, collectionOf(c))
	}
	return m, nil
}
