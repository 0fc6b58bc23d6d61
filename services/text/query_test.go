package text

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// written puts clauses down: alternatives by |, words of a phrase by blanks,
// parts by +, further forms by =, a beginning by *, what must not be by -.
func written(clauses []Clause) string {
	var out []string
	for _, c := range clauses {
		var phrases []string
		for _, ph := range c.Any {
			var words []string
			for _, w := range ph.Words {
				s := strings.Join(append([]string{strings.Join(w.Parts, "+")}, w.Wholes...), "=")
				if w.Prefix {
					s += "*"
				}
				words = append(words, s)
			}
			phrases = append(phrases, strings.Join(words, " "))
		}
		s := strings.Join(phrases, "|")
		if c.Without {
			s = "-" + s
		}
		out = append(out, s)
	}
	return strings.Join(out, " & ")
}

func TestQuery(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Mao Beijing", "mao & beij"},
		{"телеграммы  ПЕКИH", "телеграмм & пекин"},
		{`"To Comrade Mao"`, "to comrad mao"},
		{"«товарищу Мао»", "товарищ ма"},
		{`a"b c"d`, "a & b c & d"},
		{"mao OR terebin", "mao|terebin"},
		{`mao OR "kim il" OR gao`, "mao|kim il|gao"},
		{"a OR b c", "a|b & c"},
		{"mao or terebin", "mao & or & terebin"},
		{"mao -draft", "mao & -draft"},
		{`mao -"first copy" - kim`, "mao & -first copi & kim"},
		{"-draft mao", "-draft & mao"},
		{"telegr*", "telegr*"},
		{"deciphered*", "deciph*"},
		{"happy*", "happ*"},
		{`"ciphered telegr*"`, "cipher telegr*"},
		{"MIG-1*", "mig+1=mig1*"},
		{"Prokop'ye*", "prokop+ye=prokopy*"},
		{"302/sh", "302+sh=302sh"},
		{"0031", "0031=31"},
		{"0031-0032", "0031+0032=0031-0032=31-32"},
		{"毛泽东", "毛泽+泽东"},
		{"泽", "泽*"},
		{"毛泽*", "毛泽*"},
		{"from:moscow", "from moscow"},
		{"№3557", "no 3557"},
		{"Beijing — & , Moscow", "beij & moscow"},
		{"-OR x", "-or & x"},
		{"Молотов", "молот=молотов"},
		{"Молотову", "молотов=молот"},
		{"Хрущёва Лунин", "хрущев=хрущ & лунин"},
		{"Молотов*", "молот*"},
	} {
		got, err := Query(c.in)
		if err != nil || written(got) != c.want {
			t.Errorf("Query(%q) = %s, %v; want %s", c.in, written(got), err, c.want)
		}
	}
}

func TestQueryErrors(t *testing.T) {
	for _, c := range []struct {
		in        string
		character int
		reason    string
	}{
		{"", 1, "no word to look for"},
		{" . — ! ", 1, "no word to look for"},
		{"-mao", 1, "only words to leave out"},
		{`мао "без конца`, 5, "quotation mark without an end"},
		{`mao "..."`, 5, "no word between the quotation marks"},
		{"OR mao", 1, "OR needs a word on its left"},
		{"mao OR", 5, "OR needs a word on its right"},
		{"mao OR OR kim", 8, "OR needs a word on its left"},
		{"mao OR -kim", 5, "OR cannot stand beside a word with -"},
		{"-mao OR kim", 6, "OR cannot stand beside a word with -"},
		{"te*le", 3, "* can only stand at the end"},
		{"**", 1, "* can only stand at the end"},
		{"мао *", 5, "* must stand directly after"},
		{"mao.*", 5, "* must stand directly after"},
		{"x*", 2, "at least two letters"},
		{"мао\xff", 4, "not UTF-8"},
		{strings.Repeat("и ", MaxQuery), 1 + MaxQuery*2/3, "longer than 4096 bytes"},
		{strings.Repeat("x ", 65), 129, "more than 64 terms"},
		{`"` + strings.Repeat("x ", 65) + `"`, 2, "more than 64 terms"},
	} {
		_, err := Query(c.in)
		var qe *QueryError
		if !errors.As(err, &qe) || !strings.Contains(qe.Reason, c.reason) || qe.Character != c.character {
			t.Errorf("Query(%.20q): %v; want character %d, %s", c.in, err, c.character, c.reason)
			continue
		}
		if n := utf8.RuneCountInString(c.in[:qe.Offset]) + 1; n != qe.Character {
			t.Errorf("Query(%.20q): byte %d is character %d, not %d", c.in, qe.Offset, n, qe.Character)
		}
	}
}

