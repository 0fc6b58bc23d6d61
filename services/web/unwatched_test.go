//go:build !race

package web_test

const watched = false
