package extract

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Date is a day or a minute as a document gives it.
type Date struct {
	// ISO is in ISO 8601, local time without an offset: 1951-06-13T19:55,
	// 1951-06-13, 1951-06 or, for a day whose year is nowhere told, --06-13.
	ISO string `json:"iso"`
	// Precision is minute, day, month or year.
	Precision string `json:"precision"`
	// Zone is what the text says of the zone, such as "Beijing time"; "unstated"
	// where it says nothing.
	Zone string `json:"tz"`
	// YearInferred tells that the year comes from elsewhere in the document.
	YearInferred bool `json:"year_inferred,omitempty"`
}

// day is a date as written. Parts that are not written are 0.
type day struct {
	Span
	year, month, day int
	// more has the further days of "5 and 7 June" or the last one of "10-15 July".
	more []int
}

// clock is a time of the day as written.
type clock struct {
	Span
	hour, minute int
	zone         Span
}

// moment is a day with, if written, a time.
type moment struct {
	Span
	day   day
	clock *clock
}

var romans = map[string]int{
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12,
}

// at returns a token, or one that is nothing outside the text.
func (p *page) at(i int) token {
	if i < 0 || i >= len(p.tokens) {
		return token{Span: Span{len(p.text), len(p.text)}, num: -1, mark: ' '}
	}
	return p.tokens[i]
}

// digits is the number of digits of a token; 0 for what is no number.
func (p *page) digits(i int) int {
	if t := p.at(i); t.num >= 0 {
		return t.End - t.Start
	}
	return 0
}

// closeTo tells that a token follows the one before it with no blank between.
func (p *page) closeTo(i int) bool { return p.at(i).Start == p.at(i-1).End }

// dayAt reads a date that begins at token i and returns where it ends, or i.
func (p *page) dayAt(i int) (day, int) {
	for _, read := range []func(int) (day, int){p.isoDay, p.dottedDay, p.dayMonth, p.monthDay, p.yearFirst, p.wordDay} {
		if d, next := read(i); next > i && d.valid() {
			d.Span = Span{p.at(i).Start, p.at(next - 1).End}
			return d, next
		}
	}
	return day{}, i
}

func (d day) valid() bool {
	return d.month >= 1 && d.month <= 12 && d.day >= 0 && d.day <= 31 && (d.year == 0 || d.year >= 1800 && d.year < 2100)
}

// century makes 1951 of 51.
func century(year, digits int) int {
	if digits == 2 {
		return 1900 + year
	}
	return year
}

// isoDay reads 1951-06-13.
func (p *page) isoDay(i int) (day, int) {
	if p.digits(i) != 4 || p.at(i+1).mark != '-' || p.digits(i+2) != 2 || p.at(i+3).mark != '-' || p.digits(i+4) != 2 {
		return day{}, i
	}
	return day{year: p.at(i).num, month: p.at(i + 2).num, day: p.at(i + 4).num}, i + 5
}

// dottedDay reads 13.6.51, 13. 6. 1951, 13.June.1951, 16.XII.1947, 13-6-51,
// 13/VIII-53 and, month first, 10/14/50.
func (p *page) dottedDay(i int) (day, int) {
	sep := p.at(i + 1).mark
	if n := p.digits(i); n < 1 || n > 2 || sep != '.' && sep != '/' && sep != '-' && sep != ',' || !p.closeTo(i+1) {
		return day{}, i
	}
	if d, next := p.romanDay(i); next > i {
		return d, next
	}
	year := p.digits(i + 4)
	if roman := romans[p.word(i+2)]; roman > 0 && p.closeTo(i+2) && year != 2 && year != 4 {
		return day{day: p.at(i).num, month: roman}, i + 3
	}
	if year != 2 && year != 4 || p.at(i+3).mark != sep && !stops(sep, p.at(i+3).mark) || p.at(i+4).Start-p.at(i).Start > 16 {
		return day{}, i
	}
	d := day{day: p.at(i).num, year: century(p.at(i+4).num, year)}
	switch middle := p.at(i + 2); {
	case middle.key.month() > 0:
		d.month = middle.key.month()
	case middle.num >= 0 && middle.End-middle.Start <= 2:
		d.month = middle.num
	default:
		d.month = romans[p.lower[middle.Start:middle.End]]
	}
	if sep == '/' && d.day <= 12 && romans[p.word(i+2)] == 0 && p.at(i+2).key.month() == 0 {
		d.day, d.month = d.month, d.day
	}
	return d, p.yearWord(i + 5)
}

