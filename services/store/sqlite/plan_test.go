package sqlite

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// whole are the scans that are meant: of a small table, of an index that holds
// nothing but the answer, of a list that ends at its limit, or of the documents that a
// stretch of an index has given. An index of texts is always said to be scanned: M is by
// words, = by number, and with neither it is whole.
var whole = []string{
	"SCAN collections",
	"SCAN batches",
	"SCAN users USING INDEX sqlite_autoindex_users_2",
	"SCAN review_counts",
	"SCAN acts USING INDEX acts_waiting",
	"SCAN checkpoints",
	"SCAN s VIRTUAL TABLE INDEX 1:",
	"SCAN d",
	"SCAN d USING INDEX documents_incomplete",
	"SCAN events USING INDEX events_unsent",
	"SCAN works USING INDEX works_dropped",
	"SCAN works USING COVERING INDEX works_queued",
	"SCAN waiting",
	"SCAN i VIRTUAL TABLE INDEX 0:M1",
	"SCAN search_index VIRTUAL TABLE INDEX 0:=",
	"SCAN near",
	"SCAN f VIRTUAL TABLE INDEX 1:",
	"SCAN g VIRTUAL TABLE INDEX 1:",
	"SCAN json_each VIRTUAL TABLE INDEX 1:",
}

// scans tells whether a step goes over a whole table, and not over what a stretch of
// an index has given to a part of the same statement.
func scans(step string, plan []string) bool {
	name, ok := strings.CutPrefix(step, "SCAN ")
	return ok && !slices.Contains(plan, "CO-ROUTINE "+name) && !slices.Contains(plan, "MATERIALIZE "+name)
}

// TestPlans proves that no question of the contract reads a whole table. It asks
// each of them and then has SQLite explain every statement that was prepared.
func TestPlans(t *testing.T) {
	s := openNew(t)
	ask(t, s)
	for query := range s.writer.conn.statements {
		explain(t, s.writer.conn, query)
	}
	for _, c := range s.readers.idle {
		for query := range c.statements {
			explain(t, c, query)
		}
	}
}

func explain(t *testing.T, c *conn, query string) {
	t.Helper()
	verb, _, _ := strings.Cut(query, " ")
	if verb != "SELECT" && verb != "WITH" && verb != "UPDATE" && verb != "DELETE" || strings.Contains(query, "migrations") {
		return
	}
	args := make([]any, strings.Count(query, "?"))
	for i := range args {
		args[i] = 0
	}
	var plan []string
	if err := c.query(t.Context(), "EXPLAIN QUERY PLAN "+query, args, func(r *row) {
		r.next = 3
		plan = append(plan, r.text())
	}); err != nil {
		t.Fatal(err)
	}
	for _, step := range plan {
		if scans(step, plan) && !slices.Contains(whole, step) {
			t.Errorf("%s\n  reads a whole table:\n    %s", query, strings.Join(plan, "\n    "))
			return
		}
	}
}

