package intake

import (
	"testing"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
)

// FuzzResult turns any message into a result or an error: what is taken keeps
// what the catalog relies on.
func FuzzResult(f *testing.F) {
	seed := func(m *fondsv1.Text) {
		data, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	seed(probed("a.png", 2))
	seed(read(f, "a.png", 1, "CYPHER\n"))
	blank := read(f, "a.png", 1, "")
	blank.Outcome = fondsv1.Outcome_OUTCOME_BLANK
	seed(blank)
	away := read(f, "a.png", 1, "x")
	away.Body, away.BodySize = nil, 3
	seed(away)
	f.Add([]byte("\xff"))
	c := Config{Blobs: blobs{}}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &fondsv1.Text{}
		if proto.Unmarshal(data, m) != nil {
			return
		}
		r, err := c.result(t.Context(), &bus.TextDelivery{Text: m})
		if err != nil {
			return
		}
		if len(r.Key.Scan) != 64 || r.Outcome < catalog.Text || r.Outcome > catalog.Refused || r.Key.Page < 0 {
			t.Errorf("result %+v", r)
		}
		if r.Key.IsProbe() == (r.Reading != nil) && r.Key.IsProbe() {
			t.Error("a probe has a reading")
		}
		if !r.Key.IsProbe() && r.Outcome == catalog.Text && (r.Reading == nil || len(r.Reading.BodyDigest) != 64) {
			t.Error("TEXT without a text")
		}
		for i, p := range r.Pages {
			if p.Number != i+1 || p.Outcome.Good() || p.Outcome > catalog.Refused {
				t.Errorf("page %+v", p)
			}
		}
	})
}
