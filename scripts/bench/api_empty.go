package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
)

// empty answers with bytes that fonds gave, in turn, whatever it is asked: what
// gRPC itself costs. The answers are kept encoded, as fields that the message
// does not know, so that as little as possible is left to do.
type empty struct {
	fondsv1.UnimplementedCatalogServiceServer
	documents []*fondsv1.Document
	texts     []*fondsv1.GetTextResponse
	calls     atomic.Uint64
}

func (e *empty) GetDocument(context.Context, *fondsv1.GetDocumentRequest) (*fondsv1.Document, error) {
	return e.documents[e.calls.Add(1)%uint64(len(e.documents))], nil
}

func (e *empty) GetText(context.Context, *fondsv1.GetTextRequest) (*fondsv1.GetTextResponse, error) {
	return e.texts[e.calls.Add(1)%uint64(len(e.texts))], nil
}

// saveAnswers writes documents and their texts for serveEmpty.
func saveAnswers(path string, documents []*fondsv1.Document, texts []*fondsv1.GetTextResponse) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("save answers: %w", err)
	}
	defer file.Close()
	for i, d := range documents {
		for _, m := range []proto.Message{d, texts[i]} {
			if _, err := protodelim.MarshalTo(file, m); err != nil {
				return fmt.Errorf("save answers: %w", err)
			}
		}
	}
	return nil
}

func readAnswers(path string) (*empty, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	defer file.Close()
	e := &empty{}
	for r := bufio.NewReader(file); ; {
		var document fondsv1.Document
		var text fondsv1.GetTextResponse
		err := protodelim.UnmarshalFrom(r, &document)
		if errors.Is(err, io.EOF) {
			return e, nil
		}
		if err == nil {
			err = protodelim.UnmarshalFrom(r, &text)
		}
		if err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		d, t := &fondsv1.Document{}, &fondsv1.GetTextResponse{}
		if err := errors.Join(encodedAs(&document, d), encodedAs(&text, t)); err != nil {
			return nil, err
		}
		e.documents, e.texts = append(e.documents, d), append(e.texts, t)
	}
}

// encodedAs makes a message carry another's encoding as it is.
func encodedAs(from, to proto.Message) error {
	encoded, err := proto.Marshal(from)
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	to.ProtoReflect().SetUnknown(encoded)
	return nil
}

// serveEmpty serves answers on two addresses, which it prints, until its input
// ends: one with gRPC's own settings, one with those of fonds, interceptors and all.
func serveEmpty(ctx context.Context, path string) error {
	handler, err := readAnswers(path)
	if err != nil {
		return err
	}
	options, err := api.ServerOptions(nil, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with whoever started this
	}()
	ended := make(chan error, 2)
	for _, options := range [][]grpc.ServerOption{nil, options} {
		server := grpc.NewServer(options...)
		fondsv1.RegisterCatalogServiceServer(server, handler)
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("serve answers: %w", err)
		}
		fmt.Println(listener.Addr())
		go func() { ended <- server.Serve(listener) }()
		defer server.Stop()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return fmt.Errorf("serve answers: %w", err)
	}
}

// emptyServer is the process that serveEmpty runs in.
type emptyServer struct {
	plain, guarded string // addresses
	stop           func()
}

// startEmpty runs the empty handler in a process of its own, as fonds is one: in
// ours it would share a scheduler with the callers.
func startEmpty(ctx context.Context, answers string) (*emptyServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, "-serve-empty", answers)
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the empty handler: %w", err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the empty handler: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the empty handler: %w", err)
	}
	limit := time.AfterFunc(readyTime, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	e := &emptyServer{stop: func() {
		_ = input.Close()
		_ = cmd.Wait()
	}}
	r := bufio.NewReader(output)
	for _, address := range []*string{&e.plain, &e.guarded} {
		line, err := r.ReadString('\n')
		if err != nil {
			e.stop()
			return nil, fmt.Errorf("start the empty handler: %w", err)
		}
		*address = strings.TrimSpace(line)
	}
	return e, nil
}
