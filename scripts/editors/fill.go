package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
)

// A page has this many lines of so many words: 304 words, as a page of typescript has.
const (
	linesOfPage = 38
	wordsOfLine = 8
	// draftSize is the length of such a text in bytes.
	draftSize = linesOfPage * wordsOfLine * 8
)

const collection = "telegrams"

// fill brings in scans of one page each, read by a machine.
func fill(ctx context.Context, c *catalog.Catalog, count int) ([]page, error) {
	recipe, err := catalog.NewRecipe([]catalog.Model{{Language: "eng", SHA256: digest([]byte("eng"))}}, nil)
	if err != nil {
		return nil, err
	}
	n := catalog.NewBatch{Collection: collection, Language: "eng", Person: "local", Recipes: map[string]catalog.Recipe{"eng": recipe}}
	for i := range count {
		n.Files = append(n.Files, catalog.NewFile{Path: fmt.Sprintf("%d.tif", i), Size: 1, Collection: collection, Language: "eng"})
	}
	batch, err := c.CreateBatch(ctx, n)
	if err != nil {
		return nil, err
	}
	for _, f := range n.Files {
		if _, err := c.Arrive(ctx, catalog.Arrival{Batch: batch.ID, Path: f.Path, Digest: digest([]byte(f.Path)), Size: 1}); err != nil {
			return nil, err
		}
	}
	for range 2 { // probes, then pages
		if err := read(ctx, c, count); err != nil {
			return nil, err
		}
	}
	heads, err := c.ListDocuments(ctx, catalog.DocumentQuery{Limit: count + 1})
	if err != nil {
		return nil, err
	}
	pages := make([]page, len(heads))
	for i, head := range heads {
		g := head.Revision.Regions[0]
		pages[i] = page{document: head.ID, review: "documents/" + head.ID + "/reviews/" + g.Place().Key(), scan: g.Scan}
	}
	if len(pages) != count {
		return nil, fmt.Errorf("%d pages wait, %d were brought in", len(pages), count)
	}
	return pages, nil
}

func read(ctx context.Context, c *catalog.Catalog, count int) error {
	jobs, err := c.IssueJobs(ctx, count)
	if err != nil {
		return err
	}
	results := make([]catalog.Result, len(jobs))
	for i, j := range jobs {
		results[i] = catalog.Result{Key: j.Work.Key, Attempt: j.Work.Attempt, Outcome: catalog.Text, MediaType: "image/tiff"}
		if j.Work.Key.IsProbe() {
			results[i].Pages = []catalog.Page{{Scan: j.Work.Key.Scan, Number: 1, Width: 2480, Height: 3508}}
			continue
		}
		body := recognised(string(j.Work.Key.Scan[:6]))
		encoded, err := proto.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode a page: %w", err)
		}
		results[i].Reading = &catalog.Reading{
			Text: body.GetText(), Body: encoded, BodyDigest: digest(encoded), Measure: passage.Measured(body), Engine: []byte{}, Envelope: []byte{},
		}
	}
	_, err = c.StoreResults(ctx, results)
	return err
}

func digest(b []byte) catalog.Digest {
	sum := sha256.Sum256(b)
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

// recognised is what a machine read on a page: words of seven letters, each with its box.
func recognised(mark string) *fondsv1.Body {
	b := &fondsv1.Body{Width: 2480, Height: 3508, Confidence: 0.9}
	var text strings.Builder
	for line := range linesOfPage {
		first := uint32(len(b.GetWords()))
		for word := range wordsOfLine {
			if word > 0 {
				text.WriteByte(' ')
			}
			start := uint32(text.Len())
			fmt.Fprintf(&text, "%s%c", mark, 'a'+(line+word)%26)
			b.Words = append(b.Words, &fondsv1.Word{
				Start: start, End: uint32(text.Len()), Confidence: 0.9,
				Box: &fondsv1.Box{X: uint32(200 + 260*word), Y: uint32(200 + 80*line), Width: 220, Height: 50},
			})
		}
		text.WriteByte('\n')
		b.Lines = append(b.Lines, &fondsv1.Line{WordStart: first, WordEnd: uint32(len(b.GetWords())), Box: &fondsv1.Box{X: 200, Y: uint32(200 + 80*line), Width: 2080, Height: 50}})
	}
	b.Text = text.String()
	whole := &fondsv1.Box{X: 200, Y: 200, Width: 2080, Height: 80 * linesOfPage}
	b.Paragraphs = []*fondsv1.Paragraph{{LineEnd: linesOfPage, Box: whole}}
	b.Blocks = []*fondsv1.Block{{ParagraphEnd: 1, Box: whole}}
	return b
}
