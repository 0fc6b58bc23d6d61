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

// GetDeadLetter returns one message that was given up.
func (s *ingestServer) GetDeadLetter(ctx context.Context, req *fondsv1.GetDeadLetterRequest) (*fondsv1.DeadLetter, error) {
	sequence, err := letterSequence("name", req.GetName())
	if err != nil {
		return nil, err
	}
	letter, err := s.DeadLetters.Get(ctx, sequence)
	if err != nil {
		return nil, fmt.Errorf("get dead letter: %w", err)
	}
	return letter, nil
}

// RetryDeadLetters sends messages that were given up once more.
func (s *ingestServer) RetryDeadLetters(ctx context.Context, req *fondsv1.RetryDeadLettersRequest) (*fondsv1.RetryDeadLettersResponse, error) {
	sequences := make([]uint64, len(req.GetNames()))
	for i, name := range req.GetNames() {
		var err error
		if sequences[i], err = letterSequence(fmt.Sprintf("names[%d]", i), name); err != nil {
			return nil, err
		}
	}
	m := &fondsv1.RetryDeadLettersResponse{}
	var first error
	left, err := s.DeadLetters.Retry(ctx, sequences, func(name string, err error) {
		if err == nil {
			m.Retried++
			return
		}
		m.Failed++
		if first == nil {
			first, m.Reason = err, s.whyNot(ctx, name, err)
		}
	})
	if err == nil && m.GetRetried() == 0 {
		err = first
	}
	if err != nil {
		return nil, fmt.Errorf("retry dead letters: %w", err)
	}
	m.Remaining = number(left)
	return m, nil
}

// whyNot tells a caller why a letter could not be sent again, and the log all of it.
func (s *ingestServer) whyNot(ctx context.Context, name string, err error) string {
	id := newRequestID()
	s.Log.InfoContext(ctx, "dead letter not retried", "letter", name, "request_id", id, "error", err)
	return name + ": " + statusOf(ctx, err, id).Message()
}

func letterSequence(field, name string) (uint64, error) {
	number, ok := strings.CutPrefix(name, deadPrefix)
	n, err := strconv.ParseUint(number, 10, 63)
	if !ok || err != nil {
		return 0, invalid(field, fmt.Sprintf("%q is not of the form deadLetters/{sequence}", name))
	}
	return n, nil
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
