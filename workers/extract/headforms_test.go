package extract_test

import "testing"

// TestHeadForms: labels, terms, several addressees and marks as forms and editions
// set them.
func TestHeadForms(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want map[string]string
	}{
		"labels of the form": {
			"Title: Cable from the Embassy in Norway\nRights:\n\nTo: Foreign Ministry\nFrom: Embassy in Norway\nReceived: 3 July 1951, 6:20 a.m.\nLevel: Absolutely secret\nPriority: Most urgent",
			map[string]string{"addressee": "Foreign Ministry", "received_at": "3 July 1951, 6:20 a.m.", "classification": "Absolutely secret", "priority": "Most urgent", "rights": ""},
		},
		"date among labels": {
			"To: Soviet Ambassador, Oslo\nFrom: Foreign Ministry, Moscow\nDate: 4 May 1951\nUrgency: immediate",
			map[string]string{"addressee": "Soviet Ambassador", "to_place": "Oslo", "from_place": "Moscow", "document_date": "4 May 1951", "priority": "immediate"},
		},
		"column beside the letterhead": {
			"ДЕСЯТОЕ УПРАВЛЕНИЕ\nСТРОГО СЕКРЕТНО          Экз. № 6\n\nШИФРТЕЛЕГРАММА № 5",
			map[string]string{"issuing_body": "ДЕСЯТОЕ УПРАВЛЕНИЕ", "classification": "СТРОГО СЕКРЕТНО", "copy_number": "Экз. № 6"},
		},
		"rank below the office": {
			"ШИФРТЕЛЕГРАММА № 5\n\nНачальнику Генерального штаба\nМаршалу Советского Союза\nтов. ЛИНДУ",
			map[string]string{"addressee": "Начальнику Генерального штаба", "to_place": ""},
		},
		"term of return": {
			"ШИФРТЕЛЕГРАММА № 5\n\nПодлежит возврату\nв течение 7 дней\nПолучено по ВЧ 4 июня 1951 года в 13 ч. 10 м.",
			map[string]string{"handling_instruction": "Подлежит возврату", "received_at": "4 июня 1951 года в 13 ч. 10 м."},
		},
		"in somebody's absence": {
			"CIPHERED TELEGRAM\n\nOSLO, TO LINDEN for Comrade BERG or, in his absence, for Comrade HOLM.",
			map[string]string{"to_place": "OSLO", "addressee": "LINDEN | BERG | HOLM"},
		},
		"marks and orders": {
			"CIPHERED TELEGRAM No. 5\n\nOSLO Decipher in person\nPersonal. Out of turn.",
			map[string]string{"to_place": "OSLO", "handling_instruction": "Decipher in person | Personal.", "priority": "Out of turn"},
		},
		"from and to": {
			"ШИФРТЕЛЕГРАММА\n\nИЗ МОСКВЫ В ОСЛО\nВх. № 12. Секретно",
			map[string]string{"from_place": "МОСКВЫ", "to_place": "ОСЛО", "incoming_number": "Вх. № 12", "classification": "Секретно"},
		},
		"place over the date": {
			"№ 14. Телеграмма посла СССР в Норвегии А. Б. Линдена в МИД СССР\n\nг. Осло\n3 мая 1951 г.",
			map[string]string{"from_place": "Осло", "document_date": "3 мая 1951 г."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, d := range extractor().Extract(test.text + said) {
				for field, want := range test.want {
					if got := raws(d, field); got != want {
						t.Errorf("%s: got %q, want %q", field, got, want)
					}
				}
			}
		})
	}
}

// TestBelowSignatures: what stands below a signature belongs to the document.
func TestBelowSignatures(t *testing.T) {
	for _, below := range []string{
		"Seen by: Holm, Berg (signatures)", "Authenticated: Duty officer Lt. Holm", "Расшифр. л-т Хольм 23-30 18.10", "Виза: «Тов. Бергу. Подготовьте ответ»",
		"DISTRIBUTION\n1. Holm\n2. Berg", "For Linden only. Cable at once how it was taken.\n\nNo. 471",
	} {
		docs := extractor().Extract("CIPHERED TELEGRAM No. 5\n\nTo Comrade LINDEN" + said + "\n\nBERGMAN\n\n" + below + "\n\nRGASPI, f. 17, op. 3, d. 12, l. 5.")
		if len(docs) != 1 {
			t.Errorf("%q: %d documents", below, len(docs))
			continue
		}
		if value(t, docs[0], "citation") == "" {
			t.Errorf("%q: no citation", below)
		}
	}
}

// TestNamesAlone: names on lines of their own in a head are those of addressees.
func TestNamesAlone(t *testing.T) {
	docs := extractor().Extract("CIPHERED TELEGRAM No. 5\n\nFrom OSLO\n\nA. B. LINDEN\nC. D. BERGMAN" + said + "\n\nHOLMSTROM\nNo. 12\n")
	if len(docs) != 1 || raws(docs[0], "addressee") != "A. B. LINDEN | C. D. BERGMAN" || raws(docs[0], "signatory") != "HOLMSTROM" {
		t.Errorf("%d documents, to %q", len(docs), raws(docs[0], "addressee"))
	}
}

// TestOfficesAtEnds: a mission's name over its letter is its letterhead, and an office
// may sign with a surname alone.
func TestOfficesAtEnds(t *testing.T) {
	letter := extractor().Extract("EMBASSY OF THE USSR IN NORWAY\n\nNo. 115/s\n14 June 1951\n\nTo Comrade LINDEN" + said + "\n\nAmbassador of the USSR in Norway\nS. HOLMSTROM\n")
	if got := raws(letter[0], "issuing_body"); got != "EMBASSY OF THE USSR IN NORWAY" {
		t.Errorf("issuing body %q", got)
	}
	telegram := extractor().Extract("ТЕЛЕГРАММА № 5\n\nИз Осло\n\nПорт снова открыт, первые два парохода уже вошли и стоят под разгрузкой.\n\nПосол СССР в Норвегии Линдмарк\n")
	if got := raws(telegram[0], "signatory"); got != "Линдмарк" {
		t.Errorf("signatory %q", got)
	}
}
