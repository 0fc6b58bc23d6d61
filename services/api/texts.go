package api

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"google.golang.org/grpc"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// textsAtOnce is how many documents are looked up for a stream of texts at a time.
const textsAtOnce = 100

// StreamTexts sends the texts of many documents, one document a message.
func (s *catalogServer) StreamTexts(req *fondsv1.StreamTextsRequest, stream grpc.ServerStreamingServer[fondsv1.StreamTextsResponse]) error {
	ctx := stream.Context()
	q, err := documentQuery(req.GetFilter(), s.KeyMaker)
	if err != nil {
		return err
	}
	query := []string{"texts", req.GetFilter(), fmt.Sprint(req.GetMinAssurance()), fmt.Sprint(req.GetEarlierRevisions())}
	if q.After, err = readIDToken(req.GetResumeToken(), query...); err != nil {
		return invalid("resume_token", "this is no resume token of such a stream: give that of the last answer received, unchanged, with the same filter")
	}
	q.Limit = textsAtOnce
	for {
		heads, err := s.Catalog.ListDocuments(ctx, q)
		if err != nil {
			return err
		}
		for _, head := range heads {
			m, err := s.textIn(ctx, head, req)
			if err != nil {
				return err
			}
			if m == nil {
				continue
			}
			m.ResumeToken = newToken(head.ID, query...)
			if err := stream.Send(m); err != nil {
				return err
			}
		}
		if len(heads) < q.Limit {
			return nil
		}
		q.After = heads[len(heads)-1].ID
		select {
		case <-s.Done:
			return shuttingDown()
		default:
		}
	}
}

// textIn answers for one document of a stream; nil where it is gone meanwhile.
func (s *catalogServer) textIn(ctx context.Context, head catalog.DocumentHead, req *fondsv1.StreamTextsRequest) (*fondsv1.StreamTextsResponse, error) {
	least := catalog.Assurance(req.GetMinAssurance())
	// It may have been deleted since the documents were listed, a hundred at a time.
	now, err := s.Catalog.Head(ctx, head.ID)
	if e, ok := errors.AsType[*catalog.Error](err); ok && e.Code == catalog.NotFound || err == nil && !now.DeletedAt.IsZero() {
		return nil, nil //nolint:nilnil // the caller asks for nil
	}
	if err != nil {
		return nil, err
	}
	text, _, err := s.text(ctx, head.ID, head.Head, least)
	refused, below := errors.AsType[*catalog.Error](err)
	switch {
	case err == nil:
		return &fondsv1.StreamTextsResponse{Answer: &fondsv1.StreamTextsResponse_Text{Text: text}}, nil
	case below && refused.Code == catalog.NotFound:
		return nil, nil //nolint:nilnil // the caller asks for nil
	case !below || refused.Reason != catalog.ReasonAssuranceNotReached:
		return nil, err
	}
	reaching, _ := strconv.Atoi(refused.Metadata["revision_reaching"]) // 0 where there is none
	if reaching > 0 && req.GetEarlierRevisions() {
		if text, _, err = s.text(ctx, head.ID, reaching, least); err != nil {
			return nil, err
		}
		return &fondsv1.StreamTextsResponse{Answer: &fondsv1.StreamTextsResponse_Text{Text: text}}, nil
	}
	return &fondsv1.StreamTextsResponse{Answer: &fondsv1.StreamTextsResponse_Below{Below: &fondsv1.BelowAssurance{
		Name: "documents/" + head.ID, Revision: number(head.Head), Assurance: fondsv1.Assurance(head.Revision.Assurance()),
		RevisionReaching: number(reaching),
	}}}, nil
}

// UpdateCollection changes a collection.
func (s *catalogServer) UpdateCollection(ctx context.Context, req *fondsv1.UpdateCollectionRequest) (*fondsv1.Collection, error) {
	id, err := collectionID("collection.name", req.GetCollection().GetName())
	if err != nil {
		return nil, err
	}
	name, one := req.GetCollection().GetDisplayName(), req.GetCollection().GetOnePerson()
	change := catalog.CollectionChange{DisplayName: &name, OnePerson: &one}
	if paths := req.GetUpdateMask().GetPaths(); len(paths) > 0 {
		change = catalog.CollectionChange{}
		for _, p := range paths {
			switch p {
			case "display_name":
				change.DisplayName = &name
			case "one_person":
				change.OnePerson = &one
			default:
				return nil, invalid("update_mask", fmt.Sprintf("%q cannot be changed: only display_name and one_person can", cut(p)))
			}
		}
	}
	c, err := s.Catalog.UpdateCollection(ctx, id, person(ctx), change)
	if err != nil {
		return nil, err
	}
	return collectionOf(c), nil
}

func collectionOf(c catalog.Collection) *fondsv1.Collection {
	return &fondsv1.Collection{
		Name: "collections/" + c.ID, DisplayName: c.DisplayName, CreateTime: timestamp(c.CreatedAt), OnePerson: c.OnePerson,
	}
}
