package agents_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// shown is a mention in one line: what the text has, what it names, and what is uncertain.
func shown(text string, m agents.Mention) string {
	s := fmt.Sprintf("%s = %s", strings.Join(strings.Fields(text[m.Start:m.End]), " "), m.Agent)
	if m.Honorific != "" {
		s = m.Honorific + " / " + s
	}
	if m.Ambiguous {
		s += fmt.Sprintf("? of %d", len(m.Candidates))
	}
	return s
}

func TestFindForms(t *testing.T) {
	x := agents.BuiltInIndex()
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"plain":            {"Mao Zedong left Beijing.", []string{"Mao Zedong = person:mao-zedong", "Beijing = place:beijing"}},
		"capitals":         {"TO KIM IL SUNG IN PYONGYANG", []string{"KIM IL SUNG = person:kim-il-sung", "PYONGYANG = place:pyongyang"}},
		"honorifics":       {"Cde. Molotov, General of Army; Lieutenant-General Razuvayev", []string{"Cde. / Molotov = person:molotov", "Lieutenant-General / Razuvayev = person:razuvaev"}},
		"plural honorific": {"to Comrades Molotov", []string{"Comrades / Molotov = person:molotov"}},
		"one letter":       {"to c. Molotov and c Molotov", []string{"c. / Molotov = person:molotov", "Molotov = person:molotov"}},
		"genitive s":       {"Stalin's letter, STALIN’S letter", []string{"Stalin = person:stalin", "STALIN = person:stalin"}},
		"broken line":      {"Mao\nZedong and Kae-\nsong and Peng De-\r\nhuai", []string{"Mao Zedong = person:mao-zedong", "Kae- song = place:kaesong", "Peng De- huai = person:peng-dehuai"}},
		"paragraphs apart": {"… with Kim Il\n\nSung", []string{"Kim Il = person:kim-il"}},
		"markdown":         {"**Mao** **Zedong** and _Molotov_", []string{"Mao** **Zedong = person:mao-zedong", "Molotov = person:molotov"}},
		"hyphens":          {"Mao Tse-tung, Mao Tsetung, Mao Tse Tung, Kim Il-sung", []string{"Mao Tse-tung = person:mao-zedong", "Mao Tsetung = person:mao-zedong", "Mao Tse Tung = person:mao-zedong", "Kim Il-sung = person:kim-il-sung"}},
		"marks":            {"MAO ŽEDŎNG; P'yŏngyang; Pak Hŏn-yŏng; Hồ Chí Minh", []string{"MAO ŽEDŎNG = person:mao-zedong", "P'yŏngyang = place:pyongyang", "Pak Hŏn-yŏng = person:pak-hon-yong", "Hồ Chí Minh = person:ho-chi-minh"}},
		"marks apart":      {"Mao Zedo\u0306ng\u0301 came", []string{"Mao Zedo\u0306ng\u0301 = person:mao-zedong"}},
		"initials":         {"V.M. Molotov, V. M. Molotov, A. Ya. Vyshinsky, I.V.Stalin", []string{"V.M. Molotov = person:molotov", "V. M. Molotov = person:molotov", "A. Ya. Vyshinsky = person:vyshinsky", "I.V.Stalin = person:stalin"}},
		"letterspaced":     {"M A O  Z E D O N G", []string{"M A O Z E D O N G = person:mao-zedong"}},
		"blank lost":       {"MaoZedong", []string{"MaoZedong = person:mao-zedong"}},
		"abbreviations":    {"US, U.S., the U. S. S. R., DPRK and CC VKP(b); tell us", []string{"US = place:united-states", "U.S. = place:united-states", "U. S. S. R. = place:soviet-union", "DPRK = place:north-korea", "CC VKP(b) = organisation:cc-vkpb"}},
		"ocr":              {"Kim II Sung, MA0 ZEDONG, lndia, VYSHlNSKY, Ma0", []string{"Kim II Sung = person:kim-il-sung", "MA0 ZEDONG = person:mao-zedong", "lndia = place:india", "VYSHlNSKY = person:vyshinsky"}},
		"ocr m":            {"Marshal Tirnoshenko", []string{"Marshal / Tirnoshenko = person:timoshenko"}},
		"look-alikes":      {"MAO ZEDОNG and CTAЛИН and CCCP", []string{"MAO ZEDОNG = person:mao-zedong", "CTAЛИН = person:stalin", "CCCP = place:soviet-union"}},
		"russian cases":    {"Тов. Мао Цзэдуну от Сталина, с Молотовым, о Вышинском, Ким Ир Сену, в Пекине, из Москвы, Посольством СССР в Китае", []string{"Тов. / Мао Цзэдуну = person:mao-zedong", "Сталина = person:stalin", "Молотовым = person:molotov", "Вышинском = person:vyshinsky", "Ким Ир Сену = person:kim-il-sung", "Пекине = place:beijing", "Москвы = place:moscow", "Посольством СССР в Китае = organisation:soviet-embassy-china"}},
		"full capitals ru": {"ТОВАРИЩУ ВЯЧЕСЛАВУ МИХАЙЛОВИЧУ МОЛОТОВУ", []string{"ТОВАРИЩУ / ВЯЧЕСЛАВУ МИХАЙЛОВИЧУ МОЛОТОВУ = person:molotov"}},
		"transliterated":   {"Viacheslav Molotov, Iosif Vissarionovich Stalin", []string{"Viacheslav Molotov = person:molotov", "Iosif Vissarionovich Stalin = person:stalin"}},
		"chinese":          {"毛泽东在北京。", []string{"毛泽东 = person:mao-zedong", "北京 = place:beijing"}},
		"korean particle":  {"김일성은", []string{"김일성 = person:kim-il-sung"}},
		"footnote":         {"as Stalin2 said", []string{"Stalin = person:stalin"}},
		"longest":          {"the Central Committee of the Communist Party of China", []string{"Central Committee of the Communist Party of China = organisation:cc-ccp"}},
		"points back":      {"Gao Gang came. Gao spoke; Kim too.", []string{"Gao Gang = person:gao-gang", "Gao = person:gao-gang", "Kim = ? of 11"}},
		"points forward":   {"Peng spoke. (Peng Dehuai is meant.)", []string{"Peng = person:peng-dehuai", "Peng Dehuai = person:peng-dehuai"}},
		"two of one name":  {"Peng Zhen, Peng Dehuai. Peng spoke.", []string{"Peng Zhen = person:peng-zhen", "Peng Dehuai = person:peng-dehuai", "Peng = ? of 2"}},
		"no pseudonym":     {"Stalin spoke. Kuznetsov left.", []string{"Stalin = person:stalin", "Kuznetsov = ? of 4"}},
		"not a name":       {"I ran to mao. Koreans, Americans, Stalingradsky, chosen, in Dia.", nil},
		"us in capitals":   {"TELL US NOW. The US sent it.", []string{"US = ", "US = place:united-states"}},
		"sentence end":     {"There was Mao. Zedong is no word.", []string{"Mao = person:mao-zedong"}},
		"comma":            {"Kim, Il, Sung", []string{"Kim = ? of 11"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, m := range x.Find(tt.text) {
				got = append(got, shown(tt.text, m))
			}
			want := tt.want
			for i := range want { // counts of namesakes move with the data
				want[i] = trimCount(want[i])
			}
			for i := range got {
				got[i] = trimCount(got[i])
			}
			if !slices.Equal(got, want) {
				t.Errorf("Find(%q)\n got %q\nwant %q", tt.text, got, want)
			}
		})
	}
}

