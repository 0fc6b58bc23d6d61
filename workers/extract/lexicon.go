package extract

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// key is a meaning that words of several languages and spellings share.
type key uint8

const (
	none key = iota
	kCiphered
	kTelegram
	kCipherTelegram // one Russian word for both
	kCable
	kLetter
	kMemorandum
	kReport
	kNote
	kResolution
	kConversation
	kNumber
	kFrom
	kTo
	kFor
	kVia
	kReceived
	kSent
	kCopies
	kSeries
	kComrade
	kDeciphered
	kPrinted
	kVerified
	kDispatched
	kExecuted
	kBy
	kIncoming
	kOutgoing
	kSpecial
	kSecret
	kTop
	kStrictly
	kUrgent
	kMonth1
	kMonth2
	kMonth3
	kMonth4
	kMonth5
	kMonth6
	kMonth7
	kMonth8
	kMonth9
	kMonth10
	kMonth11
	kMonth12
	kHours
	kMinutes
	kAM
	kPM
	kTime
	kBody
	kYour
	kMy
	kOur
	kOffice
	kRank
	kYear
	kAnd
	kOr
	kOf
	kDeliver
	kStamp
	kPronoun
	kFiled
	kDeclassified
	kRecorded
)

// words has the spellings of each meaning, in lower case.
var words = map[key]string{
	kCiphered:       "ciphered cipher enciphered coded encrypted encoded cyphered шифрованная шифром",
	kTelegram:       "telegram telegramme telegrams telegraph wire телеграмма телеграмму телеграммы телеграммой телеграмме телеграмм телеграммах телеграммами",
	kCipherTelegram: "шифртелеграмма шифртелеграмму шифртелеграммы шифротелеграмма шифровка шифровку шифровки",
	kCable:          "cable cables cablegram",
	kLetter:         "letter letters письмо письма письмом",
	kMemorandum:     "memorandum memo record запись меморандум записка",
	kReport:         "report reports доклад донесение сообщение справка",
	kNote:           "note нота ноту ноты",
	kResolution:     "resolution protocol decision постановление решение протокол протокола",
	kConversation:   "conversation talk беседа беседы",
	kNumber:         "no nr nº номер num number nos",
	kFrom:           "from из от откуда",
	kTo:             "to кому",
	kFor:            "for для",
	kVia:            "via through через",
	kReceived:       "arrived принял принята получена получено принята received receive receiving recd rec'd rec’d получено получена получил получила получили принято принята поступила поступило",
	kSent:           "sent послано dispatched distributed despatched transmitted отправлено отправлена послано послана передано передана сдано сдана",
	kCopies:         "copies copy cop экз экземпляр экземпляра экземпляров экземпляры копия копии разослано рассылка distribution",
	kSeries:         "series серия",
	kComrade:        "comrade comrades com cde cdes comr тов товарищ товарищу товарища товарищам товарищей тт т",
	kDeciphered:     "deciphered decoded decrypted decyphered расшифровал расшифровала расшифровано расшифрована расшифровали дешифровано дешифровал дешифровала",
	kPrinted:        "printed typed отпечатал отпечатала отпечатано печатал печатала напечатала напечатал напечатано отпечатали",
	kVerified:       "verified checked authenticated сверено сверил сверила проверил проверила верно выверено выверил выверила проверено",
	kDispatched:     "отправил отправила передал передала",
	kExecuted:       "executed исполнил исполнитель исп",
	kBy:             "by",
	kIncoming:       "incoming vkh вх входящий входящая inc",
	kOutgoing:       "outgoing iskh исх исходящий исходящая",
	kSpecial:        "spec special спец особый",
	kSecret:         "secret confidential секретно секретная",
	kTop:            "top совершенно сов",
	kStrictly:       "strictly most строго",
	kUrgent:         "priority urgent urgently immediate immediately flash молния срочно срочная вне немедленно",
	kMonth1:         "january jan января январь",
	kMonth2:         "february feb февраля февраль",
	kMonth3:         "march mar марта март",
	kMonth4:         "april apr апреля апрель",
	kMonth5:         "may мая май",
	kMonth6:         "june jun июня июнь",
	kMonth7:         "july jul июля июль",
	kMonth8:         "august aug августа август",
	kMonth9:         "september sept sep сентября сентябрь",
	kMonth10:        "october oct октября октябрь",
	kMonth11:        "november nov ноября ноябрь",
	kMonth12:        "december dec декабря декабрь",
	kHours:          "hours hour hrs h час часа часов ч",
	kMinutes:        "minutes minute min мин минут минута минуты м",
	kAM:             "am",
	kPM:             "pm",
	kTime:           "time времени время",
	kBody:           "administration directorate department ministry committee council staff section bureau управление министерство комитет отдел совет штаб бюро посольство миссия консульство legation",
	kYour:           "your yours ваш ваша ваше вашу вашей вашего вашим вашему вашем ваши ваших",
	kMy:             "моим my мой моя мое мою моей моего моему",
	kOur:            "нашим our наш наша наше нашу нашей нашего нашему",
	kOffice:         "ambassador minister embassy consul counsellor chairman secretary commander chief adviser advisor representative attaché секретарь секретарю посланник совпосол совпослу посол послу министр министру консул председатель председателю советнику командующему представителю envoy chargé plenipotentiary министра посла посланника посланнику консула консулу генконсулу поверенный поверенному поверенного совпосланнику торгпред торгпреду полпред полпреду заместитель заместителю председателя секретаря советник начальник начальнику командующий командующего главнокомандующему представитель уполномоченный уполномоченному директор директору атташе нарком наркому заведующему заведующий заведующего зам начальника директора",
	kRank:           "col lt capt maj gen major captain colonel lieutenant sergeant general marshal майор капитан полковник подполковник лейтенант старшина сержант генерал маршал",
	kYear:           "year года год г",
	kAnd:            "and и",
	kOr:             "or или",
	kOf:             "of",
	kDeliver:        "report tell inform execute decipher acknowledge доложите вручите исполнение исполнить посетите deliver transmit pass convey hand telegraph forward communicate confirm acknowledge вручите вручить передайте передать телеграфируйте телеграфьте подтвердите сообщите",
	kStamp:          "stamp stamped seal штамп печать",
	kPronoun:        "i we you us me your our my я мы вы вас нас вам нам мне",
	kFiled:          "уничтожены уничтожен уничтожено destroyed filed file files дело архив archives",
	kDeclassified:   "declassified рассекречено",
	kRecorded:       "recorded записал записала",
}

