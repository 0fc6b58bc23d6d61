package feed

import (
	"context"
	"log/slog"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// derivedAll makes links of all that waits, in rounds as the role does.
func (a *archive) derivedAll() {
	a.t.Helper()
	config := Config{Catalog: a.Catalog, Extractor: extract.New(agents.BuiltInIndex()), Log: slog.New(slog.DiscardHandler)}
	for range 50 {
		n, failed := config.round(context.Background())
		m, alsoFailed := config.derive(context.Background())
		if failed || alsoFailed {
			a.t.Fatal("the role failed")
		}
		if n == 0 && m == 0 {
			return
		}
	}
	a.t.Fatal("documents wait for ever")
}
