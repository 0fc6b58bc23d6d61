package citation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func one(t *testing.T, s string) *Citation {
	t.Helper()
	r := Parse(s)
	if len(r.Citations) != 1 {
		t.Fatalf("%q holds %d citations", s, len(r.Citations))
	}
	return &r.Citations[0]
}

func TestOverlaps(t *testing.T) {
	const file = "APRF, f. 45, op. 1, d. 339"
	for _, c := range []struct {
		a, b string
		want Match
	}{
		{file + ", ll. 31-32", file + ", l. 32", Agree},
		{file + ", ll. 31-32", "АП РФ. Ф. 45. Оп. 1. Д. 339. Л. 30–31", Agree},
		{file + ", ll. 31-32", file + ", ll. 33-40", Differ},
		{file + ", ll. 31-32", file, Agree},
		{file + ", ll. 40-31", file + ", l. 35", Agree},
		{file + ", l. 31", file + ", l. 31ob", Likely},
		{file + ", l. 31ob", file + ", l. 31ob", Agree},
		{file + ", ll. 31-31ob", file + ", l. 31ob", Agree},
		{file + ", ll. 31-33", file + ", l. 31a", Agree},
		{file + ", l. 31a", file + ", l. 31", Differ},
		{file + ", ll. 1, 9", file + ", ll. 3, 8-12", Agree},
		{file + ", unnumbered page", file + ", unnumbered sheet", Likely},
		{file + ", unnumbered page", file + ", l. 2", Differ},
		{file + ", l. 31", "APRF, f. 45, op. 1, d. 340, l. 31", Differ},
		{file + ", l. 31", "RGANI, f. 45, op. 1, d. 339, l. 31", Differ},
		{file + ", l. 31", "f. 45, op. 1, d. 339, l. 31", Likely},
		{file + ", l. 31", "APRF", Likely},
		{"AVPRF, f. 59a, op. 5a, d. 4", "AVPRF, f. 059a, op. 5a, d. 4, papka 11", Likely},
		{"AVPRF, f. 59a, op. 5a, d. 4, p. 11, l. 1", "AVPRF, f. 59a, op. 5a, d. 4, l. 1", Agree},
		{"AVPRF, f. 59a, op. 5a, d. 4, p. 11, l. 1", "AVPRF, f. 59a, op. 5a, d. 4, p. 12, l. 1", Differ},
		{"TsKhSD, f. 5, op. 30, d. 7", "RGANI, f. 5, op. 30, d. 7, l. 3", Agree},
		{"Izvestia. 1951. July 4.", "Izvestia. 1951. July 4.", Agree},
		{"Izvestia. 1951. July 4.", "Izvestia. 1951. July 5.", Differ},
		{"Izvestia. 1951. July 4.", file, Differ},
	} {
		a, b := one(t, c.a), one(t, c.b)
		got, why := Overlaps(a, b)
		back, whyBack := Overlaps(b, a)
		if got != c.want || back != c.want || why == "" || whyBack == "" {
			t.Errorf("%q and %q: %d (%s), back %d (%s), want %d", c.a, c.b, got, why, back, whyBack, c.want)
		}
	}
}

func TestKeys(t *testing.T) {
	padded, bare := one(t, "AVPRF, f. 059a, op. 5a, d. 4, papka 11, l. 2"), one(t, "AVP RF. F. 59A. Op. 5a. D. 4.")
	if got, want := Key(padded), "avprf|059a|5a|11|4"; got != want {
		t.Errorf("key %q, want %q", got, want)
	}
	if Key(padded) == Key(bare) {
		t.Error("059a and 59a have one key")
	}
	if LooseKey(padded) != LooseKey(bare) {
		t.Errorf("loose keys %q and %q differ", LooseKey(padded), LooseKey(bare))
	}
	if a, b := one(t, "APRF, f. 1, op. 10, d. 2"), one(t, "APRF, f. 11, op. 0, d. 2"); LooseKey(a) == LooseKey(b) {
		t.Error("two files have one loose key")
	}
	if a, b := one(t, "AVPRF, f. 7, op. 2, p. 3, por. 5"), one(t, "AVPRF, f. 7, op. 2, p. 3, dok. 5"); Key(a) == Key(b) {
		t.Error("running and document number have one key")
	}
}

func TestSpans(t *testing.T) {
	c := one(t, "APRF, f. 45, op. 1, d. 339, ll. 5, 9ob-7, 12a-14, unnumbered")
	if got, want := fmt.Sprint(c.Spans()), "[[5 5] [7 9] [12 14]]"; got != want {
		t.Errorf("spans %s, want %s", got, want)
	}
}

