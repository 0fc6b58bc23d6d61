package extract_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract"
)

// valuesOf returns the values of a field over all documents of a text, as JSON.
func valuesOf(t *testing.T, text, name string) string {
	t.Helper()
	var found []string
	for _, d := range extractor().Extract(text) {
		for _, f := range d.Fields {
			if f.Name != name {
				continue
			}
			encoded, err := json.Marshal(short(f.Value))
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, strings.ReplaceAll(string(encoded), `"`, ""))
		}
	}
	return strings.Join(found, " ")
}

// short leaves of a value what the tables below compare.
func short(v any) any {
	switch v := v.(type) {
	case extract.Distribution:
		who := v.Recipient.Written
		if who == "" {
			who = v.Recipient.Office
		}
		return []any{v.CopyNumber, who, v.Copies}
	case extract.Disposition:
		return []any{strings.Join(v.CopyNumbers, "+"), v.Where}
	case extract.Step:
		return []string{v.Step, v.Rank, v.Person, v.At, v.Number}
	case extract.Reference:
		return []string{v.Kind, v.Number, v.Date, v.From, v.Whose, v.Relation}
	case extract.Embedded:
		return []string{v.Relation, v.From, v.To, v.First}
	case extract.Gloss:
		return []string{v.Kind, v.Target, v.Text}
	}
	return v
}

// form puts lines below and words into a telegram.
func form(body, below string) string {
	return "CIPHERED TELEGRAM No. 5120\nReceived 07:05 2 March 1950\nTo Comrade VYSHINSKY\n\n" + body +
		"\n\nPRIKHODOV\nNo. 81\n1.3.50\n\n" + below + "\n"
}

const aSentence = "The wells at the frontier were measured again and hold water until June."

func TestListsOfCopies(t *testing.T) {
	for name, c := range map[string]struct{ below, distribution, disposition string }{
		"full stops":   {"COPIES:\n1. c. Mikoyan\n2. c. Zotov\n3. 9th Department", "[1,Mikoyan,1] [2,Zotov,1] [3,9th Department,1]", ""},
		"dashes":       {"Five copies made\n1 - Comrade Mikoyan\n2-5 - to file", "[1,Mikoyan,1]", "[2+3+4+5,to file]"},
		"numbers":      {"4 copies printed. Exp.:\nNo. 1 - c. Mikoyan\nNo. 2 to No. 3 - by the list of the Bureau\nNo. 4 - to file", "[1,Mikoyan,1] [2-3,by the list of the Bureau,2]", "[4,to file]"},
		"one line":     {"3 copies made: 1 - Mikoyan, 2 - Zotov, 3 - to archives", "[1,Mikoyan,1] [2,Zotov,1]", "[3,to archives]"},
		"in a row":     {"Copy No. 1 - c. Mikoyan; Copy No. 2 - c. Zotov; Copies Nos. 3-5 - destroyed.", "[1,Mikoyan,1] [2,Zotov,1]", "[3+4+5,destroyed]"},
		"cc":           {"Cc: Mikoyan (2), Zotov, file", "[,Mikoyan,2] [,Zotov,1] [,file,1]", ""},
		"by count":     {"Distribution:\n1 copy - to the addressee\n2 copies - Comrades Mikoyan, Zotov", "[,VYSHINSKY,1] [,Mikoyan,1] [,Zotov,1]", ""},
		"Russian":      {"Отп. 3 экз.\n1 — адресату\n2 — т. Микояну\n3 — в дело", "[1,VYSHINSKY,1] [2,Микояну,1]", "[3,в дело]"},
		"Russian exp.": {"Разослано:\nэкз. № 1 — Микояну\nэкз. № 2-3 — в дело", "[1,Микояну,1]", "[2+3,в дело]"},
		"Russian row":  {"Разослано: тт. Микояну (2), Зотову, в дело", "[,Микояну,2] [,Зотову,1] [,дело,1]", ""},
		"a register":   {"No. 335/III", "", ""},
		"one each":     {"DISTRIBUTION\n1-2. cc. Mikoyan, Zotov\n3. 4th European Dept.\n4. Tenth Dept., to file", "[1,Mikoyan,1] [2,Zotov,1] [3,4th European Dept,1]", "[4,Tenth Dept., to file]"},
		"a dash":       {"Копии: тт. Микояну — 2 экз., Зотову", "[,Микояну,2] [,Зотову,1]", ""},
		"with a word":  {"Copies: Mikoyan (2 copies), Zotov", "[,Mikoyan,2] [,Zotov,1]", ""},
		"run from 1":   {"Разослано: т. Микояну — 1, т. Зотову — 2, т. Ворошилову — 3", "[1,Микояну,1] [2,Зотову,1] [3,Ворошилову,1]", ""},
		"do not run":   {"Разослано: т. Микояну — 2, т. Зотову — 1, т. Ворошилову — 1", "[,Микояну,2] [,Зотову,1] [,Ворошилову,1]", ""},
		"burned":       {"Distribution:\n1 - Mikoyan\n2 - burned 9.9.50", "[1,Mikoyan,1]", "[2,burned 9.9.50]"},
		"an ordinal":   {"Разослано:\n1. т. Микояну\n2. 4-й отдел", "[1,Микояну,1] [2,4-й отдел,1]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := valuesOf(t, form(aSentence, c.below), "distribution"); got != c.distribution {
				t.Errorf("distribution %q, want %q", got, c.distribution)
			}
			if got := valuesOf(t, form(aSentence, c.below), "copy_disposition"); got != c.disposition {
				t.Errorf("disposition %q, want %q", got, c.disposition)
			}
		})
	}
}