func TestHits(t *testing.T) {
	text := "To Comrade MAO ZEDONG. MIG-15s and MIG 17 arrived, No. 302/sh, ll. 0031-0032. Comrade Mao's reply; 毛泽东 同志, Prokop'yev 1930. Of 12 450 men"
	for _, c := range []struct {
		query string
		want  string // the pieces found; empty: no answer
	}{
		{"mao", "MAO|Mao's"},
		{"mao reply", "MAO|Mao's|reply"},
		{"mao nobody", ""},
		{"nobody OR reply", "reply"},
		{"mao -nobody", "MAO|Mao's"},
		{"mao -reply", ""},
		{`"comrade mao"`, "Comrade MAO|Comrade Mao's"},
		{`"mao comrade"`, ""},
		{`"comrade mao zedong"`, "Comrade MAO ZEDONG"},
		{`-"mao zedong" comrade`, ""},
		{"MIG-15", "MIG-15"},
		{"MIG-15s", "MIG-15s"},
		{"mig15s", "MIG-15s"},
		{"MIG-17", "MIG 17"},
		{`"mig 15s and"`, "MIG-15s and"},
		{"302sh", "302/sh"},
		{"302/sh", "302/sh"},
		{`"no 302sh ll"`, "No. 302/sh, ll"},
		{"31-32", "0031-0032"},
		{"31", "0031"},
		{`"ll 31"`, "ll. 0031"},
		{"12450", "12 450"},
		{`"of 12 450 men"`, "Of 12 450 men"},
		{"12 450", "12|450"},
		{"Prokopyev", "Prokop'yev"},
		{`"Prokopyev 1930"`, "Prokop'yev 1930"},
		{`"Prokop'yev 1930"`, "Prokop'yev 1930"},
		{"prokopy*", "Prokop'yev"},
		{"com*", "Comrade|Comrade"},
		{`"to com*"`, "To Comrade"},
		{"毛泽东", "毛泽东"},
		{"泽东", "泽东"},
		{"泽", "泽东"},
		{"东", "东"},
		{"毛东", ""},
		{`"毛泽东 同志"`, "毛泽东 同志"},
		{`"泽东 同"`, "泽东 同志"},
		{`"reply 毛泽"`, "reply; 毛泽"},
	} {
		clauses, err := Query(c.query)
		if err != nil {
			t.Fatal(err)
		}
		spans, ok := Hits(text, clauses)
		if !ok {
			spans = nil
		}
		var got []string
		for _, s := range spans {
			got = append(got, text[s.Start:s.End])
		}
		if ok && !candidate(text, clauses) {
			t.Errorf("no index finds what answers %s", c.query)
		}
		if strings.Join(got, "|") != c.want || ok != (c.want != "") {
			t.Errorf("Hits of %s: %q, %v; want %q", c.query, got, ok, c.want)
		}
	}
	if _, ok := Hits(text, nil); ok {
		t.Error("no clause was answered")
	}
}

// What a text says in quotation marks finds that text, whatever it is.
func TestHitsFindTheirOwnText(t *testing.T) {
	for _, s := range []string{
		"Received 19:55, 13 June", "ИЗ ПЕКИНА, ТОВ. ФИЛИППОВУ", "452/1948/shs and 0031", "U.S.S.R. Embassy's note",
		"теле-\nграмма из Пекина", "朝鲜人民军司令部", "ガギグ テレ", "a1b2c3d4e5f6", "№ 5 ½ ①", "שלום עולם", "дом\u0301 x",
	} {
		clauses, err := Query(`"` + s + `"`)
		if err != nil {
			t.Fatal(err)
		}
		if !candidate(s, clauses) {
			t.Errorf("no index finds %q by itself", s)
		}
		if spans, ok := Hits("before. "+s+". after", clauses); !ok || len(spans) != 1 {
			t.Errorf("%q: %+v, %v", s, spans, ok)
		}
	}
}

