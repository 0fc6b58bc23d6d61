//go:build tesseract && race

package main

// underRace says that the race detector is on: it maps more memory than any limit here.
const underRace = true
