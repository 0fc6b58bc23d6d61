package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/enginetest"
)

// campaigned is a site with pages that were read, some of which two people stand behind.
type campaigned struct {
	*site
	server  *process
	recipes string
	pages   int
	rng     *rand.Rand
	real    bool
	client  *client
	// signed are the documents that two people stand behind.
	signed map[string]bool
}

// verifiedPages is how many pages are signed: more than a sample needs at least.
const verifiedPages = 12

// TestCampaignIsNeverLost runs campaigns with the whole program and kills it with -9
// meanwhile: every page is accounted for, no verified byte changes, a recipe that is worse
// is refused, and a rollback has each document show what it showed before.
//
// FONDS_CAMPAIGN_PAGES and FONDS_CAMPAIGN_KILLS make it longer, FONDS_CAMPAIGN_SEED repeats
// a run, and with FONDS_CAMPAIGN_ENGINE the pages are read by the engine child at that path.
func TestCampaignIsNeverLost(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	t.Parallel()
	pages, kills := number(t, "FONDS_CAMPAIGN_PAGES", 60), number(t, "FONDS_CAMPAIGN_KILLS", 3)
	seed := uint64(number(t, "FONDS_CAMPAIGN_SEED", int(time.Now().UnixNano()%1_000_000)))
	t.Logf("seed %d: %d kills over %d pages", seed, kills, pages)
	w := campaignSite(t, pages, rand.New(rand.NewPCG(seed, 2)))
	before := w.texts()

	w.ends(exitOK, "reprocess", "start", "--recipe", "worse", "--collection", "telegrams")
	has(t, "worse", w.ends(exitRefused, "reprocess", "approve", "last"), "SAMPLE_WORSE", "is worse on the sample")
	w.want("reprocess", "cancel", "last")
	w.same("a recipe that was refused", before)

	planned := w.campaign("plan", "--recipe", "better", "--collection", "telegrams", "--in-flight", w.inFlight())
	if p := planned.GetPlan(); p.GetPages() != uint32(pages) || p.GetVerifiedPages() != verifiedPages || p.GetSamplePages() != verifiedPages || p.GetCpu() == nil || p.GetWall() == nil {
		t.Errorf("planned %v", p)
	}
	sampled := w.campaign("start", planned.GetName())
	if s := sampled.GetSample(); s.GetVerdict() < fondsv1.SampleVerdict_SAMPLE_VERDICT_NO_WORSE || len(s.GetGroups()) != 3 {
		t.Fatalf("the sample says %v", s)
	}
	w.want("reprocess", "approve", planned.GetName())
	w.strike(planned.GetName(), kills)
	w.accounted(planned.GetName())
	w.replaced(before)

	w.campaignInBackground("rollback", planned.GetName(), "--reason", "to see that it can be")
	w.strike(planned.GetName(), 1)
	if c := w.get(planned.GetName()); c.GetState() != fondsv1.CampaignState_CAMPAIGN_STATE_ROLLED_BACK {
		t.Errorf("rolled back: %v", c)
	}
	w.same("the rollback", before)
	w.stop(w.server)
	has(t, "fsck", w.want("fsck", "--data", w.data), " 0 problems")
}

