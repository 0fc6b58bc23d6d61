//go:build tesseract

package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/frame"
	"golang.org/x/sys/unix"
)

// server answers requests one at a time.
type server struct {
	reader *reader
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
	requests := make(chan *enginev1.Request)
	go watch(input, requests)
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
func watch(input io.Reader, requests chan<- *enginev1.Request) {
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
		requests <- request
	}
}

// answer does what a request asks for. An error ends the process: the worker
// learns of it by the exit and the last lines on standard error.
func (s *server) answer(request *enginev1.Request) (*enginev1.Answer, error) {
	answer := &enginev1.Answer{Id: request.GetId()}
	switch call := request.GetCall().(type) {
	case *enginev1.Request_Recognize:
		before := cpuMicros()
		result, err := s.reader.recognize(call.Recognize)
		if err != nil {
			return nil, err
		}
		result.CpuMicros = cpuMicros() - before
		result.PeakMemory = peakMemory()
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

// cpuMicros is the CPU time of this process so far in microseconds.
func cpuMicros() uint64 {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return uint64(usage.Utime.Nano()+usage.Stime.Nano()) / 1000
}

// peakMemory is the most resident memory of this process so far in bytes. Taken
// from the kernel's own high-water mark: getrusage's would begin with the size
// of the worker that forked us.
func peakMemory() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
