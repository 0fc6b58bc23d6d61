package published

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/unicode/norm"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
)

const russian = "ШИФРТЕЛЕГРАММА № 5120\n\nИЗ ИРКУТСКА\n\nТОВ. ЛУНИНУ\n\nВоды в колодцах хватит до июня.\n\nСОРОКИН\n"

// encoded is what e makes of s.
func encoded(t testing.TB, s string, e interface{ String(string) (string, error) }) []byte {
	t.Helper()
	b, err := e.String(s)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(b)
}

func TestReadDecodes(t *testing.T) {
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	utf16be := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()
	wide := utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder()
	old := charmap.Windows1251.NewEncoder()
	koi := charmap.KOI8R.NewEncoder()
	declared := `<html><head><meta charset="koi8-r"><title>x</title></head><body><p>` + "Воды в колодцах хватит до июня." + `</p></body></html>`
	for _, c := range []struct {
		name, file string
		bytes      []byte
		media      string
		text, step string
	}{
		{"UTF-8", "a.txt", []byte(russian), "text/plain", russian, ""},
		{"with a mark", "a.txt", []byte("\ufeff" + russian), "text/plain", russian, ""},
		{"UTF-16", "a.txt", encoded(t, russian, utf16), "text/plain", russian, "decoded from utf-16le"},
		{"UTF-16 big", "a.txt", encoded(t, russian, utf16be), "text/plain", russian, "decoded from utf-16be"},
		{"UTF-32", "a.txt", encoded(t, russian, wide), "text/plain", russian, "decoded from utf-32"},
		{"windows-1251", "a.txt", encoded(t, russian, old), "text/plain", russian, "decoded from windows-1251"},
		{"koi8-r", "a.txt", encoded(t, strings.ReplaceAll(russian, "№", "N"), koi), "text/plain", strings.ReplaceAll(russian, "№", "N"), "decoded from koi8-r"},
		{"windows-1252", "a.txt", []byte("The \x93wells\x94 hold water, caf\xe9.\n"), "text/plain", "The “wells” hold water, café.\n", "decoded from windows-1252"},
		{"declared", "a.html", encoded(t, declared, koi), "text/html", "Воды в колодцах хватит до июня.\n", "decoded from koi8-r"},
		{"a few bytes wrong", "a.txt", []byte(russian + "\xff" + russian), "text/plain", russian + "\ufffd" + russian, "1 bytes that are no UTF-8 replaced"},
		{"ends of lines", "a.txt", []byte("one\r\ntwo\rthree\n"), "text/plain", "one\ntwo\nthree\n", ""},
		{"composed", "a.txt", []byte("Иркутскии\u0306"), "text/plain", "Иркутский", ""},
		{"right to left and controls", "a.txt", []byte("\u202ealeph א\u200f\x07 end"), "text/plain", "\u202ealeph א\u200f\x07 end", ""},
		{"Markdown", "a.md", []byte("# Title\n"), "text/markdown", "# Title\n", ""},
		{"HTML without its name", "a", []byte("<!DOCTYPE html><p>one</p><script>no</script><p>two &amp; three</p>"), "text/html", "one\n\ntwo & three\n", "tags left out"},
		{"numbers only", "a.txt", []byte("12345 67890\n"), "text/plain", "12345 67890\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Texts{}.Read(c.file, c.bytes)
			if err != nil {
				t.Fatal(err)
			}
			if strings.TrimSpace(got.Text) != strings.TrimSpace(c.text) || got.MediaType != c.media {
				t.Errorf("got %s %q, want %s %q", got.MediaType, got.Text, c.media, c.text)
			}
			if steps := strings.Join(got.Steps, ", "); !strings.Contains(steps, c.step) || c.step == "" && steps != "" {
				t.Errorf("steps are %q, want %q", steps, c.step)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ file, says string }{
		"empty":        {"", "empty"},
		"PDF":          {"%PDF-1.7\n1 0 obj", "fonds ingest"},
		"image":        {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG image"},
		"blanks":       {" \n\t\n", "no word"},
		"marks only":   {"--- *** ---", "no word"},
		"tags only":    {"<html><body><script>var a = 1</script></body></html>", "no word"},
		"torn UTF-16":  {"\xff\xfe\x00", "no word"},
		"NUL in words": {"one\x00two", "byte 4 is NUL"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Texts{}.Read("a.txt", []byte(c.file))
			if _, ok := errors.AsType[*NotText](err); !ok || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want a NotText that says %q", err, c.says)
			}
		})
	}
}

func TestReadFindsWhereItWasPublished(t *testing.T) {
	for text, want := range map[string]string{
		"Bulletin\nhttps://example.org/a/5120.\n\nText":          "https://example.org/a/5120",
		"Source: <http://example.org/document/81> (accessed)\n":  "http://example.org/document/81",
		"https://example.org\n":                                  "",
		"httpd is a program\n":                                   "",
		"no address\n":                                           "",
		strings.Repeat("word ", 500) + "https://example.org/a/b": "",
	} {
		got, err := Texts{}.Read("a.txt", []byte(text))
		if err != nil || got.URL != want {
			t.Errorf("%.40q: got %q, %v, want %q", text, got.URL, err, want)
		}
	}
}

func texts() Texts {
	return Texts{Extractor: func() *extract.Extractor { return extract.New(agents.BuiltInIndex()) }}
}

const compilation = `Three Telegrams on the Wells

The following telegrams were found in one file.

No. 1

CIPHERED TELEGRAM No. 5120

From IRKUTSK
Received 07:05, 2 March 1950

To Comrade LUNIN

The wells hold water until June, and perhaps longer than that.

SOROKIN

No. 2

CIPHERED TELEGRAM No. 5133

From IRKUTSK
Received 11:40, 4 March 1950

To Comrade LUNIN

Two wells have dried up since. We ask for pumps.

SOROKIN
`

func TestDocumentsCoverTheText(t *testing.T) {
	found, err := texts().Documents(compilation, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 2 || len(found) > 3 {
		t.Fatalf("%d documents: %+v", len(found), found)
	}
	at := 0
	for _, d := range found {
		if d.Start != at || d.End <= d.Start {
			t.Errorf("a document at %d to %d, the one before ends at %d", d.Start, d.End, at)
		}
		if d.Title == "" || d.FirstWords == "" || d.Confidence <= 0 || d.Confidence > 1 {
			t.Errorf("a document without title, first words or confidence: %+v", d)
		}
		at = d.End
	}
	if at != len(compilation) {
		t.Errorf("the last ends at %d of %d", at, len(compilation))
	}
	last := found[len(found)-1]
	if !strings.Contains(compilation[last.Start:last.End], "5133") || strings.Contains(compilation[last.Start:last.End], "5120") {
		t.Errorf("the last is %q", compilation[last.Start:last.End])
	}
	whole, err := texts().Documents(compilation, true)
	if err != nil || len(whole) != 1 || whole[0].Start != 0 || whole[0].End != len(compilation) {
		t.Errorf("as one: %+v, %v", whole, err)
	}
}

func TestTitlesSayWhatItIs(t *testing.T) {
	for text, want := range map[string]string{
		"CIPHERED TELEGRAM No. 5120\n\nFrom IRKUTSK\nReceived 07:05, 2 March 1950\n\nTo Comrade LUNIN\n\nThe wells hold water.\n\nSOROKIN\n": "Ciphered telegram No. 5120 from SOROKIN to LUNIN, 1950-03-02",
		"The wells hold water until June.\n": "The wells hold water until June.",
		strings.Repeat("word ", 100):         strings.TrimSpace(strings.Repeat("word ", 20)) + " …",
	} {
		found, err := texts().Documents(text, true)
		if err != nil || len(found) != 1 || found[0].Title != want {
			t.Errorf("%.40q: %+v, %v, want %q", text, found, err, want)
		}
	}
}

func TestFaultOfTheRulesIsAnErrorOfTheText(t *testing.T) {
	broken := Texts{Extractor: func() *extract.Extractor { return nil }}
	if _, err := broken.Documents(compilation, false); err == nil || !strings.Contains(err.Error(), "panicked") {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.txt", []byte(russian))
	f.Add("a.html", []byte("<p>one<br>two<!-- no --></p><table><tr><td>1</td></tr></table>"))
	f.Add("a.htm", []byte("<html><meta charset=utf-16><body>\xff\xfe"))
	f.Add("a.md", []byte("\xff\xfe1\x002\x00"))
	f.Add("", []byte("\x00\x00\xfe\xff\x00\x00\x00a"))
	f.Add("a.xhtml", []byte("<a href='x'>&#0;&#x110000;&nbsp;</a>"))
	rules := texts()
	f.Fuzz(func(t *testing.T, name string, file []byte) {
		got, err := rules.Read(name, file)
		if err != nil {
			if _, ok := errors.AsType[*NotText](err); !ok {
				t.Fatalf("an error that is no NotText: %v", err)
			}
			return
		}
		if !utf8.ValidString(got.Text) || !norm.NFC.IsNormalString(got.Text) || strings.ContainsAny(got.Text, "\x00\r") {
			t.Fatalf("no text: %q", got.Text)
		}
		found, err := rules.Documents(got.Text, false)
		if err != nil {
			t.Fatal(err)
		}
		checkCovers(t, got.Text, found)
	})
}

func checkCovers(t *testing.T, text string, found []catalog.FoundDocument) {
	t.Helper()
	at := 0
	for _, d := range found {
		if d.Start != at || d.End < d.Start || !utf8.ValidString(text[d.Start:d.End]) {
			t.Fatalf("documents do not cover the text: %+v", found)
		}
		at = d.End
	}
	if len(found) == 0 || at != len(text) {
		t.Fatalf("%d documents end at %d of %d", len(found), at, len(text))
	}
}

func TestLargeText(t *testing.T) {
	const size = 100_000
	for name, text := range map[string]string{
		"telegrams": strings.Repeat(compilation, size/len(compilation)),
		"one line":  strings.Repeat("the wells hold water ", size/21),
		"one word":  strings.Repeat("n", size),
		"numbers":   strings.Repeat("12345 67890\n", size/12),
		"dates":     strings.Repeat("5 May 1950, 14:20\n", size/18),
		"quoted":    strings.Repeat("“To Comrade LUNIN. Send pumps.\n", size/35),
		"titles":    strings.Repeat("1. Telegram from Lunin to Sorokin\n\n", size/35),
		"signed":    strings.Repeat("SOROKIN\n\nLUNIN\n\n", size/16),
		"named":     strings.Repeat("Comrade Petrenko and Aliyev in IGARKA. ", size/39),
		"brackets":  strings.Repeat("[illegible] (", size/13),
		"refers":    strings.Repeat("Your No. 5120 of 3 May. ", size/24),
		"cited":     strings.Repeat("APRF, f. 45, op. 1, d. 339, l. 31; Ibid. l. 4\n", size/46),
	} {
		got, err := texts().Read("a.txt", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		found, err := texts().Documents(got.Text, false)
		if err != nil {
			t.Fatal(err)
		}
		if name == "telegrams" && len(found) < 300 {
			t.Errorf("%s: %d documents", name, len(found))
		}
		checkCovers(t, got.Text, found)
	}
}
