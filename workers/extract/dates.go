package extract

import (
	"fmt"
	"strings"
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

func (d day) valid() bool {
	return d.month >= 1 && d.month <= 12 && d.day >= 0 && d.day <= 31 && (d.year == 0 || d.year >= 1800 && d.year < 2100)
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
