package evaluate

import (
	"encoding/json"
	"testing"
)

// side is one statement of a comparison: its value as JSON, raw and evidence.
type side struct {
	value, raw string
	spans      []Span
}

func v(value string) side { return side{value: value} }

func raw(raw string) side { return side{value: "null", raw: raw} }

func at(spans ...Span) side { return side{value: "{}", spans: spans} }

const someText = "Рябову; To Comrade LIND, from Kestrel [Ryabov]\nsecond line\n  third line\n"

func (s side) statement(t *testing.T, field string) *statement {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(s.value), &value); err != nil {
		t.Fatalf("%s: %v", s.value, err)
	}
	return newStatement(field, value, s.raw, s.spans, newSource(someText, true))
}

func TestCredit(t *testing.T) {
	type comparison struct {
		name        string
		gold, found side
		want        float64
	}
	shelfmark := `{"archive":"APRF","fond":"3","opis":"7","delo":"12","listy":[{"from":"31","to":"33"}]}`
	for field, comparisons := range map[string][]comparison{
		"record_type": {
			{"case and blank", v(`"ciphered_telegram"`), v(`"Ciphered telegram"`), 1},
			{"other", v(`"letter"`), v(`"note"`), 0},
			{"nothing", v(`""`), v(`""`), 0},
			{"wrong form", v(`"letter"`), v(`{"code":["letter"]}`), 0},
		},
		"title": {
			{"quotation marks", v(`"A “b” c"`), v(`"\"A \"b\"  C\"."`), 1},
			{"words of the raw", side{`"a"`, "Deliver at once", nil}, raw("DELIVER AT ONCE."), 1},
			{"text member", v(`{"text":"so"}`), v(`"So"`), 1},
			{"place", at(Span{0, 10}), at(Span{0, 7}), 1},
			{"half the place", at(Span{0, 10}), at(Span{0, 5}), 0},
			{"place in two pieces", at(Span{0, 10}, Span{12, 40}), at(Span{0, 38}), 1},
			{"neither", v(`"a"`), v(`"b"`), 0},
		},
		"sent_at": {
			{"finer than the gold", v(`{"iso":"1952-05-12","precision":"day"}`), v(`{"iso":"1952-05-12T14:05"}`), 1},
			{"coarser than the gold", v(`{"iso":"1952-05-12T14:05","precision":"minute"}`), v(`"1952-05-12"`), 0},
			{"seconds and zone", v(`{"iso":"1952-05-12T14:05","precision":"minute"}`), v(`"1952-05-12T14:05:00+03:00"`), 1},
			{"no precision", v(`"1952-05"`), v(`"1952-05-12"`), 1},
			{"interval", v(`"1952-05-12/1952-05-13"`), v(`"1952-05-12/1952-05-13"`), 1},
			{"one end only", v(`"1952-05-12/1952-05-13"`), v(`"1952-05-12"`), 0},
			{"other day", v(`"1952-05-12"`), v(`"1952-05-13"`), 0},
			{"no date", v(`"soon"`), v(`"soon"`), 0},
		},
		"telegram_number": {
			{"sign", v(`"4411"`), v(`"Nº 4411"`), 1},
			{"object", v(`"4411"`), v(`{"number":"4411"}`), 1},
			{"figure", v(`4411`), v(`"4411"`), 1},
			{"leading zero", v(`"0100"`), v(`"100"`), 0},
		},
		"special_number": {
			{"one string", v(`{"from":"12","to":"13"}`), v(`"Spec. 12–13"`), 1},
			{"one number", v(`{"from":"12","to":"12"}`), v(`"12"`), 1},
			{"other end", v(`{"from":"12","to":"13"}`), v(`"12"`), 0},
		},
		"series": {
			{"Cyrillic mark", v(`{"series":"G","mark":"T"}`), v(`{"series":"G","mark":"Т"}`), 1},
			{"string", v(`{"series":"G","mark":"T"}`), v(`"Series \"G\" T"`), 1},
			{"mark lost", v(`{"series":"G","mark":"T"}`), v(`{"series":"G"}`), 0},
			{"mark not asked for", v(`{"series":"G"}`), v(`"G T"`), 1},
			{"other letter", v(`{"series":"G"}`), v(`{"series":"B"}`), 0},
		},
		"addressee": {
			{"honorific", side{`{"id":"person:lind"}`, "LIND", nil}, raw("Cde. Lind"), 1},
			{"same key, other name", side{`{"id":"person:lind"}`, "LIND", nil}, side{`{"id":"person:lind"}`, "Kestrel", nil}, 0},
			{"gloss in the name", raw("KESTREL [Ryabov]"), raw("Kestrel"), 1},
			{"variant", v(`{"variants":["Lind","LIND"]}`), v(`"lind"`), 1},
			{"place", side{"{}", "LIND", []Span{{14, 29}}}, at(Span{25, 29}), 1},
			{"whole file for a place", side{"{}", "LIND", []Span{{14, 29}}}, at(Span{0, 1000}), 0},
			{"neighbour in the same line", side{"{}", "LIND", []Span{{14, 52}}}, side{"{}", "Kestrel", []Span{{14, 52}}}, 0},
		},
		"distribution": {
			{"copies", v(`{"recipient":"Lind","copies":2}`), v(`{"recipient":"Lind","copies":2}`), 1},
			{"copies as a string", v(`{"recipient":"Lind","copies":2}`), v(`{"recipient":"Lind","copies":"2"}`), 1},
			{"no figure is one copy", v(`{"recipient":"Lind","copies":1}`), v(`{"recipient":"Lind"}`), 1},
			{"other copies", v(`{"recipient":"Lind","copies":2}`), v(`{"recipient":"Lind"}`), 0},
			{"raw with copies", side{`{"recipient":"person:lind","copies":2}`, "Lind (2)", nil}, side{`{"copies":2}`, "Lind", nil}, 1},
			{"raw with its number", side{`{"recipient":"person:lind","copy_number":"3"}`, "Copy Nº 3 to Cde. Lind", nil}, side{`{"recipient":{"name":"Lind"},"copy_number":"№ 3"}`, "", nil}, 1},
			{"number lost", v(`{"recipient":"Lind","copy_number":"3"}`), v(`{"recipient":"Lind"}`), 0},
			{"a key is no name", v(`{"recipient":"person:lind"}`), v(`{"recipient":"person:lind"}`), 0},
		},
		"copy_disposition": {
			{"order", v(`{"copy_numbers":["3","4"]}`), v(`{"copy_numbers":["№ 4","3"]}`), 1},
			{"one lost", v(`{"copy_numbers":["3","4"]}`), v(`{"copy_numbers":["3"]}`), 0},
			{"nothing", v(`{}`), v(`{}`), 0},
		},
		"citation": {
			{"zeros of sheets", v(shelfmark), v(`{"archive":"AP RF","fond":"3","opis":"7","delo":"12","listy":["0031",{"from":"032","to":"33"}]}`), 1},
			{"zeros of a fond", v(`{"fond":"059a"}`), v(`{"fond":"59a"}`), 0},
			{"sheet lost", v(shelfmark), v(`{"archive":"APRF","fond":"3","opis":"7","delo":"12","listy":[{"from":"31"}]}`), 0},
			{"papka not in the gold", v(`{"fond":"3"}`), v(`{"fond":"3","papka":"11"}`), 0},
			{"dok not in the gold", v(`{"fond":"3"}`), v(`{"fond":"3","dok":"9"}`), 1},
			{"dok lost", v(`{"fond":"3","dok":"9"}`), v(`{"fond":"3"}`), 0},
			{"verso lost", v(`{"listy":[{"from":"2","to":"2","side":"ob"}]}`), v(`{"listy":[{"from":"2","to":"2"}]}`), 0},
			{"sheets in words", v(`{"listy":[{"from":"unnumbered"}]}`), v(`{"listy":["Unnumbered"]}`), 1},
			{"a range without end", v(`{"listy":[{"from":"1","to":"999999"}]}`), v(`{"listy":[{"from":"1","to":"999998"}]}`), 0},
			{"a string", v(`{"fond":"3"}`), v(`"f. 3"`), 0},
		},
		"source_url": {
			{"scheme and brackets", v(`{"url":"http://a.example/d/1"}`), v(`"<https://A.example/d/1/>"`), 1},
			{"other path", v(`{"url":"http://a.example/d/1"}`), v(`"http://a.example/d/2"`), 0},
		},
		"original_language": {
			{"name", v(`"ru"`), v(`"Russian"`), 1},
			{"region", v(`"en"`), v(`"en-GB"`), 1},
			{"other", v(`"ru"`), v(`"uk"`), 0},
		},
		"telegram_reference": {
			{"number", v(`{"number":"301","relation":"supplements"}`), v(`{"number":"No. 301","relation":"supplements"}`), 1},
			{"relation", v(`{"number":"301","relation":"supplements"}`), v(`{"number":"301","relation":"in_reply_to"}`), 0.5},
			{"other number", v(`{"number":"301"}`), v(`{"number":"302"}`), 0},
			{"range", v(`{"number":{"from":"301","to":"302"}}`), v(`{"number":"301-302"}`), 1},
			{"incoming number", v(`{"incoming_number":"9"}`), v(`{"incoming_number":"9"}`), 1},
			{"incoming number given as number", v(`{"incoming_number":"9"}`), v(`{"number":"9"}`), 1},
			{"number for incoming number", v(`{"number":"301","incoming_number":"9"}`), v(`{"number":"9"}`), 0},
			{"date", v(`{"date":"1952-05-12"}`), v(`{"date":"1952-05-12"}`), 1},
			{"date and a number elsewhere", v(`{"date":"1952-05-12"}`), v(`{"date":"1952-05-12","number":"7"}`), 0},
			{
				"date and a number here",
				side{`{"date":"1952-05-12"}`, "", []Span{{0, 10}}},
				side{`{"date":"1952-05-12","number":"7"}`, "", []Span{{8, 14}}},
				1,
			},
			{"place alone", at(Span{0, 10}), at(Span{2, 12}), 1},
			{"number for a place", at(Span{0, 10}), side{`{"number":"7"}`, "", []Span{{0, 10}}}, 0},
		},
		"embedded_message": {
			{"pieces", at(Span{0, 20}, Span{40, 60}), at(Span{5, 60}), 1},
			{"elsewhere", at(Span{0, 20}), at(Span{20, 60}), 0},
			{"lines", v(`{"line_start":2,"line_end":3}`), at(Span{53, 77}), 1},
			{"bytes", at(Span{0, 20}), v(`{"byte_start":1,"byte_end":20}`), 1},
			{"lines that are not there", v(`{"line_start":2,"line_end":99}`), v(`{"line_start":2,"line_end":99}`), 0},
		},
		"processing_step": {
			{"same", v(`{"step":"printed","at":"1952-05-12T20:10"}`), v(`{"step":"Printed","at":"1952-05-12T20:10"}`), 1},
			{"year not written", v(`{"step":"printed","at":"1952-05-12T20:10"}`), v(`{"step":"printed","at":"--05-12T20:10"}`), 1},
			{"time not asked for", v(`{"step":"printed"}`), v(`{"step":"printed","at":"1952"}`), 1},
			{"time lost", v(`{"step":"printed","at":"1952-05-12"}`), v(`{"step":"printed"}`), 0},
			{"other hour", v(`{"step":"printed","at":"1952-05-12T20:10"}`), v(`{"step":"printed","at":"1952-05-12T19:10"}`), 0},
			{"other step", v(`{"step":"printed"}`), v(`{"step":"deciphered"}`), 0},
		},
	} {
		for _, c := range comparisons {
			gold, found := c.gold.statement(t, field), c.found.statement(t, field)
			got := ruleOf[field].compare([]*statement{gold}, []*statement{found})[0][0]
			if got != c.want {
				t.Errorf("%s: %s: credit %v, want %v", field, c.name, got, c.want)
			}
		}
	}
}

