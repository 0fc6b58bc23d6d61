//go:build tesseract

package main

import "testing"

func TestRespell(t *testing.T) {
	words := laid(90, "''so'' don't ’’ Mocквa")
	a := &attempt{}
	a.respell(words)
	if got, want := linesText(words), `"so" don't ” Москва`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if len(a.steps) != 1 || a.steps[0].GetDetail() != "3 words" {
		t.Errorf("steps: %v", a.steps)
	}
}
