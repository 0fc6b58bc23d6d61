package engine

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	"github.com/fonds-archive/fonds/workers/engine/frame"
)

// child is one running engine process. One call at a time.
type child struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers chan reply
	said    *ring
	hello   *enginev1.Hello
	work    sync.WaitGroup
	gone    chan struct{} // closed when the process has been waited for
	exit    error         // of Wait, valid after gone
	lastID  uint64
	pages   int
	peak    uint64
	cpu     *atomic.Int64 // takes the child's CPU time when it is gone
	writing sync.Mutex    // held for a frame
	hints   chan *enginev1.Image
	ahead   atomic.Pointer[enginev1.Image] // of the page that was last to be decoded ahead and not asked for since
}

// reply is what came up the pipe: an answer or the error that ended the stream.
type reply struct {
	answer *enginev1.Answer
	err    error
}

const (
	// closeGrace is how long a child may take to end after its input was closed.
	closeGrace = 2 * time.Second
	// pipeGrace is how long standard error may stay open after a child has ended.
	pipeGrace = 2 * time.Second
)

// startChild starts a process and waits for its Hello. Any error is a StartError.
func startChild(s *spawner, cfg Config, extra []string, cpu *atomic.Int64) (*child, error) {
	cmd := exec.Command(cfg.Path, append(append([]string{}, cfg.Args...), extra...)...) //nolint:noctx // it outlives the call that starts it
	cmd.Env = cfg.environment()
	c := &child{cmd: cmd, said: &ring{}, gone: make(chan struct{}), answers: make(chan reply, 1), hints: make(chan *enginev1.Image, 1), cpu: cpu}
	cmd.Stderr = c.said
	// A grandchild that holds standard error open must not keep Wait waiting.
	cmd.WaitDelay = pipeGrace
	fail := func(err error) (*child, error) {
		return nil, &StartError{Path: cfg.Path, Stderr: c.said.String(), Err: err}
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return fail(err)
	}
	up, down, err := os.Pipe()
	if err != nil {
		return fail(errors.Join(err, in.Close()))
	}
	cmd.Stdout, c.in = down, in
	err = s.start(cmd)
	// The child has its own copy of the pipe's writing end; ours must go, or the
	// stream would never end.
	if closeErr := down.Close(); err == nil && closeErr != nil {
		err = closeErr
		killGroup(cmd.Process.Pid)
	}
	if err != nil {
		return fail(errors.Join(err, in.Close(), up.Close()))
	}
	c.work.Go(func() { c.reap(up) })
	c.work.Go(func() { c.listen(up) })
	c.work.Go(c.hint)
	if c.hello, err = c.greeting(cfg.StartDeadline); err != nil {
		crash := c.crash(err)
		return nil, &StartError{Path: cfg.Path, Stderr: crash.Stderr, Err: errors.New(crash.Reason)}
	}
	return c, nil
}

// reap waits for the process and records what it cost. What the process wrote
// before its end can still be read, but nobody waits for more.
func (c *child) reap(up *os.File) {
	c.exit = c.cmd.Wait()
	if state := c.cmd.ProcessState; state != nil {
		c.cpu.Add(int64(state.UserTime() + state.SystemTime()))
	}
	_ = up.SetReadDeadline(time.Now().Add(exitGrace)) // fails only if the stream has ended
	close(c.gone)
}

