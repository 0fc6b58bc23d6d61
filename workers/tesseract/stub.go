//go:build !tesseract

package main

import (
	"fmt"
	"os"
)

// main stands in where the program was built without C.
func main() {
	fmt.Fprintln(os.Stderr, "fonds-tesseract: built without Tesseract; build it with: go build -tags tesseract -o bin/fonds-tesseract ./workers/tesseract")
	os.Exit(2)
}
