package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/citation"
)

// told prints what fields of a name say, several joined by a bar.
func told(d extract.Document, name string) string {
	var found []string
	for _, f := range d.Fields {
		if f.Name != name {
			continue
		}
		switch v := f.Value.(type) {
		case extract.Agent:
			found = append(found, strings.Trim(v.Office+": "+v.Written, ": "))
		case extract.Date:
			found = append(found, v.ISO)
		case citation.Value:
			found = append(found, fmt.Sprintf("%s %s/%s/%s/%s", v.Archive, v.Fond, v.Opis, v.Delo, v.Papka))
		default:
			found = append(found, fmt.Sprint(v))
		}
	}
	return strings.Join(found, " | ")
}

// body is a message for texts whose header or title is tried.
const body = "The pumps stand by the river and nobody has come for them since the thaw.\n"

func TestTitles(t *testing.T) {
	for _, c := range []struct{ title, sender, addressee, from, to string }{
		{"Telegram from Sorokin in Prague to Moscow", "Sorokin", "", "Prague", "Moscow"},
		{"Telegram from the Minister of the USSR in Syria to the Ministry of Foreign Affairs of the USSR", "Minister of the USSR in Syria", "Ministry of Foreign Affairs of the USSR", "Syria", ""},
		{"The Chargé in Iran (Wadsford) to the Department of State", "Chargé in Iran: Wadsford", "Department of State", "Iran", ""},
		{"Letter from Ambassador P. F. Lunin to Deputy Foreign Minister A. A. Sorokin", "Ambassador: P. F. Lunin", "Deputy Foreign Minister: A. A. Sorokin", "", ""},
		{"Telegram from Soviet Ambassador to Cuba N. N. Lunin to the Ministry of Foreign Affairs of the USSR", "Soviet Ambassador to Cuba: N. N. Lunin", "Ministry of Foreign Affairs of the USSR", "", ""},
		{"Note of the Government of the USSR to the Government of Iraq", "Government of the USSR", "Government of Iraq", "", ""},
		{"ТЕЛЕГРАММА ВРЕМЕННОГО ПОВЕРЕННОГО В ДЕЛАХ СССР В ИРАКЕ В МИНИСТЕРСТВО ИНОСТРАННЫХ ДЕЛ СССР", "ВРЕМЕННОГО ПОВЕРЕННОГО В ДЕЛАХ СССР В ИРАКЕ", "МИНИСТЕРСТВО ИНОСТРАННЫХ ДЕЛ СССР", "ИРАКЕ", ""},
		{"Телеграмма посла СССР в Иране С. С. Лунина министру торговли А. А. Сорокину о насосах", "посла СССР в Иране: С. С. Лунина", "министру торговли: А. А. Сорокину", "Иране", ""},
		{"Ответ МИД СССР", "МИД СССР", "", "", ""},
		{"Из дневника советника посольства СССР в Венгрии О. Н. Лунина", "советника посольства СССР в Венгрии: О. Н. Лунина", "", "Венгрии", ""},
		{"From the diary of the naval adviser, Captain Lunin", "naval adviser: Lunin", "", "", ""},
	} {
		found := extractor().Extract("No. 12\n" + c.title + "\n\n3 May 1950\n\n" + body)
		if len(found) != 1 {
			t.Errorf("%s: %d documents", c.title, len(found))
			continue
		}
		for name, want := range map[string]string{
			"collection_number": "12", "title": c.title, "sender": c.sender, "addressee": c.addressee, "from_place": c.from, "to_place": c.to,
			"catalogue_date": "1950-05-03",
		} {
			if got := told(found[0], name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.title, name, got, want)
			}
		}
	}
}

