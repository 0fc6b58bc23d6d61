//go:build race

package web_test

// watched is set where the race detector looks on.
const watched = true
