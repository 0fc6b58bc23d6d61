package agents

import (
	"slices"
	"testing"
)

func TestDeclineName(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind Kind
		want []string // some of the forms
	}{
		{"Молотов", Person, []string{"Молотова", "Молотову", "Молотовым", "Молотове"}},
		{"Вышинский", Person, []string{"Вышинского", "Вышинскому", "Вышинским", "Вышинском"}},
		{"Василий Рощин", Person, []string{"Василия Рощина", "Василию Рощину", "Василием Рощиным", "Василии Рощине"}},
		{"Мао Цзэдун", Person, []string{"Мао Цзэдуна", "Мао Цзэдуну", "Мао Цзэдуном", "Мао Цзэдуне"}},
		{"Чжоу Эньлай", Person, []string{"Чжоу Эньлая", "Чжоу Эньлаю", "Чжоу Эньлаем", "Чжоу Эньлае"}},
		{"Ким Ир Сен", Person, []string{"Ким Ир Сена", "Ким Ир Сену", "Ким Ир Сеном"}},
		{"Линь Бяо", Person, nil},
		{"Берия", Person, []string{"Берии", "Берию", "Берией"}},
		{"Василь", Person, []string{"Василя", "Василю", "Василем"}},
		{"Пекин", Place, []string{"Пекина", "Пекину", "Пекином", "Пекине"}},
		{"Москва", Place, []string{"Москвы", "Москве", "Москву", "Москвой"}},
		{"Корея", Place, []string{"Кореи", "Корее", "Корею", "Кореей"}},
		{"Япония", Place, []string{"Японии", "Японию", "Японией"}},
		{"Сибирь", Place, []string{"Сибири", "Сибирью"}},
		{"Желтое море", Place, []string{"Желтого моря", "Желтому морю", "Желтым морем"}},
		{"Северная Корея", Place, []string{"Северной Кореи", "Северную Корею"}},
		{"Курильские острова", Place, nil},
		{"Министерство иностранных дел", Organisation, []string{"Министерства иностранных дел", "Министерству иностранных дел", "Министерством иностранных дел"}},
		{"Генеральный штаб", Organisation, []string{"Генерального штаба", "Генеральному штабу", "Генеральным штабом"}},
		{"Трудовая партия Кореи", Organisation, []string{"Трудовой партии Кореи", "Трудовую партию Кореи"}},
		{"Правительство КНДР", Organisation, []string{"Правительства КНДР", "Правительству КНДР"}},
		{"СССР", Place, nil},
		{"Афины", Place, []string{"Афин", "Афинам", "Афинами", "Афинах"}},
	} {
		var got []string
		for _, d := range declineName(tt.name, tt.kind) {
			if d.text == tt.name {
				t.Errorf("%s is among its own case forms", tt.name)
			}
			got = append(got, d.text)
		}
		for _, w := range tt.want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %s is missing from %v", tt.name, w, got)
			}
		}
	}
}

func TestTransliterate(t *testing.T) {
	for _, tt := range []struct{ name, bgn, press, ala string }{
		{"Разуваев", "Razuvayev", "Razuvayev", "Razuvaev"},
		{"Вышинский", "Vyshinskiy", "Vyshinsky", "Vyshinskii"},
		{"Юрий Щербаков", "Yuriy Shcherbakov", "Yury Shcherbakov", "Iurii Shcherbakov"},
		{"Ерёменко", "Yeryomenko", "Yeryomenko", "Eremenko"},
		{"А. Я. ЛЬВОВ", "A. Ya. LVOV", "A. Ya. LVOV", "A. Ia. LVOV"},
		{"", "", "", ""},
	} {
		for system, want := range map[string]string{bgn: tt.bgn, press: tt.press, ala: tt.ala} {
			if got := transliterate(tt.name, system); got != want {
				t.Errorf("%s in %s is %s, want %s", tt.name, system, got, want)
			}
		}
	}
}

func TestInitials(t *testing.T) {
	got := initials("Вячеслав Михайлович Молотов", []string{"Молотов"})
	want := []string{"В. М. Молотов", "В. Молотов", "Молотов В. М.", "Вячеслав Молотов", "Вячеслав М. Молотов"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := initials("Mao Zedong", []string{"Mao"}); got != nil {
		t.Errorf("a surname that stands first: %v", got)
	}
}

// What align says of two words, done to the first, gives the second.
func TestAlign(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []slip
	}{
		{"dehuai", "dehua", []slip{{'i', 0}}},
		{"dehuai", "dehuiai", []slip{{0, 'i'}}},
		{"dehuai", "dehual", []slip{{'i', 'l'}}},
		{"same", "same", nil},
		{"", "a", []slip{{0, 'a'}}},
		{"ab", "ba", []slip{{'a', 'b'}, {'b', 'a'}}},
	} {
		if got := align([]rune(tt.name), []rune(tt.text)); !slices.Equal(got, tt.want) {
			t.Errorf("align(%s, %s) = %v, want %v", tt.name, tt.text, got, tt.want)
		}
	}
}

// Each skeleton leads to its forms and to no others.
func TestTrie(t *testing.T) {
	var entries []*entry
	for i, w := range []string{"b", "ab", "abc", "ab", "xyz"} {
		e, _ := newEntry(spelling{text: w}, i, -1, &[]glyph{})
		entries = append(entries, e)
	}
	trie := newTrie(entries)
	for w, want := range map[string][]int32{"b": {0}, "ab": {1, 3}, "abc": {2}, "xyz": {4}, "x": nil, "a": nil, "abd": nil, "q": nil} {
		n := int32(0)
		for _, r := range w {
			if n = trie.next(n, skelOf(uint16(r))); n == 0 {
				break
			}
		}
		var got []int32
		if n != 0 {
			for _, f := range trie.forms[trie.nodes[n].forms:trie.nodes[n].after] {
				got = append(got, f.agent)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s leads to %v, want %v", w, got, want)
		}
	}
}
