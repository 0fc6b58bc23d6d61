package text

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"case and accents", "MAO ŽEDŎNG, Čapek, naïve", "mao zedong, capek, naive"},
		{"accents apart from their letters", "Zˇ e\u0301cole", "zˇ ecole"},
		{"letters without decomposition", "Łódź, Straße, Ærø, ﬁle", "lodz, strasse, aero, file"},
		{"yo, and short i stays", "Ёлка, Мой, мои\u0306", "елка, мой, мой"},
		{"stress mark", "за\u0301мок", "замок"},
		{"quotation marks", "«a» “b” „c‟ 「d」 ‘e’ `f`", `"a" "b" "c" "d" 'e' 'f'`},
		{"dashes", "115‐133 1–2 a—b −5", "115-133 1-2 a-b -5"},
		{"wide and circled", "ＡＢＣ　１２ ①", "abc 12 1"},
		{"number sign", "№ 5, Nº 6", "no 5, no 6"},
		{"Latin H in a Russian word", "ПЕКИH", "пекин"},
		{"Cyrillic letters in an English word", "Сomrаdе", "comrade"},
		{"each word by itself", "MOCKBA, МОСКВA и Mоscow", "mockba, москва и moscow"},
		{"nothing but look-alikes, most of them Latin", "CCCР", "cccp"},
		{"nothing but look-alikes, as many", "CCСР", "ссср"},
		{"soft hyphen and direction marks", "теле\u00adграмма \u202eabc\u202c", "телеграмма abc"},
		{"Hebrew and Arabic points", "שָׁלוֹם مُحَمَّد", "שלום محمد"},
		{"Devanagari vowels stay", "दिल्ली", "दिल्ली"},
		{"Korean from single sounds", "\u1112\u1161\u11ab국", "한국"},
		{"voiced kana stay", "ガギ か\u3099", "ガギ が"},
		{"no UTF-8", "a\xffb\xc3", "a\ufffdb\ufffd"},
		{"line ends stay", "A\r\nB\tC", "a\r\nb\tc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Fold(c.in); got != c.want {
				t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

// terms writes terms as "position:text", with +width where it is not 1.
func terms(s string) string {
	var out []string
	for t := range Terms(s) {
		width := ""
		if t.Width != 1 {
			width = fmt.Sprintf("+%d", t.Width)
		}
		out = append(out, fmt.Sprintf("%d%s:%s", t.Position, width, t.Text))
	}
	return strings.Join(out, " ")
}

func TestAnalyse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"nothing but punctuation", " .,- — / \x00\x07 …", ""},
		{"English stems, stop words kept", "The telegrams were received", "0:the 1:telegram 2:were 3:receiv"},
		{"Russian stems", "Телеграммы получены в Пекине", "0:телеграмм 1:получ 2:в 3:пекин"},
		{"yo and look-alikes", "самолётов ПЕКИH", "0:самолет 1:пекин"},
		{"possessive", "Stalin's and Gaos’ reply", "0:stalin 1:and 2:gao 3:repli"},
		{"figures and letters", "MIG-15s", "0:mig 0+3:mig15s 1:15 2:s"},
		{"register number", "302/sh", "0:302 0+2:302sh 1:sh"},
		{"register number of three parts", "452/1948/shs", "0:452 0+3:452/1948shs 1:1948 2:shs"},
		{"soft sign as apostrophe", "Prokop'yev Opis'", "0:prokop 0+2:prokopyev 1:yev 2:opi"},
		{"name with hyphen", "Il-sung Il‐sung", "0:il 0+2:ilsung 1:sung 2:il 2+2:ilsung 3:sung"},
		{"or is no compound", "and/or", "0:and 1:or"},
		{"dash between words", "Moscow–Beijing", "0:moscow 1:beij"},
		{"range of numbers without zeros", "0031–0032", "0:0031 0:31 0+2:0031-0032 0+2:31-32 1:0032 1:32"},
		{"zeros alone", "000", "0:000 0:0"},
		{"fond with a letter", "059a", "0:059 0:59 0+2:059a 1:a"},
		{"date and time", "13.6.51 19:55", "0:13 0+3:13.6.51 1:6 2:51 3:19 3+2:19:55 4:55"},
		{"figures at the end of a sentence", "in 1951. On", "0:in 1:1951 2:on"},
		{"abbreviation by letters", "U.S.S.R. and N. Y.", "0:u 0+4:ussr 1:s 2:s 3:r 4:and 5:n 6:y"},
		{"number signs are one word", "№5 Nº 5 No. 5", "0:no 1:5 2:no 3:5 4:no 5:5"},
		{"divided at the line end", "теле-\r\n  грамма", "0:тел 0+2:телеграмм 1:грамм"},
		{"divided by a soft hyphen", "tele\u00ad\ngram", "0:tele 0+2:telegram 1:gram"},
		{"soft hyphen inside", "tele\u00adgram", "0:telegram"},
		{"name at the line end", "Il-\nSung", "0:il 1:sung"},
		{"paragraph after a hyphen", "tele-\n\ngram", "0:tele 1:gram"},
		{"Chinese", "毛泽东同志", "0:毛泽 1:泽东 2:东同 3:同志 4:志"},
		{"Chinese beside Latin", "毛Mao泽", "0:毛 1:mao 2:泽"},
		{"Korean", "김일성 동지", "0:김일 1:일성 2:성 3:동지 4:지"},
		{"Japanese with wide and narrow kana", "テレグラム ｶﾞｽ", "0:テレ 1:レグ 2:グラ 3:ラム 4:ム 5:ガス 6:ス"},
		{"right to left", "\u200fשלום עולם", "0:שלום 1:עולם"},
		{"combining marks", "Z\u030cedo\u0306ng", "0:zedong"},
		{"marks with nothing under them", "\u0301\u0301 a", "0:a"},
		{"phrase ligature has no blanks", "\ufdfa", "0:صلىاللهعليهوسلم"},
		{"letter of which nothing is left", "\ufe70 a", "0:a"},
		{"fraction", "½", "0:1/2"},
		{"no UTF-8", "mao\xffzedong\xe4\xb8", "0:mao 1:zedong"},
		{"zero-width blank", "ab\u200bcd", "0:ab 1:cd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := terms(c.in); got != c.want {
				t.Errorf("Analyse(%q)\n got %s\nwant %s", c.in, got, c.want)
			}
		})
	}
}