func trimCount(s string) string {
	before, _, _ := strings.Cut(s, "? of ")
	return before
}

func TestFindSaysWhy(t *testing.T) {
	x := agents.BuiltInIndex()
	for text, want := range map[string]string{
		"FILIPPOV":                   "pseudonym Filippov of Joseph Stalin, valid 1949–1953",
		"Peking":                     "other form Peking of Beijing",
		"Молотову":                   "dative of Молотов, short form of Vyacheslav Molotov",
		"Razuvayev":                  "BGN/PCGN transliteration Razuvayev of Разуваев, short form of Vladimir Razuvaev",
		"В. М. Молотов":              "В. М. Молотов with initials for Вячеслав Михайлович Молотов, original form of Vyacheslav Molotov",
		"MA0 ZEDONG":                 "authorised name Mao Zedong; OCR confusion: o read as 0",
		"MAO ZEDОNG":                 "authorised name Mao Zedong; OCR confusion: o read as о (Cyrillic)",
		"Kae-\nsong":                 "authorised name Kaesong; blanks or hyphens differ",
		"Gao Gang. Gao":              "short form Gao of Gao Gang; points back to Gao Gang in the same text",
		"Gao":                        "short form Gao alone does not name Gao Gang: no fuller form stands in the text",
		"Peng":                       "short form Peng is shared by 2 agents, and no fuller form of one of them stands in the text",
		"Beiping":                    "former name Beiping of Beijing, valid 1928–1949",
		"Peng Dehui":                 "known slip of OCR Peng Dehui of Peng Dehuai",
		"General Staff":              "short form General Staff alone does not name General Staff of the Soviet Armed Forces: no fuller form stands in the text",
		"Mao Tse-tung":               "transliteration Mao Tse-tung of Mao Zedong",
		"Peng Zhen Peng Dehuai Peng": "short form Peng fits 2 agents that the text may mean",
	} {
		found := x.Find(text)
		if len(found) == 0 {
			t.Errorf("Find(%q) finds nothing", text)
			continue
		}
		if got := found[len(found)-1].Why; got != want {
			t.Errorf("Find(%q)\n why %q\nwant %q", text, got, want)
		}
	}
}

