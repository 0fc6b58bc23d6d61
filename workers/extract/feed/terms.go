package feed

import (
	"log/slog"

	"github.com/fonds-archive/fonds/services/catalog"
)

// Terms gives the terms under which a document with a title and a text stands in the
// index and in the vocabulary.
func Terms(title, body string) []catalog.Term {
	return indexTerms(title, body, slog.New(slog.DiscardHandler))
}
