package agents_test

import (
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

func TestMatchExplains(t *testing.T) {
	x := agents.BuiltInIndex()
	y1951, y1955 := agents.Date{Year: 1951, Month: 6, Day: 5}, agents.Date{Year: 1955}
	for _, tt := range []struct {
		name     string
		at       agents.Date
		agent    string
		distance int
		why      string
	}{
		{"MAO ZEDONG", y1951, "person:mao-zedong", 0, "authorised name Mao Zedong"},
		{"Comrade Mao Zedong", y1951, "person:mao-zedong", 0, "authorised name Mao Zedong"},
		{"mao tse-tung", y1951, "person:mao-zedong", 0, "transliteration Mao Tse-tung of Mao Zedong"},
		{"FILIPPOV", y1951, "person:stalin", 0, "pseudonym Filippov of Joseph Stalin, valid 1949–1953"},
		{"FILIPPOV", y1955, "person:stalin", 0, "pseudonym Filippov of Joseph Stalin, valid 1949–1953; the text is of 1955"},
		{"тов. Сталину", y1951, "person:stalin", 0, "dative of Сталин, short form of Joseph Stalin"},
		{"Peng Dehua", y1951, "person:peng-dehuai", 1, "differs in one letter from Peng Dehuai: i lost, as OCR does; authorised name Peng Dehuai"},
		{"Shtykev", y1951, "person:shtykov", 1, "differs in one letter from Shtykov: o written as e, as OCR does; short form Shtykov of Terenty Shtykov"},
		{"Peng Dehunt", y1951, "person:peng-dehuai", 2, "differs in 2 letters from Peng Dehuai: a written as n, i written as t; authorised name Peng Dehuai"},
		{"Panmunjzm", y1951, "place:panmunjom", 1, "differs in one letter from Panmunjom: o written as z; authorised name Panmunjom"},
		{"Kim II Sang", y1951, "person:kim-il-sung", 1, "differs in one letter from Kim II Sung: u written as a; known slip of OCR Kim II Sung of Kim Il Sung"},
		{"General Dean", y1951, "person:william-f-dean", 0, "title General Dean of William F. Dean"},
		{"Marshal Peng Dehuai, commander", y1951, "person:peng-dehuai", 0, "authorised name Peng Dehuai; it is a part of what is written"},
		{"Vasiievsky", y1951, "person:vasilevsky", 1, "short form Vasilevsky of Alexander Vasilevsky; OCR confusion: l read as i"},
	} {
		got := x.Match(tt.name, tt.at, "")
		if len(got) == 0 {
			t.Errorf("Match(%q): nothing", tt.name)
			continue
		}
		if c := got[0]; c.Agent != tt.agent || c.Distance != tt.distance || c.Why != tt.why {
			t.Errorf("Match(%q)\n got %s %d %q\nwant %s %d %q", tt.name, c.Agent, c.Distance, c.Why, tt.agent, tt.distance, tt.why)
		}
	}
}

// The order of trust: exact, transliterated, confused by OCR, outside its years, one slip.
func TestMatchOrdersByTrust(t *testing.T) {
	x := agents.BuiltInIndex()
	last := 2.0
	for _, name := range []string{"Vladimir Razuvaev", "Vladimir Nikolayevich Razuvayev", "Vladirnir Razuvaev", "Vladimir Razuvazv", "Vladimir Razuvazz"} {
		got := x.Match(name, agents.Date{}, agents.Person)
		if len(got) == 0 || got[0].Agent != "person:razuvaev" {
			t.Fatalf("Match(%q): %+v", name, got)
		}
		if got[0].Score >= last {
			t.Errorf("Match(%q) scores %.2f, not below %.2f", name, got[0].Score, last)
		}
		last = got[0].Score
	}
}

func TestMatchNeverDecidesBetweenNamesakes(t *testing.T) {
	got := agents.BuiltInIndex().Match("Matveyev", agents.Date{Year: 1950, Month: 10}, agents.Person)
	var ids []string
	for _, c := range got {
		ids = append(ids, c.Agent)
		if c.Score > 0.6 {
			t.Errorf("%s scores %.2f", c.Agent, c.Score)
		}
	}
	if want := []string{"person:matvei-zakharov", "person:razuvaev"}; !slices.Equal(ids, want) {
		t.Errorf("candidates %v, want %v", ids, want)
	}
}

func TestMatchKeepsToTheKind(t *testing.T) {
	x := agents.BuiltInIndex()
	if got := x.Match("Beijing", agents.Date{}, agents.Person); len(got) != 0 {
		t.Errorf("a place among persons: %+v", got)
	}
	if got := x.Match("Beijing", agents.Date{}, agents.Place); len(got) != 1 || got[0].Score != 1 {
		t.Errorf("Beijing: %+v", got)
	}
}

func TestMatchNothing(t *testing.T) {
	x := agents.BuiltInIndex()
	for _, name := range []string{"", " ", "***", "Qwrtzpsd", "Xy", "comrade", "\xff", string(make([]byte, 5000))} {
		if got := x.Match(name, agents.Date{}, ""); len(got) != 0 {
			t.Errorf("Match(%.20q): %+v", name, got)
		}
	}
}

// Every form in the data matches its agent with the best score among all kinds, or is shared.
func TestMatchFindsEveryVariant(t *testing.T) {
	x := agents.BuiltInIndex()
	for _, a := range agents.BuiltIn().Agents {
		forms := []agents.Variant{{Text: a.Name}}
		for _, v := range append(forms, a.Variants...) {
			got := x.Match(v.Text, v.From, a.Kind)
			if !slices.ContainsFunc(got, func(c agents.Candidate) bool { return c.Agent == a.ID && c.Distance == 0 }) {
				t.Errorf("%s, %s: %+v", a.ID, v.Text, got)
			}
		}
	}
}

func FuzzMatch(f *testing.F) {
	x := agents.BuiltInIndex()
	for _, s := range []string{"", "FILIPPOV", "тов. Сталину", "Kim II Sung", "Peng Dehua", "\xff", "ﬁﬁﬁﬁﬁﬁ", "毛泽东", "Gen. c. Mr."} {
		f.Add(s, 1951)
	}
	f.Fuzz(func(t *testing.T, name string, year int) {
		last := 1.0
		for _, c := range x.Match(name, agents.Date{Year: year}, "") {
			if c.Agent == "" || c.Why == "" || c.Score <= 0 || c.Score > last {
				t.Fatalf("Match(%q): %+v after %.2f", name, c, last)
			}
			last = c.Score
		}
	})
}
