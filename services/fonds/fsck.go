package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

func newFsckCommand() *cobra.Command {
	var data string
	var prune bool
	cmd := &cobra.Command{
		Use:   "fsck",
		Short: "Check every blob, reading, reference and stream of a data folder",
		Long: `fsck reads a data folder from end to end: the database's own structure, each scan
against its digest, each reading's body against its digest and its text, each
reference from documents to readings and from works to outcomes, the sums of
batches, the numbers of events, and the streams.

Problems make the exit code 1. Notes do not: a blob that nothing refers to is
what an interrupted upload leaves behind; --prune removes those older than an hour.

While a server owns the folder, the streams are left out and nothing is removed.`,
		Example: "  fonds fsck --data ./data\n  fonds fsck --data ./data --prune\n  fonds fsck --json | jq -r .problem",
		Args:    needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f := &fsck{data: data, prune: prune, json: wantsJSON(cmd), out: cmd.OutOrStdout()}
			return f.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&data, "data", "data", "data folder of a server")
	cmd.Flags().BoolVar(&prune, "prune", false, "remove blobs that nothing refers to and that are older than an hour")
	return cmd
}

// fsck checks one data folder.
type fsck struct {
	data     string
	prune    bool
	json     bool
	out      io.Writer
	blobs    *blob.Store
	store    *sqlite.Store
	problems int
}

// finding is one line of the report.
type finding struct {
	Name    string `json:"name"`
	Problem string `json:"problem,omitempty"`
	Note    string `json:"note,omitempty"`
}

func (f *fsck) say(x finding) {
	if x.Problem != "" {
		f.problems++
	}
	if f.json {
		line, _ := json.Marshal(x) //nolint:errchkjson // three strings
		_, _ = fmt.Fprintf(f.out, "%s\n", line)
		return
	}
	if x.Problem != "" {
		_, _ = fmt.Fprintf(f.out, "PROBLEM  %s: %s\n", x.Name, x.Problem)
		return
	}
	_, _ = fmt.Fprintf(f.out, "note     %s: %s\n", x.Name, x.Note)
}

func (f *fsck) found(name, problem string) { f.say(finding{Name: name, Problem: problem}) }

func (f *fsck) run(ctx context.Context) error {
	alone := true
	unlock, err := lockFolder(f.data)
	if err != nil {
		alone = false
		f.say(finding{Name: f.data, Note: "a server owns it: streams are not looked at and nothing is removed"})
	} else {
		defer unlock()
	}
	if f.blobs, err = blob.Open(filepath.Join(f.data, "blobs")); err != nil {
		return err
	}
	if f.store, err = sqlite.Open(ctx, filepath.Join(f.data, databaseFile)); err != nil {
		return err
	}
	defer func() { _ = f.store.Close() }()
	audit, err := f.database(ctx)
	if err != nil {
		return err
	}
	blobs, err := f.blobFolder(ctx, alone && f.prune)
	if err != nil {
		return err
	}
	counts := fmt.Sprintf("%d blobs, %d scans, %d readings, %d documents", blobs, audit.Scans, audit.Readings, audit.Documents)
	if alone {
		messages, err := f.streams(ctx)
		if err != nil {
			return err
		}
		counts += messages
	}
	if !f.json {
		_, _ = fmt.Fprintf(f.out, "%s: %d problems\n", counts, f.problems)
	}
	if f.problems > 0 {
		return errFailedData
	}
	return nil
}

// database checks the database's structure and everything in it.
func (f *fsck) database(ctx context.Context) (*catalog.Audit, error) {
	broken, err := f.store.Check(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range broken {
		f.found(databaseFile, b)
	}
	audit := &catalog.Audit{Found: f.found, Body: checkBody, Scan: func(s catalog.Scan) error {
		info, err := f.blobs.Stat(ctx, string(s.Digest))
		if err == nil && info.Size != s.Size {
			err = fmt.Errorf("its blob has %d bytes, not %d", info.Size, s.Size)
		}
		return err
	}}
	return audit, newCatalog(f.store, catalog.DefaultLimits()).Audit(ctx, audit)
}

// checkBody checks that a body can be read, says the text, and points into it.
func checkBody(encoded []byte, text string) error {
	var body fondsv1.Body
	if err := proto.Unmarshal(encoded, &body); err != nil {
		return fmt.Errorf("its body cannot be decoded: %w", err)
	}
	if body.GetText() != text {
		return errors.New("its text is not its body's")
	}
	end := uint32(0)
	for i, w := range body.GetWords() {
		if w.GetStart() < end || w.GetEnd() <= w.GetStart() || int(w.GetEnd()) > len(text) {
			return fmt.Errorf("word %d points outside the text, or before the word before it", i+1)
		}
		end = w.GetEnd()
	}
	return nil
}

// pruneAge keeps blobs whose upload may still be on its way to the database.
const pruneAge = time.Hour

// blobFolder checks each blob against its digest, and whether anyone refers to it.
func (f *fsck) blobFolder(ctx context.Context, prune bool) (int, error) {
	count := 0
	err := f.blobs.Each(ctx, func(info blob.Info) error {
		if info.Digest == "" {
			f.say(finding{Name: info.Path, Note: "is no blob"})
			return nil
		}
		count++
		if err := f.blobs.Verify(ctx, info.Digest); err != nil {
			f.found("blob "+info.Digest, err.Error())
			return ctx.Err()
		}
		return f.reference(ctx, info, prune)
	})
	return count, err
}

func (f *fsck) reference(ctx context.Context, info blob.Info, prune bool) error {
	err := f.store.View(ctx, func(r catalog.Reader) error {
		_, err := r.Scan(catalog.Digest(info.Digest))
		return err
	})
	if !errors.Is(err, catalog.ErrNotFound) {
		return err
	}
	old := time.Now().Add(-pruneAge)
	if !info.ModTime.Before(old) {
		return nil
	}
	note := "nothing refers to it; --prune removes it"
	if prune {
		if _, err := f.blobs.Remove(ctx, info.Digest, old); err != nil {
			return err
		}
		note = "nothing referred to it: removed"
	}
	f.say(finding{Name: "blob " + info.Digest, Note: note})
	return nil
}

// streams opens the queue's folder, checks that each stream can be read, and tells
// how many messages it has.
func (f *fsck) streams(ctx context.Context) (messages string, err error) {
	embedded, err := bus.Embed(f.data, "")
	if err != nil {
		f.found("jetstream", err.Error())
		return "", nil
	}
	defer embedded.Close()
	connecting, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	b, err := bus.Connect(connecting, "", embedded.Options()...)
	if err != nil {
		f.found("jetstream", err.Error())
		return "", nil
	}
	defer b.Close()
	problems, err := b.Check(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range problems {
		f.found("jetstream", p)
	}
	states, err := b.States(ctx)
	for _, s := range states {
		messages += fmt.Sprintf(", %s %d", s.Name, s.Messages)
	}
	return messages, err
}
