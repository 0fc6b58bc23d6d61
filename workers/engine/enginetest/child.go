package enginetest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/frame"
)

// child serves requests from in until it ends, and gives the exit status.
func child(start string, in io.Reader, out *os.File) int {
	switch start {
	case SilentStart:
		time.Sleep(time.Hour)
	case DeadStart:
		fmt.Fprintln(os.Stderr, "fake engine: no model, no start")
		return 4
	case GarbageStart:
		fmt.Fprintln(out, "Usage: fake engine")
	}
	hello := &enginev1.Hello{
		Engine: &fondsv1.Engine{Name: "fake", Tesseract: "0.0.1", Cpu: "none"},
		Models: []*fondsv1.Model{
			{Language: "eng", Sha256: strings.Repeat("e", 64)},
			{Language: "rus", Sha256: strings.Repeat("f", 64)},
		},
		Pid: int64(os.Getpid()),
	}
	if frame.Write(out, &enginev1.Answer{Result: &enginev1.Answer_Hello{Hello: hello}}) != nil {
		return 1
	}
	requests := make(chan *enginev1.Request)
	go watch(in, requests)
	for request := range requests {
		answer := &enginev1.Answer{Id: request.GetId()}
		switch call := request.GetCall().(type) {
		case *enginev1.Request_Recognize:
			page := load(call.Recognize.GetImage().GetPath()).under(call.Recognize.GetRecipe())
			note(call.Recognize.GetImage().GetPath(), "begun")
			if page.behaviour == Held {
				hold(call.Recognize.GetImage().GetPath())
			}
			misbehave(page.behaviour, answer, out)
			recognition := page.recognition()
			if finest := call.Recognize.GetImage().GetFinest(); finest > 0 {
				recognition.Body.Steps = append(recognition.Body.Steps, &fondsv1.Step{Name: "finest", Detail: fmt.Sprint(finest)})
			}
			answer.Result = &enginev1.Answer_Recognition{Recognition: recognition}
		case *enginev1.Request_Render:
			misbehave(load(call.Render.GetImage().GetPath()).behaviour, answer, out)
			answer.Result = &enginev1.Answer_Rendering{Rendering: render(call.Render)}
		}
		if frame.Write(out, answer) != nil {
			return 1
		}
	}
	return 0
}

// watch ends the process with its input, as the real child does.
func watch(in io.Reader, requests chan<- *enginev1.Request) {
	for {
		request := &enginev1.Request{}
		if frame.Read(in, request) != nil {
			os.Exit(0)
		}
		if call, ok := request.GetCall().(*enginev1.Request_Ahead); ok {
			go decodeAhead(call.Ahead.GetPath())
			continue
		}
		requests <- request
	}
}

// hold waits until it may go on, at most a minute. A crash comes once.
func hold(path string) {
	for range 60_000 {
		if os.Remove(filepath.Join(filepath.Dir(path), "crash")) == nil {
			misbehave(Crash, nil, nil)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "go")); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// decodeAhead crashes where decoding the page does.
func decodeAhead(path string) {
	if load(path).behaviour == CrashDecoding {
		misbehave(Crash, nil, nil)
	}
	note(path, "decoded-ahead")
}

// note leaves a mark beside a page for a test that asked for it by a folder of the
// given name.
func note(path, name string) {
	folder := filepath.Join(filepath.Dir(path), name)
	if _, err := os.Stat(folder); err == nil {
		_ = os.WriteFile(filepath.Join(folder, filepath.Base(path)), nil, 0o600)
	}
}

// misbehave does what the page asks for; it returns where the child is to answer.
func misbehave(behaviour string, answer *enginev1.Answer, out *os.File) {
	switch behaviour {
	case Crash, CrashDecoding:
		fmt.Fprintln(os.Stderr, "fake engine: about to crash")
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Hour)
	case Exit:
		fmt.Fprintln(os.Stderr, "fake engine: exiting on request")
		os.Exit(3)
	case Hang:
		signal.Ignore()
		time.Sleep(time.Hour)
	case Slow:
		time.Sleep(300 * time.Millisecond)
	case Garbage:
		_, _ = out.Write([]byte{0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff})
		time.Sleep(time.Hour)
	case Truncated:
		_, _ = out.Write([]byte{0, 0, 1, 0, 8, 1})
		os.Exit(0)
	case Oversized:
		_, _ = out.Write(binary.BigEndian.AppendUint32(nil, frame.MaxSize+1))
		time.Sleep(time.Hour)
	case Stray:
		fmt.Fprintln(out, "Warning: a library printed this")
	case WrongID:
		answer.Id += 7
	case Grow:
		grow()
	}
}

// grow takes memory under a limit of 1 GB, like a page that is a bomb, and ends
// as a program does that cannot go on without.
func grow() {
	const limit, block = 1 << 30, 1 << 26
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: limit, Max: limit})
	for range 4 * limit / block {
		_, err := syscall.Mmap(-1, 0, block, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			fmt.Fprintln(os.Stderr, "fake engine:", err)
			os.Exit(2)
		}
	}
	fmt.Fprintln(os.Stderr, "fake engine: the limit was not enforced")
}

// page is a file as the fake reads it.
type page struct {
	behaviour string
	lines     []string
	err       error
}

// under gives the page as a recipe with the parameter Replace has it read.
func (p page) under(r *fondsv1.Recipe) page {
	for _, parameter := range r.GetParameters() {
		if parameter.GetName() != Replace {
			continue
		}
		letters := []rune(parameter.GetValue())
		for i := 0; i+1 < len(letters); i += 2 {
			for n := range p.lines {
				p.lines[n] = strings.ReplaceAll(p.lines[n], string(letters[i]), string(letters[i+1]))
			}
		}
	}
	return p
}

