package api_test

import (
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// What a person typed is what is signed and given out: lines stay indented, columns apart,
// empty lines between. Only what nobody sees is put in order.
func TestCorrectedTextStandsAsItWasTyped(t *testing.T) {
	t.Parallel()
	d := reviewing(t)
	anna, boris := d.person("Anna", catalog.Corrects), d.person("Boris", catalog.Verifies)
	const indented = "  To:      Moscow\n  From:    Peking\n\n\n\tNo. 12\n        indented\n"
	imported := d.published("letter.txt", indented, true)[0].GetName()
	machine := d.telegram("4117.png", []byte("scan 4117"), []string{"SEGRET", "4117"}, []string{"TO", "MOSCOW"}).GetName()
	for _, c := range []struct{ what, document, typed, want string }{
		{"accepted as it was", imported, indented, indented},
		{"a word changed", imported, "  To:      Moscow\r\n  From:    Pekin  \r\n\r\n\r\n\tNo. 12\r\n        indented", "  To:      Moscow\n  From:    Pekin\n\n\n\tNo. 12\n        indented\n"},
		{"of a page that was read", machine, "          SECRET  4117\n\n    TO MOSCOW\n", "          SECRET  4117\n\n    TO MOSCOW\n"},
		{"blanks alone", machine, "\n   SECRET 4117\n    TO MOSCOW\n\n", "\n   SECRET 4117\n    TO MOSCOW\n"},
	} {
		r := d.submit(anna, d.waiting(c.document), c.typed)
		if r.GetText() != c.want {
			t.Errorf("%s: the review shows %q, want %q", c.what, r.GetText(), c.want)
		}
		if _, err := d.sign(boris, r); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		text, err := d.verifiedText(c.document, 0)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if got := text.GetRegions()[0].GetText(); got != c.want {
			t.Errorf("%s: the text is %q, want %q", c.what, got, c.want)
		}
	}
	r, err := d.reviews.GetReview(d.ctx(), &fondsv1.GetReviewRequest{Name: d.waiting(machine).GetName()})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range r.GetReading().GetBody().GetWords() {
		if w.GetBox() == nil {
			t.Errorf("word %v has lost its box", w)
		}
	}
}
