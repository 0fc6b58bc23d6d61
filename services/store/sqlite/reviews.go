package sqlite

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	queueColumns  = "region, collection, state, since, confidence, doubtful, disagreement"
	workedColumns = "reading, words, version, claimed_by, claim_until, skipped_by, comment, draft, draft_text"
	reviewColumns = "document, key, " + queueColumns + ", " + workedColumns
)

var (
	putReview = upsert("reviews", "document, key", reviewColumns)
	// workReview leaves the queue alone: its six indexes are not written for each draft.
	workReview = `UPDATE reviews SET ` + strings.ReplaceAll(workedColumns, ",", " = ?,") + ` = ?
		WHERE document = ? AND key = ? AND ` + strings.ReplaceAll(queueColumns, ",", " = ? AND") + ` = ?`
)

func readReview(r *row) catalog.Review {
	v := catalog.Review{
		Document: r.text(), Key: r.text(), Region: r.int(), Collection: r.text(), State: catalog.ReviewState(r.int()),
		Since: r.time(), Measure: catalog.Measure{Confidence: r.int(), Doubtful: r.int()}, Disagreement: r.int(),
		Reading: r.text(),
	}
	v.Words, v.Version, v.ClaimedBy, v.ClaimUntil = r.int(), r.int(), r.text(), r.time()
	of := " of review " + v.Document + "/" + v.Key
	v.SkippedBy = r.list("skips" + of)
	r.json("comment"+of, &v.Comment)
	r.json("draft"+of, &v.Draft)
	v.Draft.Text = r.text()
	return v
}

func (v *view) Review(document, key string) (catalog.Review, error) {
	return one(v, `SELECT `+reviewColumns+` FROM reviews WHERE document = ? AND key = ?`, readReview, document, key)
}

func (v *view) ReviewsOf(document string) ([]catalog.Review, error) {
	return all(v, `SELECT `+reviewColumns+` FROM reviews WHERE document = ? ORDER BY key`, readReview, document)
}

// reviewOrder is the column and the index of an order.
type reviewOrder struct {
	column, index string
	// of gives what the column has of a review.
	of func(catalog.Review) int64
}

func orderOf(o catalog.ReviewOrder) reviewOrder {
	switch o {
	case catalog.LeastSureFirst:
		return reviewOrder{"confidence", "reviews_least_sure", func(r catalog.Review) int64 { return int64(r.Confidence) }}
	case catalog.MostDisputedFirst:
		return reviewOrder{"agreement", "reviews_disputed", func(r catalog.Review) int64 { return -int64(r.Disagreement) }}
	}
	return reviewOrder{"since", "reviews_oldest", func(r catalog.Review) int64 { return value(r.Since).(int64) }}
}

func (o reviewOrder) compare(a, b catalog.Review) int {
	return cmp.Or(cmp.Compare(o.of(a), o.of(b)), strings.Compare(a.Document, b.Document), strings.Compare(a.Key, b.Key))
}

