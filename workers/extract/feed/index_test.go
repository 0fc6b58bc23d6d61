package feed

import (
	"bytes"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

var silent = slog.New(slog.DiscardHandler)

func TestIndexTerms(t *testing.T) {
	terms := indexTerms("Wells of Kobdo", "The wells, well-known: No. 5120.\nА также коло-\nдец и 毛泽", silent)
	times, grams := map[string]int{}, map[string][]string{}
	for _, term := range terms {
		if times[term.Text] != 0 {
			t.Errorf("%q is there twice", term.Text)
		}
		times[term.Text], grams[term.Text] = term.Times, term.Trigrams
	}
	for word, want := range map[string]int{
		"well": 5, "kobdo": 3, "of": 3, "wellknown": 1, "5120": 1, "no": 1, "колодец": 1, "毛泽": 1, "泽": 1, "wells": 0, "": 0,
	} {
		if times[word] != want {
			t.Errorf("%q is there %d times, want %d", word, times[word], want)
		}
	}
	if want := []string{"_ko", "kob", "obd", "bdo", "do_"}; !slices.Equal(grams["kobdo"], want) {
		t.Errorf("kobdo has the trigrams %q, want %q", grams["kobdo"], want)
	}
	for _, word := range []string{"5120", "of", "毛泽"} {
		if grams[word] != nil {
			t.Errorf("%q is never a misreading and has the trigrams %q", word, grams[word])
		}
	}
	if !slices.IsSortedFunc(terms, func(a, b catalog.Term) int { return strings.Compare(a.Text, b.Text) }) {
		t.Error("the terms are in no order: two runs store different bytes")
	}
	if terms := indexTerms("", "", silent); len(terms) != 0 {
		t.Errorf("nothing has %v", terms)
	}
}

// A store is promised UTF-8 without blanks and control characters.
func FuzzIndexTerms(f *testing.F) {
	f.Add("Title", "To Comrade\x00 Mao, 302/sh: 毛泽东\u2028 \xff\xfe e\u0301 \ufdfa")
	f.Fuzz(func(t *testing.T, title, body string) {
		for _, term := range indexTerms(title, body, silent) {
			if term.Text == "" || term.Times < 1 || strings.ContainsFunc(term.Text, func(r rune) bool { return r <= ' ' || r == '\u007f' }) {
				t.Fatalf("%q in %q has the term %+v", body, title, term)
			}
		}
	})
}

func TestIndexOfOneDocumentIsBounded(t *testing.T) {
	var body strings.Builder
	for i := range maxTerms + 100 {
		body.WriteString(strconv.Itoa(1_000_000 + i))
		body.WriteByte(' ')
	}
	body.WriteString("1000000")
	var log bytes.Buffer
	terms := indexTerms("Register", body.String(), slog.New(slog.NewTextHandler(&log, nil)))
	if len(terms) != maxTerms || !strings.Contains(log.String(), "Register") {
		t.Errorf("%d terms; log: %s", len(terms), log.String())
	}
	for _, term := range terms {
		if want := map[string]int{"regist": titleWeight, "1000000": 2}[term.Text]; want != 0 && term.Times != want {
			t.Errorf("%q is there %d times, want %d", term.Text, term.Times, want)
		}
	}
}

func (a *archive) derived() {
	a.t.Helper()
	c := Config{Catalog: a.Catalog, Log: silent, editions: &editions{}}
	for range 10 {
		if n, failed := c.derive(a.t.Context()); n == 0 && !failed {
			return
		}
	}
	a.t.Fatal("the index of some document is never made")
}

func (a *archive) searched(word string) []string {
	a.t.Helper()
	ids := []string{}
	q := catalog.SearchQuery{Match: catalog.Match{Term: word}, Limit: 10}
	_, err := a.SearchDocuments(a.t.Context(), q, func(d catalog.DocumentText) (bool, error) {
		ids = append(ids, d.Head.ID)
		return true, nil
	})
	must(a.t, err)
	return ids
}

// Who names a document by a word means it more than one who uses it.
func TestDocumentNamedByAWordComesFirst(t *testing.T) {
	a := newArchive(t)
	used := a.read("a.tif", "The pumps of Kobdo run, and the pumps of Uliastai run.")
	named := a.read("b.tif", "Nothing has come of it until now, they said in Uliastai today.")
	a.extracted()
	title := "On pumps"
	_, err := a.UpdateDocument(t.Context(), named.ID, "", "anna", catalog.Change{Title: &title})
	must(t, err)
	a.extracted()
	a.derived()
	if got := a.searched("pump"); !slices.Equal(got, []string{named.ID, used.ID}) {
		t.Errorf("found %q, want %q first", got, named.ID)
	}
}

// A document's index is that of its newest revision.
func TestIndexFollowsTheRevision(t *testing.T) {
	a := newArchive(t)
	d := a.read("a.tif", firstPage, lastPage)
	a.extracted()
	a.derived()
	want := []string{d.ID}
	if got := a.searched("mechan"); !slices.Equal(got, want) {
		t.Errorf("on the second page: %q", got)
	}
	regions := d.Revision.Regions[:1]
	_, err := a.UpdateDocument(t.Context(), d.ID, "", "anna", catalog.Change{Regions: regions})
	must(t, err)
	a.extracted()
	a.derived()
	if got := a.searched("mechan"); len(got) != 0 {
		t.Errorf("on a page that is no longer part of it: %q", got)
	}
	if got := a.searched("well"); !slices.Equal(got, want) {
		t.Errorf("on the first page: %q", got)
	}
}
