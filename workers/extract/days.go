package extract

import (
	"strings"
)

// dayAt reads a date that begins at token i and returns where it ends, or i.
func (p *page) dayAt(i int) (day, int) {
	if !p.mayBeginDay(i) { // nearly every token is asked for
		return day{}, i
	}
	for _, read := range [...]func(int) (day, int){p.isoDay, p.dottedDay, p.dayMonth, p.monthDay, p.yearFirst, p.wordDay} {
		if d, next := read(i); next > i && d.valid() {
			d.Span = Span{p.at(i).Start, p.at(next - 1).End}
			return d, next
		}
	}
	return day{}, i
}

// mayBeginDay tells that a token is a number, a month, or a word that days begin with.
func (p *page) mayBeginDay(i int) bool {
	t := p.at(i)
	return t.num >= 0 || t.key.month() > 0 || t.traits&dayWord != 0
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
