package intake

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

func TestManyTextsShareACommit(t *testing.T) {
	a := newArchive(t)
	paths := files(100)
	b := a.ingest(paths...)
	for _, p := range paths {
		a.publish(probed(p, 1))
	}
	a.store.set(0)
	a.run()
	a.eventually("every file is open", func() bool { return a.batch(b.ID).Counts.Pages == 100 })
	// The reconciler sweeps beside it: a few transactions are not ours.
	if _, txs := a.store.counts(); txs > 30 {
		t.Errorf("%d transactions for 100 texts", txs)
	}
}

func TestRepeatsAndStragglersChangeNothing(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("a.png")
	a.run()
	page := read(t, "a.png", 1, "CYPHER TELEGRAM\n")
	a.publish(probed("a.png", 2))
	a.settled()
	a.publish(read(t, "a.png", 2, "second\n"), page) // the second page first
	a.settled()
	other := read(t, "a.png", 1, "other words\n")
	other.Attempt = 2 // another attempt, which came to other bytes
	again := proto.CloneOf(page)
	again.Attempt = 3
	failed := &fondsv1.Text{Work: page.GetWork(), Attempt: 4, Outcome: fondsv1.Outcome_OUTCOME_FAILED, Collections: page.GetCollections()}
	reprobed := probed("a.png", 7)
	reprobed.Attempt = 2
	a.publish(other, again, failed, reprobed)
	a.settled()
	if got := a.text(); !slices.Equal(got, []string{"CYPHER TELEGRAM\n", "second\n"}) {
		t.Errorf("texts %q", got)
	}
	if got := a.batch(b.ID); got.State != catalog.BatchDone || got.Counts.Pages != 2 {
		t.Errorf("batch %+v", got)
	}
	if n := len(a.letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
	a.audit()
}

// TestWhatCannotBeStoredIsBuried sends each kind of bad message between two good
// ones: each is buried with its bytes, and the good ones are stored.
func TestWhatCannotBeStoredIsBuried(t *testing.T) {
	bad := func(change func(*fondsv1.Text)) *fondsv1.Text {
		m := read(t, "a.png", 1, "bad\n")
		m.Attempt = 9
		change(m)
		return m
	}
	messages := map[string]*fondsv1.Text{
		"unknown scan":   bad(func(m *fondsv1.Text) { m.Work.Scan = string(digest("elsewhere")) }),
		"unknown page":   bad(func(m *fondsv1.Text) { m.Work.Page = 77 }),
		"unknown recipe": bad(func(m *fondsv1.Text) { m.Work.Recipe = string(digest("elsewhere")) }),
		"no digest":      bad(func(m *fondsv1.Text) { m.Work.Scan = "../../etc/passwd" }),
		"no work":        bad(func(m *fondsv1.Text) { m.Work = nil }),
		"wrong digest":   bad(func(m *fondsv1.Text) { m.Body.Text = "forged\n" }),
		"no outcome":     bad(func(m *fondsv1.Text) { m.Outcome = 0 }),
		"outcome 99":     bad(func(m *fondsv1.Text) { m.Outcome = 99 }),
		"negative":       bad(func(m *fondsv1.Text) { m.Outcome = -1 }),
		"text of none":   bad(func(m *fondsv1.Text) { m.Body, m.BodyDigest = nil, "" }),
		"too far":        bad(func(m *fondsv1.Text) { m.Body, m.BodySize = nil, 1<<40 }),
		"refers nowhere": bad(func(m *fondsv1.Text) { m.Body, m.BodyDigest, m.BodySize = nil, "..", 5 }),
		"blank probe": bad(func(m *fondsv1.Text) {
			m.Work.Page, m.Work.Recipe, m.Outcome = 0, "", fondsv1.Outcome_OUTCOME_BLANK
		}),
		"probe with a page of text": bad(func(m *fondsv1.Text) {
			m.Work.Page, m.Work.Recipe = 0, ""
			m.Probe = &fondsv1.Probe{Pages: []*fondsv1.ProbedPage{{Outcome: fondsv1.Outcome_OUTCOME_TEXT}}}
		}),
		// 257 is 1 in a byte.
		"probe with a page of outcome 257": bad(func(m *fondsv1.Text) {
			m.Work.Page, m.Work.Recipe = 0, ""
			m.Probe = &fondsv1.Probe{Pages: []*fondsv1.ProbedPage{{Outcome: 257}}}
		}),
	}
	a := newArchive(t)
	b := a.ingest("a.png")
	a.stored(probed("a.png", 2))
	a.publish(read(t, "a.png", 1, "first\n"))
	names := map[uint32]string{}
	for name, m := range messages {
		m.Attempt = uint32(100 + len(names)) // or it would be a repeat of another
		names[m.Attempt] = name
		a.publish(m)
	}
	a.publish(read(t, "a.png", 2, "second\n"))
	a.run()
	a.eventually("the batch ends", func() bool { return a.batch(b.ID).State == catalog.BatchDone })
	a.eventually("the bad ones are buried", func() bool { return len(a.letters()) >= len(messages) })
	a.settled() // and none of them comes again
	for _, letter := range a.letters() {
		got := &fondsv1.Text{}
		must(t, proto.Unmarshal(letter.GetData(), got))
		name := names[got.GetAttempt()]
		if !proto.Equal(got, messages[name]) || letter.GetKind() != "text" || letter.GetReason() == "" || letter.GetSubject() == "" {
			t.Errorf("%s: letter %v", name, letter)
		}
		delete(messages, name)
	}
	for name := range messages {
		t.Errorf("%s was not buried", name)
	}
	a.audit()
}

func TestBytesOfNoMessageAreBuried(t *testing.T) {
	a := newArchive(t)
	a.run()
	data := []byte("\xff\xff not protobuf")
	must(t, a.bus.Resend(a.ctx(), &fondsv1.DeadLetter{Name: "deadLetters/1", Subject: "fonds.text.v1.pb.telegrams.text", Data: data}))
	a.eventually("it is buried", func() bool { return len(a.letters()) == 1 })
	if got := a.letters()[0].GetData(); !bytes.Equal(got, data) {
		t.Errorf("buried %q", got)
	}
}

func TestLargeBodyComesFromTheBlobStore(t *testing.T) {
	a := newArchive(t)
	b := a.ingest("a.png", "b.png")
	a.stored(probed("a.png", 1), probed("b.png", 1))
	long := strings.Repeat("CYPHER ", 300_000)
	m := read(t, "a.png", 1, long)
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(m.GetBody())
	must(t, err)
	a.blobs[m.GetBodyDigest()] = encoded
	m.Body, m.BodySize = nil, uint64(len(encoded))
	gone := read(t, "b.png", 1, "gone")
	gone.Body, gone.BodySize = nil, 6
	a.run()
	a.publish(m, gone)
	a.eventually("the one is stored", func() bool { return a.batch(b.ID).FilesEnded == 1 })
	// The other's blob is not there: it is tried again, and then buried.
	a.eventually("the other is buried", func() bool { return len(a.letters()) == 1 })
	if got := a.text(); !slices.Contains(got, long) {
		t.Error("the long text is not what was sent")
	}
}

func TestNothingIsLostWhileTheStoreFails(t *testing.T) {
	a := newArchive(t)
	paths := files(10)
	b := a.ingest(paths...)
	for _, p := range paths {
		a.stored(probed(p, 1))
	}
	a.store.set(40) // four rounds for ten texts
	for _, p := range paths {
		a.publish(read(t, p, 1, p+"\n"))
	}
	a.run()
	a.eventually("all is stored", func() bool { return a.batch(b.ID).State == catalog.BatchDone })
	if n := len(a.letters()); n != 0 {
		t.Errorf("%d texts were given up", n)
	}
	if fail, _ := a.store.counts(); fail != 0 {
		t.Errorf("%d failures were not met", fail)
	}
	a.audit()
}

func TestStoppedIntakeLeavesNothingBehind(t *testing.T) {
	a := newArchive(t)
	a.config.AckWait = time.Hour // nothing comes back by itself
	b := a.ingest("a.png")
	m := probed("a.png", 1)
	for m.Attempt = 1; m.Attempt <= 400; m.Attempt++ { // more than one commit takes
		a.publish(m)
	}
	for range 3 {
		a.run()
		a.eventually("the first is stored", func() bool { return a.batch(b.ID).Counts.Pages == 1 })
		a.stop()
	}
	a.run()
	a.settled()
}

func TestDelayGrowsToAMinute(t *testing.T) {
	c := Config{RetryDelay: 2 * time.Second}
	total := time.Duration(0)
	for n := 1; n < giveUp; n++ {
		total += c.delay(n)
	}
	if c.delay(1) != 2*time.Second || c.delay(3) != 8*time.Second || c.delay(99) != time.Minute || total < 5*time.Minute {
		t.Errorf("delays %s, %s, %s; %s in all", c.delay(1), c.delay(3), c.delay(99), total)
	}
}