// romanDay reads a month in Roman figures between marks of two kinds, or with a
// blank before the year: 13/VIII-53, 5.II 1952.
func (p *page) romanDay(i int) (day, int) {
	d := day{day: p.at(i).num, month: romans[p.word(i+2)]}
	if d.month == 0 || !p.closeTo(i+2) {
		return day{}, i
	}
	j := i + 3
	switch p.at(j).mark {
	case '.', '/', '-', ',', '–':
		if p.at(j).mark == p.at(i+1).mark {
			return day{}, i
		}
		j++
	case 0:
	default:
		return day{}, i
	}
	n := p.digits(j)
	if n != 2 && n != 4 || p.at(j).Start-p.at(i).Start > 12 || n == 2 && p.closeTo(j+1) && p.digits(j+2) > 0 && strings.ContainsRune(".:-,", p.at(j+1).mark) {
		return day{}, i
	}
	if d.year = century(p.at(j).num, n); d.year < 1900 || d.year > 1999 {
		return day{}, i
	}
	return d, p.yearWord(j + 1)
}

// yearWord skips the "г." behind a year.
func (p *page) yearWord(i int) int {
	if p.at(i).key != kYear || p.of(p.at(i).Span) == "" {
		return i
	}
	if i++; p.at(i).mark == '.' && p.closeTo(i) {
		i++
	}
	return i
}

// stops tells that two marks are stops that recognition takes for one another.
func stops(a, b rune) bool {
	return (a == '.' || a == ',') && (b == '.' || b == ',')
}

// dayMonth reads "13 June 1951", "5 and 7 June", "13th of June", "30 июня 1951 г.".
func (p *page) dayMonth(i int) (day, int) {
	if n := p.digits(i); n < 1 || n > 2 || p.at(i).num == 0 {
		return day{}, i
	}
	d := day{day: p.at(i).num}
	j := p.ordinal(i + 1)
	if m := p.at(j).mark; m == '»' || m == '"' || m == '”' {
		j++
	}
	for len(d.more) < 8 {
		t := p.at(j)
		between := t.key == kAnd || t.mark == ',' || t.mark == '-' || t.mark == '–' || t.mark == '—'
		if n := p.digits(j + 1); !between || n < 1 || n > 2 {
			break
		}
		d.more = append(d.more, p.at(j+1).num)
		j = p.ordinal(j + 2)
	}
	return p.monthOf(d, i, j)
}

// monthOf reads the month and the year of a day; j is the token behind the day.
func (p *page) monthOf(d day, i, j int) (day, int) {
	if p.at(j).key == kOf {
		j++
	}
	if d.month = p.at(j).key.month(); d.month == 0 {
		return day{}, i
	}
	if j++; p.at(j).mark == '.' && p.at(j-1).End-p.at(j-1).Start <= 8 && p.digits(j+1) > 0 {
		j++
	}
	if d.year, j = p.yearAt(j); d.year == 0 {
		d.year, j = p.shortYear(j)
	}
	return d, j
}

// yearFirst reads "1955 March 4", "1948, 19 июля", "1951 г., 13 июня", as catalogues
// write.
func (p *page) yearFirst(i int) (day, int) {
	year, j := p.yearAt(i)
	if j == i || p.at(i).mark != 0 {
		return day{}, i
	}
	if m := p.at(j).mark; m == ',' || m == '.' || m == ';' || m == '-' {
		j++
	}
	for _, read := range []func(int) (day, int){p.dayMonth, p.monthDay} {
		if d, next := read(j); next > j && d.year == 0 {
			d.year = year
			return d, next
		}
	}
	return day{}, i
}

