package api

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Rules read documents.
type Rules interface {
	// Read gives a document's text to the rules of today and returns what they say of
	// it. It stores nothing.
	Read(ctx context.Context, head catalog.DocumentHead) (catalog.Extracted, error)
	// Version names the rules of today and the names that they know.
	Version() string
}

// reextractPage is how many documents are held at once; one has up to 20,000 regions.
const reextractPage = 32

// ReextractDocuments reads documents again, newest first, and tells of each what would
// change, or what has changed. A document that cannot be read is told of and costs no
// other. Those that the rules of today have read are passed over, so that the same
// call goes on where another has ended.
func (s *catalogServer) ReextractDocuments(req *fondsv1.ReextractDocumentsRequest, stream grpc.ServerStreamingServer[fondsv1.ReextractDocumentsResponse]) error {
	q, err := documentQuery(req.GetFilter(), s.KeyMaker)
	if err != nil {
		return err
	}
	ctx := stream.Context()
	q.Limit = reextractPage
	again := reextraction{s, s.Rules.Version(), req.GetApply()}
	for seen := uint64(0); ; {
		heads, err := s.Catalog.ListDocuments(ctx, q)
		if err != nil || len(heads) == 0 {
			return err
		}
		current, err := s.Catalog.ReadBy(ctx, again.version, heads)
		if err != nil {
			return err
		}
		for _, head := range heads {
			if !head.Revision.Complete() {
				continue // it is read when its last page ends
			}
			m := again.document(ctx, head, current[head.ID])
			if err := s.goesOn(ctx); err != nil {
				return err
			}
			seen++
			m.Seen = seen
			if err := stream.Send(m); err != nil {
				return err
			}
		}
		q.After = heads[len(heads)-1].ID
	}
}

// goesOn is an error when the caller or the server ends.
func (s *catalogServer) goesOn(ctx context.Context) error {
	select {
	case <-s.Done:
		return shuttingDown()
	default:
		return ctx.Err()
	}
}

// reextraction reads documents with one version of the rules.
type reextraction struct {
	*catalogServer
	version string
	apply   bool
}

// document reads one again. What goes wrong with it is its problem.
func (r reextraction) document(ctx context.Context, head catalog.DocumentHead, current bool) *fondsv1.ReextractDocumentsResponse {
	m := &fondsv1.ReextractDocumentsResponse{
		Document: "documents/" + head.ID, Title: head.Revision.Title, Rules: r.version, Current: current,
	}
	if current {
		return m
	}
	if err := safely(func() error { return r.readAgain(ctx, head, m) }); err != nil {
		m.Changes, m.Revision, m.Problem = nil, 0, r.problemOf(ctx, head.ID, err)
	}
	return m
}

func (r reextraction) readAgain(ctx context.Context, head catalog.DocumentHead, m *fondsv1.ReextractDocumentsResponse) error {
	extracted, err := r.Rules.Read(ctx, head)
	if err != nil {
		return err
	}
	before, err := head.Revision.Fields.List()
	if err != nil {
		return err
	}
	if m.Changes, err = changesOf(head.Revision, catalog.CompareFields(before, catalog.Stated(before, extracted.Fields))); err != nil || !r.apply {
		return err
	}
	stored, err := r.Catalog.StoreEachFields(ctx, []catalog.Extracted{extracted})
	if err != nil {
		return err
	}
	if stored[0].Stale {
		return &catalog.Error{
			Code: catalog.Conflict, Reason: catalog.ReasonEtagMismatch,
			Message: "the document was changed while it was read: nothing was stored; run it again",
		}
	}
	m.Revision = number(stored[0].Revision)
	return nil
}

// changesOf translates changes of a revision's statements.
func changesOf(r catalog.Revision, changes []catalog.FieldChange) ([]*fondsv1.FieldChange, error) {
	var list []catalog.Field
	for _, c := range changes {
		for _, f := range []*catalog.Field{c.Before, c.After} {
			if f != nil {
				list = append(list, *f)
			}
		}
	}
	var err error
	if r.Fields, err = catalog.NewFields(list); err != nil {
		return nil, err
	}
	fields := fieldsOf(r)
	told := make([]*fondsv1.FieldChange, len(changes))
	for i, c := range changes {
		told[i] = &fondsv1.FieldChange{}
		if c.Before != nil {
			told[i].Before, fields = fields[0], fields[1:]
		}
		if c.After != nil {
			told[i].After, fields = fields[0], fields[1:]
		}
	}
	return told, nil
}

// problemOf tells why a document could not be read again. What is the server's fault
// goes to the log, and the caller gets its ID there.
func (s *catalogServer) problemOf(ctx context.Context, document string, err error) string {
	if e, ok := errors.AsType[*catalog.Error](err); ok {
		return e.Message
	}
	if ctx.Err() != nil {
		return ctx.Err().Error()
	}
	id := newRequestID()
	s.Log.Error("read a document again", "document", document, "request_id", id, "error", err)
	return fmt.Sprintf("it could not be read again; the log of the server tells more under request ID %s", id)
}
