package link

import (
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

// before gives the day that a reference names: the year that it does not say is
// that of the last such day not behind the document. Nobody refers to what is yet to
// come, so a year that was filled in from the document goes back by one where it
// would.
func before(iso string, stated bool, at day, known bool) (day, bool) {
	if month, dom, ok := partly(iso); ok {
		if !known {
			return 0, false
		}
		year := at.String()[:4]
		found, ok := dayOf(year + "-" + month + "-" + dom)
		if ok && found > at+late {
			return yearBack(found)
		}
		return found, ok
	}
	found, ok := dayOf(iso)
	if ok && known && !stated && found > at+late {
		return yearBack(found)
	}
	return found, ok
}

func yearBack(d day) (day, bool) {
	t := time.Unix(int64(d)*86400, 0).UTC().AddDate(-1, 0, 0)
	return day(t.Unix() / 86400), true
}

func hasDay(list []day, d day) bool {
	for _, x := range list {
		if x == d {
			return true
		}
	}
	return false
}

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