// A word without an end is cut in pieces and nothing of it is lost; a compound
// without an end goes on as further compounds.
func TestAnalyseBounds(t *testing.T) {
	for _, in := range []string{
		strings.Repeat("я", 1000), strings.Repeat("x", 1000), strings.Repeat("7", 1000),
		strings.Repeat("a1", 500), strings.Repeat("1/", 500), strings.Repeat("a'", 500), strings.Repeat("泽", 1000),
		"a" + strings.Repeat("\u0301", 1000), strings.Repeat("Ω1\u200d-", 300),
	} {
		checkTerms(t, in)
		covered := make([]bool, len(in))
		for term := range Terms(in) {
			if n := utf8.RuneCountInString(term.Text); n > maxParts*maxRunes {
				t.Errorf("%.10q…: a term of %d characters", in, n)
			}
			for i := term.Start; i < term.End; i++ {
				covered[i] = true
			}
		}
		for i, r := range in {
			if (unicode.IsLetter(r) || unicode.IsDigit(r)) && !covered[i] {
				t.Fatalf("%.10q…: byte %d is in no term", in, i)
			}
		}
	}
}

// checkTerms holds what is promised of every text.
func checkTerms(t *testing.T, s string) {
	t.Helper()
	all := Analyse(s)
	last := -1
	for i, term := range all {
		if term.Start < 0 || term.Start >= term.End || term.End > len(s) {
			t.Fatalf("term %+v is not inside the %d bytes", term, len(s))
		}
		if !boundary(s, term.Start) && utf8.ValidString(s) || !boundary(s, term.End) && utf8.ValidString(s) {
			t.Fatalf("term %+v cuts a character of %q", term, s)
		}
		if term.Text == "" || !utf8.ValidString(term.Text) || strings.IndexFunc(term.Text, unicode.IsSpace) >= 0 {
			t.Fatalf("term %+v is empty, has a blank or is no UTF-8", term)
		}
		if term.Position != last && term.Position != last+1 {
			t.Fatalf("term %d is at position %d after %d", i, term.Position, last)
		}
		if last = term.Position; term.Width < 1 {
			t.Fatalf("term %+v has no width", term)
		}
	}
	for _, term := range all {
		if term.Position+term.Width > last+1 {
			t.Fatalf("term %+v reaches beyond the last position %d", term, last)
		}
	}
}

