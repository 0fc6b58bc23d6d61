package align

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestChanges(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []Change
	}{
		"same":            {"a b\nc\n", "a b\nc\n", nil},
		"empty":           {"", "", nil},
		"line ends":       {"a b c\n", "a\n\nb c\n", nil},
		"from nothing":    {"", "a b\n", []Change{{"", "a b", 0, 0}}},
		"to nothing":      {"a b\n", "", []Change{{"a b", "", 0, 0}}},
		"a letter":        {"Berlin, tbe wall\n", "Berlin, the wall\n", []Change{{"tbe", "the", 8, 8}}},
		"put in":          {"one three\n", "one two three\n", []Change{{"", "two", 4, 4}}},
		"put in at end":   {"one\n", "one two\n", []Change{{"", "two", 4, 4}}},
		"taken out":       {"one two three\n", "one three\n", []Change{{"two", "", 4, 4}}},
		"taken out last":  {"one two\n", "one\n", []Change{{"two", "", 4, 4}}},
		"joined":          {"come to gether now\n", "come together now\n", []Change{{"to gether", "together", 5, 5}}},
		"split":           {"come ofthe now\n", "come of the now\n", []Change{{"ofthe", "of the", 5, 5}}},
		"over a line end": {"a bb\ncc d\n", "a xx yy d\n", []Change{{"bb\ncc", "xx yy", 2, 2}}},
		"two":             {"a b c d e\n", "a x c y e\n", []Change{{"b", "x", 2, 2}, {"d", "y", 6, 6}}},
		"moved":           {"aa bb cc dd ee ff\n", "dd ee ff aa bb cc\n", []Change{{"", "dd ee ff", 0, 0}, {"dd ee ff", "", 9, 18}}},
		"Russian":         {"в Moскву из\n", "в Москву из\n", []Change{{"Moскву", "Москву", 3, 3}}},
		"not normalised":  {" a \t b", "a\r\n  c  ", []Change{{"b", "c", 5, 5}}},
		"no UTF-8":        {"a \xff b", "a \xfe b", []Change{{"\xff", "\xfe", 2, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Changes(c.before, c.after)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			checkChanges(t, c.before, c.after, got)
		})
	}
}

// checkChanges tests that the changes, made to the words before, give those after.
func checkChanges(t *testing.T, before, after string, changes []Change) {
	t.Helper()
	var made []string
	at, afterAt := 0, 0
	for _, c := range changes {
		if c.BeforeStart < at || c.AfterStart < afterAt || c.Before == "" && c.After == "" {
			t.Fatalf("%+v stands before %d, %d or says nothing", c, at, afterAt)
		}
		if !strings.HasPrefix(before[c.BeforeStart:], c.Before) || !strings.HasPrefix(after[c.AfterStart:], c.After) {
			t.Fatalf("%+v is not in the texts", c)
		}
		made = append(made, strings.Fields(before[at:c.BeforeStart])...)
		made = append(made, strings.Fields(c.After)...)
		at, afterAt = c.BeforeStart+len(c.Before), c.AfterStart+len(c.After)
	}
	made = append(made, strings.Fields(before[at:])...)
	if !slices.Equal(made, strings.Fields(after)) {
		t.Fatalf("the changes %+v make %q, not %q", changes, made, strings.Fields(after))
	}
}

// A change names the words that are different and few others.
func TestChangesAreSmall(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 20 {
		before := prose(r, 400)
		words := strings.Fields(before)
		damaged := 0
		for n := 5; n < len(words); n += 20 {
			words[n], damaged = words[n]+"x", damaged+1
		}
		changes := Changes(before, strings.Join(words, " "))
		if len(changes) != damaged {
			t.Errorf("%d changes for %d words: %+v", len(changes), damaged, changes)
		}
	}
}

func FuzzChanges(f *testing.F) {
	f.Add("a b c", "a x c")
	f.Add("", "a\n\nb")
	f.Add("one two three four five", "four five one two three")
	f.Add("a\xff\u2029b", "\x85 \u00a0")
	f.Fuzz(func(t *testing.T, before, after string) {
		changes := Changes(before, after)
		checkChanges(t, before, after, changes)
		if slices.Equal(strings.Fields(before), strings.Fields(after)) != (len(changes) == 0) {
			t.Errorf("%d changes from %q to %q", len(changes), before, after)
		}
	})
}
