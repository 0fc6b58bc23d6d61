package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// bodyHeads are the nouns that the name of a body is built round.
var bodyHeads = wordSet(`ministry department dept committee commission council directorate administration bureau party government embassy legation
	consulate army navy fleet corps division brigade regiment battalion squadron flotilla staff headquarters academy institute
	university bank union federation confederation league front assembly agency company corporation trust secretariat presidium
	school association society organization organisation force airlines airways fisheries shipyard steelworks plant institute court
	parliament majlis knesset bundestag politburo commissariat consulate-general congress senate chamber office mission
	unit sector`)

// units are troops; a number before them names them also without a capital.
var units = wordSet(`army corps division brigade regiment battalion fleet squadron flotilla company department dept directorate section platoon
	battery group wing`)

// unitWords stand between the number and the noun.
var unitWords = wordSet(`cavalry infantry rifle guards tank mechanized mechanised motorized motorised artillery air fighter aviation bomber mountain
	airborne parachute marine armored armoured engineer signal anti aircraft separate independent field shock reserve naval light
	heavy border security combined arms assault night training main special political european far eastern`)

// aloneHeads name a body by themselves.
var aloneHeads = wordSet("presidium politburo majlis knesset bundestag bundesrat cominform comintern stavka gosplan")

// body reads a body's name whose noun stands at token i, adds it and returns the
// token behind it; i when there is none.
func (r *formReader) body(i int) int {
	t := r.at(i)
	if !t.word() || r.owner[i] < 0 {
		return i
	}
	var first, last int
	switch w := r.word(i); {
	case t.traits&bodyNoun != 0:
		first, last = r.englishBody(i, bare(w))
	case unicode.Is(unicode.Cyrillic, letterOf(w)):
		first, last = r.russianBody(i, bare(w))
	}
	if last <= first || r.knownWhole(first, last) {
		return i
	}
	s := Span{r.at(first).Start, r.at(last - 1).End}
	s.End = s.Start + len(bare(r.plain[s.Start:s.End]))
	for j := first; j < last; j++ {
		r.owner[j] = -1
	}
	f := formName{Span: s, kind: agents.Organisation, key: "organisation" + strings.Join(strings.Fields(r.lower[s.Start:s.End]), " "), sure: true}
	if m := r.mentionAt(s.Start); m != nil && m.Kind == agents.Organisation {
		f.known, f.key = m, m.Agent
	}
	r.found = append(r.found, f)
	return last
}

// knownWhole tells that a known body has these words already, or goes on beyond them.
func (r *formReader) knownWhole(first, last int) bool {
	for j := first; j < last; j++ {
		if r.owner[j] < 0 {
			return true
		}
		if r.owner[j] > 0 {
			m := &r.names[r.owner[j]-1]
			if m.Start < r.at(first).Start || m.End > r.at(last-1).End || m.Kind == agents.Person ||
				m.Start == r.at(first).Start && m.End == r.at(last-1).End {
				return true
			}
		}
	}
	return false
}

// englishBody returns the first and the last token of a body's name round its noun.
func (r *formReader) englishBody(i int, w string) (first, last int) {
	capital := r.startsUpper(i)
	caps := r.upper(r.at(i).Span)
	first, numbered := r.bodyBefore(i, caps, units[w])
	last = i + 1
	if bare(r.word(i)) == r.word(i) && capital {
		if r.at(last).mark == '.' && w == "dept" {
			last++
		}
		last = r.bodyBehind(last, w, caps)
	}
	if r.at(last).key == kRank || titles[r.word(last)] && r.startsUpper(last) && r.near(last) || r.word(last) == "day" {
		return i, i
	}
	switch {
	case numbered && units[w]:
		return first, last
	case !capital:
		if w == "government" && first == i-1 && nationality(r.word(first)) {
			return first, last
		}
		return i, i
	case !bodyHeads[w] && w != "staff":
		return i, i
	case w == "staff" && r.word(i-1) != "general":
		return i, i
	case aloneHeads[w]:
		return first, last
	case first < i:
		if r.at(first).Start == r.lines[r.lineAt(r.at(first).Start)].Start && caps && last == i+1 && r.lineKinds[r.lineAt(r.at(i).Start)] == plainLine {
			return first, last
		}
		return first, last
	case last > i+1 && w != "union" && w != "front" && w != "school" && w != "unit" && w != "plant" && w != "force" && w != "mission":
		return first, last
	}
	return i, i
}