// mostBytes is how much of a page is read.
const mostBytes = 1 << 16

// load reads a page: lines of text, or any other file for its name alone. A PNM
// file's comment lines ("# words") are its text.
func load(path string) page {
	file, err := os.Open(path)
	if err != nil {
		return page{err: err}
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, mostBytes))
	if err != nil {
		return page{err: err}
	}
	p := page{lines: text(data)}
	if behaves() {
		return p
	}
	for _, candidate := range append([]string{filepath.Base(path)}, p.lines[:min(1, len(p.lines))]...) {
		if p.behaviour == "" && strings.HasPrefix(candidate, "fake-") {
			p.behaviour = behaviour(candidate)
		}
	}
	return p
}

// behaviour finds the longest known word that a name begins with.
func behaviour(name string) string {
	found := ""
	for _, b := range []string{
		Crash, CrashDecoding, Exit, Hang, Slow, Held, Garbage, Truncated, Oversized, Stray, WrongID, Grow,
		Blank, Corrupt, TooLarge, Unreadable, Failed,
	} {
		if strings.HasPrefix(name, b) && len(b) > len(found) {
			found = b
		}
	}
	return found
}

// text gives the lines of a page that hold words.
func text(data []byte) []string {
	pnm := len(data) > 1 && data[0] == 'P' && data[1] >= '1' && data[1] <= '6'
	var lines []string
	scanner := bufio.NewScanner(strings.NewReader(strings.ToValidUTF8(string(data), "")))
	for scanner.Scan() && len(lines) < 1000 {
		line := scanner.Text()
		comment, isComment := strings.CutPrefix(line, "# ")
		if pnm && !isComment {
			continue
		}
		if pnm {
			line = comment
		}
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	if pnm && len(lines) == 0 {
		lines = []string{"a page without words"}
	}
	return lines
}

// recognition is the page's answer: the same for the same bytes.
func (p page) recognition() *enginev1.Recognition {
	out := &enginev1.Recognition{CpuMicros: 1000, PeakMemory: 10 << 20}
	none := map[string]fondsv1.Outcome{
		Blank:      fondsv1.Outcome_OUTCOME_BLANK,
		Corrupt:    fondsv1.Outcome_OUTCOME_CORRUPT,
		TooLarge:   fondsv1.Outcome_OUTCOME_TOO_LARGE,
		Unreadable: fondsv1.Outcome_OUTCOME_UNREADABLE,
		Failed:     fondsv1.Outcome_OUTCOME_FAILED,
	}
	switch outcome, ok := none[p.behaviour]; {
	case p.err != nil:
		out.Outcome, out.Reason = fondsv1.Outcome_OUTCOME_CORRUPT, p.err.Error()
	case ok:
		out.Outcome, out.Reason = outcome, "the page asked for it"
	case len(p.lines) == 0:
		out.Outcome, out.Reason = fondsv1.Outcome_OUTCOME_BLANK, "no words"
	default:
		out.Outcome, out.Body = fondsv1.Outcome_OUTCOME_TEXT, body(p.lines)
	}
	if out.Body == nil {
		out.Body = &fondsv1.Body{Width: 1000, Height: 1400}
	}
	return out
}

// body lays the lines out on a sheet of 1000 by 1400 pixels, one paragraph.
func body(lines []string) *fondsv1.Body {
	const letter, height = 8, 14
	b := &fondsv1.Body{Width: 1000, Height: 1400, Resolution: 100, Confidence: 0.9}
	var all strings.Builder
	for n, line := range lines {
		first, x := len(b.Words), 20
		for i, word := range strings.Fields(line) {
			if i > 0 {
				all.WriteByte(' ')
			}
			start := all.Len()
			all.WriteString(word)
			b.Words = append(b.Words, &fondsv1.Word{
				Start: uint32(start), End: uint32(all.Len()), Confidence: 0.9,
				Box: &fondsv1.Box{X: uint32(x), Y: uint32(20 * (n + 1)), Width: uint32(letter * len(word)), Height: height},
			})
			x += letter * (len(word) + 1)
		}
		all.WriteByte('\n')
		b.Lines = append(b.Lines, &fondsv1.Line{
			WordStart: uint32(first), WordEnd: uint32(len(b.Words)),
			Box: &fondsv1.Box{X: 20, Y: uint32(20 * (n + 1)), Width: uint32(x - 20 - letter), Height: height},
		})
	}
	sheet := &fondsv1.Box{X: 20, Y: 20, Width: 960, Height: uint32(20*len(lines) - 6)}
	b.Text = all.String()
	b.Paragraphs = []*fondsv1.Paragraph{{LineEnd: uint32(len(b.Lines)), Box: sheet}}
	b.Blocks = []*fondsv1.Block{{ParagraphEnd: 1, Box: sheet}}
	b.Steps = []*fondsv1.Step{{Name: "recognise", Detail: "by a fake"}}
	return b
}

// render writes a small white picture.
func render(call *enginev1.Render) *enginev1.Rendering {
	out := &enginev1.Rendering{Outcome: fondsv1.Outcome_OUTCOME_TEXT, Width: 100, Height: 140}
	file, err := os.Create(call.GetTarget())
	if err == nil {
		err = png.Encode(file, image.NewGray(image.Rect(0, 0, 100, 140)))
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}
	if err != nil {
		return &enginev1.Rendering{Outcome: fondsv1.Outcome_OUTCOME_CORRUPT, Reason: err.Error()}
	}
	return out
}
