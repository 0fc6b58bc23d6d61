package evaluate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// moment is year, month, day, hour and minute in local time; unsaid where the text does not give one.
type moment [5]int

const unsaid = -1

// parts says how many parts of a moment a precision counts.
var parts = map[string]int{"year": 1, "month": 2, "day": 3, "minute": 5}

// isoMoment is an ISO 8601 date whose year may be missing (--06-09T20:10). Seconds and zone are
// read over: the gold gives local time.
var isoMoment = regexp.MustCompile(`^(?:(\d{4})|-)(?:-(\d{2}))?(?:-(\d{2}))?` +
	`(?:[T ](\d{2}):?(\d{2})(?::\d{2}(?:\.\d+)?)?)?` +
	`\s*(?:Z|[+-]\d{2}:?\d{2})?$`)

// date is a date value: one moment, or the two ends of an interval. It has no ends when the value is
// not a date.
type date struct {
	ends  []moment
	parts int // how many parts of each moment count, 0 to 5
}

// readDate reads {iso, precision} or a bare string. Without a known precision all that is said counts.
func readDate(value any) date {
	d := date{parts: parts[scalar(member(value, "precision"))]}
	if object, ok := value.(map[string]any); ok {
		value = object["iso"]
	}
	said := 0
	for end := range strings.SplitSeq(scalar(value), "/") {
		groups := isoMoment.FindStringSubmatch(strings.TrimSpace(end))
		if groups == nil {
			return date{}
		}
		var m moment
		for i, digits := range groups[1:] {
			m[i] = unsaid
			if n, err := strconv.Atoi(digits); err == nil {
				m[i] = n
				said = max(said, i+1)
			}
		}
		d.ends = append(d.ends, m)
	}
	if d.parts == 0 {
		d.parts = said
	}
	return d
}

// sameDate compares two dates to the precision of the gold.
func sameDate(gold, found date) bool {
	return len(gold.ends) > 0 && slices.EqualFunc(gold.ends, found.ends, func(want, got moment) bool {
		return slices.Equal(want[:gold.parts], got[:gold.parts])
	})
}

// within says whether a moment holds all that the gold says; a year that is not written may be
// missing in it.
func (m moment) within(gold moment) bool {
	for i, want := range gold {
		yearLeftOut := i == 0 && m[i] == unsaid
		if want != unsaid && want != m[i] && !yearLeftOut {
			return false
		}
	}
	return true
}
