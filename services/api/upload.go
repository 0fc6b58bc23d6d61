package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	// maxChunk is the most bytes that one message of an upload may have.
	maxChunk = 1 << 20
	// touchEvery is how often an upload says that its client is there, an eighth
	// of the two minutes after which a batch is taken for left.
	touchEvery = 15 * time.Second
)

type uploadStream = grpc.ClientStreamingServer[fondsv1.UploadScanRequest, fondsv1.UploadScanResponse]

// UploadScan takes one file of a batch. It answers before the bytes when the
// file's collection has them.
func (s *ingestServer) UploadScan(stream uploadStream) error {
	ctx := stream.Context()
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) {
		return invalid("header", "the upload ended before its header")
	}
	if err != nil {
		return err
	}
	a, err := s.arrivalAsked(first.GetHeader())
	if err != nil {
		return err
	}
	held, err := s.heldBytes(ctx, a)
	if err != nil {
		return s.taken(ctx, a, err)
	}
	if !held {
		err := s.receive(uploadedBytes(stream), func(r io.Reader) error {
			_, _, err := s.Blobs.Put(ctx, s.touching(ctx, r, a.Batch), string(a.Digest), a.Size)
			return err
		})
		if err != nil {
			return err
		}
	}
	m, err := s.arrive(ctx, a, held)
	if err != nil {
		return err
	}
	return stream.SendAndClose(m)
}

func (s *ingestServer) arrivalAsked(h *fondsv1.UploadHeader) (catalog.Arrival, error) {
	if h == nil {
		return catalog.Arrival{}, invalid("header", "the first message of an upload has to be its header")
	}
	id, err := batchID("header.batch", h.GetBatch())
	if err != nil {
		return catalog.Arrival{}, err
	}
	if h.GetSize() > uint64(s.Limits.MaxScan) {
		return catalog.Arrival{}, &catalog.Error{
			Code: catalog.Invalid, Reason: ReasonScanTooLarge, Field: "header.size",
			Message:  fmt.Sprintf("the file has %d bytes; this server takes at most %d", h.GetSize(), s.Limits.MaxScan),
			Metadata: map[string]string{"limit": fmt.Sprint(s.Limits.MaxScan)},
		}
	}
	return catalog.Arrival{
		Batch: id, Path: h.GetPath(), Digest: catalog.Digest(h.GetSha256()), Size: int64(h.GetSize()),
	}, nil
}

// heldBytes tells whether the bytes need not be sent. The catalog's word is
// checked against the blob store, which reads the blob to its end: an upload mends
// what was lost or damaged there, and the caller has read the whole file too, to
// name its digest.
func (s *ingestServer) heldBytes(ctx context.Context, a catalog.Arrival) (bool, error) {
	held, err := s.Catalog.Held(ctx, a.Batch, a.Path, a.Digest)
	if err != nil || !held {
		return false, err
	}
	info, err := s.Blobs.Stat(ctx, string(a.Digest))
	if err != nil || info.Size != a.Size {
		return false, nil
	}
	if err := s.Blobs.Verify(ctx, string(a.Digest)); err != nil {
		s.Log.WarnContext(ctx, "a stored scan cannot be read: taking it in again", "scan", a.Digest, "error", err)
		return false, ctx.Err()
	}
	return true, nil
}

func (s *ingestServer) arrive(ctx context.Context, a catalog.Arrival, held bool) (*fondsv1.UploadScanResponse, error) {
	arrived, err := s.Catalog.Arrive(ctx, a)
	if err != nil {
		return nil, s.taken(ctx, a, err)
	}
	h := arrived.Holding
	return &fondsv1.UploadScanResponse{
		Scan: "scans/" + string(h.Scan), Holding: "collections/" + h.Collection + "/holdings/" + h.ID,
		AlreadyHeld: held || arrived.AlreadyHeld,
	}, nil
}

