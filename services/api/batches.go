package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// defaultLanguage is what files are read in when nobody says otherwise.
const defaultLanguage = "eng"

// CreateBatch opens a batch whose recipes some live worker can do.
func (s *ingestServer) CreateBatch(ctx context.Context, req *fondsv1.CreateBatchRequest) (*fondsv1.Batch, error) {
	n, err := batchAsked(req)
	if err != nil {
		return nil, err
	}
	workers, err := s.Workers.Live(ctx)
	if err != nil {
		return nil, fmt.Errorf("list live workers: %w", err)
	}
	if n.Recipes, err = s.recipesFor(req.GetRecipe(), n.Files, workers); err != nil {
		return nil, err
	}
	n.Person = person(ctx)
	batch, err := s.Catalog.CreateBatch(ctx, n)
	if err != nil {
		return nil, err
	}
	return batchOf(batch), nil
}

// recipesFor resolves a recipe for each distinct language of the files.
func (s *ingestServer) recipesFor(name string, files []catalog.NewFile, workers []*fondsv1.Worker) (map[string]catalog.Recipe, error) {
	recipes := map[string]catalog.Recipe{}
	for _, f := range files {
		if _, known := recipes[f.Language]; known {
			continue
		}
		var err error
		if recipes[f.Language], err = s.Recipes.Resolve(name, f.Language, workers); err != nil {
			return nil, err
		}
	}
	return recipes, nil
}

// batchAsked puts defaults where the request is silent.
func batchAsked(req *fondsv1.CreateBatchRequest) (catalog.NewBatch, error) {
	n := catalog.NewBatch{Language: req.GetLanguage(), ResumeKey: req.GetResumeKey(), Files: make([]catalog.NewFile, len(req.GetFiles()))}
	var err error
	if n.Collection, err = collectionID("collection", req.GetCollection()); err != nil {
		return n, err
	}
	if n.Collection == "" {
		n.Collection = catalog.DefaultCollection
	}
	if n.Language == "" {
		n.Language = defaultLanguage
	}
	seen := make(map[string]int, len(n.Files))
	for i, f := range req.GetFiles() {
		field := fmt.Sprintf("files[%d]", i)
		if strings.Contains(f.GetPath(), "\x00") {
			return n, invalid(field+".path", fmt.Sprintf("the path %q contains a NUL", f.GetPath()))
		}
		if first, twice := seen[f.GetPath()]; twice {
			return n, invalid(field+".path", fmt.Sprintf("the path %q was named before, as file %d", f.GetPath(), first+1))
		}
		seen[f.GetPath()] = i
		if n.Files[i], err = fileAsked(n, f, field); err != nil {
			return n, err
		}
	}
	return n, nil
}

func fileAsked(n catalog.NewBatch, f *fondsv1.NewFile, field string) (catalog.NewFile, error) {
	size := int64(f.GetSize())
	if size < 0 {
		return catalog.NewFile{}, invalid(field+".size", "a file cannot be that large")
	}
	collection, err := collectionID(field+".collection", f.GetCollection())
	if collection == "" {
		collection = n.Collection
	}
	language := f.GetLanguage()
	if language == "" {
		language = n.Language
	}
	return catalog.NewFile{Path: f.GetPath(), Size: size, Collection: collection, Language: language}, err
}

// GetBatch returns a batch with its counts.
func (s *ingestServer) GetBatch(ctx context.Context, req *fondsv1.GetBatchRequest) (*fondsv1.Batch, error) {
	id, err := batchID("name", req.GetName())
	if err != nil {
		return nil, err
	}
	batch, err := s.Catalog.Batch(ctx, id)
	if err != nil {
		return nil, err
	}
	return batchOf(batch), nil
}

// ListBatches returns batches, newest first.
func (s *ingestServer) ListBatches(ctx context.Context, req *fondsv1.ListBatchesRequest) (*fondsv1.ListBatchesResponse, error) {
	after, err := readIDToken(req.GetPageToken(), "batches")
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 50)
	batches, err := s.Catalog.Batches(ctx, after, size+1)
	if err != nil {
		return nil, err
	}
	m := &fondsv1.ListBatchesResponse{}
	batches, m.NextPageToken = page(batches, size, func(b catalog.Batch) string { return b.ID }, "batches")
	for _, b := range batches {
		m.Batches = append(m.Batches, batchOf(b))
	}
	return m, nil
}

// ListBatchFiles returns the files of a batch by number.
func (s *ingestServer) ListBatchFiles(ctx context.Context, req *fondsv1.ListBatchFilesRequest) (*fondsv1.ListBatchFilesResponse, error) {
	id, err := batchID("parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	query := []string{"files", id, fmt.Sprint(req.GetOnlyFailed())}
	after, err := readNumberToken(req.GetPageToken(), query...)
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), 500)
	files, err := s.Catalog.BatchFiles(ctx, id, int(after), size+1, req.GetOnlyFailed())
	if err != nil {
		return nil, err
	}
	files, next := page(files, size, func(f catalog.FileReport) string { return strconv.Itoa(f.Number) }, query...)
	return &fondsv1.ListBatchFilesResponse{Files: filesOf(files), NextPageToken: next}, nil
}

// CancelBatch drops the works that no other batch wants.
func (s *ingestServer) CancelBatch(ctx context.Context, req *fondsv1.CancelBatchRequest) (*fondsv1.Batch, error) {
	id, err := batchID("name", req.GetName())
	if err != nil {
		return nil, err
	}
	batch, err := s.Catalog.CancelBatch(ctx, id)
	if err != nil {
		return nil, err
	}
	return batchOf(batch), nil
}

// RetryFailed makes a new attempt at what ended in TIMEOUT or FAILED.
func (s *ingestServer) RetryFailed(ctx context.Context, req *fondsv1.RetryFailedRequest) (*fondsv1.RetryFailedResponse, error) {
	id, err := batchID("name", req.GetName())
	if err != nil {
		return nil, err
	}
	batch, works, err := s.Catalog.RetryFailed(ctx, id)
	if err != nil {
		return nil, err
	}
	return &fondsv1.RetryFailedResponse{Batch: batchOf(batch), Works: number(works)}, nil
}
