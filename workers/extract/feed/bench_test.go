package feed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fonds-archive/fonds/services/catalog"
)

// correspondence is n telegrams between four pairs of people, three a day each, every
// second one with a reference, every tenth with one that many may be meant by.
func correspondence(n int) []string {
	rng := rand.New(rand.NewPCG(1, 2))
	people := [][2]string{{"LUNIN", "SOROKIN"}, {"GUROV", "ORLOV"}, {"KAREV", "DUBOV"}, {"PETRIN", "SEDOV"}}
	syllables := []string{"ba", "ren", "tol", "mi", "gra", "su", "vek", "no", "lai", "dor", "pen", "ki", "za", "mur", "he", "sti"}
	sheets := make([]string, n)
	begin := time.Date(1950, 1, 2, 0, 0, 0, 0, time.UTC)
	for i := range sheets {
		pair := people[i%len(people)]
		day := begin.AddDate(0, 0, i/12)
		text := ""
		switch {
		case i%10 == 9:
			text = "Your telegram has been received. "
		case i%2 == 1:
			text = fmt.Sprintf("To your No. %d of %s. ", i-3, day.AddDate(0, 0, -1).Format("2 January"))
		}
		for range 60 {
			for range 2 + rng.IntN(2) {
				text += syllables[rng.IntN(len(syllables))]
			}
			text += " "
		}
		a, b := pair[i/4%2], pair[1-i/4%2]
		sheets[i] = sheet(i+1, a, b, day.Format("2 January 2006"), text+"is needed.")
	}
	return sheets
}

// fill puts texts into the archive, many in one commit, without fields.
func (a *archive) fill(name string, texts []string) {
	a.t.Helper()
	const atOnce = 250
	for at := 0; at < len(texts); at += atOnce {
		n := catalog.NewBatch{Collection: "c", Language: "eng", Recipes: map[string]catalog.Recipe{"eng": a.recipe}}
		some := texts[at:min(at+atOnce, len(texts))]
		for i := range some {
			n.Files = append(n.Files, catalog.NewFile{Path: fmt.Sprintf("%s-%d", name, at+i), Size: 7, Collection: "c", Language: "eng"})
		}
		b, err := a.CreateBatch(context.Background(), n)
		must(a.t, err)
		var results []catalog.Result
		for i, text := range some {
			path := n.Files[i].Path
			_, err = a.Arrive(context.Background(), catalog.Arrival{Batch: b.ID, Path: path, Digest: digest(path), Size: 7})
			must(a.t, err)
			body, err := proto.Marshal(bodyOf(text))
			must(a.t, err)
			results = append(results, catalog.Result{
				Key: catalog.ProbeOf(digest(path)), Attempt: 1, Outcome: catalog.Text, Pages: []catalog.Page{{Number: 1, Width: 1000, Height: 2000}},
			}, catalog.Result{
				Key: catalog.WorkKey{Scan: digest(path), Page: 1, Recipe: a.recipe.Digest}, Attempt: 1, Outcome: catalog.Text,
				Reading: &catalog.Reading{Text: text, Body: body, BodyDigest: digest(string(body))},
			})
		}
		_, err = a.StoreResults(context.Background(), results)
		must(a.t, err)
	}
}

// BenchmarkDeriving makes links of telegrams that come into an archive that has 0 or
// more of the same people already. The archive is made anew for each: run it with a fixed
// count, such as -bench Deriving/^1000$ -benchtime 100x.
func BenchmarkDeriving(b *testing.B) {
	for _, there := range []int{0, 1000, 5000} {
		b.Run(fmt.Sprint(there), func(b *testing.B) {
			a := newArchive(b)
			all := correspondence(there + b.N)
			a.fill("there", all[:there])
			a.derivedAll()
			a.fill("new", all[there:])
			b.ResetTimer()
			before := processorTime(b)
			a.derivedAll()
			b.ReportMetric(float64((processorTime(b)-before).Milliseconds())/float64(b.N), "cpu-ms/document")
		})
	}
}

// processorTime is what the process has taken: on a busy machine the clock says
// little.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
