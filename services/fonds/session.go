package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// session follows one batch, and delivers files to it when there are any. Run
// owns two goroutines, the deliveries and the watch, and waits for both.
type session struct {
	client *client
	batch  string
	// files are still to be delivered; delivers tells that this command is the
	// one that delivers, though it may have nothing left to.
	files    []source
	delivers bool
	wait     bool
	out      *outFolder
	json     bool
	stdout   io.Writer
	display  *display

	// latest is the batch as last told of; nil before.
	latest *fondsv1.Batch
	// seen are the numbers of files that have ended.
	seen map[uint32]bool
	// undelivered has the reason for each file that could not be delivered, by
	// its path in the batch.
	undelivered map[string]string
	delivered   int
	uploading   atomic.Bool
	// missed counts texts that could not be written.
	missed int
}

// message is what the watch tells the loop.
type message struct {
	response *fondsv1.WatchBatchResponse
	// missed are texts that could not be written, and why.
	missed []string
}

// run delivers and follows until nothing more can come.
func (s *session) run(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent)
	s.seen, s.undelivered = map[uint32]bool{}, map[string]string{}
	deliveries := make(chan delivery)
	messages := make(chan message)
	watched := make(chan error, 1)
	lost := make(chan struct{}, 1)
	var owned sync.WaitGroup
	defer func() {
		cancel()
		for range deliveries { // let deliverAll end
		}
		owned.Wait()
		s.display.clear()
	}()
	s.uploading.Store(len(s.files) > 0)
	tell := func(error) {
		select {
		case lost <- struct{}{}:
		default: // one line for many streams that lose the same server
		}
	}
	up := uploader{client: s.client, batch: s.batch, lost: tell}
	owned.Go(func() { up.deliverAll(ctx, s.files, deliveries) })
	if s.wait {
		owned.Go(func() { watched <- s.watch(ctx, tell, messages) })
	}
	return s.loop(ctx, deliveries, messages, watched, lost)
}

func (s *session) loop(ctx context.Context, deliveries <-chan delivery, messages <-chan message, watched <-chan error, lost <-chan struct{}) error {
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	var fatal error
	away := time.Time{}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case d, ok := <-deliveries:
			if !ok {
				deliveries = nil
				s.uploading.Store(false)
				if fatal != nil || !s.wait {
					return fatal
				}
			} else if err := s.took(d); err != nil {
				fatal = err
			}
		case m := <-messages:
			if err := s.told(m); err != nil {
				return err
			}
		case err := <-watched:
			return err
		case <-lost:
			if now := time.Now(); now.Sub(away) > 10*time.Second {
				away = now
				s.display.note("the server at %s does not answer; trying again for up to %s", s.client.address, shortDuration(longestLoss))
			}
			continue
		case <-tick.C:
		}
		s.display.show(time.Now(), s.snapshot())
		if done, err := s.nothingMore(ctx); done || err != nil {
			return err
		}
	}
}

// took notes what became of one delivery; its error is one that ends the command.
func (s *session) took(d delivery) error {
	if d.err == nil {
		s.delivered++
		return nil
	}
	if endsUpload(d.err) {
		return d.err
	}
	reason := problemOf(d.err, s.client.address).Message
	s.undelivered[d.file.wire] = reason
	s.display.note("not delivered: %s: %s", shown(d.file.local), safeText(reason))
	return nil
}

// told takes the counts and prints the files that ended.
func (s *session) told(m message) error {
	s.latest = m.response.GetBatch()
	for _, file := range m.response.GetEnded() {
		if s.seen[file.GetNumber()] {
			continue
		}
		s.seen[file.GetNumber()] = true
		if s.json {
			if err := writeLine(s.stdout, file); err != nil {
				return err
			}
		}
	}
	for _, reason := range m.missed {
		s.missed++
		s.display.note("%s", reason)
	}
	return nil
}

func (s *session) snapshot() snapshot {
	return snapshot{
		uploading: s.uploading.Load(), delivered: s.delivered, uploads: len(s.files), batch: s.latest,
	}
}

// nothingMore tells that this command has delivered what it could, that all of
// it has ended, and that the batch still waits for files that nobody sends: the
// server will call it INCOMPLETE after a while, which need not be waited for.
func (s *session) nothingMore(ctx context.Context) (bool, error) {
	quiet := func(b *fondsv1.Batch) bool {
		return b.GetFilesEnded() == b.GetFilesArrived() && b.GetFilesArrived() < b.GetFiles() &&
			len(s.seen) >= int(b.GetFilesEnded())
	}
	if s.uploading.Load() || !s.wait || !s.delivers || s.latest == nil || !quiet(s.latest) {
		return false, nil
	}
	now, err := s.client.getBatch(ctx, s.batch)
	if err != nil {
		if transient(err) {
			return false, nil
		}
		return false, err
	}
	s.latest = now
	return quiet(now), nil
}

// watch follows the batch and writes texts before it passes messages on.
func (s *session) watch(ctx context.Context, lost func(error), messages chan<- message) error {
	w := watcher{
		client: s.client, batch: s.batch, lost: lost, more: s.uploading.Load,
		each: func(ctx context.Context, response *fondsv1.WatchBatchResponse) error {
			m := message{response: response}
			for _, file := range response.GetEnded() {
				reason, err := s.writeText(ctx, file)
				if err != nil {
					return err
				}
				if reason != "" {
					m.missed = append(m.missed, reason)
				}
			}
			select {
			case messages <- m:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	}
	return w.watch(ctx)
}

// writeText writes the text of a file that ended. An error is one that may pass;
// otherwise reason tells why there is no text.
func (s *session) writeText(ctx context.Context, file *fondsv1.BatchFile) (reason string, err error) {
	if s.out == nil {
		return "", nil
	}
	err = s.out.take(ctx, s.client, file)
	if err == nil || transient(err) || ctx.Err() != nil {
		return "", err
	}
	return fmt.Sprintf("no text written for %s: %s", shown(file.GetPath()), problemOf(err, s.client.address)), nil
}
