package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// importOptions are the flags of import.
type importOptions struct {
	collection, as, edition, url string
	wait                         bool
}

// The values of --as.
const (
	asDocuments = "documents"
	asDocument  = "document"
)

func newImportCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import FILE...",
		Short: "Take published texts in: plain text, Markdown or web pages with telegrams in them",
		Long: `Take published texts in.

A FILE is plain text, Markdown or HTML that holds one or more published documents.
It is kept byte for byte as a scan, its text as a reading of the origin IMPORTED,
which recognition never overtakes. Each telegram or letter in it becomes a document, in
order; the compiler's words around them are kept as documents of their own. With
--as document the whole file is one, whatever it looks like; ` + "`fonds split`" + ` and
` + "`fonds merge`" + ` change what was found.

The same file in the same collection is imported once: naming it again changes
nothing and prints its documents. --json has their fields with --wait alone.`,
		Example: `  fonds import telegram.txt
  fonds import bulletin.html --edition 'Bulletin 6-7' --url https://example.org/bulletin
  fonds import letters/*.md --collection letters --wait
  fonds import memoir.txt --as document --json | jq -r .name`,
		Args: needs(cobra.MinimumNArgs(1), "one FILE or more"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	addServerFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&o.collection, "collection", "", `collection to import into (default "default")`)
	f.StringVar(&o.as, "as", asDocuments, `"document": the whole file is one; "documents": those that are found in it`)
	f.StringVar(&o.edition, "edition", "", "what the publication is called (default: the file's name)")
	f.StringVar(&o.url, "url", "", "where it was published (default: what the text itself says)")
	f.BoolVarP(&o.wait, "wait", "w", false, "wait until the rules have read the documents")
	return cmd
}

func (o *importOptions) run(cmd *cobra.Command, paths []string) error {
	if o.as != asDocument && o.as != asDocuments {
		return usagef("--as %s: write %s or %s", shown(o.as), asDocument, asDocuments)
	}
	id := strings.TrimPrefix(o.collection, "collections/")
	if id != "" && !collectionPattern.MatchString(id) {
		return usagef("--collection %s: %s", shown(o.collection), collectionRule)
	}
	if u, err := url.Parse(o.url); o.url != "" && (err != nil || u.Scheme == "" || u.Host == "") {
		return usagef("--url %s: write a whole address, such as https://example.org/bulletin", shown(o.url))
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	failed := 0
	for _, path := range paths {
		err := o.importOne(cmd, c, path)
		if err == nil {
			continue
		}
		if transient(err) || cmd.Context().Err() != nil || len(paths) == 1 {
			return err
		}
		failed++
		fmt.Fprintf(cmd.ErrOrStderr(), "fonds: %s\n", problemOf(err, c.address))
	}
	if failed > 0 {
		return dataf("%s could not be imported", plural(failed, "file"))
	}
	return nil
}

func (o *importOptions) importOne(cmd *cobra.Command, c *client, path string) error {
	answer, err := o.send(cmd.Context(), c, path)
	if err != nil {
		return err
	}
	documents := answer.GetDocuments()
	if o.wait {
		if documents, err = c.awaitExtracted(cmd.Context(), documents); err != nil {
			return err
		}
	}
	w := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		write := writeHeadLine
		if o.wait {
			write = writeLine
		}
		for _, d := range documents {
			if err := write(w, d); err != nil {
				return err
			}
		}
		return nil
	}
	held := ""
	if answer.GetAlreadyHeld() {
		held = ", imported before"
	}
	if _, err := fmt.Fprintf(w, "%s: %s%s\n", shown(path), plural(len(documents), "document"), held); err != nil {
		return err
	}
	t := table{header: []string{"  NAME", "TITLE"}}
	for _, d := range documents {
		t.add("  "+d.GetName(), titleOf(d))
	}
	return t.write(w)
}

// mostImported is the largest file that a server takes, in bytes.
const mostImported = 64 << 20

// send delivers one file.
func (o *importOptions) send(ctx context.Context, c *client, path string) (*fondsv1.ImportTextResponse, error) {
	file, err := readWhole(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(file)
	header := &fondsv1.ImportTextHeader{
		Path: wirePath(filepath.Base(path)), Sha256: hex.EncodeToString(sum[:]), Size: uint64(len(file)), AsDocument: o.as == asDocument,
		Edition: &fondsv1.Edition{Title: o.edition, Url: o.url},
	}
	if id := strings.TrimPrefix(o.collection, "collections/"); id != "" {
		header.Collection = "collections/" + id
	}
	ctx, cancel := context.WithTimeout(ctx, callTime+time.Duration(len(file)/slowestUpload)*time.Second)
	defer cancel()
	stream, err := c.ingest.ImportText(ctx)
	if err != nil {
		return nil, err
	}
	err = stream.Send(&fondsv1.ImportTextRequest{Part: &fondsv1.ImportTextRequest_Header{Header: header}})
	for rest := file; err == nil && len(rest) > 0; {
		n := min(len(rest), chunkSize)
		err = stream.Send(&fondsv1.ImportTextRequest{Part: &fondsv1.ImportTextRequest_Data{Data: rest[:n]}})
		rest = rest[n:]
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return stream.CloseAndRecv() // says what an EOF while sending was about
}

// readWhole reads a file that has to be a text.
func readWhole(path string) ([]byte, error) {
	file, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, notFoundf("%s: no such file", shown(path))
	case err != nil:
		return nil, fmt.Errorf("%s: %w", shown(path), localError(err))
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", shown(path), localError(err))
	case info.IsDir():
		return nil, dataf("%s is a folder: name the files in it", shown(path))
	case info.Size() > mostImported:
		return nil, dataf("%s has %d bytes; at most %d are imported at once: cut it", shown(path), info.Size(), mostImported)
	}
	b, err := io.ReadAll(io.LimitReader(file, mostImported+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(path), localError(err))
	}
	return b, nil
}

// awaitExtracted waits until the rules have read documents, and returns them as they
// are then.
func (c *client) awaitExtracted(ctx context.Context, documents []*fondsv1.Document) ([]*fondsv1.Document, error) {
	ctx, cancel := context.WithTimeout(ctx, longestExtraction)
	defer cancel()
	read := make([]*fondsv1.Document, len(documents))
	for i, d := range documents {
		for {
			present, err := c.getDocument(ctx, d.GetName(), 0)
			if err != nil {
				return nil, err
			}
			if read[i] = present; present.GetExtracted() || present.GetDeleteTime() != nil {
				break
			}
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				return nil, dataf("the rules have not read %s within %v: does a server with the role extract run?", d.GetName(), longestExtraction)
			}
		}
	}
	return read, nil
}

// longestExtraction bounds the waiting for the rules: a large file with thousands of
// documents takes minutes.
const longestExtraction = 10 * time.Minute
