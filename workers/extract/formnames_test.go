package extract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract"
)

// mentions lists the persons, places and bodies of a text: p, l and o with the forms.
func mentions(text string) []string {
	letters := map[string]string{"person": "p ", "place": "l ", "organisation": "o "}
	var found []string
	for _, d := range extractor().Extract(text) {
		for _, f := range d.Fields {
			if m, ok := f.Value.(extract.Mention); ok {
				found = append(found, letters[f.Name]+strings.Join(m.Variants, "/"))
			}
		}
	}
	slices.Sort(found)
	return found
}

// Names that no authority file has are told by what stands beside them.
func TestNamesByForm(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"title":                   {"In the evening Colonel Varsanyi came without escort.", []string{"p Varsanyi"}},
		"title and surname":       {"In the evening Colonel Varsanyi came. Later Varsanyi left again.", []string{"p Varsanyi"}},
		"office and field":        {"He was met by Minister of Public Works Anton Brezhak at the gate.", []string{"p Anton Brezhak"}},
		"office of a place":       {"The news came from the consul in Gorodok, Brezhak, who had it by post.", []string{"l Gorodok", "p Brezhak"}},
		"verb":                    {"This morning Brezhak told me that the mill was closed.", []string{"p Brezhak"}},
		"modal verb":              {"He thinks that Brezhak would rather wait until the summer.", []string{"p Brezhak"}},
		"to tell somebody":        {"You may tell Brezhak that the mill is closed.", []string{"p Brezhak"}},
		"apposition":              {"Then Brezhak, the editor of the local paper, read it aloud.", []string{"p Brezhak"}},
		"initials":                {"The paper was signed by A. K. Brezhak on the same day.", []string{"p A. K. Brezhak"}},
		"given name and father's": {"Esteemed Foma Lukich! We have read your paper.", []string{"p Foma Lukich"}},
		"oriental":                {"We were told that U Kyaw Zaw had been seen with Rahim Khan there.", []string{"p Rahim Khan", "p U Kyaw Zaw"}},
		"joined":                  {"Yesterday Brezhak and Domovoy said the same.", []string{"p Brezhak", "p Domovoy"}},
		"deed":                    {"We learned of the arrival of Brezhak from the papers.", []string{"p Brezhak"}},
		"in brackets":             {"I told the Mayor [Brezhak] that it was too late.", []string{"p Brezhak"}},
		"other spelling":          {"The same night Captain DOMOVOI (Domovoy) went there alone.", []string{"p DOMOVOI/Domovoy"}},
		"typescript":              {"In the opinion of STALIN the matter can wait, but BREZHAK has no patience.", []string{"p BREZHAK", "p STALIN"}},
		"place":                   {"The column was seen near Gorodok and again at Zarechye in the morning.", []string{"l Gorodok", "l Zarechye"}},
		"place of going":          {"They went on foot to Gorodok and returned from Zarechye by cart.", []string{"l Gorodok", "l Zarechye"}},
		"geography":               {"The ships lie in the port of Gorodok, and the Tichaya river is frozen.", []string{"l Gorodok", "l Tichaya"}},
		"bearing":                 {"They fired from the side of Gorodok at night.", []string{"l Gorodok"}},
		"dateline":                {"GORODOK, 3 May 1951\n\nThe mill was closed today because no grain came.", []string{"l GORODOK"}},
		"body":                    {"The letter went to the Ministry of Inland Waters and to the Harbour Commission.", []string{"o Harbour Commission", "o Ministry of Inland Waters"}},
		"body of a place":         {"He was called to the Embassy of Chile in Denmark at noon.", []string{"o Embassy of Chile in Denmark"}},
		"troops":                  {"The 14th rifle regiment and the Second Mountain Division stood there.", []string{"o 14th rifle regiment", "o Second Mountain Division"}},
		"newspaper":               {"It was printed in the newspaper \"Zarya Vostoka\" a week ago.", []string{"o Zarya Vostoka"}},

		"ru title":      {"Вечером приходил полковник Варшани и просил подождать.", []string{"p Варшани"}},
		"ru cases":      {"Просим передать т. ДОМОВОМУ письмо, так как ДОМОВОЙ его ждёт.", []string{"p ДОМОВОМУ/ДОМОВОЙ"}},
		"ru office":     {"Это подтвердил министр водного хозяйства Брежак в беседе.", []string{"p Брежак"}},
		"ru envoy":      {"Там же был посол Чили Гонсалво с женой.", []string{"l Чили", "p Гонсалво"}},
		"ru verb":       {"Вчера Брежак сообщил, что мельница закрыта.", []string{"p Брежак"}},
		"ru talk":       {"Содержание беседы с Брежаком изложу почтой.", []string{"p Брежаком"}},
		"ru place":      {"Колонну видели под Городищем, а затем в Заречье утром.", []string{"l Городищем", "l Заречье"}},
		"ru station":    {"Эшелон стоит на ст. ТИХАЯ третьи сутки без паровоза.", []string{"l ТИХАЯ"}},
		"ru body":       {"Об этом договорились с Министерством речного флота и с морским министерством.", []string{"o Министерством речного флота", "o морским министерством"}},
		"ru troops":     {"На берегу стоят 14-й стрелковый полк и две роты 3-й армии.", []string{"o 14-й стрелковый полк", "o 3-й армии"}},
		"ru newspaper":  {"По словам корреспондента «Утро» Брежака мост цел.", []string{"o Утро", "p Брежака"}},
		"ru patronymic": {"Уважаемый Фома Лукич! Письмо Ваше получили.", []string{"p Фома Лукич"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mentions(tt.text); !slices.Equal(got, tt.want) {
				t.Errorf("%q\n got %q\nwant %q", tt.text, got, tt.want)
			}
		})
	}
}

// Capitals alone make no name.
func TestNoNamesByForm(t *testing.T) {
	for name, text := range map[string]string{
		"sentences":      "Reports said little. Nothing was done. However, Easter came and the sources stated that all was well.",
		"languages":      "The paper was written in Persian and translated into English in April.",
		"heading":        "IN REPLY TO YOUR LETTER\n\nWe have nothing to add to what was said before.",
		"stressed":       "It must on NO ACCOUNT be shown, and NEVER copied by hand.",
		"places of form": "Series A. The rest follows tomorrow with the post.",
		"bare bodies":    "The Ministry and the Committee were told. The Party knows.",
		"ru sentences":   "Вопрос ясен. Ответ дан. Однако в Вашем письме об этом ничего нет.",
		"ru heading":     "В ДОПОЛНЕНИЕ К НАШЕМУ ПИСЬМУ\n\nНичего нового сообщить не можем до конца недели.",
		"ru adjectives":  "Это был порт Великодержавской империи, и в Краснопольском районе тихо.",
	} {
		t.Run(name, func(t *testing.T) {
			if got := mentions(text); len(got) > 0 {
				t.Errorf("%q\n got %q", text, got)
			}
		})
	}
}

// A body's name has the place in it, which is then no place of its own.
func TestPlaceWithinBody(t *testing.T) {
	got := mentions("The Harbour Commission of Denmark met in Denmark, and the Harbour Commission rose.")
	want := []string{"l Denmark", "o Harbour Commission", "o Harbour Commission of Denmark"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