// shortYear reads the year of "30 июня 51 г." and "30 June '51", and skips "с. г.",
// of this year.
func (p *page) shortYear(i int) (year, next int) {
	switch {
	case p.digits(i) == 2 && p.at(i+1).key == kYear:
		return century(p.at(i).num, 2), p.yearWord(i + 1)
	case apostrophe(p.at(i).mark) && p.digits(i+1) == 2 && p.closeTo(i+1):
		return century(p.at(i+1).num, 2), i + 2
	case (p.word(i) == "с" || p.word(i) == "т") && p.at(i+1).mark == '.' && p.word(i+2) == "г":
		return 0, p.yearWord(i + 2)
	case (p.word(i) == "сего" || p.word(i) == "текущего" || p.word(i) == "this") && p.at(i+1).key == kYear:
		return 0, i + 2
	}
	return 0, i
}

// wordDay reads a day in words: "двенадцатого ноября 1956 г.", "the twenty-third of May".
func (p *page) wordDay(i int) (day, int) {
	if !p.at(i).word() {
		return day{}, i
	}
	j := i
	if p.word(j) == "the" {
		j++
		if p.ordinal(j+1) > j+1 { // the 3rd of April
			if d, next := p.dayMonth(j); next > j {
				return d, next
			}
			return day{}, i
		}
	}
	n := tens[p.word(j)]
	if n > 0 {
		if j++; p.at(j).mark == '-' {
			j++
		}
	}
	unit := dayWords[p.word(j)]
	if unit == 0 || n > 0 && unit > 9 {
		return day{}, i
	}
	return p.monthOf(day{day: n + unit}, i, j+1)
}

var tens = map[string]int{"двадцать": 20, "тридцать": 30, "twenty": 20, "thirty": 30}

var dayWords = makeDayWords(
	"first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
	"первого второго третьего четвертого пятого шестого седьмого восьмого девятого десятого одиннадцатого двенадцатого тринадцатого четырнадцатого пятнадцатого шестнадцатого семнадцатого восемнадцатого девятнадцатого двадцатого",
)

func makeDayWords(lists ...string) map[string]int {
	found := map[string]int{"четвёртого": 4, "тридцатого": 30, "thirtieth": 30}
	for _, list := range lists {
		for n, word := range strings.Fields(list) {
			found[word] = n + 1
		}
	}
	return found
}

// ordinal skips the "th" of 13th.
func (p *page) ordinal(i int) int {
	t := p.at(i)
	if t.word() && p.closeTo(i) && strings.Contains(" st nd rd th ", " "+p.lower[t.Start:t.End]+" ") {
		return i + 1
	}
	return i
}

// yearAt reads ", 1951", "1951", "1951 г." or nothing.
func (p *page) yearAt(i int) (year, next int) {
	j := i
	if p.at(j).mark == ',' {
		j++
	}
	if p.digits(j) != 4 || p.at(j).num < 1800 || p.at(j).num >= 2100 {
		return 0, i
	}
	return p.at(j).num, p.yearWord(j + 1)
}

// monthDay reads "June 13, 1951", "July 10-15", "June 1951".
func (p *page) monthDay(i int) (day, int) {
	d := day{month: p.at(i).key.month()}
	if d.month == 0 {
		return d, i
	}
	j := i + 1
	if p.at(j).mark == '.' {
		j++
	}
	if n := p.digits(j); n == 4 {
		d.year, j = p.yearAt(j)
		return d, j
	} else if n < 1 || n > 2 {
		return d, i
	}
	d.day = p.at(j).num
	j = p.ordinal(j + 1)
	if m := p.at(j).mark; (m == '-' || m == '–' || m == '—') && p.digits(j+1) > 0 && p.digits(j+1) <= 2 && !p.clockFollows(j+1) {
		d.more = append(d.more, p.at(j+1).num)
		j += 2
	}
	d.year, j = p.yearAt(j)
	return d, j
}

// clockFollows tells that figures behind a dash are a time, not the last day of several.
func (p *page) clockFollows(i int) bool {
	c, next := p.clockAt(i)
	return next > i+1 && c.End > p.at(i).End
}

// clockAt reads a time that begins at token i: 19:55, 19.55, "20 hours 05
// minutes", "3:40 p.m.", and with a date behind it 1900.
func (p *page) clockAt(i int) (clock, int) {
	c, next := p.barClock(i)
	if next == i {
		return c, i
	}
	c.Span = Span{p.at(i).Start, p.at(next - 1).End}
	zone, after := p.zoneAt(next)
	if after > next {
		c.zone, next = zone, after
		c.End = zone.End
	}
	if c.hour > 24 || c.minute > 59 {
		return clock{}, i
	}
	return c, next
}

