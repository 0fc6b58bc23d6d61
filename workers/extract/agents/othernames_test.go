package agents_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

const namesFile = `id,kind,name,variant,type,valid_from,valid_to,ambiguous,lang,viaf,wikidata,note
person:lunin,person,Pavel Lunin,,,,,,,,,
person:lunin,person,Pavel Lunin,Лунин,original,,,,ru,,,
person:lunin,person,Pavel Lunin,Lounine,transliteration,,,,,,,
person:lunin,person,Pavel Lunin,Sever,pseudonym,1949,1950,yes,,,,
person:sorokin,person,Ivan Sorokin,,,,,,,,,
person:sorokin,person,Ivan Sorokin,Сорокин,original,,,,ru,,,
person:sorokin,person,Ivan Sorokin,Sever,pseudonym,1951,1952,,,,,
organisation:wells,organisation,Office of Wells,,,,,,,,,
organisation:wells,organisation,Office of Wells,OW,abbreviation,,,,,,,
organisation:wells,organisation,Office of Wells,OFWEL,abbreviation,,,,,,,
`

func TestOtherNames(t *testing.T) {
	file, err := agents.ReadCSV(strings.NewReader(namesFile))
	if err != nil {
		t.Fatal(err)
	}
	x := agents.NewIndex(file)
	for written, want := range map[string][]string{
		"Pavel Lunin":                          {"Лунин", "Lounine"},
		"pavel lunin":                          {"Pavel Lunin", "Лунин", "Lounine"},
		"Лунин":                                {"Pavel Lunin", "Lounine"},
		"лунин":                                {"Pavel Lunin", "Лунин", "Lounine"},
		"Лунину":                               {"Pavel Lunin", "Лунин", "Lounine"},
		"Lounine":                              {"Pavel Lunin", "Лунин"},
		"Ivan Sorokin":                         {"Сорокин", "Sever"},
		"Sever":                                nil, // of two
		"Office of Wells":                      {"OFWEL"},
		"OFWEL":                                {"Office of Wells"},
		"ofwel":                                nil,
		"OW":                                   {"Office of Wells", "OFWEL"},
		"ow":                                   nil,
		"Lunin, Pavel":                         nil,
		"Pavel Lunin and":                      nil,
		"Pavel":                                nil,
		"":                                     nil,
		" ":                                    nil,
		"\xff":                                 nil,
		strings.Repeat("Pavel Lunin ", 10_000): nil,
	} {
		if got := x.OtherNames(written); !slices.Equal(got, want) {
			t.Errorf("%.40q: got %q, want %q", written, got, want)
		}
	}
}

// Whatever the file has, no name leads to names of another agent.
func TestOtherNamesOfTheFile(t *testing.T) {
	x := agents.BuiltInIndex()
	for _, written := range []string{"Joseph Stalin", "Филиппов", "斯大林"} {
		got := x.OtherNames(written)
		for _, want := range []string{"Stalin", "Сталин", "Filippov"} {
			if !slices.Contains(got, want) {
				t.Errorf("%s: got %q, which lacks %q", written, got, want)
			}
		}
		if slices.Contains(got, "Kuznetsov") || slices.Contains(got, written) {
			t.Errorf("%s: got %q", written, got)
		}
	}
}
