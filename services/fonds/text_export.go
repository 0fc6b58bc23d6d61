package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/export"
)

// textFormats render the answer of GetText; those with words and boxes fetch the
// readings that it names.
var textFormats = map[string]func(context.Context, *client, *fondsv1.GetTextResponse, io.Writer) error{
	"txt": func(_ context.Context, _ *client, answer *fondsv1.GetTextResponse, w io.Writer) error {
		text := pagesText(answer.GetRegions())
		if isTerminal(w) { // a file gets every character, a terminal none that acts on it
			pages := strings.Split(text, "\f")
			for i := range pages {
				pages[i] = safeText(pages[i])
			}
			text = strings.Join(pages, "\f")
		}
		_, err := io.WriteString(w, text)
		return err
	},
	"json": func(_ context.Context, _ *client, answer *fondsv1.GetTextResponse, w io.Writer) error {
		return writeResource(w, answer)
	},
	"hocr": exported(export.HOCR),
	"alto": exported(export.ALTO),
}

func exported(format func(export.Document) []byte) func(context.Context, *client, *fondsv1.GetTextResponse, io.Writer) error {
	return func(ctx context.Context, c *client, answer *fondsv1.GetTextResponse, w io.Writer) error {
		d, err := c.exportDocument(ctx, answer)
		if err != nil {
			return err
		}
		_, err = w.Write(format(d))
		return err
	}
}

// exportDocument fetches what GetText leaves out: the title and, for each
// region, the reading with its words.
func (c *client) exportDocument(ctx context.Context, answer *fondsv1.GetTextResponse) (export.Document, error) {
	document, err := c.getDocument(ctx, answer.GetName(), answer.GetRevision())
	if err != nil {
		return export.Document{}, err
	}
	d := export.Document{
		Name:  fmt.Sprintf("%s/revisions/%d", answer.GetName(), answer.GetRevision()),
		Title: document.GetTitle(),
		Pages: make([]export.Page, len(answer.GetRegions())),
	}
	for i, r := range answer.GetRegions() {
		if d.Pages[i], err = c.exportPage(ctx, r.GetRegion()); err != nil {
			return export.Document{}, err
		}
	}
	return d, nil
}

func (c *client) exportPage(ctx context.Context, region *fondsv1.Region) (export.Page, error) {
	scan, number, _ := strings.Cut(strings.TrimPrefix(region.GetPage(), "scans/"), "/pages/")
	n, err := strconv.Atoi(number)
	if err != nil {
		return export.Page{}, fmt.Errorf("the server named a page %q", region.GetPage())
	}
	page := export.Page{Scan: scan, Number: n}
	if region.GetReading() == "" {
		return page, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	page.Reading, err = c.catalog.GetReading(ctx, &fondsv1.GetReadingRequest{Name: region.GetReading()}, zipped())
	if err == nil && region.GetBox() != nil {
		page.Reading.Body = export.Cut(page.Reading.GetBody(), region.GetBox())
	}
	return page, err
}
