package agents

import (
	"fmt"
	"time"
)

// Date is a day, a month or a year: what is unknown is zero. The zero Date is an unknown date.
type Date struct {
	Year, Month, Day int
}

// ParseDate reads "1951", "1951-06" or "1951-06-13"; an empty string is the unknown date.
func ParseDate(s string) (Date, error) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if len(s) != len(layout) {
			continue
		}
		t, err := time.Parse(layout, s)
		if err != nil || t.Year() == 0 {
			break
		}
		d := Date{Year: t.Year()}
		if len(layout) > 4 {
			d.Month = int(t.Month())
		}
		if len(layout) > 7 {
			d.Day = t.Day()
		}
		return d, nil
	}
	if s == "" {
		return Date{}, nil
	}
	return Date{}, fmt.Errorf("%q is no date: write 1951, 1951-06 or 1951-06-13", s)
}

// IsZero reports whether the date is unknown.
func (d Date) IsZero() bool { return d == Date{} }

// String returns the date as ParseDate reads it.
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// compare orders two dates as far as both are known: 1951 and 1951-06 are equal.
func (d Date) compare(e Date) int {
	for _, p := range [3][2]int{{d.Year, e.Year}, {d.Month, e.Month}, {d.Day, e.Day}} {
		if p[0] == 0 || p[1] == 0 {
			return 0
		}
		if p[0] != p[1] {
			return p[0] - p[1]
		}
	}
	return 0
}

// validAt reports whether the variant was in use at that date. Unknown dates exclude nothing.
func (v *Variant) validAt(at Date) bool {
	return v.From.compare(at) <= 0 && v.To.compare(at) >= 0
}

// years says when the variant was valid, in words that follow a comma; empty if nothing is known.
func (v *Variant) years() string {
	switch {
	case v.From.IsZero() && v.To.IsZero():
		return ""
	case v.To.IsZero():
		return "valid from " + v.From.String()
	case v.From.IsZero():
		return "valid until " + v.To.String()
	case v.From == v.To:
		return "valid in " + v.From.String()
	}
	return "valid " + v.From.String() + "–" + v.To.String()
}