// TestCollections: where documents of a collection begin and end, and what lies between.
func TestCollections(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string // record type and number in the collection
	}{
		"numbers": {
			"DOCUMENTS OF A YEAR\n\n**No. 7**\n**Telegram from the Minister of the USSR in Syria to Moscow**\n*2 May 1950*\n\n" + body + "\n*Lunin*\n\n*AVP RF, f. 059, op. 1, d. 2, p. 3, l. 4.*\n\n^1^ Now under water.\n\np. 12\n\n**No. 8**\n**Note of the Government of the USSR to the Government of Syria**\n\n" + body,
			[]string{"telegram 7", "note 8"},
		},
		"points before titles": {
			"Two papers lay in one folder for forty years, and nobody knew of the second one.\n\n1. Telegram from Lunin to Sorokin\n\n" + body + "\nLUNIN\n\nSource: AVPRF, Fond 98, Opis 3, Delo 6, List 1.\n\n2. Telegram from Sorokin to Lunin\n\nLeave them where they are until the commission has come back.\n\nSOROKIN\n\nSource: Ibid., List 2.\n\nThe commission never came back. The pumps were sold in the autumn of the same year.\n\n3. From the diary of Sorokin\n\nI told them so.",
			[]string{"editorial_text ", "telegram 1", "telegram 2", "editorial_text ", "excerpt 3"},
		},
		"Russian volume": {
			"№ 5\nТЕЛЕГРАММА ПОСЛА СССР В ИРАКЕ В МИД СССР\n\n2 мая 1950 г.\n\nНасосы стоят у реки, и никто за ними не приехал с самой весны.\n\nН. Лунин\n\nАВП РФ, ф. 059, оп. 1, п. 7, д. 3, л. 9.\n\n№ 6\nОТВЕТ МИД СССР\n\nОставьте насосы на месте до возвращения комиссии из области.\n\nСорокин\n\nТам же, л. 11.\n\n* Ныне на дне водохранилища.\n\nКомиссия так и не вернулась, и о насосах больше никто не вспоминал.",
			[]string{"telegram 5", " 6", "editorial_text "},
		},
		"State Department": {
			"689.90/1-253: Telegram\n\nThe Ambassador in Syria (Wadsford) to the Department of State\n\n" + body + "\nWADSFORD\n\n689.90/1-353: Telegram\n\nThe Secretary of State to the Embassy in Syria\n\n" + body + "\nDULLES\n",
			[]string{"telegram ", "telegram "},
		},
		"titles without numbers": {
			"Ambassador Gromyko to the Foreign Ministry\n\nNew York, 2 June 1947\n\n" + body + "\nGromyko\n\n(AVP RF, f. 1, op. 2, p. 3, d. 4, l. 5)\n\nForeign Ministry to Ambassador Gromyko\n\nMoscow, 4 June 1947\n\n" + body + "\nMolotov\n",
			[]string{" ", " "},
		},
		"points of a letter": {
			"LETTER\n\nTo Comrade MOLOTOV\n\nI ask you to decide the following.\n\n1. Telegrams from Prague come late.\n\n2. Letters to Moscow are lost on the way.\n\nLUNIN\nNo. 12\n",
			[]string{"letter "},
		},
		"points of a list": {
			"TOP SECRET\n\nTo Comrade STALIN\n\nI report what three papers say that our source has handed over:\n\n1. Telegram from the Foreign Office to the Embassy in Moscow\n\nThe Foreign Office asks what the ambassador thinks.\n\n2. Telegram from the Ambassador to the Foreign Office\n\nHe thinks nothing of it.\n\nLUNIN\n",
			[]string{"report "},
		},
		"numbers of two levels and in words": {
			"2.1. Telegram from Lunin to Sorokin\n\n" + body + "\nLunin\n\nSource: AVP RF, f. 1, op. 2, p. 3, d. 4, l. 5.\n\n2.2. Letter from Sorokin to Lunin\n\n" + body + "\nSorokin\n\nDocument III\n\nTOP SECRET\n\nRECORD OF CONVERSATION\nwith the ambassador of Albania\n\n" + body,
			[]string{"telegram 2.1", "letter 2.2", "memorandum_of_conversation III"},
		},
		"a date above each title": {
			"May 3, 1950\nTELEGRAM FROM LUNIN TO SOROKIN\n\nSource: RGANI, f. 3, op. 6, d. 5, l. 1 | Language: Russian\n\n" + body + "\nLUNIN\n\nRights: Free.\n\nMay 5, 1950\nTELEGRAM FROM SOROKIN TO LUNIN\n\nSource: RGANI, f. 3, op. 6, d. 5, l. 2 | Language: Russian\n\n" + body + "\nSOROKIN\n",
			[]string{"telegram ", "telegram "},
		},
		"a reference above each text": {
			"Letter of V. M. Molotov to I. V. Stalin, 7 September 1947\nSource: RGASPI. F. 558. Op. 11. D. 7. L. 13.\n\n" + body + "\nV. MOLOTOV\n\n* * *\n\nTelegram of I. V. Stalin to V. M. Molotov, 8 September 1947\nSource: Ibid. L. 15.\n\n" + body + "\nSTALIN\n",
			[]string{"letter ", "telegram "},
		},
		"own number below a signature": {
			"TELEGRAM No. 3\n\nTo MOLOTOV\n\n" + body + "\nLUNIN\nNo. 12\n\nReport of receipt is asked for.\n",
			[]string{"telegram ", "editorial_text "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := extractor().Extract(c.text)
			check(t, c.text, found)
			var got []string
			for _, d := range found {
				kind, _, _ := strings.Cut(told(d, "record_type"), " | ")
				got = append(got, kind+" "+told(d, "collection_number"))
			}
			if strings.Join(got, ", ") != strings.Join(c.want, ", ") {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestIbid: what a reference leaves out stands in the document before.
func TestIbid(t *testing.T) {
	found := extractor().Extract("№ 5\nТелеграмма Н. Н. Лунина в МИД СССР\n\nНасосы стоят у реки.\n\nЛунин\n\nАВП РФ. Ф. 059. Оп. 1. П. 7. Д. 3. Л. 9.\n\n№ 6\nТелеграмма МИД СССР Н. Н. Лунину\n\nОставьте их там.\n\nСорокин\n\nТам же. Д. 4. Л. 1.\n")
	if len(found) != 2 {
		t.Fatalf("%d documents", len(found))
	}
	if got, want := told(found[1], "citation"), "AVPRF 059/1/4/7"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestLabels reads headers in several layouts.
func TestLabels(t *testing.T) {
	const end = "\nTOP SECRET\n\n" + body + "\nLUNIN\n"
	for name, c := range map[string]struct {
		text string
		want map[string]string
	}{
		"labels": {
			"Record ID: 77\nTitle: Telegram, Lunin to the Ministry\nDate: 1950 May 3\nRecipient: Ministry of Foreign Affairs of the USSR\nRepository: Foreign Policy Archive of the Russian Federation\nSource: AVP RF, f. 1, op. 2, p. 3, d. 4, l. 5. Translated by Ann Smith.\nContributed by: Jane Roe\nRights: Free for teaching.\n" + end,
			map[string]string{
				"record_id": "77", "catalogue_date": "1950-05-03", "addressee": "Ministry of Foreign Affairs of the USSR", "citation": "AVPRF 1/2/4/3",
				"translator": "Ann Smith", "contributor": "Jane Roe", "rights": "Free for teaching.",
			},
		},
		"a Markdown table": {
			"# Letter, Lunin to Sorokin\n\n**Digital Archive of the River Project**\n\n| Field | Value |\n|---|---|\n| Date | 1950-05-03 |\n| Document No. | RP-4 |\n| Archive | RGANI |\n| Archival reference | f. 3, op. 6, d. 5, l. 1 |\n| Publisher | River Papers |\n\n## Text\n" + end,
			map[string]string{
				"title": "Letter, Lunin to Sorokin", "catalogue_date": "1950-05-03", "record_id": "RP-4", "citation": "RGANI 3/6/5/", "classification": "TOP SECRET",
				"publisher": "Digital Archive of the River Project | River Papers",
			},
		},
		"a level a line": {
			"**Title:** Report of the Consul\n**Repository:** RGASPI\n**Fond:** 17\n**Opis:** 128\n**Delo:** 39\n**List:** 2\n" + end,
			map[string]string{"title": "Report of the Consul", "citation": "RGASPI 17/128/39/"},
		},
		"Russian": {
			"Электронная библиотека «Насосы»\n\nНазвание: Письмо Н. Н. Лунина А. А. Сорокину\nДата: 1950, 3 мая\nАрхив: АВП РФ\nШифр: ф. 1, оп. 2, п. 3, д. 4, л. 5.\nПереводчик: нет\nОпубликовано: Насосы. Т. 1. М., 1999.\nПрава: Только с разрешения архива.\n\nСекретно\n\nТов. Сорокину\n\nНасосы стоят у реки с самой весны.\n\nЛУНИН\n",
			map[string]string{
				"publisher": "Электронная библиотека «Насосы»", "catalogue_date": "1950-05-03", "citation": "AVPRF 1/2/4/3", "translator": "",
				"published_in": "Насосы. Т. 1. М., 1999", "rights": "Только с разрешения архива.", "classification": "Секретно", "sender": "Н. Н. Лунина",
			},
		},
		"a citation without a label": {
			"May 3, 1950\n\nTelegram from Lunin to Sorokin\n\nThis page was made possible with support from a friend\n\n\"Telegram from Lunin to Sorokin,\" May 3, 1950, River Digital Archive, RGANI, f. 3, op. 6, d. 5, l. 1. Translated by Ann Smith.\nhttps://river.example.org/document/12\n\nSummary\n\nLunin speaks of pumps.\n\nCIPHERED TELEGRAM No. 5\n" + end,
			map[string]string{
				"publisher": "River Digital Archive", "citation": "RGANI 3/6/5/", "translator": "Ann Smith", "credits": "This page was made possible with support from a friend",
				"summary": "Lunin speaks of pumps.", "addressee": "Sorokin", "title": "Telegram from Lunin to Sorokin",
			},
		},
		"a telegram's own head is no title": {
			"СОВ. СЕКРЕТНО\nТЕЛЕГРАММА В ПРАГУ, т. СОРОКИНУ\nНасосы оставьте на месте до осени.\nЛунин\n",
			map[string]string{"title": "", "to_place": "ПРАГУ", "addressee": "СОРОКИНУ", "classification": "СОВ. СЕКРЕТНО"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := extractor().Extract(c.text)
			check(t, c.text, found)
			if len(found) != 1 {
				t.Fatalf("%d documents", len(found))
			}
			for field, want := range c.want {
				if got := told(found[0], field); got != want {
					t.Errorf("%s is %q, want %q", field, got, want)
				}
			}
		})
	}
}