// uploadedBytes gives the bytes behind the header of an upload.
func uploadedBytes(stream uploadStream) func() ([]byte, error) {
	return func() ([]byte, error) {
		m, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		if _, ok := m.GetPart().(*fondsv1.UploadScanRequest_Data); !ok {
			return nil, invalid("data", "after the header of an upload there come bytes only")
		}
		return m.GetData(), nil
	}
}

// receive lets take have the bytes of an upload. gRPC offers no way to give up
// waiting for a message but to end the call, so the waiting is done in a
// goroutine of its own: it ends when the call does, and Services.Wait waits for it.
func (s *ingestServer) receive(next func() ([]byte, error), take func(io.Reader) error) error {
	in := &chunkReader{next: next, moved: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	s.uploads.Go(func() {
		defer func() {
			if err := caught(recover(), nil); err != nil {
				ended <- err
			}
		}()
		ended <- take(in)
	})
	idle := time.NewTimer(s.Limits.UploadIdle)
	defer idle.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-in.moved:
			idle.Reset(s.Limits.UploadIdle)
		case <-idle.C:
			return &catalog.Error{
				Code: catalog.Unavailable, Reason: ReasonUploadIdle,
				Message: fmt.Sprintf("no bytes came for %v: upload the file again", s.Limits.UploadIdle),
			}
		case <-s.Done:
			return shuttingDown()
		}
	}
}

// chunkReader reads the bytes of an upload.
type chunkReader struct {
	// next waits for a message and gives its bytes.
	next func() ([]byte, error)
	rest []byte
	// moved tells that a message came.
	moved chan struct{}
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		var err error
		if r.rest, err = r.next(); err != nil {
			return 0, err // io.EOF at the end
		}
		if len(r.rest) > maxChunk {
			return 0, &catalog.Error{
				Code: catalog.Invalid, Reason: ReasonChunkTooLarge, Field: "data",
				Message: fmt.Sprintf("a chunk has %d bytes; at most %d are taken", len(r.rest), maxChunk),
			}
		}
		select {
		case r.moved <- struct{}{}:
		default:
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// touching reads from r and says now and then that a batch's client is there.
func (s *ingestServer) touching(ctx context.Context, r io.Reader, batch string) io.Reader {
	return &touchingReader{r: r, touch: func() error { return s.Catalog.TouchBatch(ctx, batch) }, touched: time.Now()}
}

type touchingReader struct {
	r       io.Reader
	touch   func() error
	touched time.Time
}

func (r *touchingReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err == nil && time.Since(r.touched) >= touchEvery {
		r.touched = time.Now()
		err = r.touch()
	}
	return n, err
}

// RegisterScan takes one file of a batch from the server's own disk.
func (s *ingestServer) RegisterScan(ctx context.Context, req *fondsv1.RegisterScanRequest) (*fondsv1.UploadScanResponse, error) {
	id, err := batchID("batch", req.GetBatch())
	if err != nil {
		return nil, err
	}
	if strings.Contains(req.GetServerPath(), "\x00") {
		return nil, invalid("server_path", "the path contains a NUL")
	}
	// Before the file is read: is there such a batch, and such a file in it?
	if _, err := s.Catalog.Held(ctx, id, req.GetPath(), ""); err != nil {
		return nil, err
	}
	f, size, err := openBelow(s.roots, req.GetServerPath())
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	digest, size, err := s.Blobs.Put(ctx, s.touching(ctx, f, id), "", size)
	if err != nil {
		return nil, fmt.Errorf("take in %q: %w", req.GetServerPath(), err)
	}
	a := catalog.Arrival{Batch: id, Path: req.GetPath(), Digest: catalog.Digest(digest), Size: size}
	held, err := s.Catalog.Held(ctx, id, a.Path, a.Digest)
	if err != nil {
		return nil, s.taken(ctx, a, err)
	}
	return s.arrive(ctx, a, held)
}
