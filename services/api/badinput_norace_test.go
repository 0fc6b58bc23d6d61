//go:build !race

package api_test

// raced tells that the race detector watches.
const raced = false
