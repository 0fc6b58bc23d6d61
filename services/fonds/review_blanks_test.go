package main

import (
	"strings"
	"testing"
)

// To indent a line is a correction, though every word stays.
func TestOnlyBlanksAreCorrected(t *testing.T) {
	d := startDesk(t)
	d.join("Anna")
	document, _ := d.text("ship.txt", jenmark)
	r := d.typing("Anna", d.editor(`true "$1"`), "", "review", "correct", document, "--yes")
	if has(t, "nothing changed", r.stderr, "nothing was changed"); r.code != exitData {
		t.Error(r)
	}
	r = d.typing("Anna", d.editor(`sed -i 's/^The/    The/' "$1"`), "", "review", "correct", document, "--yes")
	if has(t, "blanks changed", r.stderr, "every word stays"); r.code != exitOK {
		t.Error(r)
	}
	text := d.must(exitOK, "text", document)
	if want := strings.ReplaceAll(jenmark, "\nThe", "\n    The"); text.stdout != want {
		t.Errorf("the text is %q, want %q", text.stdout, want)
	}
}
