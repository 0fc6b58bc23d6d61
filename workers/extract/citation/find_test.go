package citation

import (
	"strings"
	"testing"
)

func TestFindInRunningText(t *testing.T) {
	page := `The order reached the front at dawn (GARF, f. R-9401, op. 2, d. 64, ll. 3-5). By then 45 guns
had been lost; see also RGASPI, f. 82, op. 2, d. 1110, l. 45. Original; and d. 1111, l. 2. The Foreign Ministry
said nothing. F. Lind wrote "Op. 12" on p. 5. Документ хранится в архиве: РГАНИ. Ф. 5. Оп. 30. Д. 7. Л. 12 об. Там же. Л. 14.
Ibid., p. 7. The collection 5 of maps, No. 5, is lost. http://example.org/f.45/op.1/x
TsDAHO, f. 1, op. 24, spr. 4061, ark. 12. GARF was closed. Fond 3, opis 65, delo 12 is open.`
	want := []string{
		"GARF f.R-9401 op.2 d.64 l.3-5",
		"RGASPI f.82 op.2 d.1110 l.45",
		"RGASPI f.82 op.2 d.1111 l.2",
		"RGANI f.5 op.30 d.7 l.12ob",
		"RGANI f.5 op.30 d.7 l.14",
		"f.45 op.1",
		"TsDAHO f.1 op.24 spr.4061 ark.12",
		"f.3 op.65 d.12",
	}
	var got []string
	for _, c := range Find(page) {
		got = append(got, c.String())
		if page[c.Start:c.End] != c.Raw {
			t.Errorf("%q does not stand at %d", c.Raw, c.Start)
		}
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("found\n%s\nwant\n%s", g, w)
	}
}

func TestCandidates(t *testing.T) {
	for _, c := range []struct {
		written   string
		citations int
		want      []string
	}{
		{"558.11.492.57", 0, []string{"RGASPI f.558 op.11 d.492 l.57", "f.558 op.11 d.492 l.57"}},
		{"17.162.40", 0, []string{"f.17 op.162 d.40"}},
		{"13.6.1951", 0, nil},
		{"13.6.51", 0, nil},
		{"192.168.1.1.1", 0, nil},
		{"op. 5, d. 6, l. 7", 0, []string{"op.5 d.6 l.7"}},
		{"RGASPI, f. 82, op. 2, d. 1110, p. 3", 1, []string{"RGASPI f.82 op.2 d.1110 papka 3"}},
		{"RGASPI, f. 82, op. 2, d. 1110, pp. 3-4", 1, nil},
		{"AVPRF, f. 3, op. 2, d. 9, p. 4", 1, []string{"AVPRF f.3 op.2 d.9"}},
		{"AVPRF. F. 3. Op. 2. D. 90. L. 4. L. 9-11", 1, []string{"AVPRF f.3 op.2 d.90 l.4, l.9-11"}},
		{"GARF, F. P-12, op. 2, d. 9, l. 4", 1, []string{"GARF f.P-12 op.2 d.9 l.4"}},
		{"AVP RE, f. 3, op. 2, d. 9", 1, []string{"AVPRF f.3 op.2 d.9"}},
		{"RGIA, f. 3, op. 2, d. 9", 1, []string{"RGVA f.3 op.2 d.9"}},
		{"GAPO, f. 3, op. 2, d. 9", 1, nil},
		{"CSA KGB RB, F. 12, L. 4", 1, []string{"TsA KGB RB f.12 l.4"}},
	} {
		r := Parse(c.written)
		var got []string
		for _, x := range r.Candidates {
			got = append(got, x.Citation.String())
		}
		if len(r.Citations) != c.citations || strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%q: %d citations, candidates %q, want %d, %q", c.written, len(r.Citations), got, c.citations, c.want)
		}
		checkCover(t, c.written, &r)
	}
}

func TestRestSaysWhatWasNotRead(t *testing.T) {
	for written, want := range map[string]string{
		`"Telegram, A to B", June 13, 1951, Web Digital Archive, APRF, f. 45, op. 1, d. 339, l. 3; AVP RF, f. 5, op. 1, d. 2.`: `Telegram, A to B", June 13, 1951, Web Digital Archive`,
		"APRF, f. 45, op. 1, d. 339, shelf 9": "shelf 9",
		"APRF, f. 45, op. X":                  "op. X",
		"Ibid., l. 5":                         "Ibid., l. 5",
	} {
		r := Parse(written)
		var got []string
		for _, s := range r.Rest {
			got = append(got, s.Text)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: rest %q, want %q", written, got, want)
		}
	}
}

func TestGapsAreNamed(t *testing.T) {
	const written = "APRF, Fond 45, Opis 1, Delo 339, the guns fell silent at noon Listy 6-7]"
	c := Parse(written).Citations[0]
	if len(c.Gaps) != 1 || written[c.Gaps[0][0]:c.Gaps[0][1]] != "the guns fell silent at noon" {
		t.Errorf("gaps %v", c.Gaps)
	}
}

func TestNotes(t *testing.T) {
	const written = "RGANI. F. 5. Op. 30. D. 7. L. 2. Copy (3 copies). Typewritten text. Signature in blue ink. Published in: Documents, vol. 2 (1999), p. 7. Pp. 3-4."
	want := "copy:Copy (3 copies)|form:Typewritten text|form:Signature in blue ink|publication:Published in: Documents, vol. 2 (1999), p. 7|pages:Pp. 3-4"
	r := Parse(written)
	var got []string
	for _, n := range r.Notes {
		got = append(got, string(n.Role)+":"+n.Text)
	}
	if strings.Join(got, "|") != want || len(r.Rest) > 0 {
		t.Errorf("notes %q, rest %+v", got, r.Rest)
	}
}

// pageOf gives n bytes or more of running text with two citations in each
// 2,000 characters, as on a page of a published telegram.
func pageOf(n int) string {
	prose := strings.Repeat("Comrade General asks for three divisions of fighters by the end of the month. In front of the Fourth Army the enemy holds. ", 15)
	part := prose + "RGASPI, f. 82, op. 2, d. 1110, ll. 45-46; and AVP RF, f. 0100, op. 43, p. 30, d. 5, l. 9. Translated by Anna Lind.\n"
	return strings.Repeat(part, max(1, (n+len(part)-1)/len(part)))
}

func BenchmarkFind(b *testing.B) { benchmark(b, func(s string) { Find(s) }) }

func BenchmarkParse(b *testing.B) { benchmark(b, func(s string) { Parse(s) }) }

func BenchmarkParseOne(b *testing.B) {
	const s = "AVP RF, f. 59a, op. 5a, d. 5, p. 11, ll. 31-32"
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Parse(s)
	}
}

func benchmark(b *testing.B, read func(string)) {
	for name, size := range map[string]int{"1x": 1, "10x": 2000 * 10, "100x": 2000 * 100} {
		s := pageOf(size)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				read(s)
			}
		})
	}
}

// TestLongInput holds that input made of one damaged piece over and over comes
// back whole: nothing is cut off at a limit.
func TestLongInput(t *testing.T) {
	for _, piece := range []string{
		"APRF (", "Ibid. ", "f. 45, l. 1, 2, ", "l. 5 ", "D. L. ", "(((", "\n", "\xff", "Archive of the ", "Translated by ",
		"Copy (", "1.2.3.", "APRF; ", "Fond 5, Opis 1, x y ", "12, ",
	} {
		s := "APRF, f. 45, op. 1, d. 3, l. 1; " + strings.Repeat(piece, 20_000/len(piece))
		r := Parse(s)
		checkCover(t, s, &r)
	}
}
