package text

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// vocabulary of the made-up telegrams; the earlier a word stands, the oftener
// it is used.
var vocabulary = map[string][]string{
	"en": strings.Fields(`the of to and in we that for is you our on with your by not it be this from will are
		have which all can should must they has their about its one after there also been some than more
		comrade telegram government troops railway shipment delivery request inform report tonnes wagons
		embassy harbour minister proposal agreement negotiations supply aircraft engineers factory repair
		steel grain coal petrol bridge station border winter autumn delegation conference question answer
		received sent considered possible necessary immediately tomorrow yesterday however therefore because
		specialists instructors uniforms blankets medicines hospital surgeon doctor translation newspaper
		article publish silence secret courier pouch cipher signature commander division regiment battalion
		artillery ammunition fuel convoy escort vessel captain cargo tonnage insurance payment credit roubles
		interest schedule quarter annual plan survey geologist expedition mountain river valley flood harvest
		cotton rubber tungsten antimony lead zinc price market contract clause amendment draft version
		protocol annex appendix witness testimony prisoner exchange parallel armistice commission observer
		neutral inspection airfield runway hangar pilot training squadron radar searchlight frequency wireless
		operator receiver cable undersea telephone exchange postal censor permit passport visa consul consulate
		opened closed arrived departed delayed agreed refused accepted returned transferred replaced strengthened`),
	"ru": strings.Fields(`и в на что с по не о для от мы вам наш это как их из к за все будет может быть также
		товарищ телеграмма правительство войска железная дорога поставка просьба сообщите доклад тонн вагонов
		посольство порт министр предложение соглашение переговоры снабжение самолеты инженеры завод ремонт
		сталь зерно уголь бензин мост станция граница зима осень делегация конференция вопрос ответ получено
		отправлено рассмотрено возможно необходимо немедленно завтра вчера однако поэтому потому специалисты
		инструкторы обмундирование одеяла медикаменты госпиталь хирург врач перевод газета статья опубликовать
		молчание секретно курьер почта шифр подпись командир дивизия полк батальон артиллерия боеприпасы
		горючее конвой судно капитан груз страхование платеж кредит рублей процент график квартал план
		геолог экспедиция гора река долина наводнение урожай хлопок каучук вольфрам сурьма свинец цинк цена
		рынок договор пункт поправка проект протокол приложение свидетель показания пленный обмен параллель
		перемирие комиссия наблюдатель нейтральный инспекция аэродром ангар летчик обучение эскадрилья
		прожектор частота оператор приемник кабель телефон почтовый цензор разрешение паспорт виза консул
		открыли закрыли прибыли отбыли задержали согласились отказались приняли вернули передали заменили`),
}

// forms that the cipher service puts round every message: what unrelated
// telegrams have in common.
var frames = map[string][2]string{
	"en": {
		"CIPHERED TELEGRAM No. %d\nSeries B\nFROM THE NORTHERN STATION, TO THE CENTRE\nReceived %d hours. Strictly secret. The making of copies is forbidden.\nDeliver immediately.\n\n",
		"\n\nNo. %d/sh\nFour copies printed. Copy No. 1 to the Secretary, copies No. 2 and 3 to the Ministry, copy No. 4 to the file.\nDeciphered by the duty officer %d hours.\n",
	},
	"ru": {
		"ШИФРТЕЛЕГРАММА № %d\nСерия Б\nСО СЕВЕРНОЙ СТАНЦИИ В ЦЕНТР\nПринята в %d час. Строго секретно. Снятие копий воспрещается.\nДоложить немедленно.\n\n",
		"\n\n№ %d/ш\nОтпечатано четыре экземпляра. Экз. № 1 секретарю, экз. № 2 и 3 в министерство, экз. № 4 в дело.\nРасшифровал дежурный офицер %d час.\n",
	},
}

// message makes up the text of about n characters of one telegram.
func message(rng *rand.Rand, language string, n int) string {
	words := vocabulary[language]
	var b strings.Builder
	size := 0
	for size < n {
		for i := range 8 + rng.IntN(10) {
			x := rng.Float64()
			w := words[int(x*x*float64(len(words)))]
			if i == 0 {
				r, k := utf8.DecodeRuneInString(w)
				w = strings.ToUpper(string(r)) + w[k:]
			} else {
				b.WriteByte(' ')
			}
			b.WriteString(w)
			size += utf8.RuneCountInString(w) + 1
		}
		b.WriteString(". ")
	}
	return b.String()
}

// sheet puts a message into the form of a cipher service.
func sheet(rng *rand.Rand, language, message string) string {
	f := frames[language]
	return fmt.Sprintf(f[0], 1000+rng.IntN(9000), rng.IntN(24)) + message + fmt.Sprintf(f[1], 100+rng.IntN(900), rng.IntN(24))
}

// relaid sets a text anew: other line lengths, words divided at line ends, a
// running head and a number on each page.
func relaid(rng *rand.Rand, s string) string {
	width := 40 + rng.IntN(40)
	var b strings.Builder
	column, line := 0, 0
	for w := range strings.FieldsSeq(s) {
		n := utf8.RuneCountInString(w)
		if column+n > width {
			if r := []rune(w); n > 7 && rng.IntN(3) == 0 {
				b.WriteString(string(r[:4]) + "-")
				w, n = string(r[4:]), n-4
			}
			b.WriteByte('\n')
			column = 0
			if line++; line%30 == 0 {
				fmt.Fprintf(&b, "\fDocuments of the period, volume %d                %d\n", 1+rng.IntN(3), line/30+1)
			}
		}
		b.WriteString(w + " ")
		column += n + 1
	}
	return b.String()
}

// misread damages a share of the characters as OCR does: letters taken for
// others, lost, put in, and words run together or torn apart.
func misread(rng *rand.Rand, s string, share float64) string {
	likely := strings.NewReplacer("e", "c", "o", "0", "l", "1", "i", "l", "n", "u", "h", "b", "t", "f", "a", "s",
		"о", "0", "и", "н", "н", "п", "е", "с", "т", "г", "ш", "щ", "а", "я", "в", "з")
	others := []rune("abcdefghijklmnopqrstuvwxyzабвгдежзиклмнопрстуфхцчш.,'-")
	var b strings.Builder
	for _, r := range s {
		if rng.Float64() >= share {
			b.WriteRune(r)
			continue
		}
		switch x := rng.IntN(20); {
		case x < 8:
			b.WriteString(likely.Replace(string(r)))
		case x < 12:
			b.WriteRune(others[rng.IntN(len(others))])
		case x < 15:
		case x < 18:
			b.WriteRune(r)
			b.WriteRune(others[rng.IntN(len(others))])
		default:
			b.WriteRune(r)
			b.WriteByte(' ')
		}
	}
	return b.String()
}
