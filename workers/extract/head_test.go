package extract_test

import (
	"encoding/json"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract"
)

// value returns the first value of a field as JSON, "" without one.
func value(t *testing.T, d extract.Document, name string) string {
	t.Helper()
	for _, f := range d.Fields {
		if f.Name == name {
			encoded, err := json.Marshal(f.Value)
			if err != nil {
				t.Fatal(err)
			}
			return string(encoded)
		}
	}
	return ""
}

const said = "\n\nThe harbour is open again and the first two ships have come in. We shall write more on Friday."

// TestHeads: what stands above a message, in the layouts of forms, typescripts and
// editions.
func TestHeads(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want map[string]string
	}{
		"columns": {
			"CIPHERED TELEGRAM\n\nFrom OSLO              No. 4410, 4411\nSpecial No. 12-13      OUT OF TURN\nMaking copies is prohibited      Copy No. 2",
			map[string]string{"from_place": "OSLO", "telegram_number": "No. 4410, 4411 | No. 4410, 4411", "special_number": "Special No. 12-13", "priority": "OUT OF TURN", "copying_restriction": "Making copies is prohibited", "copy_number": "Copy No. 2"},
		},
		"heading in a column": {
			"ВХОДЯЩАЯ ШИФРТЕЛЕГРАММА № 31            Сов. секретно\n\nИЗ ОСЛО\nПринята 3 мая 1950 г. в 6 час. 10 мин. Вх. 717",
			map[string]string{"telegram_number": "№ 31", "classification": "Сов. секретно", "received_at": "3 мая 1950 г. в 6 час. 10 мин.", "incoming_number": "Вх. 717"},
		},
		"letterhead above marks": {
			"ДЕСЯТОЕ УПРАВЛЕНИЕ\n\nСТРОГО СЕКРЕТНО\nТОЛЬКО ШИФРОМ\n\nШИФРТЕЛЕГРАММА № 5",
			map[string]string{"issuing_body": "ДЕСЯТОЕ УПРАВЛЕНИЕ", "classification": "СТРОГО СЕКРЕТНО", "transmission_mode": "ТОЛЬКО ШИФРОМ"},
		},
		"blanks between letters": {
			"С Е К Р Е Т Н О\n\nТ Е Л Е Г Р А М М А   № 51\n\nг. Осло, 7 марта 1949 г.",
			map[string]string{"classification": "С Е К Р Е Т Н О", "telegram_number": "№ 51", "document_date": "7 марта 1949 г."},
		},
		"American edition": {
			"The Minister in Norway (Hallam) to the Secretary of State\n\nSECRET      NIACT         OSLO, May 3, 1951—noon.\n[Received May 3—4:10 p.m.]\n\n832. The harbour is open again and the first two ships have come in.\n\nHALLAM",
			map[string]string{"sender": "Minister in Norway (Hallam)", "addressee": "Secretary of State", "classification": "SECRET", "priority": "NIACT", "from_place": "OSLO", "sent_at": "May 3, 1951—noon", "received_at": "May 3—4:10 p.m.", "telegram_number": "832"},
		},
		"place and office": {
			"ШИФРТЕЛЕГРАММА № 8\n\nОСЛО — СОВПОСЛУ\n\nТолько лично.\n\nПередайте немедленно тов. ЛИНДУ или тов. БЕРГУ следующее:",
			map[string]string{"to_place": "ОСЛО", "addressee": "СОВПОСЛУ | ЛИНДУ | БЕРГУ", "handling_instruction": "Только лично. | Передайте немедленно тов. ЛИНДУ или тов. БЕРГУ следующее:"},
		},
		"office over two lines": {
			"Секретно\n\nЗАМЕСТИТЕЛЮ ПРЕДСЕДАТЕЛЯ\nСОВЕТА МИНИСТРОВ\nтов. ЛИНДУ А. Б.\n\nУважаемый Антон Борисович!",
			map[string]string{"classification": "Секретно", "addressee": "ЗАМЕСТИТЕЛЮ ПРЕДСЕДАТЕЛЯ"},
		},
		"body behind To": {
			"TELEGRAM\n\nFrom: Soviet Legation, Oslo\nTo: Ministry of Foreign Affairs, Moscow\nNo. 318\nDate: 14 June 1953",
			map[string]string{"sender": "Soviet Legation", "from_place": "Oslo", "addressee": "Ministry of Foreign Affairs", "to_place": "Moscow", "telegram_number": "No. 318", "document_date": "14 June 1953"},
		},
		"heading with the address": {
			"СЕКРЕТНО\nТЕЛЕГРАММА В ОСЛО, т. ЛИНДУ",
			map[string]string{"classification": "СЕКРЕТНО", "to_place": "ОСЛО", "addressee": "ЛИНДУ"},
		},
		"intermediary on the line": {
			"ШИФРТЕЛЕГРАММА № 8\n\nТов. Берг для тов. ЛИНДА",
			map[string]string{"addressee": "Берг | ЛИНДА"},
		},
		"the same day": {
			"CABLE No. 8\n\nOSLO 4 September 1946\nSent 12.40   Received 18.05 the same day",
			map[string]string{"document_date": "4 September 1946", "sent_at": "12.40", "received_at": "18.05"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := extractor().Extract(test.text + said + "\n")
			for field, want := range test.want {
				if got := raws(found[0], field); got != want {
					t.Errorf("%s: %q, want %q", field, got, want)
				}
			}
		})
	}
}

