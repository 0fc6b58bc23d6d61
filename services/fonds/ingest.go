package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// ingestOptions are the flags of ingest.
type ingestOptions struct {
	collection string
	language   string
	recipe     string
	manifest   string
	recursive  bool
	wait       bool
	out        string
}

func newIngestCommand() *cobra.Command {
	var o ingestOptions
	cmd := &cobra.Command{
		Use:   "ingest PATH...",
		Short: "Deliver scans to the server and have them read",
		Long: `Deliver scans to the server, which reads each page.

PATH is a file or a folder. Of a folder its own files are taken, with --recursive
those of its subfolders too. Images and PDF are told by their first bytes; other
files are named and skipped, and a file that only calls itself an image is
delivered all the same, so that its outcome says what is wrong with it.

In the batch a file has the path below its PATH argument: "scans" gives
a/1.jpg for scans/a/1.jpg. Where that would give two files the same path, all
get their path below the folder common to all arguments. A name that is not
UTF-8 has its odd bytes written as %XX.

Interrupting loses nothing: what has arrived is read, and the same command
delivers the rest to the same batch. Files that were read before with the same
recipe and languages are not read again.

--manifest names a file of tab-separated values whose first line names columns:
file, and if wanted lang (or language) and collection; others are left alone. Its
paths are relative to it. Without PATH its files are taken; with PATH it gives
the settings of those of its files that PATH names.

--out DIR writes the text of each file as it ends: a/b.jpg goes to
DIR/a/b.jpg.txt, pages parted by a form feed. A blank page is empty; so is a
failed page of a file that has text on others, and that file is listed as failed.
A file that failed altogether has no text file, and one left by an earlier run is
removed. A name that ".txt" would make longer than 255 bytes is cut and gets
eight digits of its SHA-256.`,
		Example: `  fonds ingest letter.pdf --wait                         one file, wait for its text
  fonds ingest scans --recursive --wait                  a folder and all below it
  fonds ingest scans -r --lang eng+rus --out text        a folder becomes a folder of text
  fonds ingest --manifest scans/manifest.tsv --wait      files with languages of their own
  fonds ingest scans -r --collection telegrams           deliver, and do not wait
  fonds ingest scans -r --recipe plain --wait            one pass of Tesseract, nothing else
  fonds ingest scans -r --wait --json | jq .document     for scripts`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	addServerFlag(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.collection, "collection", "", `collection for files that the manifest gives none (default "default")`)
	flags.StringVar(&o.language, "lang", "", `languages, such as eng+rus, for files that the manifest gives none (default "eng")`)
	flags.StringVar(&o.recipe, "recipe", "", "name of the recipe, as `fonds recipe list` has it (default: the server's)")
	flags.StringVar(&o.manifest, "manifest", "", "TSV file with a header: file, lang or language, collection")
	flags.BoolVarP(&o.recursive, "recursive", "r", false, "take the subfolders of folders too")
	flags.BoolVarP(&o.wait, "wait", "w", false, "wait until every page has its outcome")
	flags.StringVarP(&o.out, "out", "o", "", "write each file's text below this folder (implies --wait)")
	return cmd
}

func (o *ingestOptions) run(cmd *cobra.Command, args []string) error {
	o.wait = o.wait || o.out != ""
	if err := o.check(args); err != nil {
		return err
	}
	display := newDisplay(cmd.ErrOrStderr(), wantsJSON(cmd))
	plan, err := o.plan(args, display)
	if err != nil {
		return err
	}
	var out *outFolder
	if o.out != "" {
		if out, err = openOut(o.out, plan.files); err != nil {
			return err
		}
		defer out.close()
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	start := time.Now()
	batch, err := o.openBatch(cmd.Context(), c, plan, display)
	if err != nil {
		return err
	}
	files, err := stillToSend(cmd.Context(), c, batch, plan.files, display)
	if err != nil {
		return err
	}
	s := &session{
		client: c, batch: batch.GetName(), files: files, delivers: true, wait: o.wait, out: out,
		json: wantsJSON(cmd), stdout: cmd.OutOrStdout(), display: display,
	}
	if err := s.run(cmd.Context()); err != nil {
		return s.broken(cmd.Context(), err)
	}
	return s.finish(cmd.Context(), finishing{start: start, troubles: plan.troubles})
}

func (o *ingestOptions) check(args []string) error {
	o.collection = strings.TrimPrefix(o.collection, "collections/")
	switch {
	case len(args) == 0 && o.manifest == "":
		return usagef("fonds ingest needs a PATH, or --manifest FILE")
	case o.language != "" && !isLanguage(o.language):
		return usagef("--lang %s: write codes such as eng or eng+rus", shown(o.language))
	case o.collection != "" && !collectionPattern.MatchString(o.collection):
		return usagef("--collection %s: %s", shown(o.collection), collectionRule)
	}
	return nil
}

// plan is what an ingest command will deliver.
type plan struct {
	files     []source
	resumeKey string
	// troubles counts what was named and could not be taken.
	troubles int
}

// maxFiles is how many files one batch takes.
const maxFiles = 200_000

// plan finds the files and their settings. Nothing has been sent when it fails.
func (o *ingestOptions) plan(args []string, d *display) (*plan, error) {
	p := &plan{}
	find := newFinder(
		o.recursive,
		func(path, why string) { d.note("skipped: %s: %s", shown(path), why) },
		func(path, why string) { p.troubles++; d.note("not taken: %s: %s", shown(path), safeText(why)) },
	)
	var m *manifest
	var content []byte
	var err error
	if o.manifest != "" {
		if m, err = readManifest(o.manifest); err != nil {
			return nil, err
		}
		content = m.content
	}
	if len(args) > 0 {
		p.files, err = find.find(args)
	} else {
		p.files = m.find(find)
		args = []string{m.folder()}
	}
	if err != nil {
		return nil, err
	}
	if m != nil {
		m.apply(p.files, find.trouble)
	}
	switch {
	case len(p.files) == 0:
		return nil, dataf("nothing to ingest: no image or PDF among what was named")
	case len(p.files) > maxFiles:
		return nil, usagef("%d files: a batch takes %d; ingest folder by folder", len(p.files), maxFiles)
	}
	if err := nameOnWire(p.files, args); err != nil {
		return nil, err
	}
	p.resumeKey, err = o.resumeKey(args, content)
	return p, err
}

func (o *ingestOptions) resumeKey(args []string, content []byte) (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("host name: %w", err)
	}
	manifest := o.manifest
	if manifest != "" {
		if manifest, err = filepath.Abs(manifest); err != nil {
			return "", fmt.Errorf("path of the manifest: %w", err)
		}
	}
	absolute := make([]string, len(args))
	for i, arg := range args {
		if absolute[i], err = filepath.Abs(arg); err != nil {
			return "", fmt.Errorf("path of %s: %w", shown(arg), err)
		}
	}
	return resumeKey(host, absolute, o.collection, o.language, o.recipe, manifest, content), nil
}

// requestBytes is how much of a list of files goes into one CreateBatch: gRPC
// servers take 4 MiB a message unless told otherwise.
const requestBytes = 2 << 20

// openBatch opens the batch, or finds the unfinished one of the same command. A
// long list of files goes in parts, which the resume key holds together.
func (o *ingestOptions) openBatch(ctx context.Context, c *client, p *plan, d *display) (*fondsv1.Batch, error) {
	var batch *fondsv1.Batch
	for rest := p.files; len(rest) > 0; {
		request := &fondsv1.CreateBatchRequest{Language: o.language, Collection: collectionName(o.collection), ResumeKey: p.resumeKey, Recipe: o.recipe}
		size, n := 0, 0
		for n < len(rest) && (n == 0 || size < requestBytes) {
			file := &fondsv1.NewFile{
				Path: rest[n].wire, Size: uint64(rest[n].size),
				Language: rest[n].language, Collection: collectionName(rest[n].collection),
			}
			request.Files = append(request.Files, file)
			size += proto.Size(file) + 4
			n++
		}
		rest = rest[n:]
		answer, err := createBatch(ctx, c, request, d)
		if err != nil {
			return nil, err
		}
		batch = answer
	}
	return batch, nil
}

// workerTries is how often, a second apart, a batch is asked for while no worker
// is live: a server that has just been started is taken before its workers are.
const workerTries = 15

func createBatch(ctx context.Context, c *client, request *fondsv1.CreateBatchRequest, d *display) (*fondsv1.Batch, error) {
	for try := 1; ; try++ {
		callCtx, cancel := context.WithTimeout(ctx, callTime)
		batch, err := c.ingest.CreateBatch(callCtx, request)
		cancel()
		if err == nil || try == workerTries || reasonCode(err) != "NO_WORKER" {
			return batch, err
		}
		if try == 1 {
			d.note("no worker is live yet; waiting up to %d seconds for one", workerTries)
		}
		if err := pause(ctx, time.Second); err != nil {
			return nil, err
		}
	}
}

func collectionName(id string) string {
	if id == "" {
		return ""
	}
	return "collections/" + id
}

// stillToSend returns those files that the batch does not have yet.
func stillToSend(ctx context.Context, c *client, batch *fondsv1.Batch, files []source, d *display) ([]source, error) {
	if batch.GetFilesArrived() == 0 {
		return files, nil
	}
	arrived := map[string]uint64{}
	err := c.eachBatchFile(ctx, batch.GetName(), false, func(f *fondsv1.BatchFile) error {
		if f.GetState() > fondsv1.FileState_FILE_STATE_EXPECTED {
			arrived[f.GetPath()] = f.GetSize()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var rest []source
	for _, file := range files {
		size, ok := arrived[file.wire]
		if !ok {
			rest = append(rest, file)
			continue
		}
		if size != uint64(file.size) {
			d.note("changed since it was delivered: %s: ingest it again when this batch has ended", shown(file.local))
		}
	}
	d.note("resuming %s: %d of %s had arrived", batch.GetName(), len(files)-len(rest), plural(len(files), "file"))
	return rest, nil
}

// eachBatchFile calls fn for the files of a batch, by number.
func (c *client) eachBatchFile(ctx context.Context, batch string, onlyFailed bool, fn func(*fondsv1.BatchFile) error) error {
	request := &fondsv1.ListBatchFilesRequest{Parent: batch, OnlyFailed: onlyFailed}
	for {
		callCtx, cancel := context.WithTimeout(ctx, callTime)
		answer, err := c.ingest.ListBatchFiles(callCtx, request, zipped())
		cancel()
		if err != nil {
			return err
		}
		for _, file := range answer.GetFiles() {
			if err := fn(file); err != nil {
				return err
			}
		}
		if request.PageToken = answer.GetNextPageToken(); request.GetPageToken() == "" {
			return nil
		}
	}
}

// broken explains an end before the end.
func (s *session) broken(ctx context.Context, err error) error {
	id := strings.TrimPrefix(s.batch, "batches/")
	how := fmt.Sprintf("What has arrived goes on.\n  return to it:     fonds batch watch %s", id)
	if len(s.files) > 0 {
		how += "\n  deliver the rest: the same command again"
	}
	if ctx.Err() != nil {
		return &exitError{code: exitInterrupted, message: "interrupted. " + how, cause: ctx.Err()}
	}
	if p := problemOf(err, s.client.address); p.ExitCode == exitUnreachable {
		return &exitError{code: exitUnreachable, message: p.Message + "\n" + how, cause: err}
	}
	if _, ok := errors.AsType[*exitError](err); ok {
		return err
	}
	return fmt.Errorf("%s: %w", s.batch, err)
}