func (p *page) barClock(i int) (clock, int) {
	switch p.word(i) {
	case "noon":
		return clock{hour: 12}, i + 1
	case "midnight":
		return clock{hour: 24}, i + 1
	}
	n := p.digits(i)
	sep := p.at(i + 1)
	switch {
	case n < 1 || n > 4 || n == 3:
		return clock{}, i
	case n == 4:
		c := clock{hour: p.at(i).num / 100, minute: p.at(i).num % 100}
		if sep.key == kHours { // 1430 hours
			return c, p.skipStop(i + 2)
		}
		return c, i + 1
	case (sep.mark == ':' || sep.mark == '.' || sep.mark == '-' || sep.mark == ';' || sep.mark == ',') && p.digits(i+2) == 2 && p.closeTo(i+1) && p.closeTo(i+2) &&
		(p.at(i+3).mark != sep.mark || !p.closeTo(i+3) || p.digits(i+4) == 0):
		c := clock{hour: p.at(i).num, minute: p.at(i + 2).num}
		return p.halfDay(c, i+3)
	case sep.key == kHours:
		return p.wordClock(i)
	case p.word(i+1) == "noon" && p.at(i).num == 12:
		return clock{hour: 12}, i + 2
	case n <= 2 && p.at(i).num >= 1 && p.at(i).num <= 12: // 5 p.m.
		if c, next := p.halfDay(clock{hour: p.at(i).num}, i+1); next > i+1 {
			return c, next
		}
	}
	return clock{}, i
}

func (p *page) skipStop(i int) int {
	if p.at(i).mark == '.' {
		return i + 1
	}
	return i
}

// halfDay takes "p.m." into account.
func (p *page) halfDay(c clock, i int) (clock, int) {
	t := p.at(i)
	next := i + 1
	half := t.key
	if s := p.lower[t.Start:t.End]; (s == "p" || s == "a") && p.at(i+1).mark == '.' && p.of(p.at(i+2).Span) != "" {
		if m := p.lower[p.at(i+2).Start:p.at(i+2).End]; m != "m" {
			return c, i
		}
		half = map[string]key{"a": kAM, "p": kPM}[s]
		if next = i + 3; p.at(next).mark == '.' {
			next++
		}
	}
	switch {
	case half != kAM && half != kPM:
		return c, i
	case half == kPM && c.hour < 12:
		c.hour += 12
	case half == kAM && c.hour == 12:
		c.hour = 0
	}
	return c, next
}

// wordClock reads "20 hours 05 minutes" and "20 ч. 05 м.".
func (p *page) wordClock(i int) (clock, int) {
	c := clock{hour: p.at(i).num}
	j := p.skipStop(i + 2)
	switch n := p.digits(j); {
	case n < 1 || n > 2:
		return p.partOfDay(c, j)
	case p.at(j+1).key == kMinutes:
		c.minute = p.at(j).num
		return p.partOfDay(c, p.skipStop(j+2))
	case n == 2 && p.at(j+1).key.month() == 0 && (p.at(j+1).mark != '.' || p.digits(j+2) == 0):
		if _, end := p.dayAt(j); end == j { // 22 ч. 05, 11 мая
			c.minute = p.at(j).num
			return c, j + 1
		}
	}
	return c, j
}

// partOfDay takes "вечера" and such into account.
func (p *page) partOfDay(c clock, i int) (clock, int) {
	switch p.word(i) {
	case "утра":
		return c, i + 1
	case "ночи":
		if c.hour >= 9 && c.hour < 12 {
			c.hour += 12
		}
		return c, i + 1
	case "дня", "вечера", "пополудни":
		if c.hour < 12 {
			c.hour += 12
		}
		return c, i + 1
	}
	return c, i
}

