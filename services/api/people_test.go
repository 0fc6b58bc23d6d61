package api_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// lookups counts how often names are looked up.
type lookups struct {
	catalog.Store
	names atomic.Int64
}

func (l *lookups) View(ctx context.Context, fn func(catalog.Reader) error) error {
	return l.Store.View(ctx, func(r catalog.Reader) error { return fn(countingNames{r, l}) })
}

type countingNames struct {
	catalog.Reader
	of *lookups
}

func (c countingNames) UserNames(ids []string) (map[string]string, error) {
	c.of.names.Add(1)
	return c.Reader.UserNames(ids)
}

// Beside every ID of a person stands what people call them, and each answer asks for that
// once, however many there are, or not at all.
func TestPeopleGoByTheirNames(t *testing.T) {
	t.Parallel()
	var count *lookups
	a := serveOver(t, func(s catalog.Store) catalog.Store {
		count = &lookups{Store: s}
		return count
	})
	d := &desk{archive: a, reviews: fondsv1.NewReviewServiceClient(a.conn)}
	anna, boris := d.person("Anna Ångström", catalog.Corrects), d.person("Boris", catalog.Verifies)
	first, second := d.stated("a.png", "4117"), d.stated("b.png", "4118")
	for _, name := range []string{first.GetName(), second.GetName()} {
		stated, err := d.docs.UpdateDocument(anna, &fondsv1.UpdateDocumentRequest{
			Document:   &fondsv1.Document{Name: name, Fields: []*fondsv1.Field{{Name: "copy_count", Raw: "4", Value: &fondsv1.FieldValue{Value: &fondsv1.FieldValue_Number{Number: 4}}}}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"fields.copy_count"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if stated.GetPersonName() != "Anna Ångström" {
			t.Errorf("who made it is called %q", stated.GetPersonName())
		}
		signed, err := d.reviews.SignFields(boris, &fondsv1.SignFieldsRequest{Name: name, Statements: []string{fieldsNamed(stated, "copy_count")[0].GetStatement()}})
		if err != nil || signed.GetPersonName() != "Boris" {
			t.Fatalf("%v, %v", signed, err)
		}
	}
	r := d.waiting(first.GetName())
	r, err := d.reviews.SaveDraft(anna, &fondsv1.SaveDraftRequest{Name: r.GetName(), Text: "a", Etag: r.GetEtag()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.reviews.ReleaseReview(anna, &fondsv1.ReleaseReviewRequest{Name: r.GetName()}); err != nil {
		t.Fatal(err)
	}
	r = d.waiting(first.GetName())
	if r, err = d.reviews.SaveDraft(boris, &fondsv1.SaveDraftRequest{Name: r.GetName(), Text: "b", Etag: r.GetEtag()}); err != nil {
		t.Fatal(err)
	}
	editors := []string{"Anna Ångström", "Boris"}
	once := func(what string, want int64, ask func()) {
		t.Helper()
		before := count.names.Load()
		if ask(); count.names.Load() != before+want {
			t.Errorf("%s: names were looked up %d times, not %d", what, count.names.Load()-before, want)
		}
	}
	once("a review", 1, func() {
		if got, err := d.reviews.GetReview(boris, &fondsv1.GetReviewRequest{Name: r.GetName()}); err != nil || !slices.Equal(got.GetDraft().GetEditorNames(), editors) {
			t.Errorf("editors %v, %v", got.GetDraft(), err)
		}
	})
	once("reviews", 1, func() {
		got, err := d.reviews.ListReviews(boris, &fondsv1.ListReviewsRequest{Parent: first.GetName()})
		if err != nil || len(got.GetReviews()) != 1 || !slices.Equal(got.GetReviews()[0].GetDraft().GetEditorNames(), editors) {
			t.Errorf("%v, %v", got, err)
		}
	})
	r = d.submit(boris, r, "b\n")
	if !slices.Equal(slices.Sorted(slices.Values(r.GetReading().GetContributorNames())), editors) || len(r.GetReading().GetContributors()) != 2 {
		t.Errorf("contributors %v called %v", r.GetReading().GetContributors(), r.GetReading().GetContributorNames())
	}
	reading := r.GetRegion().GetReading()
	once("a reading", 1, func() {
		got, err := d.docs.GetReading(d.ctx(), &fondsv1.GetReadingRequest{Name: reading})
		if err != nil || !slices.Equal(got.GetContributorNames(), r.GetReading().GetContributorNames()) {
			t.Errorf("%v, %v", got, err)
		}
	})
	once("readings", 1, func() {
		page, _, _ := strings.Cut(reading, "/readings/")
		got, err := d.docs.ListReadings(d.ctx(), &fondsv1.ListReadingsRequest{Parent: page})
		if err != nil || len(got.GetReadings()) != 2 || len(got.GetReadings()[0].GetContributorNames())+len(got.GetReadings()[1].GetContributorNames()) != 2 {
			t.Errorf("%v, %v", got, err)
		}
	})
	named := func(documents ...*fondsv1.Document) {
		t.Helper()
		for _, m := range documents {
			f := fieldsNamed(m, "copy_count")[0]
			if f.GetPersonName() != "Anna Ångström" || f.GetSignedByName() != "Boris" || strings.ContainsAny(f.GetPerson(), " /") || m.GetPersonName() != "Boris" {
				t.Errorf("%v", m)
			}
		}
	}
	var revision uint32
	once("a document", 1, func() {
		m := d.get(second.GetName())
		revision = m.GetRevision()
		named(m)
	})
	once("a document that is kept", 0, func() {
		m, err := d.docs.GetDocument(d.ctx(), &fondsv1.GetDocumentRequest{Name: second.GetName(), Revision: revision})
		if err != nil {
			t.Fatal(err)
		}
		named(m)
	})
	once("documents by name", 1, func() {
		got, err := d.docs.BatchGetDocuments(d.ctx(), &fondsv1.BatchGetDocumentsRequest{Names: []string{first.GetName(), second.GetName()}})
		if err != nil {
			t.Fatal(err)
		}
		named(got.GetDocuments()...)
	})
	once("documents", 1, func() {
		got, err := d.docs.ListDocuments(d.ctx(), &fondsv1.ListDocumentsRequest{ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"fields", "person_name"}}})
		if err != nil || len(got.GetDocuments()) != 2 || got.GetDocuments()[0].GetPerson() != "" {
			t.Fatal(got, err)
		}
		named(got.GetDocuments()...)
	})
	machine := d.telegram("c.png", []byte("scan c"), []string{"word"})
	once("what no person touched", 0, func() {
		if got := d.get(machine.GetName()); got.GetPersonName() != catalog.SystemPerson {
			t.Errorf("%v", got)
		}
	})
}
