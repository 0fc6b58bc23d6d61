package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/extract/feed"
)

// derive runs the role extract until nothing waits for it.
func (a *archive) derive() {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.ctx())
	ended := make(chan error, 1)
	go func() { ended <- feed.Run(ctx, a.rules()) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			a.t.Error(err)
		}
	}()
	for {
		changed := a.catalog.Changed()
		unread, err := a.catalog.UnreadDocuments(ctx, 1)
		if err != nil {
			a.t.Fatal(err)
		}
		underived, err := a.catalog.UnderivedDocuments(ctx, 1)
		if err != nil {
			a.t.Fatal(err)
		}
		if len(unread)+len(underived) == 0 {
			return
		}
		select {
		case <-changed:
		case <-time.After(10 * time.Second):
			a.t.Fatal("documents wait for ever")
		}
	}
}

// sheet makes a document of a page with a text, and returns its name.
func (a *archive) sheet(path, text string) string {
	a.t.Helper()
	var lines [][]string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, strings.Fields(line))
	}
	return a.telegram(path, []byte(path), lines...).GetName()
}

const (
	asks = "CIPHERED TELEGRAM No. 7061\nTo Comrade SOROKIN\nSay how much water the wells hold and how many people\ndrink from them before the summer.\nLUNIN\nNo. 61\n27 February 1950"
	says = "CIPHERED TELEGRAM No. 7081\nTo Comrade LUNIN\nTo your No. 61. The wells hold water until June.\nYour telegram of 1 March has been received.\nSOROKIN\nNo. 81\n2 March 1950"
)

func TestLinksAreListedBothWays(t *testing.T) {
	a := serve(t)
	reply, asked := a.sheet("reply.tif", says), a.sheet("question.tif", asks)
	a.derive()
	of, err := a.docs.ListLinks(a.ctx(), &fondsv1.ListLinksRequest{Parent: reply})
	if err != nil {
		t.Fatal(err)
	}
	if len(of.GetLinks()) != 2 {
		t.Fatalf("of the reply: %v", of)
	}
	l, open := of.GetLinks()[0], of.GetLinks()[1]
	if l.GetTarget() != asked || l.GetDocument() != reply || l.GetKind() != fondsv1.LinkKind_LINK_KIND_REFERENCE || l.GetReference().GetNumber() != "61" {
		t.Errorf("the first is %v", l)
	}
	if e := l.GetEvidence(); len(e) != 1 || !strings.HasPrefix(e[0].GetReading(), "scans/") || len(e[0].GetBoxes()) == 0 || l.GetConfidence() < 0.5 || l.GetWhy() == "" {
		t.Errorf("it is proved by %v, confidence %v, why %q", e, l.GetConfidence(), l.GetWhy())
	}
	if open.GetTarget() != "" || open.GetDate() != "1950-03-01" || strings.Join(open.GetFrom(), ",") != "LUNIN" || strings.Join(open.GetTo(), ",") != "SOROKIN" {
		t.Errorf("the open one is %v", open)
	}
	to, err := a.docs.ListLinks(a.ctx(), &fondsv1.ListLinksRequest{Parent: asked})
	if err != nil || len(to.GetLinks()) != 1 || to.GetLinks()[0].GetDocument() != reply || to.GetLinks()[0].GetEvidence()[0].GetReading() == "" {
		t.Errorf("to the question: %v, %v", to, err)
	}
}

func TestThreadOfADocument(t *testing.T) {
	a := serve(t)
	reply, asked := a.sheet("reply.tif", says), a.sheet("question.tif", asks)
	a.derive()
	thread, err := a.docs.GetThread(a.ctx(), &fondsv1.GetThreadRequest{Name: asked})
	if err != nil {
		t.Fatal(err)
	}
	entries := thread.GetEntries()
	if len(entries) != 3 || entries[0].GetDocument().GetName() != asked || len(entries[1].GetGap()) != 1 || entries[2].GetDocument().GetName() != reply {
		t.Fatalf("the thread is %v", thread)
	}
	if entries[0].GetDistance() != 0 || entries[2].GetDistance() != 1 || entries[1].GetDistance() != 2 || entries[2].GetDate() != "1950-03-02" {
		t.Errorf("the entries are %v", entries)
	}
	d := entries[2].GetDocument()
	if d.GetRegions() != nil || len(fieldsNamed(d, "signatory")) != 1 || len(fieldsNamed(d, "telegram_reference")) != 0 || d.GetFields()[0].GetEvidence() != nil {
		t.Errorf("the reply is %v", d)
	}
	if gap := entries[1].GetGap()[0]; len(gap.GetEvidence()) != 1 || !strings.Contains(gap.GetRaw(), "telegram of 1 March") {
		t.Errorf("the gap is %v", gap)
	}
	if len(thread.GetLinks()) != 1 || thread.GetLinks()[0].GetTarget() != asked {
		t.Errorf("the links are %v", thread.GetLinks())
	}
}

func TestThreadOfNone(t *testing.T) {
	a := serve(t)
	asked := a.sheet("question.tif", asks)
	if _, err := a.docs.DeleteDocument(a.ctx(), &fondsv1.DeleteDocumentRequest{Name: asked}); err != nil {
		t.Fatal(err)
	}
	none := "documents/00000000-0000-7000-8000-000000000000"
	_, err := a.docs.GetThread(a.ctx(), &fondsv1.GetThreadRequest{Name: none})
	wantStatus(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND", "")
	_, err = a.docs.ListLinks(a.ctx(), &fondsv1.ListLinksRequest{Parent: none})
	wantStatus(t, err, codes.NotFound, "DOCUMENT_NOT_FOUND", "")
	_, err = a.docs.GetThread(a.ctx(), &fondsv1.GetThreadRequest{Name: asked})
	wantStatus(t, err, codes.FailedPrecondition, "DOCUMENT_DELETED", "")
	if links, err := a.docs.ListLinks(a.ctx(), &fondsv1.ListLinksRequest{Parent: asked}); err != nil || len(links.GetLinks()) != 0 {
		t.Errorf("of a deleted document: %v, %v", links, err)
	}
}