// Reviews asks for each state by itself, as the reviews of one state stand in their
// order in an index.
func (v *view) Reviews(q catalog.ReviewQuery) ([]catalog.Review, error) {
	order, states := orderOf(q.Order), slices.Sorted(slices.Values(q.States))
	if len(states) == 0 {
		states = []catalog.ReviewState{catalog.ToCorrect, catalog.ToVerify, catalog.Reviewed}
	}
	var found []catalog.Review
	for _, state := range slices.Compact(states) {
		c := reviewsIn(q, order, state)
		some, err := search(v, c.sql, readReview, c.args...)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	slices.SortFunc(found, order.compare)
	return found[:min(len(found), max(q.Limit, 0))], nil
}

// reviewsIn gives the statement for a query's reviews in one state.
func reviewsIn(q catalog.ReviewQuery, order reviewOrder, state catalog.ReviewState) clause {
	from := "reviews INDEXED BY " + order.index
	if q.Collection != "" {
		from += "_in"
	}
	from += " WHERE region > 0 AND hidden = 0"
	if q.Document != "" {
		// The pluses keep SQLite from the queues: a document has few reviews, and their
		// key begins with it.
		from = "reviews WHERE +region > 0 AND +hidden = 0"
	}
	c := clausef(`SELECT `+reviewColumns+` FROM `+from+` AND state = ?`, state)
	where := func(sql string, args ...any) { c = clause{c.sql + " AND " + sql, append(c.args, args...)} }
	if q.Document != "" {
		where("document = ?", q.Document)
	}
	if q.Collection != "" {
		where("collection = ?", q.Collection)
	}
	if q.After != nil {
		where("("+order.column+", document, key) > (?, ?, ?)", order.of(*q.After), q.After.Document, q.After.Key)
	}
	if !q.FreeAt.IsZero() {
		where("(claim_until <= ? OR claimed_by IN ('', ?))", q.FreeAt, q.For)
	}
	if q.For != "" {
		where("(skipped_by = '' OR NOT EXISTS (SELECT 1 FROM json_each(skipped_by) s WHERE s.value = ?))", q.For)
		const own = "EXISTS (SELECT 1 FROM contributors c WHERE c.subject = reading AND c.person = ?)"
		switch state {
		case catalog.ToVerify:
			where("NOT "+own, q.For)
			// What waits there waits to be moved: nothing is signed.
			where("NOT EXISTS (SELECT 1 FROM collections WHERE id = collection AND one_person = 1)")
		case catalog.ToCorrect:
			where("(EXISTS (SELECT 1 FROM users WHERE id = ? AND service = 0) OR comment <> '' OR NOT "+own+")", q.For, q.For)
		}
	}
	return clause{c.sql + " ORDER BY " + order.column + ", document, key LIMIT ?", append(c.args, max(q.Limit, 0))}
}

func (v *view) ReviewCounts(collection string) ([]catalog.ReviewCount, error) {
	read := func(r *row) catalog.ReviewCount {
		return catalog.ReviewCount{Collection: r.text(), State: catalog.ReviewState(r.int()), Reviews: r.int(), Doubtful: r.int()}
	}
	const counts = `SELECT collection, state, reviews, doubtful FROM review_counts WHERE reviews > 0`
	if collection == "" {
		return all(v, counts+` ORDER BY collection, state`, read)
	}
	return all(v, counts+` AND collection = ? ORDER BY state`, read, collection)
}

func (t *tx) PutReview(r catalog.Review) error {
	key := []any{r.Document, r.Key}
	queue := []any{r.Region, r.Collection, r.State, r.Since, r.Confidence, r.Doubtful, r.Disagreement}
	worked := []any{
		r.Reading, r.Words, r.Version, r.ClaimedBy, r.ClaimUntil,
		skipsText(r.SkippedBy), commentText(r.Comment), draftText(r.Draft), r.Draft.Text,
	}
	n, err := t.exec(workReview, slices.Concat(worked, key, queue)...)
	if err != nil || n > 0 {
		return err
	}
	return t.put("review", fmt.Sprintf("%s/%s", r.Document, r.Key), putReview, slices.Concat(key, queue, worked)...)
}

func (t *tx) DeleteReview(document, key string) error {
	_, err := t.exec(`DELETE FROM reviews WHERE document = ? AND key = ?`, document, key)
	return err
}

func (v *view) WithoutReviews(after string, limit int) ([]catalog.Document, error) {
	return all(v, `SELECT `+documentColumns+` FROM without_reviews CROSS JOIN documents ON id = document
		WHERE document > ? ORDER BY document LIMIT ?`, readDocument, after, max(limit, 0))
}

func (t *tx) ReviewsMade(document string) error {
	_, err := t.exec(`DELETE FROM without_reviews WHERE document = ?`, document)
	return err
}

func skipsText(persons []string) jsonText {
	if len(persons) == 0 {
		return jsonText{}
	}
	return jsonText{persons}
}

func commentText(c catalog.Comment) jsonText {
	if c == (catalog.Comment{}) {
		return jsonText{}
	}
	c.At = stored(c.At)
	return jsonText{c}
}

func draftText(d catalog.Draft) jsonText {
	if d.Text == "" && d.BasedOn == "" && len(d.Editors) == 0 && d.SavedAt.IsZero() {
		return jsonText{}
	}
	d.SavedAt, d.Text = stored(d.SavedAt), "" // which has its own column
	return jsonText{d}
}

// stored is a time as columns keep it.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
