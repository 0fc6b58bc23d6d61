package link_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract/link"
)

// What a reference means, of what is in the archive: candidates are LUNIN's telegrams
// to SOROKIN unless they say something else.
func TestWhatAReferenceMeans(t *testing.T) {
	const open = -1
	from := func(own, date string) telegram {
		return telegram{number: "70" + own, own: own, from: "LUNIN", to: "SOROKIN", date: date, text: "Say how much water the wells hold."}
	}
	by := func(author, own, date string) telegram {
		c := from(own, date)
		c.from = author
		return c
	}
	received := func(number, own, date string) telegram {
		c := from(own, date)
		c.number = number
		c.text = "Received 07:05 " + date + "\n\n" + c.text
		return c
	}
	russian := func(own, date string) telegram {
		return telegram{number: "70" + own, own: own, from: "ЛУНИН", to: "СОРОКИНУ", date: date, text: "В колодцах мало воды, и до июня её не хватит.", russian: true}
	}
	for _, c := range []struct {
		name, text, date string
		candidates       []telegram
		want             int // the one that is meant
		others           int // that may be meant too
		why              string
	}{
		{"number and people", "To your No. 61.", "2 March 1950", []telegram{from("61", "27 February 1950")}, 0, 0, "number 61; 3 days before; from LUNIN; to SOROKIN"},
		{"number in another year", "To your No. 61.", "2 March 1950", []telegram{from("61", "27 February 1948")}, open, 1, "numbers begin anew each year"},
		{"number of this year, not of the last", "To your No. 61.", "2 March 1950", []telegram{from("61", "27 February 1948"), from("61", "27 February 1950")}, 1, 1, "3 days before"},
		{"number of somebody else", "To your No. 61.", "2 March 1950", []telegram{by("GUROV", "61", "27 February 1950")}, open, 1, "it is from GUROV, not from LUNIN"},
		{"another number", "To your No. 61.", "2 March 1950", []telegram{from("62", "27 February 1950")}, open, 0, ""},
		{"a digit misread", "To your No. 2961.", "2 March 1950", []telegram{from("2967", "27 February 1950")}, open, 1, "one character from 2961"},
		{"a digit misread, with the date", "To your No. 2961 of 27 February.", "2 March 1950", []telegram{from("2967", "27 February 1950")}, open, 1, "one character from 2961"},
		{"a letter read for a digit", "To your No. 2O61.", "2 March 1950", []telegram{from("2061", "27 February 1950")}, 0, 0, "number"},
		{"a digit misread, and the right one is there", "To your No. 2961.", "2 March 1950", []telegram{from("2967", "27 February 1950"), from("2961", "20 February 1950")}, 1, 1, "number 2961"},
		{"the letter of a register", "To your No. 61/sh.", "2 March 1950", []telegram{from("61/III", "27 February 1950")}, 0, 0, "number 61/sh"},
		{"the letter of a register left out", "To your No. 61.", "2 March 1950", []telegram{from("61/sh", "27 February 1950")}, 0, 0, "but for its letter"},
		{"the receiver's number", "To my No. 75 (vkh. No. 20501).", "2 March 1950", []telegram{{number: "20501", own: "75", from: "SOROKIN", to: "LUNIN", date: "1 March 1950", text: "Water was found."}}, 0, 0, "number 75"},
		{"my, not yours", "To my No. 61.", "2 March 1950", []telegram{from("61", "27 February 1950")}, open, 0, ""},
		{"my and yours have one number", "To my No. 61.", "2 March 1950", []telegram{from("61", "27 February 1950"), {number: "7010", own: "61", from: "SOROKIN", to: "LUNIN", date: "20 February 1950", text: "Water was found."}}, 1, 0, "from SOROKIN"},
		{"day and people", "Your telegram of 27 February has been received.", "2 March 1950", []telegram{from("61", "27 February 1950")}, 0, 0, "dated 1950-02-27"},
		{"the day of receipt", "Your telegram of 27 February has been received.", "2 March 1950", []telegram{received("20400", "61", "27 February 1950")}, 0, 0, "1950-02-27"},
		{"another day", "Your telegram of 27 February has been received.", "2 March 1950", []telegram{from("61", "20 February 1950")}, open, 0, ""},
		{"two of one day", "Your telegram of 27 February has been received.", "2 March 1950", []telegram{from("61", "27 February 1950"), from("62", "27 February 1950")}, open, 2, "dated 1950-02-27"},
		{"one of the day, one of the day after", "Your telegram of 27 February has been received.", "2 March 1950", []telegram{from("62", "28 February 1950"), from("61", "27 February 1950")}, 1, 1, "dated 1950-02-27"},
		{"day of somebody else", "Your telegram of 27 February has been received.", "2 March 1950", []telegram{by("GUROV", "61", "27 February 1950")}, open, 0, ""},
		{"the same day", "In reply to your telegram of the same day.", "2 March 1950", []telegram{from("61", "2 March 1950"), from("60", "1 March 1950")}, 0, 1, "dated 1950-03-02"},
		{"the turn of the year", "Your telegram of 30 December has been received.", "2 January 1951", []telegram{from("61", "30 December 1950"), from("61", "30 December 1951")}, 0, 0, "dated 1950-12-30"},
		{"neither number nor day", "Your telegram has been received.", "2 March 1950", []telegram{from("61", "27 February 1950")}, open, 1, "3 days before"},
		{"what is yet to come", "To your No. 61.", "2 March 1950", []telegram{from("61", "27 May 1950")}, open, 0, ""},
		{"the same telegram in two files", "To your No. 61.", "2 March 1950", []telegram{from("61", "27 February 1950"), from("61", "27 February 1950")}, 0, 1, "number 61"},
		{"the Russian of it", "To your No. 61 of 27 February.", "2 March 1950", []telegram{russian("61", "27 февраля 1950 года")}, 0, 0, "from LUNIN"},
		{"nobody", "To your No. 61.", "2 March 1950", nil, open, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := read(t, "d", telegram{number: "5120", own: "81", from: "SOROKIN", to: "LUNIN", date: c.date, text: c.text + " We ask for two pumps."}.form())
			references := d.References()
			if len(references) != 1 {
				t.Fatalf("%d references", len(references))
			}
			var documents []*link.Document
			for i, candidate := range c.candidates {
				documents = append(documents, read(t, fmt.Sprint(i), candidate.form()))
			}
			found, sure := d.Choose(references[0], documents)
			var told []string
			for _, f := range found {
				told = append(told, fmt.Sprintf("%s %.2f %s", f.ID, f.Score, f.Why()))
			}
			got, others := open, len(found)
			if sure {
				got, others = int(found[0].ID[0]-'0'), others-1
			}
			if got != c.want || others != c.others || c.why != "" && (len(told) == 0 || !strings.Contains(told[0], c.why)) {
				t.Errorf("%q means %d, beside %d others, want %d beside %d because of %q\n  %s", c.text, got, others, c.want, c.others, c.why, strings.Join(told, "\n  "))
			}
		})
	}
}

