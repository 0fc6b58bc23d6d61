package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	var checkpoint string
	cmd := &cobra.Command{
		Use:   "fsck",
		Short: "Check every blob, reading, reference and stream of a data folder",
		Long: `fsck reads a data folder from end to end: the database's own structure, each scan
against its digest, each reading's body against its digest and its text, each
reference from documents to readings and from works to outcomes, the sums of
batches, the numbers of events, the streams, and the log of what people did: the
whole tree is hashed anew from the acts, and what the acts name is compared with the
database.

Whoever can write to the folder can put another log in the place of this one, or an
older copy of the whole folder. --checkpoint finds that out, with a checkpoint that
was kept elsewhere: the newest is what "fonds proof checkpoint" prints.

Problems make the exit code 1. Notes do not: a blob that nothing refers to is
what an interrupted upload leaves behind; --prune removes those older than an hour.

A blob to which only a message refers, for its text was too large for one, stays:
nothing is removed while a server owns the folder, or when the streams cannot be
read.`,
		Example: "  fonds fsck --data ./data\n  fonds fsck --data ./data --prune\n  fonds fsck --data ./data --checkpoint /elsewhere/checkpoint.txt\n  fonds fsck --json | jq -r .problem",
		Args:    needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f := &fsck{data: data, prune: prune, checkpoint: checkpoint, json: wantsJSON(cmd), out: cmd.OutOrStdout()}
			return f.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&data, "data", "data", "data folder of a server")
	cmd.Flags().BoolVar(&prune, "prune", false, "remove blobs that nothing refers to and that are older than an hour")
	cmd.Flags().StringVar(&checkpoint, "checkpoint", "", "file with a checkpoint of the log of acts that was kept elsewhere")
	return cmd
}

