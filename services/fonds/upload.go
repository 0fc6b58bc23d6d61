package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const (
	// uploadStreams is how many files are under way at once. Four keep a disk and
	// a server busy; more only take memory.
	uploadStreams = 4
	// chunkSize is how many bytes one message carries and a stream holds.
	chunkSize = 256 << 10
	// slowestUpload in bytes a second bounds the time of one file, after two minutes.
	slowestUpload = 64 << 10
)

// delivery tells what became of a file.
type delivery struct {
	file source
	// size is what was delivered, in bytes.
	size int64
	err  error
}

// uploader delivers files of one batch.
type uploader struct {
	client *client
	batch  string
	// lost is told when the server has gone away; called from several goroutines.
	lost func(error)
}

// deliverAll delivers files over uploadStreams streams and closes the channel
// when all have ended. It stops early when the server stays away or the batch
// is over; then that error comes with the file that met it.
func (u *uploader) deliverAll(ctx context.Context, files []source, done chan<- delivery) {
	ctx, cancel := context.WithCancel(ctx)
	next := make(chan source)
	var streams sync.WaitGroup
	for range uploadStreams {
		streams.Go(func() {
			for file := range next {
				size, err := u.deliver(ctx, file)
				if ctx.Err() != nil {
					return
				}
				done <- delivery{file, size, err}
				if endsUpload(err) {
					cancel()
				}
			}
		})
	}
	func() {
		defer close(next)
		for _, file := range files {
			select {
			case next <- file:
			case <-ctx.Done():
				return
			}
		}
	}()
	streams.Wait()
	cancel()
	close(done)
}

// endsUpload tells whether no other file would fare better.
func endsUpload(err error) bool {
	if err == nil {
		return false
	}
	switch reasonCode(err) {
	case "BATCH_ENDED", "BATCH_NOT_FOUND":
		return true
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.Unauthenticated, codes.Unimplemented:
		return true
	}
	return false
}

// deliver sends one file, a second time if it changed while it was read.
func (u *uploader) deliver(ctx context.Context, file source) (size int64, err error) {
	before := ""
	for range 2 {
		digest, size, err := hashFile(ctx, file.local)
		if err != nil {
			return 0, err
		}
		err = persist(ctx, u.lost, func(ctx context.Context) error {
			return u.send(ctx, file, digest, size)
		})
		if err == nil || !isMismatch(err) {
			return size, err
		}
		if before == digest {
			// The bytes stood still: it is the server that sees something else.
			return 0, err
		}
		before = digest
	}
	return 0, errors.New("the file changes while it is read: deliver it again when it has stood still")
}

func isMismatch(err error) bool {
	reason := reasonCode(err)
	return reason == "DIGEST_MISMATCH" || reason == "SIZE_MISMATCH"
}

// reasonCode returns the stable reason of a server's error, or "".
func reasonCode(err error) string {
	s, ok := statusOf(err)
	if !ok {
		return ""
	}
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

// send streams one file: the header, then its bytes, until the server has all
// or says that it needs no more.
func (u *uploader) send(ctx context.Context, file source, digest string, size int64) error {
	limit := 2*time.Minute + time.Duration(size/slowestUpload)*time.Second
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stream, err := u.client.ingest.UploadScan(ctx)
	if err != nil {
		return err
	}
	header := &fondsv1.UploadHeader{Batch: u.batch, Path: file.wire, Sha256: digest, Size: uint64(size)}
	err = stream.Send(&fondsv1.UploadScanRequest{Part: &fondsv1.UploadScanRequest_Header{Header: header}})
	if err == nil {
		err = sendBytes(stream.Send, file.local)
	}
	// io.EOF says that the server has answered already: with an error, or
	// because it has these bytes.
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, err = stream.CloseAndRecv()
	return err
}

// sendBytes sends what is in a file. The one buffer is used again after each
// Send, which has encoded the message by then.
func sendBytes(send func(*fondsv1.UploadScanRequest) error, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return localError(err)
	}
	defer f.Close()
	buffer := make([]byte, chunkSize)
	for {
		n, err := io.ReadFull(f, buffer)
		if n > 0 {
			part := &fondsv1.UploadScanRequest_Data{Data: buffer[:n]}
			if err := send(&fondsv1.UploadScanRequest{Part: part}); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return localError(err)
		}
	}
}

// hashFile returns the SHA-256 in hex and the size in bytes of a file.
func hashFile(ctx context.Context, path string) (digest string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, localError(err)
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.CopyBuffer(h, endedBy(ctx, f), make([]byte, chunkSize))
	if err != nil {
		return "", 0, localError(err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

func localError(err error) error { return fmt.Errorf("cannot be read: %s", reasonOf(err)) }

// endedBy returns a reader that ends with the context.
func endedBy(ctx context.Context, r io.Reader) io.Reader { return contextReader{ctx, r} }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