// nationality tells that a word is an adjective of a country, as far as its ending shows.
func nationality(w string) bool {
	for _, e := range []string{"ish", "ese", "ian", "ean", "can", "man", "rab", "oviet", "ench", "utch", "eek", "wiss", "zech", "urkish", "fghan", "hai", "raeli", "raqi", "akistani", "lav", "gian"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// bodyBefore returns the first of the words that belong to the noun at token i, and
// whether a number is among them.
func (r *formReader) bodyBefore(i int, caps, unit bool) (first int, numbered bool) {
	first = i
	for j := i - 1; j >= 0 && i-j <= 6; j-- {
		t := r.at(j)
		if !r.nearBody(j+1, caps) {
			break
		}
		w := r.word(j)
		if ordinalEnd(w) && r.at(j-1).num > 0 && r.closeTo(j) {
			return j - 1, true
		}
		if t.mark == '-' && r.closeTo(j) && r.closeTo(j+1) && first == j+1 {
			continue
		}
		if !t.word() {
			break
		}
		if unit && (ordinals[w] || romanNumber(w) && len(w) > 0 && r.upper(t.Span) || w == "i" && r.startsUpper(j)) && r.startsUpper(j) {
			return j, true
		}
		if unit && unitWords[w] {
			if r.startsUpper(j) {
				first = j
			}
			continue
		}
		if !r.startsUpper(j) || r.upper(t.Span) != caps && r.owner[j] == 0 || r.ownedBy(j, agents.Person) || r.single(j) {
			break
		}
		if stopsBody[w] || titles[w] && w != "general" || !r.formOf(j) {
			break
		}
		if r.sentenceStart(j) && !caps && !bodyWords[w] && !nationality(w) && r.owner[j] == 0 && !ordinals[w] && !r.titleCase(r.lines[r.lineAt(t.Start)]) {
			break
		}
		first = j
	}
	if first < i && r.at(first).mark == '-' {
		first++
	}
	return first, false
}

// formOf tells that a word's meaning for forms does not keep it from a body's name.
func (r *formReader) formOf(i int) bool {
	switch r.at(i).key {
	case none, kBody, kSpecial:
		return true
	}
	return r.word(i) == "general" && generalHeads[r.word(i+1)]
}

func (r *formReader) ownedBy(i int, kind agents.Kind) bool {
	return i >= 0 && i < len(r.owner) && r.owner[i] > 0 && r.names[r.owner[i]-1].Kind == kind
}

// nearBody allows the end of a line within words in capitals, as letterheads have it.
func (r *formReader) nearBody(i int, caps bool) bool {
	if r.near(i) {
		return true
	}
	if i <= 0 || i >= len(r.tokens) {
		return false
	}
	gap := r.plain[r.at(i-1).End:r.at(i).Start]
	return gap == "" || caps && strings.TrimSpace(gap) == "" && strings.Count(gap, "\n") == 1 && r.word(i) == "of"
}

func ordinalEnd(w string) bool { return w == "st" || w == "nd" || w == "rd" || w == "th" || w == "d" }

var ordinals = wordSet("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth twentieth")

// bodyWords begin a body's name also at the beginning of a sentence.
var bodyWords = wordSet(`central national socialist communist democratic supreme general foreign military state people's workers' labour labor
	conservative liberal republican security political international federal world united peasant peasants' workers trade main chief
	agrarian christian nationalist revolutionary provisional provincial regional allied joint conciliation control economic social`)

// generalHeads have "General" before them as no rank.
var generalHeads = wordSet("staff assembly council secretariat headquarters command office directorate")

// stopsBody are words with capitals that are no part of a body's name.
var stopsBody = wordSet(`the a an this that these those in on at of for to from by with and or but if as our your his her their its my all any each
	every some such no not when while after before since because although i we you he she it they there here then today yesterday
	both which who whom whose what where how please dear believe reference copy same whole entire new old present former
	comrade tell inform ask according following telegram letter cable report reply message conversation memorandum note`)

// bodyBehind returns the token behind what a body's noun governs: of Foreign Trade, of
// Iran in the USSR.
func (r *formReader) bodyBehind(j int, w string, caps bool) int {
	for range 4 {
		p := r.word(j)
		abroad := w == "embassy" || w == "legation" || w == "consulate" || w == "mission"
		if p != "of" && p != "for" && p != "on" && (p != "in" || !abroad) {
			return j
		}
		k := j + 1
		if r.word(k) == "the" {
			k++
		}
		if !r.nearBody(j, caps) || !r.nearBody(j+1, caps) || !r.nearBody(k, caps) {
			return j
		}
		end := k
		for end-k < 8 {
			t := r.at(end)
			if end > k && !r.nearBody(end, caps) {
				break
			}
			if (r.word(end) == "and" || r.word(end) == "&") && r.governed(end+1, caps) && end > k && !bodyHeads[r.word(end+1)] && r.nearBody(end+1, caps) {
				end += 2
				continue
			}
			if t.mark == '(' && r.closeTo(end) && r.at(end+2).mark == ')' {
				end += 3
				continue
			}
			if t.mark == '-' && r.closeTo(end) && r.closeTo(end+1) && end > k {
				end++
				continue
			}
			if !r.governed(end, caps) {
				break
			}
			end++
		}
		if end == k {
			return j
		}
		j = end
	}
	return j
}

// governed tells that a word may stand in what a body's noun governs.
func (r *formReader) governed(i int, caps bool) bool {
	t := r.at(i)
	if !t.word() || !r.startsUpper(i) || caps && !r.upper(t.Span) || r.ownedBy(i, agents.Person) || i < len(r.owner) && r.owner[i] < 0 {
		return false
	}
	w := bare(r.word(i))
	return !stopsBody[w] && t.key != kComrade && (t.key != kRank || w == "general" && generalHeads[r.word(i+1)]) && t.key.month() == 0 && t.key != kNumber && t.key != kTop && t.key != kSecret &&
		t.key != kCopies && t.key != kFrom && t.key != kTo && t.key != kReceived && t.key != kUrgent && t.key != kStrictly
}

// russianHeads are the stems of the nouns, with what they need: c a capital, g words
// that they govern, u a number.
var russianHeads = map[string]string{
	"министерств": "m", "комитет": "c", "комисси": "c", "управлени": "cu", "департамент": "c", "посольств": "p", "консульств": "p",
	"генконсульств": "p", "правительств": "p", "парти": "c", "академи": "c", "институт": "c", "банк": "c", "союз": "c", "федераци": "c",
	"объединени": "c", "агентств": "c", "организаци": "c", "ассоциаци": "c", "секретариат": "c", "совет": "c", "фронт": "c",
	"арми": "u", "дивизи": "u", "полк": "u", "бригад": "u", "корпус": "u", "флот": "u", "батальон": "u", "отдел": "u", "эскадр": "u",
	"общество": "c", "обществ": "c", "лиг": "c", "конгресс": "c", "штаб": "c",
}

var nounEndings = wordSet("а у ом е ы ов ам ами ах о я и ю ей ем ям ями ях й ь ою ья")

// russianHead returns what a word needs to be a body's noun, "" for other words.
func russianHead(w string) string {
	if needs, ok := russianHeads[w]; ok {
		return needs
	}
	for cut := len(w) - 2; cut >= len(w)-6 && cut > 4; cut -= 2 {
		if needs, ok := russianHeads[w[:cut]]; ok && nounEndings[w[cut:]] {
			return needs
		}
	}
	return ""
}

// adjective tells that a Russian word has the ending of an adjective.
func adjective(w string) bool {
	for _, e := range []string{"ого", "его", "ому", "ему", "ыми", "ими", "ым", "им", "ой", "ей", "ую", "юю", "ая", "яя", "ое", "ее", "ий", "ый", "ые", "ие", "ых", "их", "ом", "ем"} {
		if strings.HasSuffix(w, e) && len(w) > 8 {
			return true
		}
	}
	return false
}

// russianBody returns the first and the last token of a body's name round its noun.
func (r *formReader) russianBody(i int, w string) (first, last int) {
	needs := russianHead(w)
	if needs == "" {
		return i, i
	}
	first, numbered, capital := r.russianBefore(i)
	last = i + 1
	if needs != "u" {
		last = r.russianBehind(last, needs)
	}
	if r.startsUpper(i) {
		capital = capital || !r.sentenceStart(i) || r.upper(r.at(i).Span)
	}
	switch {
	case numbered && strings.Contains(needs, "u"):
		return first, i + 1
	case needs == "u":
		if capital && first < i && !r.startsUpper(i) {
			return first, last
		}
	case needs == "m":
		if last > i+1 || first < i && !pronominal(r.word(first)) {
			return first, last
		}
	case needs == "p":
		if last > i+1 && r.ownedBy(last-1, agents.Place) || first == i-1 && strings.Contains(r.word(first), "ск") && w[:4] != "ко" {
			return first, last
		}
	default:
		if capital && (first < i || last > i+1) && (r.startsUpper(first) || numbered) {
			return first, last
		}
	}
	return i, i
}

func pronominal(w string) bool {
	switch w {
	case "нашего", "вашего", "своего", "этого", "этому", "этим", "этом", "наше", "ваше", "своему", "нашему", "вашему", "нашим", "вашим", "своим", "другого", "другим", "каждого", "самого", "самим", "всего", "которое", "которого", "которому":
		return true
	}
	return false
}

// russianBefore returns the first of the adjectives and numbers before a noun.
func (r *formReader) russianBefore(i int) (first int, numbered, capital bool) {
	first = i
	for j := i - 1; j >= 0 && i-j <= 5; j-- {
		if !r.near(j+1) && !r.closeTo(j+1) {
			break
		}
		t := r.at(j)
		if t.word() && len(r.word(j)) <= 6 && r.at(j-1).mark == '-' && r.at(j-2).num > 0 && r.closeTo(j) { // 42-й
			return j - 2, true, capital
		}
		if !t.word() || !adjective(r.word(j)) || r.owner[j] != 0 && !r.startsUpper(j) || pronominal(r.word(j)) {
			break
		}
		if r.startsUpper(j) {
			if r.sentenceStart(j) && !r.upper(t.Span) {
				if w := r.word(j); j == first-1 && (strings.Contains(w, "ск") || russianBodyWords[w]) {
					first, capital = j, true
				}
				break
			}
			capital = true
		}
		first = j
	}
	if first < i && !capital && russianHead(r.word(i)) != "m" && russianHead(r.word(i)) != "p" {
		first = i
	}
	return first, false, capital
}

// russianBodyWords begin a body's name also at the beginning of a sentence.
var russianBodyWords = wordSet(`центральный центральная национальный национальная национальное народный народная государственный
	государственная государственное коммунистическая социалистическая социалистический демократическая генеральный верховный
	главный главное всемирный всемирная международный международная республиканская трудовая рабочая`)

// objects are nouns that govern a further one: Комитет защиты мира.
var objects = wordSet("защиты борьбы сторонников содействия помощи охраны развития друзей жертв производства")

// russianBehind returns the token behind what a noun governs: иностранных дел СССР.
func (r *formReader) russianBehind(j int, needs string) int {
	start := j
	for j-start < 5 && r.at(j).word() && r.near(j) && r.free(j) && adjective(r.word(j)) && genitive(r.word(j)) && needs != "p" && !r.acting(j) {
		j++
	}
	if t := r.at(j); needs != "p" && t.word() && r.near(j) && r.free(j) && genitiveNoun(r.word(j)) && (!r.startsUpper(j) || r.upper(t.Span)) {
		j++
		if objects[r.word(j-1)] && r.free(j) && r.near(j) && genitiveNoun(r.word(j)) && !r.startsUpper(j) {
			j++
		}
	} else {
		j = start
	}
	for _, in := range []bool{false, true} {
		k := j
		if in && needs == "p" && j > start && (r.word(k) == "в" || r.word(k) == "во") {
			k++
		} else if in {
			break
		}
		if r.ownedBy(k, agents.Place) && r.near(k) {
			m := r.names[r.owner[k]-1]
			for k < len(r.tokens) && r.at(k).Start < m.End {
				k++
			}
			j = k
		}
	}
	return j
}

func genitive(w string) bool {
	for _, e := range []string{"ых", "их", "ого", "его", "ой", "ей"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// genitiveNoun tells that a word may be a noun in the genitive.
func genitiveNoun(w string) bool {
	if plainCapitals[w] || telling[w] || helping[w] || utf8.RuneCountInString(w) < 3 {
		return false
	}
	if w == "дел" || w == "сил" {
		return true
	}
	for _, e := range []string{"ов", "ев", "ей", "ии", "ия", "ств", "а", "я", "и", "ы"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}
