package catalog

import (
	"reflect"
	"testing"
)

func TestAllOf(t *testing.T) {
	from := HasKey{Kind: "date", From: "1951-06"}
	below := HasKey{Kind: "date"}.Below("1951-07")
	other := HasKey{Kind: "other"}.Below("1951-07")
	month := HasKey{Kind: "date", From: "1951-06", Before: "1951-07"}
	for name, c := range map[string]struct{ got, want Condition }{
		"two ends are one range":      {AllOf(from, below), month},
		"in any order":                {AllOf(below, from), month},
		"with others between":         {AllOf(AllOf(from, IsComplete(true)), below), And{month, IsComplete(true)}},
		"of one kind only":            {AllOf(from, other), And{from, other}},
		"two lower ends stay":         {AllOf(from, from), And{from, from}},
		"a whole range stays":         {AllOf(month, below), And{month, below}},
		"one alone is itself":         {AllOf(from), from},
		"none is met by all":          {AllOf(), And(nil)},
		"alternatives are one list":   {AnyOf(AnyOf(from, below), other), Or{from, below, other}},
		"one alternative is itself":   {AnyOf(other), other},
		"alternatives are not joined": {AllOf(AnyOf(from, other), below), And{Or{from, other}, below}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %#v, want %#v", name, c.got, c.want)
		}
	}
}
