package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// outFolder is the folder of --out. Nothing is written outside of it, whatever
// names and links say.
type outFolder struct {
	root *os.Root
	// paths gives for each path in the batch where its text goes.
	paths map[string]string
}

// openOut opens the folder of --out, and makes it where it is missing.
func openOut(folder string, files []source) (*outFolder, error) {
	if err := checkOutPaths(files); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, dataf("--out %s: %s", shown(folder), reasonOf(err))
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, dataf("--out %s: %s", shown(folder), reasonOf(err))
	}
	paths := make(map[string]string, len(files))
	for _, s := range files {
		paths[s.wire] = outPath(s.below)
	}
	return &outFolder{root: root, paths: paths}, nil
}

func (o *outFolder) close() { _ = o.root.Close() }

// take writes the text of a file that has ended, or removes what an earlier run
// wrote when now there is none: a file that is not there means "failed".
func (o *outFolder) take(ctx context.Context, c *client, file *fondsv1.BatchFile) error {
	path, ok := o.paths[file.GetPath()]
	if !ok {
		return nil
	}
	if file.GetDocument() == "" || bad(file.GetCounts()) > 0 && file.GetCounts().GetText() == 0 {
		return o.remove(path)
	}
	answer, err := c.getText(ctx, &fondsv1.GetTextRequest{Name: file.GetDocument()})
	if err != nil {
		return err
	}
	return o.write(path, pagesText(answer.GetRegions()))
}

// pagesText joins the texts of pages by form feeds. A page without text, blank
// or failed, is empty: page n stands after n-1 form feeds in any case.
func pagesText(regions []*fondsv1.RegionText) string {
	texts := make([]string, len(regions))
	for i, r := range regions {
		texts[i] = strings.ReplaceAll(r.GetText(), "\f", " ")
	}
	return strings.Join(texts, "\f")
}

// write puts a text in place at once, so that no reader ever sees half of it. It
// is synced first: an empty file means "blank", and must not come from a power cut.
func (o *outFolder) write(path, text string) error {
	folder := filepath.Dir(path)
	if err := o.root.MkdirAll(folder, 0o755); err != nil {
		return outError(path, err)
	}
	temporary := filepath.Join(folder, ".fonds-"+rand.Text()+".tmp")
	file, err := o.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return outError(path, err)
	}
	_, err = file.WriteString(text)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = o.root.Rename(temporary, path)
	}
	if err != nil {
		return outError(path, errors.Join(err, o.root.Remove(temporary)))
	}
	return nil
}

func (o *outFolder) remove(path string) error {
	if err := o.root.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) && !isNotDir(err) {
		return outError(path, err)
	}
	return nil
}

// isNotDir tells the error for a path below something that is a file.
func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

func outError(path string, err error) error {
	return fmt.Errorf("write the text %s below --out: %s", shown(path), reasonOf(err))
}

func (c *client) getText(ctx context.Context, request *fondsv1.GetTextRequest) (*fondsv1.GetTextResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return c.catalog.GetText(ctx, request, zipped())
}
