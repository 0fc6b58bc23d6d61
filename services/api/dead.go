package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const deadPrefix = "deadLetters/"

// ListDeadLetters returns messages that were given up, oldest first.
func (s *ingestServer) ListDeadLetters(ctx context.Context, req *fondsv1.ListDeadLettersRequest) (*fondsv1.ListDeadLettersResponse, error) {
	after, err := readNumberToken(req.GetPageToken(), "dead")
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	letters, err := s.DeadLetters.List(ctx, after, size+1)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	sequence := func(d *fondsv1.DeadLetter) string { return strings.TrimPrefix(d.GetName(), deadPrefix) }
	letters, next := page(letters, size, sequence, "dead")
	return &fondsv1.ListDeadLettersResponse{DeadLetters: letters, NextPageToken: next}, nil
}

// RetryDeadLetters sends messages that were given up once more.
func (s *ingestServer) RetryDeadLetters(ctx context.Context, req *fondsv1.RetryDeadLettersRequest) (*fondsv1.RetryDeadLettersResponse, error) {
	sequences := make([]uint64, len(req.GetNames()))
	for i, name := range req.GetNames() {
		n, err := strconv.ParseUint(strings.TrimPrefix(name, deadPrefix), 10, 64)
		if err != nil {
			return nil, invalid(fmt.Sprintf("names[%d]", i), fmt.Sprintf("%q is not of the form deadLetters/{sequence}", name))
		}
		sequences[i] = n
	}
	retried, err := s.DeadLetters.Retry(ctx, sequences)
	if err != nil {
		return nil, fmt.Errorf("retry dead letters: %w", err)
	}
	return &fondsv1.RetryDeadLettersResponse{Retried: number(retried)}, nil
}

// ListWorkers returns the live workers by ID.
func (s *ingestServer) ListWorkers(ctx context.Context, _ *fondsv1.ListWorkersRequest) (*fondsv1.ListWorkersResponse, error) {
	workers, err := s.Workers.Live(ctx)
	if err != nil {
		return nil, fmt.Errorf("list live workers: %w", err)
	}
	workers = slices.Clone(workers)
	slices.SortFunc(workers, func(a, b *fondsv1.Worker) int { return cmp.Compare(a.GetId(), b.GetId()) })
	return &fondsv1.ListWorkersResponse{Workers: workers}, nil
}
