package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"google.golang.org/grpc"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// sendChunk is how much of a file goes into one message: a quarter of the
// smallest default limit that clients have (1 MiB in some languages).
const sendChunk = 256 << 10

// ListReadings returns the readings of a page without their bodies.
func (s *catalogServer) ListReadings(ctx context.Context, req *fondsv1.ListReadingsRequest) (*fondsv1.ListReadingsResponse, error) {
	scan, number, err := pageName("parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	query := []string{"readings", req.GetParent(), req.GetBodyDigest()}
	after, err := readIDToken(req.GetPageToken(), query...)
	if err != nil {
		return nil, err
	}
	readings, err := s.Catalog.Readings(ctx, scan, number)
	if err != nil {
		return nil, err
	}
	readings = selected(readings, catalog.Digest(req.GetBodyDigest()), after)
	m := &fondsv1.ListReadingsResponse{}
	readings, m.NextPageToken = page(readings, pageSize(req.GetPageSize(), 500), func(r catalog.Reading) string { return r.ID }, query...)
	for _, r := range readings {
		r.Body = nil
		reading, err := readingOf(r)
		if err != nil {
			return nil, err
		}
		m.Readings = append(m.Readings, reading)
	}
	if err := s.callPeople(ctx, messages(m.GetReadings())...); err != nil {
		return nil, err
	}
	return m, nil
}

// selected gives the readings with a body, or all, that come after one of them.
// A page has a few readings, one for each recipe and each correction.
func selected(readings []catalog.Reading, body catalog.Digest, after string) []catalog.Reading {
	if at := slices.IndexFunc(readings, func(r catalog.Reading) bool { return r.ID == after }); at >= 0 {
		readings = readings[at+1:]
	}
	return slices.DeleteFunc(readings, func(r catalog.Reading) bool { return body != "" && r.BodyDigest != body })
}

// GetReading returns one reading with its body.
func (s *catalogServer) GetReading(ctx context.Context, req *fondsv1.GetReadingRequest) (*fondsv1.Reading, error) {
	scan, number, id, err := readingName(req.GetName())
	if err != nil {
		return nil, err
	}
	reading, err := s.Catalog.Reading(ctx, scan, number, id)
	if err != nil {
		return nil, err
	}
	m, err := readingOf(reading)
	return withNames(ctx, s.Deps, m, err)
}

// GetScan streams the original bytes. Damaged bytes end it with DATA_LOSS
// instead of the last chunk.
func (s *catalogServer) GetScan(req *fondsv1.GetScanRequest, stream grpc.ServerStreamingServer[fondsv1.GetScanResponse]) error {
	ctx := stream.Context()
	scan, err := s.Catalog.Scan(ctx, scanDigest(req.GetName()))
	if err != nil {
		return err
	}
	r, err := s.Blobs.Open(ctx, string(scan.Digest))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	m := &fondsv1.GetScanResponse{Scan: scanOf(scan)}
	return chunks(r, s.unlessWithdrawn(ctx, scan.Digest, func(data []byte) error {
		m.Data = data
		err := stream.Send(m)
		m = &fondsv1.GetScanResponse{}
		return err
	}))
}

// chunks calls send with each part of what r gives, once with nothing when r is
// empty. It is one part behind: damage shows at the end, and the last part is not
// sent then, whatever its size.
func chunks(r io.Reader, send func([]byte) error) error {
	var held []byte
	for {
		data := make([]byte, sendChunk) // fresh: what was sent must not change
		n, err := io.ReadFull(r, data)
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return err
		}
		if held != nil {
			if err := send(held); err != nil {
				return err
			}
		}
		if ended && n == 0 && held != nil {
			return nil
		}
		if held = data[:n]; ended {
			return send(held)
		}
	}
}

// GetPageImage streams a page as PNG.
func (s *catalogServer) GetPageImage(req *fondsv1.GetPageImageRequest, stream grpc.ServerStreamingServer[fondsv1.GetPageImageResponse]) error {
	ctx := stream.Context()
	digest, number, err := pageName("name", req.GetName())
	if err != nil {
		return err
	}
	_, page, err := s.Catalog.Page(ctx, digest, number)
	if err != nil {
		return err
	}
	if page.Outcome != 0 {
		return &catalog.Error{
			Code: catalog.Precondition, Reason: ReasonPageUnreadable,
			Message: fmt.Sprintf("page %d cannot be shown: %s", number, page.Reason),
		}
	}
	info, err := s.Blobs.Stat(ctx, string(digest))
	if err != nil {
		return err
	}
	path, width, height, release, err := s.Renderer.Render(ctx, info.Path, number, req.GetMaxSide(), req.GetUpright())
	if err != nil {
		return fmt.Errorf("render %s: %w", req.GetName(), err)
	}
	defer release()
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open picture of %s: %w", req.GetName(), err)
	}
	defer func() { _ = f.Close() }()
	m := &fondsv1.GetPageImageResponse{MediaType: "image/png", Width: width, Height: height}
	return chunks(f, s.unlessWithdrawn(ctx, digest, func(data []byte) error {
		m.Data = data
		err := stream.Send(m)
		m = &fondsv1.GetPageImageResponse{}
		return err
	}))
}
