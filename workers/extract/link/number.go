package link

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fonds-archive/fonds/workers/extract"
)

// Number brings a number to the form in which numbers are compared: "302/Ш",
// "302/sh" and "335/III" with their register's letter alike, the sign left out.
func Number(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimLeft(s, "№#noº.° ")
	s = strings.NewReplacer("ш", "sh", "с", "s", " ", "", "–", "-").Replace(s)
	if stem, misread := strings.CutSuffix(s, "/iii"); misread {
		s = stem + "/sh"
	}
	return figures(s)
}

// misread are letters that stand for figures where all others are figures.
var misread = strings.NewReplacer("o", "0", "о", "0", "l", "1", "i", "1", "|", "1", "з", "3", "б", "6")

// figures puts figures for the letters that were read in their place: 2O61.
func figures(s string) string {
	stem, register, _ := strings.Cut(s, "/")
	read := misread.Replace(stem)
	if _, err := strconv.Atoi(read); err != nil || read == stem || strings.Count(stem, "") == 2 {
		return s
	}
	if register != "" {
		return read + "/" + register
	}
	return read
}

// mostParts bounds the parts of one telegram: more is a misread number.
const mostParts = 100

// numbersOf gives every number of a telegram that was sent in parts.
func numbersOf(v extract.NumberRange) []string {
	low, errLow := strconv.Atoi(v.From)
	high, errHigh := strconv.Atoi(v.To)
	if errLow != nil || errHigh != nil || high < low || high-low > mostParts {
		return []string{Number(v.From)}
	}
	var all []string
	for n := low; n <= high; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return all
}

// settleNumbers tells the receiver's numbers from the sender's: on a received
// telegram the heading has the receiver's.
func (d *Document) settleNumbers() {
	var own []string
	for _, n := range d.own {
		if !holds(d.received, n) && !holds(own, n) {
			own = append(own, n)
		}
	}
	d.own = own
}

// Numbers are the sender's and the receiver's, in the form of Number; those of a
// telegram in parts too.
func (d *Document) Numbers() []string { return slices.Concat(d.own, d.received) }

func holds(list []string, s string) bool { return slices.Contains(list, s) }

// stem is a number without the letter of its register.
func stem(n string) string {
	s, _, _ := strings.Cut(n, "/")
	return s
}

// sameStem tells that two numbers differ only in that one has the letter of a
// register: letters are left out as often as they are misread.
func sameStem(list []string, n string) bool {
	for _, x := range list {
		if stem(x) == stem(n) && (x == stem(x) || n == stem(n)) {
			return true
		}
	}
	return false
}

// nearNumbers tells that one character of a number was read for another, as in 4102
// for 4107.
func nearNumbers(list []string, n string) bool {
	for _, x := range list {
		if len(x) == len(n) && len(x) >= 3 && oneOff(x, n) {
			return true
		}
	}
	return false
}

func oneOff(x, y string) bool {
	differ := 0
	for i := range len(x) {
		if x[i] != y[i] {
			differ++
		}
	}
	return differ == 1
}

func meet(a, b []string) (string, bool) {
	for _, x := range a {
		if x != "" && holds(b, x) {
			return x, true
		}
	}
	return "", false
}