func TestNarrow(t *testing.T) {
	src := newSource("To Comrade\n  LIND, Lind\xff", true)
	for _, c := range []struct {
		span Span
		raw  string
		want Span
	}{
		{Span{0, 17}, "Comrade LIND", Span{3, 17}},
		{Span{0, 23}, "Lind", Span{19, 23}},
		{Span{0, 23}, "elsewhere", Span{0, 23}},
		{Span{0, 23}, " ", Span{0, 23}},
		{Span{0, 24}, "LIND", Span{0, 24}}, // not UTF-8
		{Span{0, 99}, "LIND", Span{0, 99}},
	} {
		if got := src.narrow(c.span, c.raw); got != c.want {
			t.Errorf("narrow(%v, %q) = %v, want %v", c.span, c.raw, got, c.want)
		}
	}
}

func TestLines(t *testing.T) {
	src := newSource("one\ntwo\fstill two\n\nfour", true)
	for at, want := range map[int]int{0: 1, 3: 1, 4: 2, 8: 2, 18: 3, 19: 4, 22: 4, 23: 0} {
		if got := src.line(at); got != want {
			t.Errorf("byte %d stands in line %d, want %d", at, got, want)
		}
	}
	if got, ok := src.block(2, 4); !ok || got != (Span{4, 23}) {
		t.Errorf("lines 2 to 4 are %v, %v", got, ok)
	}
}