// zoneAt reads "Beijing time", "local time", "по московскому времени", "GMT".
func (p *page) zoneAt(i int) (Span, int) {
	for j := i; j < i+3; j++ {
		t := p.at(j)
		if t.mark != 0 && t.mark != '(' || t.num >= 0 {
			return Span{}, i
		}
		if word := p.lower[t.Start:t.End]; word == "gmt" || word == "utc" {
			return t.Span, j + 1
		}
		if t.key == kTime && j > i {
			return Span{p.at(i).Start, t.End}, j + 1
		}
	}
	return Span{}, i
}

// zoneBehind reads a zone that stands behind the day: 10:05 5.II.1952 Moscow time.
func (p *page) zoneBehind(i int) (Span, int) {
	j := i
	if p.at(j).mark == '(' {
		j++
	}
	switch p.word(j) {
	case "по", "местного", "московского", "local", "gmt", "utc":
	default:
		if !p.startsUpper(j) || p.at(j+1).key != kTime {
			return Span{}, i
		}
	}
	return p.zoneAt(i)
}

// momentAt reads a day and the time beside it, in either order, also over a line
// break. Without a day it returns i: a time alone says nothing.
func (p *page) momentAt(i int) (moment, int) {
	if c, next := p.clockAt(i); next > i {
		j := p.skipGlue(next)
		if d, end := p.dayAt(j); end > j && p.clockIsOne(i, c, d) {
			m := moment{Span{p.at(i).Start, d.End}, d, &c}
			if zone, after := p.zoneBehind(end); after > end && c.zone.End == 0 {
				c.zone, m.End, end = zone, zone.End, after
			}
			return m, end
		}
	}
	d, next := p.dayAt(i)
	if next == i {
		return moment{}, i
	}
	m := moment{d.Span, d, nil}
	j := p.skipGlue(next)
	if mark := p.at(j).mark; mark == '—' || mark == '–' || mark == '-' {
		j++ // November 25, 1953—5 p.m.
		if p.digits(j) > 0 && p.at(j+1).mark == '-' {
			return m, next // 5.6.51 - 10-15
		}
	}
	if c, end := p.clockAt(j); end > j && (p.digits(j) < 4 || p.at(j+1).key == kHours) {
		m.clock, m.End = &c, c.End
		return m, end
	}
	return m, next
}

// clockIsOne refuses a year before a day that has a year of its own elsewhere:
// "1951 13 June" is no time unless the day has its year, "1900 9 June" is one.
func (p *page) clockIsOne(i int, c clock, d day) bool {
	return p.digits(i) < 4 || d.year > 0 || c.hour*100+c.minute < 1940 || c.hour*100+c.minute > 1969
}

// skipGlue skips what may stand between a time and a date.
func (p *page) skipGlue(i int) int {
	for range 3 {
		t := p.at(i)
		word := p.lower[t.Start:t.End]
		if t.mark != ',' && t.mark != ';' && t.mark != '.' && word != "on" && word != "at" && word != "в" && word != "of" {
			break
		}
		i++
	}
	return i
}

// date makes the value of a moment. Where it has no year that of the context is taken.
func (p *page) date(m moment, year int) Date {
	v := Date{Precision: "day", Zone: "unstated"}
	y := m.day.year
	if y == 0 {
		y, v.YearInferred = year, year > 0
	}
	switch {
	case y == 0:
		v.ISO = fmt.Sprintf("--%02d-%02d", m.day.month, m.day.day)
	case m.day.day == 0:
		v.ISO, v.Precision = fmt.Sprintf("%04d-%02d", y, m.day.month), "month"
	default:
		v.ISO = fmt.Sprintf("%04d-%02d-%02d", y, m.day.month, m.day.day)
	}
	if m.clock != nil && m.day.day > 0 {
		v.ISO += fmt.Sprintf("T%02d:%02d", m.clock.hour, m.clock.minute)
		v.Precision = "minute"
		if z := m.clock.zone; z.End > z.Start {
			v.Zone = strings.Trim(p.of(z), "() ")
		}
	}
	return v
}

