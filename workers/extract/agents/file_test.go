package agents_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

const heading = "id,kind,name,variant,type,valid_from,valid_to,ambiguous,lang,viaf,wikidata,note\n"

func TestBuiltInIsBroad(t *testing.T) {
	count := map[agents.Kind]int{}
	for _, a := range agents.BuiltIn().Agents {
		count[a.Kind]++
	}
	for kind, least := range map[agents.Kind]int{agents.Person: 250, agents.Place: 200, agents.Organisation: 150} {
		if count[kind] < least {
			t.Errorf("%d of kind %s, want at least %d", count[kind], kind, least)
		}
	}
}

func TestBuiltInHasNoConflicts(t *testing.T) {
	for _, c := range agents.Conflicts(agents.BuiltIn()) {
		t.Errorf("%s %q names %v and is not marked ambiguous", c.Kind, c.Form, c.Agents)
	}
}

func TestConflicts(t *testing.T) {
	a := read(t, heading+
		"person:a,person,Ivan Popov,,,,,,,,,\n"+
		"person:a,,,Popov,short,,,,,,,\n"+
		"person:b,person,Pyotr Popov,,,,,,,,,\n"+
		"person:b,,,POPOV,short,,,,,,,\n"+
		"person:c,person,Fyodor Popov,,,,,,,,,\n"+
		"person:c,,,Popov,short,,,yes,,,,\n"+
		"place:p,place,Popov,,,,,,,,,\n")
	want := []agents.Conflict{{Kind: agents.Person, Form: "popov", Agents: []string{"person:a", "person:b"}}}
	if got := agents.Conflicts(a); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func read(t *testing.T, s string) *agents.Authority {
	t.Helper()
	a, err := agents.ReadCSV(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFilesRoundTrip(t *testing.T) {
	built := agents.BuiltIn()
	full := read(t, heading+
		"person:x,person,\"Smith, \"\"Red\"\" Ann\",,,,,,,123,Q5,\"two\nlines\"\n"+
		"person:x,,,Rot,pseudonym,1949-02,1953-03-05,yes,de,,,why\n"+
		"place:y,place,,,withdrawn,,,,,,,\n")
	for _, a := range []*agents.Authority{built, full, {}} {
		var c, j bytes.Buffer
		if err := errors.Join(agents.WriteCSV(&c, a), agents.WriteJSON(&j, a)); err != nil {
			t.Fatal(err)
		}
		fromCSV, err := agents.ReadCSV(&c)
		if err != nil {
			t.Fatal(err)
		}
		fromJSON, err := agents.ReadJSON(&j)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Agents) == 0 {
			if len(fromCSV.Agents)+len(fromJSON.Agents) != 0 {
				t.Error("an empty file is not empty when read back")
			}
			continue
		}
		if !reflect.DeepEqual(fromCSV, a) || !reflect.DeepEqual(fromJSON, a) {
			t.Error("the file read back is another one")
		}
	}
}

func TestReadCSVFromSpreadsheets(t *testing.T) {
	want := read(t, heading+"place:x,place,Kiev,,,,,,,,,\nplace:x,,,Kyiv,other,,,,,,,\n")
	for name, s := range map[string]string{
		"mark, semicolons, CRLF": "\uFEFFid;kind;name;variant;type\r\nplace:x;place;Kiev;;\r\nplace:x;;;Kyiv;other\r\n",
		"tabs, other order":      "type\tvariant\tid\tname\tkind\n\t\tplace:x\tKiev\tplace\nother\tKyiv\tplace:x\t\t\n",
		"empty rows":             heading + ",,,,,,,,,,,\nplace:x,place,Kiev,,,,,,,,,\n,,,,,,,,,,,\nplace:x,,,Kyiv,other,,,,,,,\n",
		"kind after the variant": heading + "place:x,,,Kyiv,other,,,,,,,\nplace:x,place,Kiev,,,,,,,,,\n",
	} {
		if got := read(t, s); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestReadCSVSaysWhereAndWhatToDo(t *testing.T) {
	ok := "person:x,person,Ann Smith,,,,,,,,,\n"
	for name, tt := range map[string]struct{ file, want string }{
		"empty":          {"", "line 1, column 1: the file is empty: begin with the column names"},
		"no heading":     {"person:x,person,Ann,Ann,short\n", `line 1, column 1 ("person:x"): unknown column: use id, kind`},
		"column twice":   {"id,id\n", "line 1, column 4 (id): the column stands twice"},
		"column missing": {"id,kind,name\n", "line 1, column 1 (variant): the column is missing"},
		"columns":        {heading + "person:x,person\n", "line 2, column 1: wrong number of fields: check quotation marks"},
		"quotation mark": {heading + "person:x,person,\"Ann,,,,,,,,,\n", "check quotation marks"},
		"id":             {heading + "Stalin,person,Stalin,,,,,,,,,\n", `line 2, column 1 (id): "Stalin" is no id: write the kind, a colon`},
		"kind":           {heading + "person:x,place,Ann,,,,,,,,,\n", "line 2, column 1 (kind): the id person:x is not of the kind place"},
		"no name":        {heading + "person:x,person,,,,,,,,,,\n", `(name): it is empty: write the name`},
		"other name":     {heading + ok + "person:x,,Bob,B,short,,,,,,,\n", `line 3, column 11 (name): "Bob" here and "Ann Smith" in an earlier row of "person:x": make them the same`},
		"type":           {heading + ok + "person:x,,,Annie,psuedonym,,,,,,,\n", `line 3, column 18 (type): "psuedonym" is no type of variant: write one of pseudonym,`},
		"date":           {heading + ok + "person:x,,,Annie,short,1949-13,,,,,,\n", `line 3, column 24 (valid_from): "1949-13" is no date: write 1951`},
		"dates":          {heading + ok + "person:x,,,Annie,short,1953,1949,,,,,\n", "(valid_to): 1949 lies before valid_from 1953: exchange them"},
		"ambiguous":      {heading + ok + "person:x,,,Annie,short,,,perhaps,,,,\n", `(ambiguous): "perhaps" is neither yes nor empty`},
		"language":       {heading + ok + "person:x,,,Annie,short,,,,Russian,,,\n", "(lang):"},
		"viaf":           {heading + "person:x,person,Ann,,,,,,,VIAF1,,\n", `(viaf): "VIAF1" is no VIAF number: write its digits only`},
		"wikidata":       {heading + "person:x,person,Ann,,,,,,,,855,\n", `(wikidata): "855" is no Wikidata item`},
		"no letter":      {heading + ok + "person:x,,,???,short,,,,,,,\n", `(variant): "???" has no letter`},
		"not UTF-8":      {heading + "person:x,person,Ann\xff,,,,,,,,,\n", "is not UTF-8"},
		"long":           {heading + "person:x,person," + strings.Repeat("a", 301) + ",,,,,,,,,\n", "301 bytes long: 300 at most"},
		"type alone":     {heading + "person:x,person,Ann,,short,,,,,,,\n", "(variant): the row has a type and no variant"},
		"too large":      {heading + strings.Repeat("\n", 16<<20), "larger than 16 MiB: split it"},
	} {
		_, err := agents.ReadCSV(strings.NewReader(tt.file))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n got %v\nwant %s", name, err, tt.want)
		}
	}
}

func TestReadCSVTellsSeveralErrorsButNotAll(t *testing.T) {
	_, err := agents.ReadCSV(strings.NewReader(heading + strings.Repeat("person:x,person,Ann,Annie,nickname,,,,,,,\n", 100)))
	if n := strings.Count(err.Error(), "is no type"); n < 2 || n > 20 {
		t.Errorf("%d errors told", n)
	}
	var e *agents.FileError
	if !errors.As(err, &e) || e.Line != 2 || e.Field != "type" {
		t.Errorf("the first error is %+v", e)
	}
}

func TestReadJSONSaysWhereAndWhatToDo(t *testing.T) {
	for name, tt := range map[string]struct{ file, want string }{
		"empty":        {"", `the file ends too early: the file must be one object {"agents": [ … ]}`},
		"list":         {"[]", `line 1, column 1: "[" where "{" is expected`},
		"other name":   {`{"people": []}`, `line 1, column 2: "people" where "agents" is expected`},
		"cut":          {"{\"agents\": [\n  {\"id\":", "line 2, column 3: unexpected EOF: correct"},
		"syntax":       {"{\"agents\": [\n  {\"id\": x}]}", "line 2, column 10: invalid character 'x'"},
		"unknown":      {"{\"agents\": [\n  {\"nom\": \"x\"}]}", `line 2, column 3: json: unknown field "nom"`},
		"id":           {"{\"agents\": [\n\n {\"id\": \"x\"}]}", `line 3, column 2 (id): "x" is no id`},
		"twice":        {`{"agents": [{"id": "person:x", "kind": "person", "name": "X"}, {"id": "person:x", "kind": "person", "name": "X"}]}`, "stands twice"},
		"variant":      {`{"agents": [{"id": "person:x", "kind": "person", "name": "X", "variants": [{"variant": "Y", "type": "z"}]}]}`, `(person:x, variant 1, type): "z" is no type`},
		"date":         {`{"agents": [{"id": "person:x", "kind": "person", "name": "X", "variants": [{"variant": "Y", "type": "short", "valid_from": "soon"}]}]}`, `"soon" is no date`},
		"what follows": {`{"agents": []} {}`, "something follows the end"},
	} {
		_, err := agents.ReadJSON(strings.NewReader(tt.file))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n got %v\nwant %s", name, err, tt.want)
		}
	}
}

func TestMerge(t *testing.T) {
	base := read(t, heading+
		"person:a,person,Ann Smith,,,,,,,,,\nperson:a,,,Annie,short,,,,,,,\nperson:a,,,Rot,pseudonym,1949,1950,,,,,\n"+
		"person:b,person,Bob Jones,,,,,,,,,\n")
	over := read(t, heading+
		"person:a,person,Ann Smith-Jones,,,,,,,,Q5,\nperson:a,,,Annie,withdrawn,,,,,,,\nperson:a,,,Rot,pseudonym,1949,1953,,,,,\nperson:a,,,Anya,short,,,,,,,\n"+
		"person:b,person,,,withdrawn,,,,,,,\n"+
		"person:c,person,Cid Campeador,,,,,,,,,\n")
	want := read(t, heading+
		"person:a,person,Ann Smith-Jones,,,,,,,,Q5,\nperson:a,,,Rot,pseudonym,1949,1953,,,,,\nperson:a,,,Anya,short,,,,,,,\n"+
		"person:c,person,Cid Campeador,,,,,,,,,\n")
	before := read(t, heading+
		"person:a,person,Ann Smith,,,,,,,,,\nperson:a,,,Annie,short,,,,,,,\nperson:a,,,Rot,pseudonym,1949,1950,,,,,\n"+
		"person:b,person,Bob Jones,,,,,,,,,\n")
	got, err := agents.Merge(base, over)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if !reflect.DeepEqual(base, before) {
		t.Error("the base was changed")
	}
	for name, rows := range map[string]string{
		"agent":   "person:z,person,,,withdrawn,,,,,,,\n",
		"variant": "person:a,person,Ann Smith,Nobody,withdrawn,,,,,,,\n",
	} {
		if _, err := agents.Merge(base, read(t, heading+rows)); err == nil || !strings.Contains(err.Error(), "is withdrawn and not in the file below") {
			t.Errorf("withdrawing an unknown %s: %v", name, err)
		}
	}
	if found := agents.NewIndex(got).Find("Annie, Anya"); len(found) != 1 || found[0].Agent != "person:a" {
		t.Errorf("the index over the merged file finds %+v", found)
	}
}

func TestParseDate(t *testing.T) {
	for s, want := range map[string]agents.Date{
		"": {}, "1951": {Year: 1951}, "1951-06": {Year: 1951, Month: 6}, "1951-06-13": {Year: 1951, Month: 6, Day: 13},
	} {
		got, err := agents.ParseDate(s)
		if err != nil || got != want || got.String() != s {
			t.Errorf("ParseDate(%q) = %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"51", "1951-6", "1951-02-30", "0000", "13 June", "1951-06-13T10"} {
		if d, err := agents.ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %+v", s, d)
		}
	}
}

func TestFold(t *testing.T) {
	for s, want := range map[string]string{
		"MAO ŽEDŎNG": "mao zedong", "P'yŏngyang": "pyongyang", "Хрущёв": "хрущев", "Tse-tung": "tse tung", "U.S.S.R.": "u s s r",
		"Arnold Vvedensky": "arnold vvedensky", "Đặng": "dang", "ﬁrm": "firm", "毛泽东": "毛泽东", "*": "", "\xff": "",
	} {
		got := agents.Fold(s)
		if got != want {
			t.Errorf("Fold(%q) = %q, want %q", s, got, want)
		}
		if again := agents.Fold(got); again != got {
			t.Errorf("Fold(%q) = %q, folded again %q", s, got, again)
		}
	}
}

// Whatever is read is written and read back the same.
func FuzzReadCSV(f *testing.F) {
	f.Add(heading + "person:x,person,\"Ann \"\"A\"\"\",,,,,,,1,Q1,note\nperson:x,,,Annie,short,1949,1950-02,yes,en,,,n\n")
	f.Add("id;kind;name;variant;type\nplace:x;place;X;;\n")
	f.Add(heading + "place:x,place,,,withdrawn,,,,,,,\n")
	f.Add("\uFEFF")
	f.Add(heading + "\"")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := agents.ReadCSV(strings.NewReader(s))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := agents.WriteCSV(&b, a); err != nil {
			t.Fatal(err)
		}
		again, err := agents.ReadCSV(&b)
		if err != nil || !reflect.DeepEqual(again, a) {
			t.Fatalf("%v\n got %+v\nwant %+v", err, again, a)
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	f.Add(`{"agents": [{"id": "person:x", "kind": "person", "name": "X", "variants": [{"variant": "Y", "type": "short", "valid_from": "1949"}]}]}`)
	f.Add(`{"agents": []}`)
	f.Add(`{"agents": [{}, null]}`)
	f.Add(`{"agents": [{"id": "place:x", "kind": "place", "withdrawn": true}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		a, err := agents.ReadJSON(strings.NewReader(s))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := agents.WriteJSON(&b, a); err != nil {
			t.Fatal(err)
		}
		again, err := agents.ReadJSON(bytes.NewReader(b.Bytes()))
		if err != nil || len(again.Agents) != len(a.Agents) {
			t.Fatalf("%v reading back %s", err, b.String())
		}
		var table bytes.Buffer
		if err := agents.WriteCSV(&table, a); err != nil {
			t.Fatal(err)
		}
		fromCSV, err := agents.ReadCSV(bytes.NewReader(table.Bytes()))
		if err != nil {
			t.Fatalf("%v reading back %s", err, table.String())
		}
		var asJSON bytes.Buffer
		if err := agents.WriteJSON(&asJSON, fromCSV); err != nil || asJSON.String() != b.String() {
			t.Fatalf("%v, as CSV it is another file: %s\nwant %s", err, asJSON.String(), b.String())
		}
		agents.NewIndex(again).Find("X and Y")
	})
}

// What is found by names changes the digest, and nothing else does.
func TestDigest(t *testing.T) {
	digest := func(rows string) string { return agents.NewIndex(read(t, heading+rows)).Digest() }
	base := digest("person:x,person,Ann,,,,,,,,,\nperson:x,,,Annie,short,,,,,,,\n")
	for rows, same := range map[string]bool{
		"person:x,person,Ann,,,,,,,,,\nperson:x,,,Annie,short,,,,,,,\n":                           true,
		"person:x,person,Ann,,,,,,,12,Q5,who\nperson:x,,,Annie,short,,,,,,,why\n":                 true,
		"person:x,person,Ann,,,,,,,,,\nperson:x,,,Annie,pseudonym,,,,,,,\n":                       false,
		"person:x,person,Ann,,,,,,,,,\nperson:x,,,Annie,short,1949,,,,,,\n":                       false,
		"person:x,person,Ann,,,,,,,,,\nperson:x,,,Annie,short,,,yes,,,,\n":                        false,
		"person:x,person,Anne,,,,,,,,,\nperson:x,,,Annie,short,,,,,,,\n":                          false,
		"person:x,person,Ann,,,,,,,,,\nperson:x,,,Annie,short,,,,,,,\nplace:y,place,Y,,,,,,,,,\n": false,
	} {
		if got := digest(rows) == base; got != same {
			t.Errorf("the same digest: %t, want %t, for\n%s", got, same, rows)
		}
	}
}

func TestSearch(t *testing.T) {
	a := read(t, heading+"person:anna-x,person,Anna Pétrova,,,,,,,,,\nperson:anna-x,,,Анна Петрова,original,,,,ru,,,\nplace:y,place,Yalta,,,,,,,,,\n")
	for query, want := range map[string]int{"": 2, "petrova": 1, "ПЕТРОВА": 1, "place:": 1, "a": 2, "nobody": 0, "???": 0} {
		if got := len(a.Search(query)); got != want {
			t.Errorf("%q: %d agents, want %d", query, got, want)
		}
	}
}

// A file may come from anybody: what is too large is refused before it is kept.
func TestHostileSizes(t *testing.T) {
	many := func(n int, row string) string { return heading + strings.Repeat(row, n) }
	for name, text := range map[string]string{
		"bytes":    many(1, "") + strings.Repeat(",", 17<<20),
		"variants": many(200_001, "person:x,person,Ann,Annie,short,,,,,,,\n"),
		"name":     many(1, "person:x,person,"+strings.Repeat("n", 301)+",,,,,,,,,\n"),
		"id":       many(1, "person:"+strings.Repeat("n", 301)+",person,Ann,,,,,,,,,\n"),
		"columns":  strings.Repeat("id,", 100_000) + "\n",
	} {
		if _, err := agents.ReadCSV(strings.NewReader(text)); err == nil || len(err.Error()) > 10_000 {
			t.Errorf("CSV %s: %.200v", name, err)
		}
	}
	for name, text := range map[string]string{
		"bytes":  `{"agents": [` + strings.Repeat(" ", 17<<20) + `]}`,
		"depth":  `{"agents": ` + strings.Repeat("[", 1<<20),
		"agents": `{"agents": [` + strings.Repeat(`{"id":"place:x","kind":"place","name":"X"},`, 50_001) + `{}]}`,
		"name":   `{"agents": [{"id":"place:x","kind":"place","name":"` + strings.Repeat("n", 10_000) + `"}]}`,
	} {
		if _, err := agents.ReadJSON(strings.NewReader(text)); err == nil || len(err.Error()) > 10_000 {
			t.Errorf("JSON %s: %.200v", name, err)
		}
	}
}