func TestFindAtHoldsPseudonymsToTheirYears(t *testing.T) {
	x := agents.BuiltInIndex()
	inside := x.FindAt("FILIPPOV", agents.Date{Year: 1951, Month: 6})
	if len(inside) != 1 || inside[0].Agent != "person:stalin" || inside[0].Score != 1 {
		t.Errorf("in 1951: %+v", inside)
	}
	outside := x.FindAt("FILIPPOV", agents.Date{Year: 1956})
	want := "pseudonym Filippov of Joseph Stalin is outside its years, valid 1949–1953; the text is of 1956"
	if len(outside) != 1 || !outside[0].Ambiguous || outside[0].Why != want {
		t.Errorf("in 1956: %+v", outside)
	}
}

// A foreign name in Russian letters is found in them, and not as the word that it makes when it is
// put back into Latin ones; nor is a word in Latin letters that only looks like a Russian name.
func TestFindForeignNames(t *testing.T) {
	a := read(t, heading+
		"person:x,person,Jean Faure,,,,,,,,,\nperson:x,,,Жан Фор,transliteration,,,,ru,,,\nperson:x,,,Фор,short,,,,ru,,,\n"+
		"person:y,person,Pavel Rask,,,,,,,,,\nperson:y,,,Раск,short,,,,ru,,,\n")
	x := agents.NewIndex(a)
	for text, want := range map[string]int{"Фору": 1, "Жана Фора": 1, "For": 0, "Pack": 0, "pack": 0, "Раску": 1} {
		if got := len(x.Find(text)); got != want {
			t.Errorf("%s: %d mentions, want %d", text, got, want)
		}
	}
}