// numberAt reads a registry number that begins at token i: digits, then any of
// /digits, /letters, -digits with no blank between.
func (p *page) numberAt(i int) (Span, int) {
	first := i
	if i = p.numberPrefix(i); p.digits(i) == 0 { // P74/212, a resolution's number
		if t := p.at(i); !t.word() || !p.startsUpper(i) || utf8.RuneCountInString(p.of(t.Span)) != 1 || p.digits(i+1) == 0 || !p.closeTo(i+1) || p.at(i+2).mark != '/' {
			return Span{}, first
		}
		i++
	}
	j := i + 1
	for ; j < len(p.tokens) && p.closeTo(j); j++ {
		t := p.at(j)
		joins := t.mark == '/' || t.mark == '-' || t.mark == '–' || t.mark == '—'
		if joins && p.at(j+1).mark == 0 && p.closeTo(j+1) && j+1 < len(p.tokens) {
			j++
			continue
		}
		if t.word() && t.End-t.Start <= 4 { // 302sh, 17a
			continue
		}
		break
	}
	return Span{p.at(first).Start, p.at(j - 1).End}, j
}

// numberPrefix skips the letters of a register behind a number sign: № П79/188, No. A-17.
func (p *page) numberPrefix(i int) int {
	t, before := p.at(i), p.at(i-1)
	if !t.word() || !p.startsUpper(i) || t.End-t.Start > 4 || before.mark != '№' && before.mark != '.' && before.mark != 'º' && before.key != kNumber {
		return i
	}
	j := i + 1
	if p.at(j).mark == '-' && p.closeTo(j) {
		j++
	}
	if p.digits(j) == 0 || !p.closeTo(j) || p.signAt(i-1) == i-1 && p.signAt(i-2) == i-2 {
		return i
	}
	return j
}

// registry writes a registry number with the figures that its letters were
// misread from.
func (p *page) registry(s Span) string {
	var b strings.Builder
	for i := p.tokenAt(s.Start); i < len(p.tokens) && p.at(i).Start < s.End; i++ {
		t := p.at(i)
		written := p.plain[t.Start:t.End]
		if t.num >= 0 {
			for _, r := range written {
				if f := likeFigure(r); f != 0 {
					r = f
				}
				b.WriteRune(r)
			}
			continue
		}
		if t.mark == '–' || t.mark == '—' {
			written = "-"
		}
		b.WriteString(written)
	}
	return b.String()
}

// signAt skips a number sign: No., Nº, №, N, n°. It returns i when there is none.
func (p *page) signAt(i int) int {
	t := p.at(i)
	word := p.lower[t.Start:t.End]
	switch {
	case t.mark == '№' || t.mark == '#':
		for i++; p.at(i).mark == '№'; i++ {
		}
		return i
	case t.key == kNumber:
		i++
	case (word == "n" || word == "n°") && (p.digits(i+1) > 0 || p.at(i+1).mark == '°' || p.at(i+1).mark == 'º'):
		i++
	case misreadSigns[word] && p.digits(i+1) > 0:
		return i + 1
	default:
		return i
	}
	for m := p.at(i).mark; m == '.' || m == 'º' || m == '°' || m == '№'; m = p.at(i).mark {
		i++
	}
	if m := p.at(i).mark; (m == ':' || m == ',') && p.digits(i+1) > 0 { // NO: 318
		i++
	}
	return i
}

// misreadSigns is what recognition makes of №, beside figures.
var misreadSigns = map[string]bool{
	"ne": true, "nq": true, "ng": true, "jvfe": true, "jve": true, "jvb": true, "jvs": true, "jfe": true, "jfs": true, "jsfe": true, "jsfs": true, "hq": true, "nъ": true,
}

// numbersAt reads a list of numbers that begins at token i: "24518, 24519 and
// 24520". What differs in length is none of them.
func (p *page) numbersAt(i int) ([]Span, int) {
	n, next := p.numberAt(i)
	if next == i {
		return nil, i
	}
	all, digits := []Span{n}, p.digits(i)
	for len(all) < 16 {
		t, j := p.at(next), next+1
		if t.mark != ',' && t.mark != ';' && t.key != kAnd {
			break
		}
		j = p.signAt(j)
		more, after := p.numberAt(j)
		if after == j || digits < 2 || p.digits(j) != digits || p.at(after).key == kCopies || p.at(after).key == kHours {
			break
		}
		if _, end := p.momentAt(j); end > j {
			break
		}
		all, next = append(all, more), after
	}
	return all, next
}
