package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/types/known/timestamppb"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine"
	"github.com/fonds-archive/fonds/workers/engine/results"
	"github.com/fonds-archive/fonds/workers/ocr"
)

// startOCR starts the worker, and starts it anew with other models when those
// that it announced are no longer there.
func (n *node) startOCR(pool *engine.Pool, start starter) error {
	config, err := n.engineConfig()
	if err != nil {
		return err
	}
	hello, err := engine.Describe(config)
	if err != nil {
		return err
	}
	scratch, err := n.scratch("ocr")
	if err != nil {
		return err
	}
	known, err := n.openResults()
	if err != nil {
		return err
	}
	start(roleOCR, func(ctx context.Context) error {
		for {
			err := n.recognise(ctx, pool, config, hello, scratch, known)
			if !errors.Is(err, errModelsChanged) {
				return err
			}
			n.log.Warn("the models have changed: the worker starts anew with those that are there now")
			if hello, err = engine.Describe(config); err != nil {
				return err
			}
		}
	})
	return nil
}

// openResults opens the folder of results of before; nil where there is to be none.
func (n *node) openResults() (*results.Store, error) {
	if n.options.resultSpace == 0 {
		return nil, nil
	}
	return results.Open(filepath.Join(n.options.data, "results"), n.options.resultSpace)
}

// errModelsChanged ends a worker whose announcement no longer tells the truth.
var errModelsChanged = errors.New("the models have changed")

// recognise runs a worker with the models that a child has told of.
func (n *node) recognise(ctx context.Context, pool *engine.Pool, config engine.Config, hello *enginev1.Hello, scratch string, known *results.Store) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	n.log.Info("recognising", "children", config.Children, "tesseract", hello.GetEngine().GetTesseract(), "models", languages(hello.GetModels()))
	err = ocr.Run(ctx, ocr.Config{
		Bus: n.bus, Blobs: blobs{n.blobs},
		Engine: &recognizer{
			pool: pool, models: hello.GetModels(), changed: func() { end(errModelsChanged) },
			describe: func() (*enginev1.Hello, error) { return engine.Describe(config) },
		},
		Self: &fondsv1.Worker{
			Id: workerID(host), Engine: hello.GetEngine(), Models: hello.GetModels(),
			Children: uint32(config.Children), StartTime: timestamppb.Now(),
		},
		Host: host, Scratch: scratch, Results: known, Limits: decode.DefaultLimits(),
		MaxDeliveries: n.options.maxDeliveries, RetryDelay: n.options.retryDelay,
		Log: n.log.With("role", roleOCR),
	})
	if err == nil && errors.Is(context.Cause(ctx), errModelsChanged) {
		return errModelsChanged
	}
	return err
}

// workerID names a worker for as long as it lives. Host and process alone do not:
// in containers every process is number 1, and hosts may be called alike.
func workerID(host string) string {
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), strings.ToLower(rand.Text()[:8]))
}

func languages(models []*fondsv1.Model) []string {
	codes := make([]string, len(models))
	for i, m := range models {
		codes[i] = m.GetLanguage()
	}
	return codes
}

// recognizer is the pool as a worker uses it. When a child is lost it looks
// whether the models are still those that the worker has announced: a child ends
// rather than read a page with others.
type recognizer struct {
	pool     ocr.Engine
	models   []*fondsv1.Model
	describe func() (*enginev1.Hello, error)
	changed  func()
	// looking lets one look at a time: it reads every model.
	looking sync.Mutex
}

// Recognize reads a page.
func (r *recognizer) Recognize(ctx context.Context, call *enginev1.Recognize) (*enginev1.Recognition, error) {
	answer, err := r.pool.Recognize(ctx, call)
	if _, lost := errors.AsType[*engine.Crash](err); lost && r.outdated(ctx) {
		r.changed() // which ends ctx: the job goes back as it came
	}
	return answer, err
}

// outdated tells whether the models are no longer those announced.
func (r *recognizer) outdated(ctx context.Context) bool {
	r.looking.Lock()
	defer r.looking.Unlock()
	if ctx.Err() != nil {
		return false
	}
	hello, err := r.describe()
	return err == nil && !slices.EqualFunc(hello.GetModels(), r.models, func(a, b *fondsv1.Model) bool {
		return a.GetLanguage() == b.GetLanguage() && a.GetSha256() == b.GetSha256()
	})
}
