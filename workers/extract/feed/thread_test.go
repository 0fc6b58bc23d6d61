package feed

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// thread puts a correspondence down: a line for each entry, gaps by the words that
// refer to them.
func (a *archive) thread(id string) []string {
	a.t.Helper()
	a.derivedAll()
	thread, err := a.Thread(a.t.Context(), id)
	must(a.t, err)
	var lines []string
	for _, e := range thread.Entries {
		what := "-"
		if e.Document != nil {
			what = e.Document.Revision.Title
		}
		for _, l := range e.Gap {
			what += fmt.Sprintf(" %q", strings.TrimSuffix(l.Raw, "."))
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %d", e.Date, what, e.Distance)))
	}
	return lines
}

func (a *archive) wantThread(what, id string, want ...string) {
	a.t.Helper()
	if got := a.thread(id); !slices.Equal(got, want) {
		a.t.Errorf("%s:\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestThreadGoesBothWaysAndShowsGaps(t *testing.T) {
	a := newArchive(t)
	asked := a.read("question", question())
	reply := a.read("reply", answer())
	a.read("further", sheet(85, "SOROKIN", "LUNIN", "4 March 1950", "To my No. 84 of 3 March. One pump has come and works."))
	a.read("both", sheet(64, "LUNIN", "SOROKIN", "6 March 1950", "Both your telegrams (of 2 and 3 March) have been received. The mechanic leaves on Monday."))
	last := a.read("last", sheet(65, "LUNIN", "SOROKIN", "7 March 1950", "In reply to your No. 85 of 4 March, say whether both work. Your telegram No. 84 of 3 March has been received too."))
	a.read("another", sheet(3, "GUROV", "LUNIN", "2 March 1950", "The road to the wells is open and the train goes on Monday."))
	a.wantThread("from its beginning", asked.ID,
		"1950-02-27 question 0",
		"1950-03-02 reply 1",
		`1950-03-03 - "Both your telegrams (of 2 and 3 March) have been received" 3`,
		"1950-03-06 both 2",
	)
	a.wantThread("two refer to one that is missing, by its number", last.ID,
		`1950-03-03 - "Your telegram No. 84 of 3 March has been received too" "To my No. 84 of 3 March" 1`,
		"1950-03-04 further 1",
		"1950-03-07 last 0",
	)
	_, err := a.DeleteDocument(t.Context(), reply.ID, "", "anna")
	must(t, err)
	a.wantThread("without what was deleted", asked.ID, "1950-02-27 question 0")
	_, err = a.Thread(t.Context(), reply.ID)
	var e *catalog.Error
	if !errors.As(err, &e) || e.Reason != catalog.ReasonDocumentDeleted {
		t.Errorf("of a deleted document: %v", err)
	}
	_, err = a.Thread(t.Context(), "none")
	if !errors.As(err, &e) || e.Reason != catalog.ReasonDocumentNotFound {
		t.Errorf("of none: %v", err)
	}
}

// On one day the answer stands behind what it answers, though its clock is behind; what
// has no date stands behind what it refers to, and what is missing before what refers
// to it.
func TestThreadIsInOrder(t *testing.T) {
	a := newArchive(t)
	page := func(own int, from, to, received, text string) string {
		return strings.Replace(sheet(own, from, to, "2 March 1950", text), "\n\nTo", "\n\nReceived "+received+" 2 March 1950\n\nTo", 1)
	}
	a.read("first", page(61, "LUNIN", "SOROKIN", "19:40", "Say how much water the wells hold."))
	a.read("second", page(81, "SOROKIN", "LUNIN", "16:10", "To your No. 61. "+wells))
	a.read("third", page(82, "SOROKIN", "LUNIN", "21:15", "To my No. 81. One pump has come."))
	d := a.read("undated", sheet(90, "LUNIN", "SOROKIN", "", "To your No. 81 of 2 March. The other pump has come too. Your telegram about the mechanic has been received."))
	a.wantThread("of one day", d.ID,
		"1950-03-02T19:40 first 2",
		"1950-03-02T16:10 second 1",
		`- "Your telegram about the mechanic has been received" 1`,
		"undated 0",
		"1950-03-02T21:15 third 2",
	)
}

// A copy is shown, and only that of the document asked for stands for it.
func TestThreadEndsAtACopy(t *testing.T) {
	a := newArchive(t)
	first := a.read("first", question())
	second := a.read("second", strings.ReplaceAll(question(), "\n\n", "\n \n"))
	reply := a.read("reply", answer())
	for _, d := range []catalog.DocumentHead{first, second} {
		got := a.thread(d.ID)
		if len(got) != 3 || !strings.Contains(strings.Join(got, " "), "reply") {
			t.Errorf("of %s: %q", d.Revision.Title, got)
		}
	}
	got := a.thread(reply.ID)
	if len(got) != 3 || !strings.Contains(strings.Join(got, " "), "second 2") {
		t.Errorf("of the reply: %q", got)
	}
	thread, err := a.Thread(t.Context(), reply.ID)
	must(t, err)
	kinds := map[catalog.LinkKind]int{}
	for _, l := range thread.Links {
		kinds[l.Kind]++
	}
	if kinds[catalog.LinkReference] != 1 || kinds[catalog.LinkCopy] != 1 || len(thread.Links) != 2 {
		t.Errorf("links: %+v", thread.Links)
	}
}

func TestThreadIsBounded(t *testing.T) {
	a := newArchive(t)
	d := a.read("d", sheet(1, "LUNIN", "SOROKIN", "2 March 1950", "Say how much water the wells hold."))
	const more = catalog.MostEntries + 20
	derived := catalog.Derived{Document: d.ID, Links: make([]catalog.Link, more)}
	for i := range derived.Links {
		derived.Links[i] = catalog.Link{Document: d.ID, Kind: catalog.LinkReference, Number: fmt.Sprint(i), Raw: "No."}
	}
	a.derivedAll()
	derived.Revision = a.head(d.ID)
	must(t, a.StoreDerived(t.Context(), []catalog.Derived{derived}))
	thread, err := a.Thread(t.Context(), d.ID)
	must(t, err)
	if len(thread.Entries) != catalog.MostEntries || !thread.Truncated {
		t.Errorf("%d entries, truncated %v", len(thread.Entries), thread.Truncated)
	}
}

func (a *archive) head(id string) int {
	a.t.Helper()
	head, err := a.Head(a.t.Context(), id)
	must(a.t, err)
	return head.Head
}
