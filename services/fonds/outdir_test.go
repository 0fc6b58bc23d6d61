package main

import (
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestEachPageKeepsItsPlace(t *testing.T) {
	regions := []*fondsv1.RegionText{{Text: "one\fone\n"}, {}, {Text: "three\n"}, {}}
	if got, want := pagesText(regions), "one one\n\f\fthree\n\f"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := pagesText(regions[1:2]); got != "" {
		t.Errorf("a blank page is %q", got)
	}
}