func TestPrint(t *testing.T) {
	for _, c := range []struct{ written, short, long, russian string }{
		{
			"APRF f.45 op.1 d.339 l.0031-0032",
			"APRF, f. 45, op. 1, d. 339, ll. 31-32",
			"Archive of the President of the Russian Federation (APRF), fond 45, opis 1, delo 339, listy 31-32",
			"АПРФ. Ф. 45. Оп. 1. Д. 339. Л. 31–32",
		}, {
			"AVP RF. F. 059a. Op. 48. P. 23. D.102. L. 8ob.",
			"AVPRF, f. 059a, op. 48, p. 23, d. 102, l. 8ob",
			"Archive of Foreign Policy of the Russian Federation (AVPRF), fond 059a, opis 48, papka 23, delo 102, list 8 verso",
			"АВПРФ. Ф. 059а. Оп. 48. П. 23. Д. 102. Л. 8 об.",
		}, {
			"GARF, f. R-12, op. 2, d. 5, ll. 1-1ob, 7",
			"GARF, f. R-12, op. 2, d. 5, ll. 1-1ob, 7",
			"State Archive of the Russian Federation (GARF), fond R-12, opis 2, delo 5, listy 1-1 verso, 7",
			"ГАРФ. Ф. Р-12. Оп. 2. Д. 5. Л. 1–1 об., 7",
		}, {
			"SSA SBU, f. 16, op. 1, spr. 400, ark. 2-3",
			"HDA SBU, f. 16, op. 1, spr. 400, ark. 2-3",
			"Sectoral State Archive of the Security Service of Ukraine (HDA SBU), fond 16, opis 1, sprava 400, arkushi 2-3",
			"ГДА СБУ. Ф. 16. Оп. 1. Спр. 400. Арк. 2–3",
		}, {
			"TsKhSD, f. 5, op. 30, d. 7, unnumbered page",
			"RGANI (then TsKhSD), f. 5, op. 30, d. 7, l. unnumbered",
			"Russian State Archive of Contemporary History (RGANI, then TsKhSD), fond 5, opis 30, delo 7, list unnumbered",
			"РГАНИ (ЦХСД). Ф. 5. Оп. 30. Д. 7. Л. б/н",
		},
	} {
		got := one(t, c.written)
		for _, p := range [][2]string{{got.Short(), c.short}, {got.Long(), c.long}, {got.Russian(), c.russian}} {
			if p[0] != p[1] {
				t.Errorf("%q: printed %q, want %q", c.written, p[0], p[1])
			}
		}
	}
}

func TestValue(t *testing.T) {
	for written, want := range map[string]string{
		"AVPRF, Fond 059a, Opis 5a, Delo 4, Papka 11, Listy 14-15": `{"archive":"AVPRF","fond":"059a","opis":"5a","delo":"4","papka":"11","listy":[{"from":"14","to":"15"}]}`,
		"RGANI, f. 5, op. 30, d. 7, ll. 2ob, 3-3ob. Copy.":         `{"archive":"RGANI","fond":"5","opis":"30","delo":"7","listy":[{"from":"2","to":"2","side":"ob"},{"from":"3","to":"3ob"}],"copy_status":"copy"}`,
		"RGANI, f. 5, op. 30, d. 7":                                `{"archive":"RGANI","fond":"5","opis":"30","delo":"7","listy":[]}`,
	} {
		got, err := json.Marshal(one(t, written).Value())
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, %v, want %s", written, got, err, want)
		}
	}
}

// TestArchivesTable holds that each written form means one archive and that
// former names can be printed.
func TestArchivesTable(t *testing.T) {
	meaning := map[string]string{}
	for key, forms := range archiveNames {
		for _, f := range forms {
			name := strings.Join(f.words, " ")
			code := f.archive.Code + "/" + f.then
			if f.words[0] != key {
				t.Errorf("form %q under %q", name, key)
			}
			if old, ok := meaning[name]; ok && old != code {
				t.Errorf("%q means %s and %s", name, old, code)
			}
			meaning[name] = code
		}
	}
	for _, a := range archives {
		for _, name := range []string{a.Code, a.Name, a.Russian, a.RussianName} {
			if got, ok := LookUpArchive(name); name != "" && (!ok || got.Code != a.Code) {
				t.Errorf("%q is not known as %s", name, a.Code)
			}
		}
		for _, f := range a.former {
			if got, ok := LookUpArchive(f.code); !ok || got.Code != a.Code {
				t.Errorf("former %q is not known as %s", f.code, a.Code)
			}
		}
	}
	if _, ok := LookUpArchive("Archive of the Moon"); ok {
		t.Error("an archive that is not in the table is known")
	}
}

func TestFlagsAreUnique(t *testing.T) {
	c := one(t, "APRF, f. 45, op. 1, d. 334, ll. 7ob, 8ob, 9ob")
	if !slices.Equal(c.Flags, []Flag{Verso}) {
		t.Errorf("flags %q", c.Flags)
	}
}
