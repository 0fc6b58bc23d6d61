package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// Ledger is the log of what people did.
type Ledger interface {
	Newest(ctx context.Context) (*fondsv1.Checkpoint, error)
	// Acts from a leaf on.
	Acts(ctx context.Context, leaf int64, limit int) ([]*fondsv1.Act, error)
	// Proof of a document's revision, 0 for the newest.
	Proof(ctx context.Context, document string, revision int) (*fondsv1.Proof, error)
}

type ledgerServer struct {
	fondsv1.UnimplementedLedgerServiceServer
	ledger Ledger
}

// GetCheckpoint returns the newest checkpoint.
func (s *ledgerServer) GetCheckpoint(ctx context.Context, _ *fondsv1.GetCheckpointRequest) (*fondsv1.Checkpoint, error) {
	return s.ledger.Newest(ctx)
}

// GetProof returns what proves the texts of a revision.
func (s *ledgerServer) GetProof(ctx context.Context, req *fondsv1.GetProofRequest) (*fondsv1.Proof, error) {
	parent, number, _ := strings.Cut(req.GetName(), "/revisions/")
	id, err := documentID(parent)
	if err != nil {
		return nil, err
	}
	revision := 0
	if number != "" {
		if revision, err = strconv.Atoi(number); err != nil {
			return nil, invalid("name", fmt.Sprintf("%q has no revision number", req.GetName()))
		}
	}
	return s.ledger.Proof(ctx, id, revision)
}

// ListActs returns acts in the order of the log.
func (s *ledgerServer) ListActs(ctx context.Context, req *fondsv1.ListActsRequest) (*fondsv1.ListActsResponse, error) {
	size := int(req.GetPageSize())
	if size == 0 {
		size = 100
	}
	acts, err := s.ledger.Acts(ctx, req.GetStart(), size)
	if err != nil {
		return nil, err
	}
	return &fondsv1.ListActsResponse{Acts: acts}, nil
}
