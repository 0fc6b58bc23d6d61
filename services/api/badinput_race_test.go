//go:build race

package api_test

// raced tells that the race detector watches, which makes all this ten times slower.
const raced = true