// fsck checks one data folder.
type fsck struct {
	data       string
	prune      bool
	checkpoint string
	json       bool
	out        io.Writer
	blobs      *blob.Store
	store      *sqlite.Store
	problems   int
	// alone tells that no server owns the folder, purging that one has to go on with a purge.
	alone, purging bool
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
	if _, err := os.Stat(filepath.Join(f.data, databaseFile)); errors.Is(err, fs.ErrNotExist) {
		return notFoundf("%s is no data folder of a server: it has no %s; name another folder with --data", shown(f.data), databaseFile)
	}
	alone := true
	unlock, err := lockFolder(f.data)
	switch {
	case errors.Is(err, errOwned):
		alone = false
		f.say(finding{Name: f.data, Note: "a server owns it: streams are not looked at and nothing is removed"})
	case err != nil:
		return err
	default:
		defer unlock()
	}
	if f.blobs, err = blob.Open(filepath.Join(f.data, blobsFolder)); err != nil {
		return err
	}
	if f.store, err = sqlite.Open(ctx, filepath.Join(f.data, databaseFile)); err != nil {
		return err
	}
	defer func() { _ = f.store.Close() }()
	f.alone = alone
	if err := f.purges(ctx); err != nil {
		return err
	}
	audit, err := f.database(ctx)
	if err != nil {
		return err
	}
	leaves, err := f.ledger(ctx)
	if err != nil {
		return err
	}
	blobs, orphans, err := f.blobFolder(ctx)
	if err != nil {
		return err
	}
	counts := fmt.Sprintf("%d blobs, %d scans, %d readings, %d documents, %d acts in the log", blobs, audit.Scans, audit.Readings, audit.Documents, leaves)
	var messages string
	var bodies map[string]bool
	if alone {
		if messages, bodies, err = f.streams(ctx); err != nil {
			return err
		}
	}
	if err := f.judge(ctx, orphans, bodies); err != nil {
		return err
	}
	if alone && f.prune {
		if err := f.cleanTemp(ctx); err != nil {
			return err
		}
	}
	if !f.json {
		_, _ = fmt.Fprintf(f.out, "%s%s: %d problems\n", counts, messages, f.problems)
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

// blobFolder checks each blob against its digest, and gives those that the
// database does not refer to and that no upload may still be on its way for.
func (f *fsck) blobFolder(ctx context.Context) (count int, orphans []blob.Info, err error) {
	old := time.Now().Add(-pruneAge)
	err = f.blobs.Each(ctx, func(info blob.Info) error {
		if info.Digest == "" {
			f.say(finding{Name: info.Path, Note: "is no blob"})
			return nil
		}
		count++
		if err := f.blobs.Verify(ctx, info.Digest); err != nil {
			f.found("blob "+info.Digest, err.Error())
			return ctx.Err()
		}
		var scan catalog.Scan
		err := f.store.View(ctx, func(r catalog.Reader) (err error) {
			scan, err = r.Scan(catalog.Digest(info.Digest))
			return err
		})
		if err == nil && !scan.PurgedAt.IsZero() {
			return f.withdrawn(ctx, info)
		}
		if !errors.Is(err, catalog.ErrNotFound) {
			return err
		}
		if info.ModTime.Before(old) {
			orphans = append(orphans, info)
		}
		return nil
	})
	return count, orphans, err
}

// judge tells of the blobs that nothing refers to, and removes them when that is
// wanted. bodies are those that messages refer to, nil when that is not known:
// then any of the blobs may be one.
func (f *fsck) judge(ctx context.Context, orphans []blob.Info, bodies map[string]bool) error {
	for _, o := range orphans {
		note := "nothing refers to it; --prune removes it"
		switch {
		case bodies[o.Digest]:
			continue
		case bodies == nil:
			note = "the database does not refer to it; whether a message does is not known"
		case f.prune:
			if _, err := f.blobs.Remove(ctx, o.Digest, time.Now().Add(-pruneAge)); err != nil {
				return err
			}
			note = "nothing referred to it: removed"
		}
		f.say(finding{Name: "blob " + o.Digest, Note: note})
	}
	return nil
}

// cleanTemp removes what killed servers have left of uploads.
func (f *fsck) cleanTemp(ctx context.Context) error {
	n, err := f.blobs.CleanTemp(ctx, unfinishedAge)
	if n > 0 {
		f.say(finding{Name: blobsFolder, Note: plural(n, "unfinished upload") + " removed"})
	}
	return err
}

// queueFolder is where the embedded NATS server keeps its streams.
const queueFolder = "jetstream"

// streams opens the queue's folder, checks that each stream can be read, and tells
// how many messages it has and to which bodies they refer, nil when they cannot be
// read or lie elsewhere.
func (f *fsck) streams(ctx context.Context) (messages string, bodies map[string]bool, err error) {
	// Opening it would make it, and the next run would take it for the server's.
	if _, err := os.Stat(filepath.Join(f.data, queueFolder)); errors.Is(err, fs.ErrNotExist) {
		f.say(finding{Name: queueFolder, Note: "is not there: the streams are lost, or on another server; they are not looked at"})
		return "", nil, nil
	}
	embedded, err := bus.Embed(f.data, "")
	if err != nil {
		f.found(queueFolder, err.Error())
		return "", nil, nil
	}
	defer embedded.Close()
	connecting, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	b, err := bus.Connect(connecting, "", embedded.Options()...)
	if err != nil {
		f.found(queueFolder, err.Error())
		return "", nil, nil
	}
	defer b.Close()
	problems, err := b.Check(ctx)
	if err != nil {
		return "", nil, err
	}
	for _, p := range problems {
		f.found(queueFolder, p)
	}
	states, err := b.States(ctx)
	if err != nil {
		return "", nil, err
	}
	for _, s := range states {
		messages += fmt.Sprintf(", %s %d", s.Name, s.Messages)
	}
	if bodies, err = b.Bodies(ctx); err != nil {
		f.found(queueFolder, err.Error())
		return messages, nil, ctx.Err()
	}
	return messages, bodies, nil
}
