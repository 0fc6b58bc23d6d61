package frame

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	"google.golang.org/protobuf/proto"
)

func TestWriteThenReadGivesTheSameMessages(t *testing.T) {
	var pipe bytes.Buffer
	sent := []*enginev1.Answer{
		{Id: 1},
		{},
		{Id: 2, Result: &enginev1.Answer_Recognition{Recognition: &enginev1.Recognition{Reason: strings.Repeat("ё", 2<<20)}}},
	}
	for _, m := range sent {
		if err := Write(&pipe, m); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range sent {
		got := &enginev1.Answer{}
		if err := Read(&pipe, got); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		if !proto.Equal(got, want) {
			t.Errorf("message %d came back changed", i)
		}
	}
	if err := Read(&pipe, &enginev1.Answer{}); err != io.EOF {
		t.Errorf("end of stream gave %v, want io.EOF itself", err)
	}
}

func TestReadRefusesBrokenStreams(t *testing.T) {
	header := func(n uint32, body string) string {
		return string(binary.BigEndian.AppendUint32(nil, n)) + body
	}
	cases := map[string]struct {
		stream string
		want   error
	}{
		"cut inside the length":  {"\x00\x00", io.ErrUnexpectedEOF},
		"cut after the length":   {header(10, ""), io.ErrUnexpectedEOF},
		"cut inside the message": {header(10, "abc"), io.ErrUnexpectedEOF},
		"length beyond the most": {header(MaxSize+1, "abc"), ErrTooLarge},
		"text for a length":      {"Warning: Invalid resolution", ErrTooLarge},
		"not a message":          {header(3, "\xff\xff\xff"), nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := Read(strings.NewReader(c.stream), &enginev1.Answer{})
			if err == nil {
				t.Fatal("no error")
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

func TestReadTakesNoMemoryForBytesThatNeverCome(t *testing.T) {
	stream := string(binary.BigEndian.AppendUint32(nil, MaxSize)) + "short"
	bytesUsed := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if err := Read(strings.NewReader(stream), &enginev1.Answer{}); err == nil {
				b.Fatal("no error")
			}
		}
	}).AllocedBytesPerOp()
	if bytesUsed > 4*step {
		t.Errorf("a false length of 64 MiB cost %d bytes, want at most %d", bytesUsed, 4*step)
	}
}

func FuzzRead(f *testing.F) {
	var good bytes.Buffer
	if err := Write(&good, &enginev1.Answer{Id: 7}); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0, 0, 0, 2, 8})
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bytes.NewReader(stream)
		for range 100 {
			m := &enginev1.Answer{}
			if Read(r, m) != nil {
				return
			}
			var again bytes.Buffer
			if err := Write(&again, m); err != nil {
				t.Fatalf("a frame that was read cannot be written: %v", err)
			}
			back := &enginev1.Answer{}
			if err := Read(&again, back); err != nil || !proto.Equal(back, m) {
				t.Fatalf("a frame changed on its way: %v", err)
			}
		}
	})
}
