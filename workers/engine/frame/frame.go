// Package frame carries protobuf messages over a byte stream: four bytes of
// length, big-endian, then the message. Worker and engine child speak it over
// pipes. It never allocates more than a frame may hold, and it never guesses:
// after any error the stream is of no further use.
package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/proto"
)

// MaxSize is the largest message in bytes. The body of a dense newspaper page
// takes about 1 MB; 64 MiB leaves room and still bounds what garbage can cost.
const MaxSize = 64 << 20

// ErrTooLarge means that a length beyond MaxSize was announced or asked for.
var ErrTooLarge = errors.New("frame larger than 64 MiB")

// step is how much is read at a time: a false length costs no more memory than
// the bytes that really arrive, plus this.
const step = 1 << 20

// Write sends m as one frame in one call of w.Write.
func Write(w io.Writer, m proto.Message) error {
	buf, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(make([]byte, 4), m)
	if err != nil {
		return fmt.Errorf("encode frame: %w", err)
	}
	size := len(buf) - 4
	if size > MaxSize {
		return ErrTooLarge
	}
	binary.BigEndian.PutUint32(buf, uint32(size))
	if _, err := w.Write(buf); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}

// Read receives one frame into m. It returns io.EOF itself when the stream ends
// between frames, and io.ErrUnexpectedEOF (wrapped) when it ends inside one.
func Read(r io.Reader, m proto.Message) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return fmt.Errorf("read frame length: %w", err)
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > MaxSize {
		return fmt.Errorf("%w: %d bytes announced", ErrTooLarge, size)
	}
	body, err := readBody(r, int(size))
	if err != nil {
		return fmt.Errorf("read frame of %d bytes: %w", size, err)
	}
	if err := proto.Unmarshal(body, m); err != nil {
		return fmt.Errorf("decode frame of %d bytes: %w", size, err)
	}
	return nil
}

// readBody reads size bytes, growing the buffer as they arrive.
func readBody(r io.Reader, size int) ([]byte, error) {
	body := make([]byte, 0, min(size, step))
	for len(body) < size {
		n := min(size-len(body), step)
		start := len(body)
		body = append(body, make([]byte, n)...)
		if _, err := io.ReadFull(r, body[start:]); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return body, nil
}