// What a reference asks an index for finds the document that it means.
func TestWhatHasNoDateIsMeantByWhatIsPrintedBehindIt(t *testing.T) {
	before := read(t, "before", telegram{number: "61", from: "LUNIN", to: "SOROKIN", text: "Say how much water the wells hold."}.form())
	other := read(t, "other", telegram{number: "62", from: "LUNIN", to: "SOROKIN", text: "Say whether the pumps work."}.form())
	d := read(t, "d", telegram{number: "5120", from: "SOROKIN", to: "LUNIN", text: "Your telegram about the wells has been received. We ask for two pumps."}.form())
	before.SetPrinted(link.Printed{Reading: "r", Start: 0, End: 500})
	d.SetPrinted(link.Printed{Reading: "r", Start: 510, End: 900})
	other.SetPrinted(link.Printed{Reading: "r", Start: 910, End: 1200})
	r := d.References()[0]
	found, _ := d.Choose(r, []*link.Document{other, before})
	if len(found) != 1 || found[0].ID != "before" || !strings.Contains(found[0].Why(), "printed right before") {
		t.Errorf("found %+v", found)
	}
	d.SetPrinted(link.Printed{Reading: "another", Start: 510, End: 900})
	if found, _ := d.Choose(r, []*link.Document{other, before}); len(found) != 0 {
		t.Errorf("in another publication: %+v", found)
	}
}
