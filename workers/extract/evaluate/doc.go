// Package evaluate compares what an extractor found in texts with what a careful reader found in
// them, and counts: precision, recall and F1 for each field and group of fields, how well the
// borders of documents were drawn, and whether the words that a field points to hold what it says.
// Each label that was missed and each field that is spurious is listed with its words.
//
// It never extracts anything, never opens a file, and never compares internal keys: an agent is
// right by its names and its place in the text. It takes predictions as the JSON that an extractor
// prints, so it measures any of them.
package evaluate
