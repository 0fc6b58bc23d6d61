package link

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// day counts the days since 1 January 1970.
type day int

func (d day) String() string {
	return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
}

// dayOf reads the day of an ISO date that has year, month and day.
func dayOf(iso string) (day, bool) {
	if len(iso) < len(time.DateOnly) {
		return 0, false
	}
	t, err := time.Parse(time.DateOnly, iso[:len(time.DateOnly)])
	if err != nil {
		return 0, false
	}
	return day(t.Unix() / 86400), true
}

// partly reads a date of which only month and day are known: --06-05.
func partly(iso string) (month, dayOfMonth string, ok bool) {
	rest, ok := strings.CutPrefix(iso, "--")
	if !ok || len(rest) < len("06-05") {
		return "", "", false
	}
	return rest[:2], rest[3:5], true
}

// late is how many days a document may be named after the day on which it was
// written: clocks and calendars of two places differ.
const late = 1

// mostYears is how far back the last such day can be: to the last 29 February.
const mostYears = 8

// before gives the day that a reference names: the year that it does not say is that
// of the last such day not behind the document, whatever year was filled in. Nobody
// refers to what is yet to come.
func before(iso string, stated bool, at day, known bool) (day, bool) {
	month, dom, partial := partly(iso)
	switch {
	case partial && !known:
		return 0, false
	case !partial && (stated || !known):
		return dayOf(iso)
	case !partial:
		if _, whole := dayOf(iso); !whole {
			return 0, false
		}
		month, dom = iso[5:7], iso[8:10]
	}
	year := time.Unix(int64(at)*86400, 0).UTC().Year()
	for back := -1; back <= mostYears; back++ {
		found, ok := dayOf(fmt.Sprintf("%04d-%s-%s", year-back, month, dom))
		if ok && found <= at+late {
			return found, true
		}
	}
	return 0, false
}

// relative are the words by which a reference names the document's own day, and the
// one before it.
var relative = []struct {
	words string
	back  day
}{
	{"of the same day", 0},
	{"of the same date", 0},
	{"from the same day", 0},
	{"of this day", 0},
	{"of today", 0},
	{"of yesterday", 1},
	{"от того же дня", 0},
	{"от того же числа", 0},
	{"от сегодняшнего", 0},
	{"от вчерашнего", 1},
}

// beside gives the day that the words of a reference name by that of the document.
func beside(raw string, at day) (day, bool) {
	words := strings.ToLower(strings.Join(strings.Fields(raw), " "))
	for _, r := range relative {
		if strings.Contains(words, r.words) {
			return at - r.back, true
		}
	}
	return 0, false
}

func hasDay(list []day, d day) bool { return slices.Contains(list, d) }

// nearest is the distance to the nearest of some days.
func nearest(list []day, d day) (int, bool) {
	best, some := 0, false
	for _, x := range list {
		n := int(x - d)
		if n < 0 {
			n = -n
		}
		if !some || n < best {
			best, some = n, true
		}
	}
	return best, some
}