// listen passes answers up until the stream ends or is broken.
func (c *child) listen(up *os.File) {
	defer up.Close()
	r := bufio.NewReader(up)
	for {
		answer := &enginev1.Answer{}
		err := frame.Read(r, answer)
		select {
		case c.answers <- reply{answer, err}:
		default: // nobody took the last one yet
			select {
			case c.answers <- reply{answer, err}:
			case <-c.gone:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// greeting takes the first frame.
func (c *child) greeting(deadline time.Duration) (*enginev1.Hello, error) {
	timer := time.NewTimer(deadline)
	defer timer.Stop()
	select {
	case r := <-c.answers:
		if r.err != nil {
			return nil, streamError(r.err)
		}
		if r.answer.GetHello() == nil {
			return nil, errors.New("its first frame is not a Hello")
		}
		return r.answer.GetHello(), nil
	case <-timer.C:
		return nil, fmt.Errorf("it said nothing within %s", deadline)
	}
}

// streamError words the end of a stream for a person.
func streamError(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("its output ended")
	}
	return err
}

// call sends a request and waits for its answer. After any error the child has
// been killed and waited for. begun is called when the request is on its way.
func (c *child) call(request *enginev1.Request, deadline time.Duration, cancel <-chan struct{}, begun func()) (*enginev1.Answer, error) {
	c.lastID++
	request.Id = c.lastID
	c.said.forget()
	if image := request.GetRecognize().GetImage(); image != nil && image == c.ahead.Load() {
		c.ahead.Store(nil)
	}
	timer := time.NewTimer(deadline)
	defer timer.Stop()
	// A child that does not read would block the write for ever once the pipe is
	// full; killing it ends the write.
	sent := make(chan struct{})
	unsent := make(chan error, 1)
	go func() {
		defer close(sent)
		if err := c.write(request); err != nil {
			unsent <- err
		}
	}()
	begun()
	var got reply
	select {
	case got = <-c.answers:
	case err := <-unsent: // nothing will be answered
		return nil, c.crash(err)
	case <-timer.C:
		c.kill()
		<-sent
		return nil, fmt.Errorf("%w: no answer in %s", ErrDeadline, deadline)
	case <-cancel:
		c.kill()
		<-sent
		return nil, errCancelled
	}
	if got.err == nil && got.answer.GetId() != request.GetId() {
		got.err = fmt.Errorf("it answered request %d instead of %d", got.answer.GetId(), request.GetId())
	}
	if got.err != nil {
		crash := c.crash(streamError(got.err))
		<-sent
		return nil, crash
	}
	<-sent
	return got.answer, nil
}

// write sends a frame.
func (c *child) write(request *enginev1.Request) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return frame.Write(c.in, request)
}

// decodeAhead has a page decoded beside the request in hand. It does not wait, and
// tells no errors: whoever asks for the page next sees them.
func (c *child) decodeAhead(image *enginev1.Image) {
	select {
	case c.hints <- image:
		c.ahead.Store(image)
	default: // the last one is still on its way
	}
}

// beside says that there may be a second page in the child.
func (c *child) beside() bool { return c.ahead.Load() != nil }

// hint passes on what is to be decoded ahead, until the process is gone.
func (c *child) hint() {
	for {
		select {
		case image := <-c.hints:
			if c.write(&enginev1.Request{Call: &enginev1.Request_Ahead{Ahead: image}}) != nil {
				return // whoever waits for an answer sees why
			}
		case <-c.gone:
			return
		}
	}
}

// errCancelled is replaced by the context's own error.
var errCancelled = errors.New("call cancelled")

// crash buries a child that broke off and says how it ended.
func (c *child) crash(cause error) *Crash {
	reason := cause.Error()
	select {
	case <-c.gone:
		reason = fmt.Sprintf("%s: %s", c.ending(), reason)
	case <-time.After(exitGrace): // it lives and talks nonsense
	}
	c.kill()
	return &Crash{Reason: reason, Stderr: c.said.String()}
}

// exitGrace is how long after the end of its output a child's exit status may come.
const exitGrace = 500 * time.Millisecond

// ending is the exit status or signal of a child that is gone.
func (c *child) ending() string {
	if c.exit != nil {
		return c.exit.Error()
	}
	return "exit status 0"
}

// kill ends the child at once, if it has not ended, and waits until it is gone.
func (c *child) kill() {
	if !c.dead() {
		killGroup(c.cmd.Process.Pid)
	}
	c.work.Wait()
	_ = c.in.Close() // closed already when the process has been waited for
}

// close lets the child end by itself, and kills it if it does not.
func (c *child) close() {
	_ = c.in.Close() // closed already when the process has been waited for
	select {
	case <-c.gone:
	case <-time.After(closeGrace):
	}
	c.kill()
}

// dead says that the process has ended.
func (c *child) dead() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}
