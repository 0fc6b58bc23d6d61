package extract

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// stream is many telegrams one after another.
func stream(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "CIPHERED TELEGRAM No. %d\n\nFrom IRKUTSK\nReceived 07:05 %d March 1950\n\nTo Comrade LUNIN\n\nThe wells hold water until June. I ask you to tell Comrade PETROV:\n“Send two pumps and a mechanic.”\n\nSOROKIN\n\nNo. %d\n\n", 5000+i, i%28+1, i+1)
	}
	return b.String()
}

// What is found does not depend on where the windows end.
func TestWindowsFindWhatOneReadingFinds(t *testing.T) {
	x := New(agents.BuiltInIndex())
	text := stream(40)
	want := x.inOne(text)
	if len(want) < 40 {
		t.Fatalf("%d documents", len(want))
	}
	for size := 1000; size < 1300; size += 7 {
		if got := x.inWindows(text, size); !reflect.DeepEqual(got, want) {
			if len(got) != len(want) {
				t.Fatalf("windows of %d: %d documents, want %d", size, len(got), len(want))
			}
			for i := range got {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Fatalf("windows of %d: document %d is\n%+v, want\n%+v", size, i, got[i], want[i])
				}
			}
		}
	}
}

func TestDocumentLongerThanAWindow(t *testing.T) {
	x := New(agents.BuiltInIndex())
	parts := strings.SplitAfterN(stream(3), "I ask you", 3)
	text := parts[0] + parts[1] + strings.Repeat(" to send two pumps and a mechanic.\n\nI ask you", 200) + parts[2]
	want := x.inOne(text)
	got := x.inWindows(text, 1000)
	if len(got) != len(want) {
		t.Fatalf("%d documents, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Span != want[i].Span {
			t.Errorf("document %d is %v, want %v", i, got[i].Span, want[i].Span)
		}
	}
	one := x.oneInWindow(text+" \n", 1000)
	if len(one) != 1 || one[0].Span != (Span{0, len(strings.TrimSpace(text))}) || len(one[0].Fields) == 0 {
		t.Errorf("as one: %+v", one)
	}
}

func TestWindowsOfHostileTexts(t *testing.T) {
	x := New(agents.BuiltInIndex())
	for name, text := range map[string]string{
		"one word":     strings.Repeat("n", 5000),
		"blanks":       strings.Repeat(" ", 5000),
		"blank, word":  strings.Repeat("\n", 5000) + "word",
		"no boundary":  strings.Repeat("ы", 5000),
		"invalid":      strings.Repeat("\x80", 5000),
		"numbers only": strings.Repeat("12345 ", 1000),
		"mixed":        strings.Repeat("\xff\n\n№ 5 ", 1000),
	} {
		end := 0
		for _, d := range x.inWindows(text, 64) {
			if d.Span.Start < end || d.Span.End < d.Span.Start || strings.TrimSpace(text[end:d.Span.Start]) != "" {
				t.Errorf("%s: a document at %v, the one before ends at %d", name, d.Span, end)
			}
			end = d.Span.End
		}
		if rest := strings.TrimSpace(text[end:]); rest != "" && len(x.inOne(text)) > 0 {
			t.Errorf("%s: %.20q lies in no document", name, rest)
		}
	}
}
