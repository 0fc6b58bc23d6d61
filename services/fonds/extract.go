package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/published"
)

// maxText is the largest text file that is read, in bytes.
const maxText = 64 << 20

func newExtractCommand() *cobra.Command {
	names := ""
	cmd := &cobra.Command{
		Use:   "extract FILE...",
		Short: "Find documents and their metadata in text files, without a server",
		Long: `Find documents and their metadata in text files, without a server.

A FILE is plain text, Markdown or HTML: the published text of one or more telegrams and
letters, or what was recognised of their pages. Each document is printed with its
fields: what was found, the words that prove it, the rule, and how sure it is.

It is in UTF-8, UTF-16, windows-1251 or KOI8-R, and what is no text is refused. With --json each
file is one line with byte offsets into the file. "-" reads standard input.

--agents names a file of people, places and organisations, CSV or JSON, that is
laid over the built-in one: further names and variants, or other ones.`,
		Example: `  fonds extract telegram.txt
  fonds extract *.txt --json | jq -r '.documents[].fields[] | [.field, .raw] | @tsv'
  fonds extract collection.md --agents our-names.csv`,
		Args: needs(cobra.MinimumNArgs(1), "one FILE or more"),
		RunE: func(cmd *cobra.Command, args []string) error {
			x, err := newExtractor(names)
			if err != nil {
				return err
			}
			return extractFiles(cmd, x, args)
		},
	}
	cmd.Flags().StringVar(&names, "agents", "", "CSV or JSON file of names to lay over the built-in ones")
	return cmd
}

// newExtractor knows the built-in names and, over them, those of a file.
func newExtractor(path string) (*extract.Extractor, error) {
	var paths []string
	if path != "" {
		paths = []string{path}
	}
	authority, err := readAuthority(paths)
	if err != nil {
		return nil, err
	}
	return extract.New(agents.NewIndex(authority)), nil
}

func extractFiles(cmd *cobra.Command, x *extract.Extractor, paths []string) error {
	failed := 0
	for _, path := range paths {
		file, err := readText(cmd.InOrStdin(), path)
		text, place := "", func(at int) int { return at }
		if err == nil {
			text, place, err = published.Decoded(path, []byte(file))
		}
		if err != nil {
			failed++
			fmt.Fprintf(cmd.ErrOrStderr(), "fonds: %s: %s\n", shown(path), err)
			continue
		}
		plain := text
		if isHTML(path, text) {
			plain = extract.PlainHTML(text)
		}
		documents := x.Extract(plain)
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if wantsJSON(cmd) {
			err = writeExtractJSON(cmd.OutOrStdout(), path, inFile(documents, place))
		} else {
			err = writeExtract(cmd.OutOrStdout(), path, text, documents)
		}
		if err != nil {
			return err
		}
	}
	if failed > 0 {
		return dataf("%s could not be read", plural(failed, "file"))
	}
	return nil
}

// isHTML tells by the name, or by how it begins, that a file is an HTML page.
func isHTML(path, text string) bool {
	name := strings.ToLower(path)
	start := strings.ToLower(strings.TrimSpace(text[:min(len(text), 200)]))
	return strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".htm") ||
		strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// readText reads a file, or standard input for "-".
func readText(stdin io.Reader, path string) (string, error) {
	in := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", localError(err)
		}
		defer file.Close()
		in = file
	}
	b, err := io.ReadAll(io.LimitReader(in, maxText+1))
	switch {
	case err != nil:
		return "", localError(err)
	case len(b) > maxText:
		return "", fmt.Errorf("larger than %d MiB: cut it into files of one collection each", maxText>>20)
	}
	return string(b), nil
}

// inFile gives documents the places that they have in a file, for those in its text.
func inFile(documents []extract.Document, place func(int) int) []extract.Document {
	moved := func(s extract.Span) extract.Span { return extract.Span{Start: place(s.Start), End: place(s.End)} }
	for i := range documents {
		d := &documents[i]
		d.Span = moved(d.Span)
		for j := range d.Fields {
			f := &d.Fields[j]
			for k := range f.Evidence {
				f.Evidence[k] = moved(f.Evidence[k])
			}
			if inside, ok := f.Value.(extract.Embedded); ok {
				inside.Span = moved(inside.Span)
				f.Value = inside
			}
		}
	}
	return documents
}

func writeExtract(w io.Writer, path, text string, documents []extract.Document) error {
	for i, d := range documents {
		line := 1 + strings.Count(text[:d.Span.Start], "\n")
		if _, err := fmt.Fprintf(w, "%s: document %d of %d, from line %d\n", shown(path), i+1, len(documents), line); err != nil {
			return err
		}
		t := table{header: []string{"  FIELD", "VALUE", "AS WRITTEN", "SURE", "RULE"}}
		if len(d.Fields) == 0 {
			if _, err := fmt.Fprintln(w, "  the rules find nothing in it"); err != nil {
				return err
			}
			continue
		}
		for _, f := range d.Fields {
			t.add("  "+f.Name, oneLine(valueText(f.Value), 60), oneLine(f.Raw, 50), fmt.Sprintf("%.0f%%", 100*f.Confidence), f.Rule)
		}
		if err := t.write(w); err != nil {
			return err
		}
	}
	if len(documents) == 0 {
		_, err := fmt.Fprintf(w, "%s: no words\n", shown(path))
		return err
	}
	return nil
}

func writeExtractJSON(w io.Writer, path string, documents []extract.Document) error {
	if documents == nil {
		documents = []extract.Document{}
	}
	if err := writeValue(w, map[string]any{"file": path, "documents": documents}); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// valueText writes a value for a person: a string as it is, parts as JSON.
func valueText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case extract.Date:
		return v.ISO
	case extract.Agent:
		return agentShown(v.Name, v.Written, v.Office)
	case extract.Mention:
		return agentShown(v.Name, strings.Join(v.Variants, ", "), "")
	case extract.Link:
		return v.URL
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
