package bus

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// probeModels is the models token of probes, which need none.
const probeModels = "probe"

// modelsToken names a set of models in subjects and consumers: the languages,
// for people, and eight hex digits over the files' digests, so that workers with
// other files for the same languages do not take the job.
func modelsToken(models []*fondsv1.Model) string {
	if len(models) == 0 {
		return probeModels
	}
	h := sha256.New()
	languages := make([]string, len(models))
	for i, m := range models {
		languages[i] = strings.NewReplacer("/", "-", ".", "-").Replace(m.GetLanguage())
		fmt.Fprintf(h, "%s %s\n", m.GetLanguage(), m.GetSha256())
	}
	return strings.Join(languages, "-") + "-" + hex.EncodeToString(h.Sum(nil)[:4])
}

func jobSubject(lane Lane, models, batch string) string {
	return fmt.Sprintf("fonds.jobs.v1.%s.%s.%s", lane, models, batch)
}

// outcomeToken is an outcome in small letters, as it stands in subjects.
func outcomeToken(o fondsv1.Outcome) string {
	return strings.ToLower(strings.TrimPrefix(o.String(), "OUTCOME_"))
}

func textSubject(encoding, collection string, o fondsv1.Outcome) string {
	return fmt.Sprintf("fonds.text.v1.%s.%s.%s", encoding, collection, outcomeToken(o))
}

func eventSubject(e *fondsv1.Event) string {
	collection := strings.TrimPrefix(e.GetCollection(), "collections/")
	return fmt.Sprintf("fonds.events.v1.%s.%s", collection, strings.ReplaceAll(e.GetType(), ".", "-"))
}

// workID is the identity of an attempt at a work, and the message ID of its job
// and of its text: a retry is another message, a repeat is not.
func workID(w *fondsv1.WorkKey, attempt uint32) string {
	return fmt.Sprintf("%s/%d/%s/%d", w.GetScan(), w.GetPage(), w.GetRecipe(), attempt)
}
