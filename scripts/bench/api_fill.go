package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// fill makes an archive: the bundled pages are read once, and many documents are
// made over them.
func (b *bench) fill(ctx context.Context, a *archive) error {
	pages, err := b.bundled(1)
	if err != nil {
		return err
	}
	s, err := b.startServer(ctx, a.data)
	if err != nil {
		return err
	}
	err = b.fillServer(ctx, a, s, pages)
	return errors.Join(err, s.stop())
}

func (b *bench) fillServer(ctx context.Context, a *archive, s *server, pages set) error {
	if _, _, err := b.command(ctx, nil, b.fonds, "ingest", "--manifest", pages.manifest, "--wait", "--server", s.grpc); err != nil {
		return err
	}
	client, closeClient, err := dial(s.grpc)
	if err != nil {
		return err
	}
	defer closeClient()
	list, err := client.ListDocuments(ctx, &fondsv1.ListDocumentsRequest{PageSize: 100})
	if err != nil {
		return fmt.Errorf("list documents: %w", err)
	}
	var read []*fondsv1.Document
	for _, d := range list.GetDocuments() {
		if d, err = client.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: d.GetName()}); err != nil {
			return fmt.Errorf("get document: %w", err)
		}
		read = append(read, d)
	}
	if len(read) == 0 {
		return errors.New("the ingest made no documents")
	}
	turns := coldTurns * len(lookupCalls)
	names, err := makeDocuments(ctx, client, read, warmDocuments+turns*coldDocuments)
	if err != nil {
		return err
	}
	if err := extracted(ctx, client, names); err != nil {
		return err
	}
	a.warm = names[:warmDocuments]
	for n := range turns {
		from := warmDocuments + n*coldDocuments
		a.cold = append(a.cold, names[from:from+coldDocuments])
	}
	return a.save(ctx, client)
}

// extractTime bounds the wait for the fields of all documents.
const extractTime = 10 * time.Minute

// extracted waits until the server has looked for the fields of all documents. It
// takes them in the order in which they were made, by several callers at once.
func extracted(ctx context.Context, client fondsv1.CatalogServiceClient, names []string) error {
	progress("waiting for the fields of %d documents", len(names))
	ctx, cancel := context.WithTimeout(ctx, extractTime)
	defer cancel()
	for _, name := range names[max(0, len(names)-200):] {
		for {
			d, err := client.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: name})
			if err != nil {
				return fmt.Errorf("wait for fields: %w", err)
			}
			if d.GetExtracted() {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

// makeDocuments makes documents over the pages of those that are there.
func makeDocuments(ctx context.Context, client fondsv1.CatalogServiceClient, read []*fondsv1.Document, count int) ([]string, error) {
	progress("making %d documents", count)
	const makers = 32
	names, errs := make([]string, count), make([]error, makers)
	var next atomic.Int64
	var working sync.WaitGroup
	for m := range makers {
		working.Go(func() {
			for errs[m] == nil {
				n := int(next.Add(1)) - 1
				if n >= count {
					return
				}
				of := read[n%len(read)]
				wanted := &fondsv1.Document{Collection: of.GetCollection(), Title: of.GetTitle()}
				for _, r := range of.GetRegions() {
					wanted.Regions = append(wanted.Regions, &fondsv1.Region{Page: r.GetPage()})
				}
				d, err := client.CreateDocument(ctx, &fondsv1.CreateDocumentRequest{Document: wanted})
				names[n], errs[m] = d.GetName(), err
			}
		})
	}
	working.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("create document: %w", err)
	}
	return names, nil
}

// save keeps what the server answers for the empty handler.
func (a *archive) save(ctx context.Context, client fondsv1.CatalogServiceClient) error {
	var documents []*fondsv1.Document
	var texts []*fondsv1.GetTextResponse
	for _, name := range a.warm {
		d, err := client.GetDocument(ctx, &fondsv1.GetDocumentRequest{Name: name})
		if err != nil {
			return fmt.Errorf("get document: %w", err)
		}
		t, err := client.GetText(ctx, &fondsv1.GetTextRequest{Name: name})
		if err != nil {
			return fmt.Errorf("get text: %w", err)
		}
		if !t.GetComplete() {
			return fmt.Errorf("%s has no text yet", name)
		}
		documents, texts = append(documents, d), append(texts, t)
	}
	return saveAnswers(a.answers, documents, texts)
}
