package evaluate

import (
	"slices"
	"testing"
)

func TestFoldText(t *testing.T) {
	for written, want := range map[string]string{
		"  **Ciphered**\n Telegram:": "ciphered telegram",
		"“Quoted” – words":           `quoted" - words`,
		"# A_b_ __c__ |d|":           "a_b c d",
		"Straße":                     "strasse",
		"ＦＵＬＬ № 7":                   "full no 7",
		"...":                        "...",
		"":                           "",
	} {
		if got := foldText(written); got != want {
			t.Errorf("foldText(%q) = %q, want %q", written, got, want)
		}
	}
}

func TestFoldName(t *testing.T) {
	for written, want := range map[string]string{
		"To Comrade RYABOV":       "ryabov",
		"Cde. Ryabov's":           "ryabov",
		"тов. Рябов":              "рябов",
		"Tovarishchi Ryabov":      "ryabov",
		"V. M. Ryabov":            "v.m.ryabov",
		"V.M. Ryabov":             "v.m.ryabov",
		"Comrade":                 "comrade",
		"(to) Ryabov":             "ryabov",
		"KESTREL [Lind]":          "kestrel",
		"[Ryabov]":                "ryabov",
		"Maj. Gen. Ryabov (aide)": "ryabov",
		"Tomas":                   "tomas",
	} {
		if got := foldName(written); !slices.Contains(got, want) {
			t.Errorf("foldName(%q) = %q, want %q among them", written, got, want)
		}
	}
	if got := foldName(" "); len(got) > 0 {
		t.Errorf("a blank has the names %q", got)
	}
}

func TestFoldNumber(t *testing.T) {
	for written, want := range map[string]string{
		"Nº 20622":     "20622",
		"№ 20 622":     "20622",
		"No. 302/sh":   "302/sh",
		"302/ш":        "302/sh",
		"302/III":      "302/sh",
		"П126/48":      "p126/48",
		"0100":         "0100",
		"1967–1968":    "1967-1968",
		"45.":          "45",
		"No":           "",
		"none at hand": "noneathand",
	} {
		if got := foldNumber(written); got != want {
			t.Errorf("foldNumber(%q) = %q, want %q", written, got, want)
		}
	}
}
