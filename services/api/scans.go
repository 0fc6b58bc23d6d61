package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

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
	readings, err := s.Catalog.Readings(ctx, scan, number)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListReadingsResponse{}
	for _, r := range readings {
		r.Body = nil
		reading, err := readingOf(r)
		if err != nil {
			return nil, err
		}
		m.Readings = append(m.Readings, reading)
	}
	return m, nil
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
	return readingOf(reading)
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
	return chunks(r, func(data []byte) error {
		m.Data = data
		err := stream.Send(m)
		m = &fondsv1.GetScanResponse{}
		return err
	})
}

// chunks calls send with each part of what r gives, once with nothing when r is
// empty. What came together with an error is not sent.
func chunks(r io.Reader, send func([]byte) error) error {
	for sent := 0; ; sent++ {
		data := make([]byte, sendChunk) // fresh: what was sent must not change
		n, err := io.ReadFull(r, data)
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return err
		}
		if n > 0 || sent == 0 {
			if err := send(data[:n]); err != nil {
				return err
			}
		}
		if ended {
			return nil
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
	return chunks(f, func(data []byte) error {
		m.Data = data
		err := stream.Send(m)
		m = &fondsv1.GetPageImageResponse{}
		return err
	})
}