func TestClerksSteps(t *testing.T) {
	for name, c := range map[string]struct{ below, want string }{
		"day without a year":  {"Deciphered: Lomova 2.3 7:20 Typed: Nosova 2.3 8:10", "[deciphered,,Lomova,1950-03-02T07:20,] [typed,,Nosova,1950-03-02T08:10,]"},
		"hour before day":     {"Расшифровал: капитан Ломов 7.20 2.3", "[deciphered,капитан,Ломов,1950-03-02T07:20,]"},
		"time before name":    {"Расшифрована 07.20 2.III Ломова. Отпечатана 08.10 2.III Носова", "[deciphered,,Ломова,1950-03-02T07:20,] [printed,,Носова,1950-03-02T08:10,]"},
		"several names":       {"Checked: Lomova, Nosov", "[verified,,Lomova, Nosov,,]"},
		"signature in round":  {"True copy: Captain (signature) Lomov", "[verified,Captain,Lomov,,]"},
		"correct":             {"Correct: [signature] Major Lomov", "[verified,Major,Lomov,,]"},
		"office and rank":     {"Сверил дежурный офицер майор Ломов", "[verified,майор,Ломов,,]"},
		"short words":         {"Исп. Ломов. Печ. Носова", "[executed,,Ломов,,] [printed,,Носова,,]"},
		"by telephone":        {"Передал по ВЧ Ломов в 14 ч. 30 м. 2.III", "[dispatched,,Ломов,1950-03-02T14:30,]"},
		"sent and by whom":    {"Sent at 20.15 on 2 March by Lomova", "[dispatched,,Lomova,1950-03-02T20:15,]"},
		"hours and no day":    {"Executed 4 hours 00 min.", "[executed,,,1950-03-02T04:00,]"},
		"authenticated":       {"Authenticated: Duty officer Lt. Lomov", "[verified,Lt.,Lomov,,]"},
		"in copies":           {"Отпечатано в 5 экз. Носова", "[printed,,Носова,,]"},
		"a rank of two words": {"Deciphered: Sr. Lt. Lomova 07.20 2.3", "[deciphered,Sr. Lt.,Lomova,1950-03-02T07:20,]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := valuesOf(t, form(aSentence, c.below), "processing_step"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"several numbers":       {"In addition to our Nos. 61 and 62.", "[telegram,61,,,our,supplements] [telegram,62,,,our,supplements]"},
		"each its date":         {"В дополнение к нашим телеграммам № 61 и № 62 (от 9 февраля).", "[telegram,61,,,our,supplements] [telegram,62,1950-02-09,,our,supplements]"},
		"two kinds":             {"Получили Ваше письмо от 5 февраля и телеграмму № 19.", "[letter,,1950-02-05,,your,in_reply_to] [telegram,19,,,your,in_reply_to]"},
		"the year before":       {"Your letter of 28 December has been received.", "[letter,,1949-12-28,,your,in_reply_to]"},
		"as to":                 {"As to your No. 77, I shall answer it separately.", "[telegram,77,,,your,refers_to]"},
		"nobody's number":       {"На № 77/ш. Переговоры отложены.", "[telegram,77/ш,,,your,in_reply_to]"},
		"see":                   {"Ответить отказом, см. Ваш № 77.", "[telegram,77,,,your,refers_to]"},
		"set forth in":          {"Содержание беседы изложено в № 61.", "[telegram,61,,,,refers_to]"},
		"telegraphed":           {"О том же я телеграфировал тов. Зотову 16 февраля (№ 61).", "[telegram,61,1950-02-16,,,refers_to]"},
		"an office's":           {"Of the telegram of the Military Attaché of 12 February (No. 15/sh) the following should be aSentence.", "[telegram,15/sh,1950-02-12,Military Attaché,,refers_to]"},
		"a department's":        {"Reference Department's telegram 274.", "[telegram,274,,Department,,refers_to]"},
		"cable words":           {"Reurtel 120, February 6 and Embtel 139, February 5.", "[telegram,120,1950-02-06,,your,refers_to] [telegram,139,1950-02-05,Embassy,,refers_to]"},
		"the one before":        {"In my immediately preceding telegram I gave the text.", "[telegram,,,,my,refers_to]"},
		"a letter from":         {"We know this from a letter from the consul in Isfahan, Lomov.", "[letter,,,Lomov,,refers_to]"},
		"over a line's end":     {"The wells at the frontier were measured again, as in\nyour telegram of 3 February it was asked.", "[telegram,,1950-02-03,,your,refers_to]"},
		"an answer awaited":     {"I await your answer and request your instructions.", ""},
		"amounts":               {"The remaining 27 pumps of your 46 pumps were sent to brigade No. 5.", ""},
		"the message is here":   {"He handed me the following message of Comrade Zotov:\n\n\"We ask for pumps. The wells are dry.\n\nZOTOV\"", ""},
		"supplementing":         {"Supplementing No. 61. The wells are dry.", "[telegram,61,,,my,supplements]"},
		"by your number":        {"По Вашему № 77 доношу: насосы приняты.", "[telegram,77,,,your,in_reply_to]"},
		"from your letter":      {"From your letter of 5 February we see that the wells are dry.", "[letter,,1950-02-05,,your,in_reply_to]"},
		"an answer to come":     {"Ответ на Ваше письмо от 5 февраля будет дан отдельно.", "[letter,,1950-02-05,,your,refers_to]"},
		"received from":         {"The envoy showed me a telegram he had received from his ministry.", "[telegram,,,his ministry,,refers_to]"},
		"has telegraphed":       {"KISSELEV has telegraphed to VORONOV that the wells are dry.", "[telegram,,,KISSELEV,,refers_to]"},
		"both in one":           {"Ref. our No. 61 and your telegram No. 77.", "[telegram,61,,,our,refers_to] [telegram,77,,,your,in_reply_to]"},
		"as well as":            {"Ваше письмо от 5 февраля получили, равно как и письмо т. ЗОТОВА от 3 февраля.", "[letter,,1950-02-05,,your,in_reply_to] [letter,,1950-02-03,ЗОТОВА,,in_reply_to]"},
		"a proposal":            {"The proposal of Comrade ZOTOV we consider premature.", ""},
		"dates of other things": {"Your letter has been read. The wells were measured on 3 February.", "[letter,,,,your,in_reply_to]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := valuesOf(t, form(c.body, "Deciphered by Lomov"), "telegram_reference"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestMessagesInside(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"mark never closed": {"Tell Comrade Zotov the following:\n\n\"We have read Your letter.\n\nThe pumps will be sent.\n\nDRUGOV", "[relayed,DRUGOV,,\\We have read Your letter.]"},
		"on one line":       {"This morning he sent me the telegram whose text follows:\n\n\"To the Ambassador. I ask for two pumps. LOMOV. 1 March.\"", "[relayed,,,\\To the Ambassador. I ask for two pumps. LOMOV. 1 March.\\]"},
		"no marks":          {"I have handed over the following message:\n\nTo Comrade ZOTOV.\nThe pumps will be sent before the summer comes.\nLOMOV", "[relayed,LOMOV,ZOTOV,To Comrade ZOTOV.]"},
		"for you":           {aSentence + "\n\nДля Вас. Если спросят о насосах, отвечайте, что вопрос решается.", "[service_note,,,Для Вас. Если спросят о насосах, отвечайте, что вопрос решается.]"},
		"in a paragraph":    {"The envoy showed me a telegram from Vienna: \"Do not sign. Wait for the courier. Gruber.\" He has not signed.", "[quoted,Gruber,,\\Do not sign. Wait for the courier. Gruber.\\]"},
		"a remark":          {"He answered with the following words: \"We shall not sign.\" I made no remark.", ""},
		"a part":            {"He gave me a letter. Its main part:\n\n\"... We ask for pumps.\nThe wells are dry.\"", "[excerpt,,,\\... We ask for pumps.]"},
		"low marks":         {"Он оставил мне следующий текст:\n„Колодцы исправны.\nВода есть.“", "[relayed,,,„Колодцы исправны.]"},
		"words as marks":    {"Text of the note follows:\n\nBegin text. The wells are ours. They hold water.\n\nEnd text.", "[relayed,,,Begin text. The wells are ours. They hold water.]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := valuesOf(t, form(c.body, "Deciphered by Lomov"), "embedded_message"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestBrackets(t *testing.T) {
	for name, c := range map[string]struct{ body, want, lacuna string }{
		"unreadable, round": {"The two families (group indistinct) have come to the frontier.", "[illegible,,group indistinct]", "(group indistinct)"},
		"not decoded":       {"They came [two groups not decoded] to the frontier.", "[illegible,,two groups not decoded]", "[two groups not decoded]"},
		"spelling":          {"Our adviser LOMONENKO (Lomonov) left.", "[variant,LOMONENKO,Lomonov]", ""},
		"office":            {"The order came from LOMOV [Chief of the Staff] today.", "[title,LOMOV,Chief of the Staff]", ""},
		"holder":            {"I told the Mayor [Lomov] of it.", "[identity,the Mayor,Lomov]", ""},
		"translated":        {"They asked for the \"kolodets\" [well] at once.", "[translation,kolodets,well]", ""},
		"original":          {"They asked for the well [колодец] at once.", "[original_word,asked for the well,колодец]", ""},
		"note":              {aSentence + "\n\n[Note in blue pencil: to the file]", "[stamp_note,,Note in blue pencil: to the file]", ""},
		"author's own":      {"The wells (three in all) hold water.", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := form(c.body, "Deciphered by Lomov")
			if got := valuesOf(t, text, "gloss"); got != c.want {
				t.Errorf("gloss %q, want %q", got, c.want)
			}
			if got := valuesOf(t, text, "lacuna"); got != c.lacuna {
				t.Errorf("lacuna %q, want %q", got, c.lacuna)
			}
		})
	}
}
