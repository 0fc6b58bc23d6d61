//go:build race

package reviewtest

// defaultSteps are fewer where every access to memory is watched: a step costs 3.5 times
// as much then, and all of them happen one after another.
const defaultSteps = manySteps / 10