// lexicon finds the meaning of a word. A word that two meanings list has the one
// that comes last in the order of keys only where that is meant.
var lexicon = makeLexicon()

func makeLexicon() map[string]key {
	found := map[string]key{}
	for k := none + 1; k <= kRecorded; k++ {
		for w := range strings.FieldsSeq(words[k]) {
			if _, taken := found[w]; !taken {
				found[w] = k
			}
		}
	}
	return found
}

// trait is a set of facts about a word. All are known with one look-up when a text is
// cut, so that rules that ask for words of a long list need not look up every word.
type trait uint8

const (
	// capitalised words begin with a capital.
	capitalised trait = 1 << iota
	// referring words are in referenceNames.
	referring
	// bodyNoun words are English nouns of bodies, also in the genitive.
	bodyNoun
	// officeWord words are in offices.
	officeWord
	// numberSign words are in misreadSigns.
	numberSign
	// dayWord words may begin a day in words.
	dayWord
	// noName words are ordinary ones, titles, offices and bodies, which names have not.
	noName
)

// meaning is what is known of a word.
type meaning struct {
	// key is the meaning that forms use; none for other words.
	key    key
	traits trait
}

// vocabulary has every word that has a key or a trait.
var vocabulary = makeVocabulary()

func makeVocabulary() map[string]meaning {
	found := make(map[string]meaning, 2*len(lexicon))
	for w, k := range lexicon {
		found[w] = meaning{key: k}
	}
	mark := func(t trait, words iter.Seq[string]) {
		for w := range words {
			m := found[w]
			m.traits |= t
			found[w] = m
		}
	}
	mark(referring, maps.Keys(referenceNames))
	mark(officeWord|noName, maps.Keys(offices))
	mark(noName, maps.Keys(titles))
	mark(noName, maps.Keys(bodyHeads))
	mark(noName, withGenitives(plainCapitals))
	mark(noName, withGenitives(portfolios))
	mark(bodyNoun, withGenitives(bodyHeads))
	mark(bodyNoun, withGenitives(units))
	mark(bodyNoun, withGenitives(map[string]bool{"staff": true}))
	mark(numberSign, maps.Keys(misreadSigns))
	mark(dayWord, maps.Keys(tens))
	mark(dayWord, maps.Keys(dayWords))
	mark(dayWord, slices.Values([]string{"the"}))
	return found
}

// withGenitives gives words and their genitives.
func withGenitives(words map[string]bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for w := range words {
			for _, ending := range append(genitives[:], "") {
				if !yield(w + ending) {
					return
				}
			}
		}
	}
}

// month returns 1 to 12 for the name of a month, 0 otherwise.
func (k key) month() int {
	if kMonth1 <= k && k <= kMonth12 {
		return int(k-kMonth1) + 1
	}
	return 0
}
