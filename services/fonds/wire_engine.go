package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/types/known/timestamppb"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine"
	"github.com/fonds-archive/fonds/workers/ocr"
)

// engineConfig describes the children of this process.
func (n *node) engineConfig() (engine.Config, error) {
	program, err := n.options.findEngine()
	if err != nil {
		return engine.Config{}, err
	}
	args := []string{fmt.Sprintf("--memory-limit=%d", n.options.childMemory)}
	if n.options.tessdata != "" {
		args = append(args, "--tessdata", n.options.tessdata)
	}
	return engine.Config{
		Path: program, Args: args, DescribeArgs: []string{"--describe"},
		Children: n.options.workers, Deadline: n.options.pageDeadline,
		Pages: n.options.pageBudget, Log: n.log.With("role", "engine"),
	}, nil
}

// openEngine makes the pool of children, which start when they are needed: the
// worker's read pages, the catalog's draw them.
func (n *node) openEngine() (*engine.Pool, error) {
	if !n.options.has(roleOCR) && !n.options.has(roleCatalog) {
		return nil, nil
	}
	config, err := n.engineConfig()
	if err != nil {
		if n.options.has(roleOCR) {
			return nil, err
		}
		// A catalog without the program serves all but page images; its callers
		// hear why when they ask for one.
		config = engine.Config{Path: engineName, StartAttempts: 1}
	}
	pool := engine.New(config)
	n.onClose(pool.Close)
	return pool, nil
}

func (n *node) startOCR(pool *engine.Pool, start starter) error {
	config, err := n.engineConfig()
	if err != nil {
		return err
	}
	hello, err := engine.Describe(config)
	if err != nil {
		return err
	}
	scratch, err := n.scratch(fmt.Sprintf("ocr-%d", os.Getpid()))
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	worker := ocr.Config{
		Bus: n.bus, Blobs: blobs{n.blobs}, Engine: pool,
		Self: &fondsv1.Worker{
			Id: fmt.Sprintf("%s-%d", host, os.Getpid()), Engine: hello.GetEngine(), Models: hello.GetModels(),
			Children: uint32(n.options.workers), StartTime: timestamppb.Now(),
		},
		Host: host, Scratch: scratch, Limits: decode.DefaultLimits(),
		MaxDeliveries: n.options.maxDeliveries, RetryDelay: n.options.retryDelay,
		Log: n.log.With("role", roleOCR),
	}
	start(roleOCR, func(ctx context.Context) error { return ocr.Run(ctx, worker) })
	n.log.Info("recognising", "children", n.options.workers, "tesseract", hello.GetEngine().GetTesseract(), "models", languages(hello.GetModels()))
	return nil
}

func languages(models []*fondsv1.Model) []string {
	codes := make([]string, len(models))
	for i, m := range models {
		codes[i] = m.GetLanguage()
	}
	return codes
}

// scratch gives an empty folder that is removed at the end. What a killed process
// left there is removed at the next start.
func (n *node) scratch(name string) (string, error) {
	folder := filepath.Join(n.options.data, "scratch", name)
	if err := os.RemoveAll(folder); err != nil {
		return "", fmt.Errorf("empty the scratch folder: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make the scratch folder: %w", err)
	}
	n.onClose(func() { _ = os.RemoveAll(folder) })
	return folder, nil
}

// images draws pages for the catalog.
type images struct {
	pool    *engine.Pool
	scratch string
}

// Render draws one page as PNG.
func (i images) Render(ctx context.Context, scanPath string, page int, maxSide uint32, upright bool) (string, uint32, uint32, func(), error) {
	nothing := func() {}
	folder, err := os.MkdirTemp(i.scratch, "page-")
	if err != nil {
		return "", 0, 0, nothing, fmt.Errorf("make folder for a page image: %w", err)
	}
	release := func() { _ = os.RemoveAll(folder) }
	image, drop, err := decode.Image(ctx, scanPath, page, folder, decode.DefaultLimits())
	defer drop()
	if err != nil {
		release()
		return "", 0, 0, nothing, err
	}
	target := filepath.Join(folder, "page.png")
	r, err := i.pool.Render(ctx, &enginev1.Render{Image: image, MaxSide: maxSide, Target: target, Upright: upright})
	if err == nil && r.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		err = &catalog.Error{Code: catalog.Precondition, Reason: "PAGE_NOT_RENDERED", Message: r.GetReason()}
	}
	if err != nil {
		release()
		return "", 0, 0, nothing, err
	}
	return target, r.GetWidth(), r.GetHeight(), release, nil
}