// A name is found in every case, whichever is asked for.
func TestRussianNamesAndWordsInTheirCases(t *testing.T) {
	for _, forms := range [][]string{
		{"Молотов", "Молотова", "МОЛОТОВУ", "Молотовым", "Молотове"},
		{"Хрущёв", "Хрущева", "Хрущеву", "Хрущевым"},
		{"Булганин", "Булганина", "Булганину", "Булганиным"},
		{"Рокоссовский", "Рокоссовского", "Рокоссовскому", "Рокоссовским"},
		{"телеграмма", "телеграммы", "телеграмме", "телеграмму", "телеграммой", "ТЕЛЕГРАММ"},
		{"самолёт", "самолетов", "самолётами", "само-\nлётах"},
		{"Пекин", "Пекина", "Пекине"},
		{"deciphered", "decipher", "deciphers", "DECIPHERING", "deci-\nphered"},
		{"division", "divisions", "division's"},
	} {
		for _, asked := range forms {
			clauses, err := Query(strings.ReplaceAll(asked, "-\n", ""))
			if err != nil {
				t.Fatal(err)
			}
			for _, written := range forms {
				text := "before " + written + " after"
				if _, ok := Hits(text, clauses); !ok || !candidate(text, clauses) {
					t.Errorf("%q is not found in %q", asked, text)
				}
			}
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, q := range []string{
		`mao OR "to comrade" -draft telegr*`, "302/sh 0031-0032 毛泽东 泽*", `"a`, "-", "* ** a*b", "OR OR", "«x» „y“", "\ufe70毛\u034f泽", "毛\ufdfa",
	} {
		f.Add(q, "to comrade Mao, 302/sh: 毛泽东 telegram")
	}
	f.Fuzz(func(t *testing.T, q, s string) {
		clauses, err := Query(q)
		if err != nil {
			var qe *QueryError
			if !errors.As(err, &qe) || qe.Offset < 0 || qe.Offset > len(q) || qe.Reason == "" || clauses != nil {
				t.Fatalf("Query(%q): %v", q, err)
			}
			return
		}
		if len(clauses) == 0 {
			t.Fatalf("Query(%q): nothing to look for and no error", q)
		}
		checkClauses(t, q, clauses)
		spans, answers := Hits(s, clauses)
		if answers && !candidate(s, clauses) {
			t.Fatalf("Query(%q) is answered by %q, which no index finds", q, s)
		}
		for i, span := range spans {
			if span.Start < 0 || span.Start >= span.End || span.End > len(s) || span.Clause >= len(clauses) || i > 0 && span.Start < spans[i-1].Start {
				t.Fatalf("Query(%q) in %q: %+v", q, s, spans)
			}
		}
	})
}

// candidate says whether an index of terms finds the text.
func candidate(s string, clauses []Clause) bool {
	all := Analyse(s)
	has := func(term string, prefix bool) bool {
		return slices.ContainsFunc(all, func(t Term) bool {
			return t.Text == term || prefix && strings.HasPrefix(t.Text, term)
		})
	}
	hasWord := func(w Word) bool {
		parts := true
		for i, part := range w.Parts {
			parts = parts && has(part, w.Prefix && i == len(w.Parts)-1)
		}
		return parts || slices.ContainsFunc(w.Wholes, func(whole string) bool { return has(whole, w.Prefix) })
	}
	for _, c := range clauses {
		if !c.Without && !slices.ContainsFunc(c.Any, func(ph Phrase) bool {
			return !slices.ContainsFunc(ph.Words, func(w Word) bool { return !hasWord(w) })
		}) {
			return false
		}
	}
	return true
}

// checkClauses holds what a store relies on when it asks its index.
func checkClauses(t *testing.T, q string, clauses []Clause) {
	t.Helper()
	terms := 0
	for _, c := range clauses {
		if len(c.Any) == 0 {
			t.Fatalf("Query(%q): a clause without words", q)
		}
		for _, ph := range c.Any {
			if ph.Start < 0 || ph.Start >= ph.End || ph.End > len(q) || len(ph.Words) == 0 {
				t.Fatalf("Query(%q): %+v", q, ph)
			}
			for _, w := range ph.Words {
				terms += len(w.Parts) + len(w.Wholes)
				for _, term := range append(append([]string(nil), w.Parts...), w.Wholes...) {
					if term == "" || strings.ContainsAny(term, " \t\r\n") {
						t.Fatalf("Query(%q): %s", q, fmt.Sprint(clauses))
					}
				}
			}
		}
	}
	if terms > MaxQueryTerms {
		t.Fatalf("Query(%q): %d terms", q, terms)
	}
}
