package link_test

import (
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
	"github.com/fonds-archive/fonds/workers/extract/extracttest"
)

const (
	wellsText = "The wells were measured again. They hold water until June and perhaps longer, and the well at the northern gate is dry. " +
		"The people of the two villages carry water from the river, which takes half of each day. I ask you to send two pumps and a " +
		"mechanic who knows them. The road is open as far as the bridge, and lorries of three tons pass it by day."
	pumpsText = "Both pumps have come with the train of Monday and work. The mechanic stays until the summer and teaches four men. " +
		"Petrol is needed for both, some forty litres a day, and belts, of which one has torn. I ask you to have them sent with the next train."
	receipt = "I confirm that your telegram has been received and handed over to the commission, which will meet on Friday as it does each " +
		"week, and that the answer will be sent to you by telegraph as soon as the commission has come to a decision on it."
)

func TestTwins(t *testing.T) {
	sent := telegram{number: "5120", own: "81", from: "SOROKIN", to: "LUNIN", date: "2 March 1950", text: wellsText}
	with := func(change func(*telegram)) string {
		c := sent
		change(&c)
		return c.form()
	}
	misread := func(s string, rate float64, seed uint64) string {
		damaged, _ := extracttest.Damage(s, rate, seed)
		return damaged
	}
	russian := telegram{
		number: "5120", own: "81", from: "СОРОКИН", to: "ЛУНИНУ", date: "2 марта 1950 года", russian: true,
		text: "Колодцы измерены снова. Воды хватит до июня, а может быть, и дольше. Колодец у северных ворот сухой. Прошу прислать два насоса.",
	}
	const none, alike, same = catalog.LinkKind(0), catalog.LinkCopy, catalog.LinkSameDocument
	for _, c := range []struct {
		name, a, b string
		want       catalog.LinkKind
		why        string
	}{
		{"two archives", sent.form(), with(func(c *telegram) { c.number = "20801" }) + "\n\nCopies: Gurov (2), Orlov", alike, "of the text is the same"},
		{
			"two publications", "Telegram, Sorokin to Lunin, on wells\n\nA collection of papers on the water of the north, edited for the Society of Wells.\n\n" + sent.form(),
			sent.form() + "\n\nThis telegram was found with the papers of the commission of the following year, and is printed here for the first time.", alike, "of the text is the same",
		},
		{"misread", sent.form(), misread(sent.form(), 0.03, 1), alike, "of the text is the same"},
		{"both misread", misread(sent.form(), 0.03, 2), misread(sent.form(), 0.03, 3), alike, "of the text is the same"},
		{"the English and the Russian", sent.form(), russian.form(), same, "both have number 5120; both are of 1950-03-02"},
		{"a digit of the number misread", with(func(c *telegram) { c.own = "2961" }), with(func(c *telegram) { c.own = "2967" }), alike, "% of the text"},
		{"two of one day between the same people", sent.form(), with(func(c *telegram) { c.number, c.own, c.text = "5121", "82", pumpsText }), none, ""},
		{"the same number in another year", sent.form(), with(func(c *telegram) { c.date, c.text = "2 March 1951", pumpsText }), none, ""},
		{"the same number of another sender", sent.form(), with(func(c *telegram) { c.from, c.to, c.text = "GUROV", "ORLOV", pumpsText }), none, ""},
		{"letters of one form", with(func(c *telegram) { c.text = receipt }), with(func(c *telegram) {
			c.number, c.own, c.date, c.text = "5340", "167", "9 April 1950", receipt
		}), none, ""},
		{"the same text sent again a month later", sent.form(), with(func(c *telegram) { c.number, c.own, c.date = "5340", "167", "9 April 1950" }), none, ""},
		{"nothing but a number", "81\n", "81\n", none, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := read(t, "a", c.a), read(t, "b", c.b)
			similarity := text.Similarity(text.NewFingerprint(c.a), text.NewFingerprint(c.b))
			for _, pair := range [][2]int{{0, 1}, {1, 0}} {
				d, e := a, b
				if pair[0] == 1 {
					d, e = b, a
				}
				kind, verdict := d.Twin(e, similarity)
				if kind != c.want || c.why != "" && !strings.Contains(verdict.Why(), c.why) {
					t.Errorf("%d, want %d because of %q: %.2f, %s", kind, c.want, c.why, verdict.Score, verdict.Why())
				}
			}
		})
	}
}

// TestTwinsOfTheCorpus measures how many copies of the corpus's documents are found, and
// how many pairs of different ones are taken for copies.
func TestTwinsOfTheCorpus(t *testing.T) {
	files, err := extracttest.Load("../testdata/corpus")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range files {
		for _, d := range f.Documents {
			if s := f.Text[d.Span.Start:d.Span.End]; text.NewFingerprint(s).Version > 0 && d.Kind != "editorial_text" {
				texts = append(texts, s)
			}
		}
	}
	judged := func(a, b string) bool {
		kind, _ := readFirst(t, a).Twin(readFirst(t, b), text.Similarity(text.NewFingerprint(a), text.NewFingerprint(b)))
		return kind != 0
	}
	for _, c := range []struct {
		rate  float64
		both  bool
		floor float64
	}{{0.01, false, 1}, {0.03, false, 1}, {0.03, true, 0.9}, {0.08, false, 0.8}} {
		found := 0
		for i, s := range texts {
			a := s
			if c.both {
				a, _ = extracttest.Damage(s, c.rate, uint64(1000+i))
			}
			b, _ := extracttest.Damage(s, c.rate, uint64(i))
			if judged(a, b) {
				found++
			}
		}
		t.Logf("misread at %.0f %%, both %v: %d of %d copies found", 100*c.rate, c.both, found, len(texts))
		if float64(found) < c.floor*float64(len(texts)) {
			t.Errorf("misread at %.0f %%, both %v: %d of %d copies found", 100*c.rate, c.both, found, len(texts))
		}
	}
	pairs, wrong := 0, 0
	documents := make([]*documentWithPrint, len(texts))
	for i, s := range texts {
		documents[i] = &documentWithPrint{readFirst(t, s), text.NewFingerprint(s)}
	}
	for i, a := range documents {
		for j, b := range documents[:i] {
			pairs++
			if kind, v := a.Twin(b.Document, text.Similarity(a.print, b.print)); kind != 0 {
				wrong++
				t.Logf("taken for copies: %q and %q: %s", firstWords(texts[i]), firstWords(texts[j]), v.Why())
			}
		}
	}
	t.Logf("%d of %d pairs of different documents are taken for copies", wrong, pairs)
	if wrong*500 > pairs {
		t.Errorf("%d of %d pairs of different documents are taken for copies", wrong, pairs)
	}
}