func campaignSite(t *testing.T, pages int, rng *rand.Rand) *campaigned {
	t.Helper()
	w := &campaigned{pages: pages, rng: rng, recipes: t.TempDir(), signed: map[string]bool{}}
	if path := os.Getenv("FONDS_CAMPAIGN_ENGINE"); path != "" {
		w.site, w.real = siteWith(t, path), true
	} else {
		w.site = newFakeSite(t)
	}
	w.extracting()
	w.patience = time.Minute + time.Duration(pages)*time.Second/2
	w.recipe("better", [2]string{"preserve_interword_spaces", "1"}, [2]string{enginetest.Replace, "3e"})
	w.recipe("worse", [2]string{"tessedit_char_whitelist", "0123456789"}, [2]string{enginetest.Replace, "tx"})
	folder := t.TempDir()
	for i := range pages {
		name, content := fmt.Sprintf("page%05d.pgm", i), fakePage(w.written(i))
		if w.real {
			name, content = fmt.Sprintf("page%05d.png", i), pagePNG(t, w.written(i))
		}
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.boot()
	w.client = w.dial()
	reading := w.spawn("ingest", folder, "--recursive", "--wait", "--collection", "telegrams", "--recipe", "plain")
	select {
	case <-reading.ended:
		if code := reading.cmd.ProcessState.ExitCode(); code != exitOK {
			t.Fatalf("the ingest ended with %d", code)
		}
	case <-time.After(time.Minute + time.Duration(pages)*time.Second):
		t.Fatal("the ingest does not end")
	}
	w.verify()
	w.await("the fields", w.server, func() bool {
		return !strings.Contains(w.want("reextract", "--json"), `"current":false`)
	})
	return w
}

// written is what stands on a page: a fake misreads every e.
func (w *campaigned) written(i int) string {
	right := w.right(i)
	if w.real {
		return right
	}
	return strings.ReplaceAll(right, "e", "3")
}

func (w *campaigned) right(i int) string {
	return fmt.Sprintf("Cipher telegram No. %d to Beijing, received at night and read", 1000+i)
}

func (w *campaigned) inFlight() string {
	if w.real {
		return "32"
	}
	return "3" // a fake reads pages faster than anybody can kill
}

// recipe writes one of our own: for the real engine, or for the fake.
func (w *campaigned) recipe(name string, engine, fake [2]string) {
	parameter := fake
	if w.real {
		parameter = engine
	}
	content, err := json.Marshal(map[string]any{
		"name": name, "version": 1, "method": map[string]any{"layout": "LAYOUT_AUTO", "survey": true},
		"parameters": []map[string]string{{"name": parameter[0], "value": parameter[1]}},
	})
	fatal(w.t, err)
	fatal(w.t, os.WriteFile(filepath.Join(w.recipes, name+".json"), content, 0o600))
}

func (w *campaigned) boot() { w.server = w.start("--recipes", w.recipes) }

// verify has some documents corrected by one person and signed by another.
func (w *campaigned) verify() {
	w.t.Helper()
	tokens := w.people(map[string]string{"Anna": "verifier", "Vera": "verifier"})
	by := map[string]*client{}
	for name, file := range tokens {
		token, err := os.ReadFile(file)
		fatal(w.t, err)
		by[name], err = dialAddress(w.grpc, grpc.WithPerRPCCredentials(bearer(strings.TrimSpace(string(token)))))
		fatal(w.t, err)
		w.t.Cleanup(by[name].close)
	}
	ctx := w.t.Context()
	for i := range verifiedPages {
		answer, err := w.client.catalog.ListDocuments(ctx, &fondsv1.ListDocumentsRequest{Filter: fmt.Sprintf(`title:"page%05d"`, i*w.pages/verifiedPages)})
		fatal(w.t, err)
		document := answer.GetDocuments()[0].GetName()
		list, err := w.client.reviews.ListReviews(ctx, &fondsv1.ListReviewsRequest{Parent: document})
		fatal(w.t, err)
		r := list.GetReviews()[0]
		text := w.right(i * w.pages / verifiedPages)
		r, err = by["Anna"].reviews.SubmitReview(ctx, &fondsv1.SubmitReviewRequest{Name: r.GetName(), Text: &text, Etag: r.GetEtag()})
		fatal(w.t, err)
		_, err = by["Vera"].reviews.SignReview(ctx, &fondsv1.SignReviewRequest{Name: r.GetName(), ContentDigest: r.GetContentDigest(), Etag: r.GetEtag()})
		fatal(w.t, err)
		w.signed[document] = true
	}
}

// told is what a document shows, and in which revision.
type told struct {
	revision uint32
	text     string
}

func (w *campaigned) texts() map[string]told {
	w.t.Helper()
	texts := map[string]told{}
	for token := ""; ; {
		answer, err := w.client.catalog.ListDocuments(w.t.Context(), &fondsv1.ListDocumentsRequest{PageSize: 500, PageToken: token})
		fatal(w.t, err)
		for _, d := range answer.GetDocuments() {
			text, err := w.client.catalog.GetText(w.t.Context(), &fondsv1.GetTextRequest{Name: d.GetName()})
			fatal(w.t, err)
			b, err := proto.MarshalOptions{Deterministic: true}.Marshal(&fondsv1.GetTextResponse{Regions: text.GetRegions()})
			fatal(w.t, err)
			texts[d.GetName()] = told{d.GetRevision(), string(b)}
		}
		if token = answer.GetNextPageToken(); token == "" {
			return texts
		}
	}
}

// same checks that every document shows what it showed, byte for byte.
func (w *campaigned) same(after string, before map[string]told) {
	w.t.Helper()
	now := w.texts()
	for name, was := range before {
		if now[name].text != was.text {
			w.t.Errorf("after %s %s shows\n%q, before\n%q", after, name, now[name].text, was.text)
		}
	}
}

// replaced checks that each document got one revision and another text, and that those that
// were signed got none.
func (w *campaigned) replaced(before map[string]told) {
	w.t.Helper()
	for name, now := range w.texts() {
		was := before[name]
		switch {
		case w.signed[name] && now != was:
			w.t.Errorf("%s was verified, and changed", name)
		case !w.signed[name] && (now.revision != was.revision+1 || now.text == was.text):
			w.t.Errorf("%s went from revision %d to %d", name, was.revision, now.revision)
		}
	}
}

// campaign runs a command that prints a campaign.
func (w *campaigned) campaign(args ...string) *fondsv1.Campaign {
	w.t.Helper()
	c := &fondsv1.Campaign{}
	fatal(w.t, protojson.Unmarshal([]byte(w.want(append(append([]string{"reprocess"}, args...), "--json")...)), c))
	return c
}

func (w *campaigned) campaignInBackground(args ...string) {
	w.t.Helper()
	w.spawn(append([]string{"reprocess"}, args...)...)
	w.await("the rollback", w.server, func() bool {
		return w.get(args[1]).GetState() >= fondsv1.CampaignState_CAMPAIGN_STATE_ROLLED_BACK ||
			w.get(args[1]).GetState() == fondsv1.CampaignState_CAMPAIGN_STATE_SETTLING
	})
}

func (w *campaigned) get(name string) *fondsv1.Campaign {
	w.t.Helper()
	c, err := call(w.t.Context(), w.client.reprocess.GetCampaign, &fondsv1.GetCampaignRequest{Name: name})
	fatal(w.t, err)
	return c
}

// strike kills the server at random moments until the campaign has ended.
func (w *campaigned) strike(name string, kills int) {
	w.t.Helper()
	done := 0
	for n := 0; ; n++ {
		c := w.get(name)
		if c.GetState() >= fondsv1.CampaignState_CAMPAIGN_STATE_DONE {
			w.t.Logf("%d kills, %v", done, c.GetCounts())
			return
		}
		if n > 20*w.pages {
			w.t.Fatalf("the campaign does not end: %v", c)
		}
		time.Sleep(time.Duration(50+w.rng.IntN(500)) * time.Millisecond)
		if done < kills {
			done++
			w.server.kill()
			w.boot()
		}
	}
}

// accounted checks that each page was decided, once, and that the figures say so.
func (w *campaigned) accounted(name string) {
	w.t.Helper()
	seen, accepted := map[string]bool{}, 0
	for token := ""; ; {
		answer, err := w.client.reprocess.ListCampaignPages(w.t.Context(), &fondsv1.ListCampaignPagesRequest{Parent: name, PageToken: token})
		fatal(w.t, err)
		for _, p := range answer.GetPages() {
			if seen[p.GetPage()] || p.GetState() != fondsv1.CampaignPageState_CAMPAIGN_PAGE_STATE_DECIDED || p.GetWhy() == "" {
				w.t.Errorf("page %v", p)
			}
			if seen[p.GetPage()] = true; p.GetDecision() == fondsv1.CampaignDecision_CAMPAIGN_DECISION_ACCEPTED {
				accepted++
			}
		}
		if token = answer.GetNextPageToken(); token == "" {
			break
		}
	}
	n := w.get(name).GetCounts()
	if len(seen) != w.pages || accepted != w.pages-verifiedPages || int(n.GetAccepted()) != accepted || n.GetProtected() != verifiedPages || n.GetDecided() != n.GetPages() {
		w.t.Errorf("%d pages, %d accepted: %v", len(seen), accepted, n)
	}
}
