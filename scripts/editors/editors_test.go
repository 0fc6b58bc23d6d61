package main

import (
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// TestNoUpdateIsLost has the editors work for three seconds; make editors has them work
// for a minute. It says nothing of times: those are a benchmark's.
func TestNoUpdateIsLost(t *testing.T) {
	s := settings{editors: 50, pages: 60, during: 3 * time.Second, rounds: 1, speed: 1000, seed: uint64(time.Now().UnixNano()), work: t.TempDir()}
	t.Logf("seed %d", s.seed)
	r, err := run(t.Context(), s, func(int) func() { return func() {} })
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range r.Lost {
		t.Error(lost)
	}
	if r.Saves == 0 {
		t.Errorf("nothing has happened: %+v", r)
	}
	t.Logf("%d saves, %d submissions, conflicts %v", r.Saves, r.Submissions, r.Conflicts) // few on a busy machine
	var out strings.Builder
	if err := r.print(&out); err != nil || !strings.Contains(out.String(), "accounted for") {
		t.Errorf("printed %q, %v", out.String(), err)
	}
}

// TestAccountTellsWhatIsLost has writes lost that the account has to miss.
func TestAccountTellsWhatIsLost(t *testing.T) {
	at := func(n int) time.Time { return time.Unix(int64(n), 0) }
	save := func(n int, editor, over, text string) write {
		return write{review: "r", editor: editor, over: over, text: text, at: at(n)}
	}
	submit := save(3, "b", "3", "second\n")
	submit.submit = true
	history := []write{save(1, "a", "1", "first"), save(2, "b", "2", "second"), submit, save(4, "c", "4", "third")}
	reading := catalog.Reading{ID: "p", Origin: catalog.Person, Text: "second\n", Contributors: []string{"a", "b"}}
	view := catalog.ReviewView{Review: catalog.Review{Draft: catalog.Draft{Text: "third"}}, Reading: reading}
	for name, c := range map[string]struct {
		change func(written []write, r *catalog.Reading, v *catalog.ReviewView)
		want   string
	}{
		"nothing":                      {func([]write, *catalog.Reading, *catalog.ReviewView) {}, ""},
		"a draft":                      {func(_ []write, _ *catalog.Reading, v *catalog.ReviewView) { v.Draft.Text = "second" }, "the draft is"},
		"a correction":                 {func(_ []write, r *catalog.Reading, _ *catalog.ReviewView) { r.Text = "other" }, "is nowhere"},
		"who had a part":               {func(_ []write, r *catalog.Reading, _ *catalog.ReviewView) { r.Contributors = []string{"b"} }, "had a part in it"},
		"what is shown":                {func(_ []write, _ *catalog.Reading, v *catalog.ReviewView) { v.Reading.Text = "other" }, "the page shows"},
		"one of two that saw the same": {func(w []write, _ *catalog.Reading, _ *catalog.ReviewView) { w[1].over = "1" }, "two writes were taken"},
	} {
		t.Run(name, func(t *testing.T) {
			written, r, v := append([]write(nil), history...), reading, view
			c.change(written, &r, &v)
			got := strings.Join(accountOf(page{review: "r"}, written, []catalog.Reading{r}, v), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