// Stems are stored in the index: when a line of this file changes, every index
// must be built anew.
func TestStemsGolden(t *testing.T) {
	for _, language := range []string{"en", "ru"} {
		var b strings.Builder
		for _, w := range vocabulary[language] {
			fmt.Fprintf(&b, "%s %s\n", w, Analyse(w)[0].Text)
		}
		golden(t, "stems."+language, b.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s", path, got)
	}
}

// Different ways of writing one thing have a term in common; different things
// have none.
func TestSpellingsMeet(t *testing.T) {
	share := func(a, b string) bool {
		for x := range Terms(a) {
			for y := range Terms(b) {
				if x.Text == y.Text && x.Position == 0 && y.Position == 0 {
					return true
				}
			}
		}
		return false
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"302/sh", "302sh", true},
		{"MiG-15", "MIG15", true},
		{"Prokop'yev", "Prokopyev", true},
		{"теле-\nграмма", "телеграмма", true},
		{"U.S.S.R.", "USSR", true},
		{"0031", "31", true},
		{"0031-0032", "31-32", true},
		{"Telegrams", "telegram", true},
		{"22 973", "22973", true},
		{"22\u00a0973", "22973", true},
		{"1 234 567", "1234567", true},
		{"22973", "22 973", true},
		{"22 9735", "229735", false},
		{"22 97", "2297", false},
		{"2297 345", "2297345", false},
		{"22\n973", "22973", false},
		{"22 973b", "22973b", false},
		{"13.6 051", "136051", false},
		{"31-32", "3132", false},
		{"13.6.51", "13651", false},
		{"3557", "3558", false},
	} {
		if got := share(c.a, c.b); got != c.want {
			t.Errorf("%q and %q meet: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestDigest(t *testing.T) {
	// The value is that of sha256sum over the bytes: it stays for ever.
	if got, want := Digest("e\u0301cole\r\nb\rc\n"), Digest("école\nb\nc\n"); got != want {
		t.Errorf("composed and line ends: %s, want %s", got, want)
	}
	for in, want := range map[string]string{
		"":           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"abc":        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"\u212b\r\n": Digest("Å\n"),
	} {
		if got := Digest(in); got != want {
			t.Errorf("Digest(%q) = %s, want %s", in, got, want)
		}
	}
	different := []string{"a", "A", "a ", "a\n", "a\n\n", "é", "\xff", "\ufffd", "ﬁ", "fi"}
	seen := map[string]string{}
	for _, s := range different {
		d := Digest(s)
		if before, ok := seen[d]; ok {
			t.Errorf("%q and %q have the same digest", before, s)
		}
		seen[d] = s
	}
}

// What is remembered between calls never shows, from however many goroutines.
func TestFormsRemember(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	texts := make([]string, 60)
	want := make([]string, len(texts))
	for i := range texts {
		texts[i] = misread(rng, message(rng, []string{"en", "ru"}[i%2], 2000), 0.2)
		want[i] = terms(texts[i])
	}
	done := make(chan string)
	for range 4 {
		go func() {
			bad := ""
			for i, s := range texts {
				if terms(s) != want[i] {
					bad = s
				}
			}
			done <- bad
		}()
	}
	for range 4 {
		if bad := <-done; bad != "" {
			t.Errorf("another answer for %q", bad)
		}
	}
	for i, s := range texts {
		for w := range strings.FieldsSeq(s) {
			if f := prepare(w); *f != *newForm(w) {
				t.Fatalf("text %d: %q is remembered as %+v", i, w, *f)
			}
		}
	}
}

func FuzzAnalyse(f *testing.F) {
	for _, s := range []string{
		"", "ПЕКИH, Stalin's MIG-15s № 0031–0032", "теле-\r\n грамма U.S.S.R. 13.6.51", "毛泽东 한국 \u1112\u1161\u11ab ｶﾞ",
		"a\xff\xc3(", "\u0301\u00ad\u202e\ufeff", "\ufdfa\ufe70½①", "a1b2c3d4e5f6g7h8i9", "か\u034f\u3099", "İIıſßς ǅ",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkTerms(t, s)
		folded := Fold(s)
		if !utf8.ValidString(folded) {
			t.Fatalf("Fold(%q) is no UTF-8", s)
		}
		if again := Fold(folded); again != folded {
			t.Fatalf("Fold(%q) = %q, and folded again %q", s, folded, again)
		}
		if Digest(s) != Digest(norm.NFC.String(s)) {
			t.Fatalf("the digest of %q is not that of its NFC", s)
		}
		p := NewFingerprint(s)
		if p.Version != 0 && Similarity(p, p) != 1 {
			t.Fatalf("%q is not like itself", s)
		}
		for _, term := range slices.Collect(Terms(s)) {
			if n := len(Trigrams(term.Text)); n == 0 {
				t.Fatalf("%q has no trigrams", term.Text)
			}
		}
	})
}
