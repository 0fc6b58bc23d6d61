//go:build tesseract

package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/frame"
	"github.com/fonds-archive/fonds/workers/engine/results"
)

// server answers requests one at a time, and decodes the next page beside.
type server struct {
	reader *reader
	ahead  ahead
	frames io.Writer
}

// hello sends the first frame: what this is and which models it finds. Digests
// only when asked for, since hashing 21 MB doubles the start, from 25 to 50 ms.
func (s *server) hello(describe bool) error {
	models, err := s.reader.models.list()
	if err != nil {
		return err
	}
	hello := &enginev1.Hello{Engine: versions(), Pid: int64(os.Getpid())}
	for _, at := range models {
		model := &fondsv1.Model{Language: at.language}
		if describe {
			if model.Sha256, err = s.reader.models.digest(at); err != nil {
				return err
			}
		}
		hello.Models = append(hello.Models, model)
	}
	return frame.Write(s.frames, &enginev1.Answer{Result: &enginev1.Answer_Hello{Hello: hello}})
}

// serve answers until input ends. Input is read beside the work: its end, which
// is how the death of the worker shows, must be seen while C code runs or hangs.
func (s *server) serve(input io.Reader) error {
	runtime.LockOSThread() // CPU time is counted by thread
	defer runtime.UnlockOSThread()
	requests := make(chan *enginev1.Request)
	go watch(input, requests, s.ahead.begin)
	for request := range requests {
		answer, err := s.answer(request)
		if err != nil {
			return err
		}
		if err := frame.Write(s.frames, answer); err != nil {
			return err
		}
	}
	return nil
}

// watch hands on requests and ends the process with its input.
func watch(input io.Reader, requests chan<- *enginev1.Request, begin func(*enginev1.Image)) {
	for {
		request := &enginev1.Request{}
		err := frame.Read(input, request)
		if errors.Is(err, io.EOF) {
			os.Exit(0)
		}
		if err != nil {
			log.Print(err)
			os.Exit(1)
		}
		if call, ok := request.GetCall().(*enginev1.Request_Ahead); ok {
			begin(call.Ahead)
			continue
		}
		requests <- request
	}
}

// answer does what a request asks for. An error ends the process: the worker
// learns of it by the exit and the last lines on standard error.
func (s *server) answer(request *enginev1.Request) (*enginev1.Answer, error) {
	answer := &enginev1.Answer{Id: request.GetId()}
	switch call := request.GetCall().(type) {
	case *enginev1.Request_Recognize:
		result, err := s.recognize(call.Recognize)
		if err != nil {
			return nil, err
		}
		answer.Result = &enginev1.Answer_Recognition{Recognition: result}
	case *enginev1.Request_Render:
		result, err := render(call.Render)
		if err != nil {
			return nil, err
		}
		answer.Result = &enginev1.Answer_Rendering{Rendering: result}
	default:
		return nil, fmt.Errorf("request %d asks for nothing known", request.GetId())
	}
	return answer, nil
}

// recognize reads a page and tells what that took.
func (s *server) recognize(call *enginev1.Recognize) (*enginev1.Recognition, error) {
	began := threadMicros()
	inTesseract, loading = stopwatch{}, stopwatch{}
	p, err := s.take(call)
	if refused, ok := errors.AsType[*refusal](err); ok {
		return &enginev1.Recognition{
			Outcome: refused.outcome, Reason: refused.reason,
			CpuMicros: threadMicros() - began, PeakMemory: peakMemory(),
		}, nil
	}
	if err != nil {
		return nil, err
	}
	result, err := s.read(call, p)
	if err != nil {
		return nil, err
	}
	total := threadMicros() - began
	if p.beside {
		total += p.micros
	}
	result.CpuMicros, result.PeakMemory = total, peakMemory()
	result.Parts = &enginev1.Parts{
		DecodeMicros: p.micros, RecognizeMicros: inTesseract.micros, LoadMicros: loading.micros,
		OtherMicros: total - min(total, p.micros+inTesseract.micros+loading.micros),
	}
	return result, nil
}

// take gives the page that a call is about, if its recipe can be run.
func (s *server) take(call *enginev1.Recognize) (*page, error) {
	if err := s.reader.models.check(call.GetRecipe()); err != nil {
		return nil, err
	}
	return s.ahead.take(call.GetImage())
}

// read gives the result of before, or recognises the page, which it closes.
func (s *server) read(call *enginev1.Recognize, p *page) (*enginev1.Recognition, error) {
	key, err := s.reader.key(p, call)
	if err != nil {
		p.Close()
		return nil, err
	}
	if known := results.Find(call.GetResults(), key); known != nil {
		p.Close()
		known.Known = true
		return known, nil
	}
	s.reader.ready = p
	result, err := s.reader.recognize(reduced(call, p))
	if err != nil {
		return nil, err
	}
	if err := p.enlarge(result.GetBody()); err != nil {
		return nil, fmt.Errorf("bring boxes into the page's own coordinates: %w", err)
	}
	result.Key = key
	return result, nil
}

// take gives the page that was made ready, or decodes it.
func (r *reader) take(image *enginev1.Image) (*page, error) {
	if p := r.ready; p != nil {
		r.ready = nil
		return p, nil
	}
	return decode(image, false)
}