// ask runs every statement that reads or changes by a condition.
func ask(t *testing.T, s *Store) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx catalog.Tx) error {
		d := catalog.Digest(strings.Repeat("ab", 32))
		_, _ = tx.Collection("x")
		_, _ = tx.Collections()
		_, _ = tx.Scan(d)
		_, _ = tx.Scans("", 5)
		_, _ = tx.Pages(d)
		_, _ = tx.Holding("x")
		_, _ = tx.HoldingAt("c", "p", d)
		_, _ = tx.HoldingIn("c", d)
		_, _ = tx.Holdings(d)
		_, _ = tx.Recipe(d)
		_, _ = tx.Work(catalog.ProbeOf(d))
		_, _ = tx.Works(d, d)
		_, _ = tx.WorkCounts(d, d)
		_, _ = tx.QueuedCounts()
		_, _ = tx.PendingRecipes()
		_, _ = tx.EveryDocument("x", 5)
		_, _ = tx.QueuedWorks(time.UnixMicro(1), 5)
		_, _ = tx.DroppedWorks(5)
		_, _ = tx.Reading("x")
		_, _ = tx.Readings(d, 1)
		_, _ = tx.ReadingTexts([]string{"x"})
		_, _ = tx.Contributors("x")
		_, _ = tx.Statement("x")
		_, _ = tx.BodyDigest("x")
		_, _ = tx.ReadingEnvelope("x")
		_, _ = tx.DocumentsShowing(d, "x")
		_, _ = tx.SignaturesOn("x")
		_, _ = tx.RevisionAbove("x", catalog.AssuranceVerified)
		_, _ = tx.RevisionsBelow("x", 0, 5)
		_, _ = tx.User("x")
		_, _ = tx.UserCalled("x")
		_, _ = tx.Users()
		_, _ = tx.Credential(d)
		_ = tx.DeleteCredential(d)
		for _, user := range []string{"", "x"} {
			_, _ = tx.DeleteCredentials(user, time.UnixMicro(1))
		}
		_, _ = tx.DeleteCredentials("x", time.Time{})
		_, _ = tx.Review("x", "y")
		_, _ = tx.ReviewsOf("x")
		for _, q := range queues() {
			_, _ = tx.Reviews(q)
		}
		_, _ = tx.ReviewCounts("")
		_, _ = tx.ReviewCounts("x")
		_ = tx.PutReview(catalog.Review{Document: "x", Key: "y", State: catalog.ToCorrect})
		_ = tx.DeleteReview("x", "y")
		_, _ = tx.WaitingActs(5)
		_, _ = tx.Acts(0, 5)
		_, _ = tx.ActsOn("x")
		_ = tx.SetLeaf(1, 1)
		_, _ = tx.TreeHashes([]int64{1})
		_, _ = tx.Checkpoint()
		_, _ = tx.Document("x")
		_, _ = tx.Revision("x", 1)
		_, _ = tx.DocumentsOn(d)
		_, _ = tx.Request("x", "x")
		_, _ = tx.UnreadDocuments(5)
		_, _ = tx.UnderivedDocuments(5)
		_, _ = tx.HasKey("x", "y", "z")
		_, _ = tx.DocumentsByKey(catalog.Lookup{Key: catalog.Key{Kind: "x", Text: "y"}, Limit: 5})
		_, _ = tx.DocumentsByKey(catalog.Lookup{Key: catalog.Key{Kind: "x", Text: "y"}, Before: "z", Also: &catalog.Key{Kind: "x"}, Limit: 5})
		_, _ = tx.LinkSources("x", 5)
		_ = tx.PutLinks("x", []catalog.Link{{Kind: catalog.LinkReference, Target: "x"}})
		_, _ = tx.LinksOf("x")
		_, _ = tx.LinksTo("x", 5)
		x := catalog.Match{Term: "x"}
		_, _ = tx.Search(catalog.SearchQuery{Match: x, Without: []catalog.Match{x}, Limit: 5})
		_, _ = tx.Search(catalog.SearchQuery{Match: x, First: &x, Within: catalog.DocumentQuery{Where: catalog.And{catalog.InCollection("x"), catalog.TitleContains("x"), catalog.IsComplete(false)}}, Limit: 5, Offset: 5})
		_, _ = tx.Search(catalog.SearchQuery{Match: x, Within: catalog.DocumentQuery{Where: catalog.And{catalog.AtPath("x"), catalog.OfAssurance{Least: 1, Most: 1}}, Deleted: true}, Limit: 5})
		_, _ = tx.NearTerms(catalog.Near{Trigrams: []string{"x"}, Shared: 1, Longest: 9, Limit: 5})
		_, _ = tx.Batch("x")
		_, _ = tx.Batches("", 5)
		_, _ = tx.Batches("x", 5)
		_, _ = tx.BatchToResume("x", "x")
		_, _ = tx.BatchesLeft(time.UnixMicro(1), 5)
		_, _ = tx.BatchFile("x", "p")
		_, _ = tx.BatchFiles("x", 0, 5, false)
		_, _ = tx.BatchFiles("x", 0, 5, true)
		_, _ = tx.EndedFiles("x", 0, 5)
		_, _ = tx.FilesOf(d, "")
		_, _ = tx.FilesOf(d, d)
		_, _ = tx.Events(0, "", "", 5)
		_, _ = tx.Events(0, "x", "", 5)
		_, _ = tx.Events(0, "", "x", 5)
		_, _ = tx.Events(0, "x", "x", 5)
		_, _ = tx.UnsentEvents(0, 5)
		_, _ = tx.ResendEvents(0, time.UnixMicro(1))
		for _, c := range conditions() {
			_, _ = tx.Documents(catalog.DocumentQuery{Where: c, After: "x", Limit: 5})
		}
		_, _ = tx.Documents(catalog.DocumentQuery{Deleted: true})
		if err := tx.PutBatch(catalog.Batch{ID: "x", State: catalog.BatchOpen}); err != nil {
			return err
		}
		if err := tx.PutScan(catalog.Scan{Digest: d}); err != nil {
			return err
		}
		for _, lane := range []catalog.Lane{catalog.Fresh, catalog.Bulk} {
			for page := range 2 {
				w := catalog.Work{Key: catalog.WorkKey{Scan: d, Page: page}, State: catalog.Pending, Lane: lane}
				if err := tx.PutWorks([]catalog.Work{w}); err != nil {
					return err
				}
				if _, err := tx.PendingWorks("", 5); err != nil {
					return err
				}
			}
		}
		if err := tx.PutDocument(catalog.Document{ID: "x", Head: 1}); err != nil {
			return err
		}
		if err := tx.InsertRevision(catalog.Revision{Document: "x", Number: 1}); err != nil {
			return err
		}
		for range 2 { // put and replaced
			if err := tx.PutTerms("x", []catalog.Term{{Text: "x", Trigrams: []string{"x"}}}); err != nil {
				return err
			}
		}
		if err := tx.AppendEvent(catalog.Event{Document: "x", Sequence: 1}); err != nil {
			return err
		}
		if err := tx.MarkEventsSent([]catalog.SentEvent{{Position: 1}}, time.UnixMicro(1)); err != nil {
			return err
		}
		if err := tx.PutPages(d, nil); err != nil {
			return err
		}
		return tx.DropWorks("x")
	})
	if err != nil {
		t.Fatal(err)
	}
}