// Every form in the data finds its agent, alone and within a sentence, and the text at the offsets
// folds to the form.
func TestFindFindsEveryVariant(t *testing.T) {
	x := agents.BuiltInIndex()
	for _, a := range agents.BuiltIn().Agents {
		forms := []agents.Variant{{Text: a.Name}}
		for _, v := range append(forms, a.Variants...) {
			text := "(" + v.Text + ") "
			found := x.Find(text)
			if len(found) != 1 {
				t.Errorf("%s, %s: %d mentions %+v", a.ID, v.Text, len(found), found)
				continue
			}
			m := found[0]
			if m.Agent != a.ID && !slices.Contains(m.Candidates, a.ID) {
				t.Errorf("%s, %s: names %s %v", a.ID, v.Text, m.Agent, m.Candidates)
			}
			if !v.Ambiguous && m.Ambiguous && m.Type != agents.Pseudonym {
				t.Logf("%s, %s: ambiguous: %s", a.ID, v.Text, m.Why)
			}
			if got := agents.Fold(text[m.Start:m.End]); got != agents.Fold(v.Text) {
				t.Errorf("%s, %s: the text at the offsets is %q", a.ID, v.Text, got)
			}
		}
	}
}

// Names between other words, in any order and spacing, keep their offsets.
func TestFindKeepsOffsets(t *testing.T) {
	x := agents.BuiltInIndex()
	data := agents.BuiltIn().Agents
	rnd := rand.New(rand.NewPCG(1, 2))
	gaps := []string{", ", "; and ", "\n\n", " — ", " («", "»), ", " №12: "}
	for range 300 {
		var text strings.Builder
		want := map[int]string{}
		for range 1 + rnd.IntN(20) {
			text.WriteString(gaps[rnd.IntN(len(gaps))])
			a := data[rnd.IntN(len(data))]
			want[text.Len()] = a.ID
			text.WriteString(a.Name)
		}
		found := x.Find(text.String())
		if len(found) != len(want) {
			t.Fatalf("%d mentions of %d in %q", len(found), len(want), text.String())
		}
		for _, m := range found {
			if id := want[m.Start]; m.Agent != id && !slices.Contains(m.Candidates, id) {
				t.Fatalf("at %d %s, want %s", m.Start, m.Agent, id)
			}
		}
	}
}

// A text longer than a piece gives the same mentions as its parts, at their places.
func TestFindLongText(t *testing.T) {
	x := agents.BuiltInIndex()
	const line = "Mao Zedong wrote to Stalin. "
	for name, text := range map[string]string{
		"blanks": strings.Repeat(line, 5<<18/len(line)),
		"lines":  strings.Repeat(line+"\n", 5<<18/len(line)),
	} {
		found := x.Find(text)
		if want := 2 * strings.Count(text, line); len(found) != want {
			t.Errorf("%s: %d mentions, want %d", name, len(found), want)
		}
		for _, m := range found {
			if s := text[m.Start:m.End]; s != "Mao Zedong" && s != "Stalin" {
				t.Fatalf("%s: %q at %d", name, s, m.Start)
			}
		}
	}
	if found := x.Find(strings.Repeat("ы", 5<<18)); found != nil {
		t.Errorf("one long word: %d mentions", len(found))
	}
}

func FuzzFind(f *testing.F) {
	x := agents.BuiltInIndex()
	for _, s := range []string{
		"", "Mao Zedong", "тов. Сталину", "U.S.S.R.", "Kae-\nsong’s", "\xff\xfe Mao", "\u202eMao\u202c", "ﬁ Oﬃce", "毛泽东", "a\u0301\u0301", "VKP(b", "0 1 l I",
		"**MAO**\n\n**ZEDONG**", "Kim II Sung", strings.Repeat("M A O ", 50),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, m := range x.Find(text) {
			if m.Start < end || m.End <= m.Start || m.End > len(text) {
				t.Fatalf("mention at %d-%d after %d of %d bytes", m.Start, m.End, end, len(text))
			}
			if !utf8.RuneStart(text[m.Start]) || m.End < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[m.End]) {
				t.Fatalf("mention at %d-%d cuts a character of %q", m.Start, m.End, text)
			}
			if m.Why == "" || m.Score <= 0 || m.Score > 1 || m.Ambiguous == (m.Agent != "") {
				t.Fatalf("mention %+v", m)
			}
			end = m.End
		}
	})
}