// TestClosings: what stands below a message.
func TestClosings(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want map[string]string
	}{
		"number behind the date": {
			"Берг\n14 июня 1953 г. Исх. № 906",
			map[string]string{"signatory": "Берг", "outgoing_number": "№ 906", "document_date": "14 июня 1953 г."},
		},
		"date in a column": {
			"12.XI.56 г.                 ЛИНДМАРК",
			map[string]string{"signatory": "ЛИНДМАРК", "document_date": "12.XI.56 г."},
		},
		"office before the name": {
			"Посланник СССР в Норвегии (подпись) П. БЕРГ\n\nПриложение: на 4 листах.",
			map[string]string{"signatory": "П. БЕРГ"},
		},
		"above a shelfmark": {
			"A. Lindmark\n\nAVP RF, f. 059, op. 18, d. 15, ll. 6-7.",
			map[string]string{"signatory": "A. Lindmark"},
		},
		"below a farewell": {
			"With comradely greetings\nA. Lindmark\nMinister of the USSR in Norway",
			map[string]string{"signatory": "A. Lindmark"},
		},
		"orders in the last paragraph": {
			"Ask him for the list of ships. Confirm receipt.\n\nLINDMARK",
			map[string]string{"handling_instruction": "Confirm receipt.", "signatory": "LINDMARK"},
		},
		"sent below": {
			"LINDMARK\n\nNo. 5\n11 May\n\nSent at 22 hours 05 minutes 11.V.49",
			map[string]string{"sent_at": "22 hours 05 minutes 11.V.49", "document_date": "11 May", "outgoing_number": "No. 5"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := extractor().Extract("TELEGRAM" + said + "\n\n" + test.text + "\n")
			if len(found) != 1 {
				t.Fatalf("%d documents", len(found))
			}
			for field, want := range test.want {
				if got := raws(found[0], field); got != want {
					t.Errorf("%s: %q, want %q", field, got, want)
				}
			}
		})
	}
}

// TestDateForms reads days and times in the ways of several languages and offices.
func TestDateForms(t *testing.T) {
	for written, want := range map[string]string{
		"03 час. 30 мин. двенадцатого ноября 1956 г.": "1956-11-12T03:30",
		"5 p.m., May 3, 1951":                      "1951-05-03T17:00",
		"May 3, 1951—11:42 a.m.":                   "1951-05-03T11:42",
		"13/VIII-53 в 2 часа ночи":                 "1953-08-13T02:00",
		"the twenty-third of May 1951, 1430 hours": "1951-05-23T14:30",
		"22 ч. 05, 11.V.49":                        "1949-05-11T22:05",
		"8 час. вечера 3 мая 51 г.":                "1951-05-03T20:00",
		"noon, the 3rd of April, 1951":             "1951-04-03T12:00",
	} {
		found := extractor().Extract("TELEGRAM No. 5\n\nReceived " + written + said + "\n\nLINDMARK\n")
		var date extract.Date
		if err := json.Unmarshal([]byte(value(t, found[0], "received_at")), &date); err != nil || date.ISO != want {
			t.Errorf("%s: %q, want %s (%v)", written, date.ISO, want, err)
		}
	}
}

// TestProseIsNoHead: sentences that speak of telegrams, copies and orders state
// nothing about the document.
func TestProseIsNoHead(t *testing.T) {
	text := `TELEGRAM

At the meeting on 5 May the Consul said that Copy No. 3 of the protocol had been lost in Oslo and asked for another one.

The Minister of Trade, who received me at 11.30 on 6 May, told me to wait. From Bergen I hear nothing.

Deliver these to the embassy, he said, and personally I think that the matter is closed.

V. LINDMARK

8 May 1951
`
	found := extractor().Extract(text)
	for _, field := range []string{"addressee", "from_place", "to_place", "sent_at", "received_at", "handling_instruction", "copy_number", "priority"} {
		if got := raws(found[0], field); got != "" {
			t.Errorf("%s: %q, want none", field, got)
		}
	}
}
