//go:build tesseract

package main

import (
	"debug/elf"
	"os"
	"slices"
	"testing"
)

// TestTesseractFindsOurPacker looks whether the loader gives Tesseract the
// program's pixWriteMem: one that the linker had not exported would be passed over
// in silence, and only the time would tell.
func TestTesseractFindsOurPacker(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := elf.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(symbols, func(s elf.Symbol) bool {
		return s.Name == "pixWriteMem" && s.Section != elf.SHN_UNDEF
	}) {
		t.Error("the program does not export pixWriteMem")
	}
}
