//go:build !race

package reviewtest

const defaultSteps = manySteps
