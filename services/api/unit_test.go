package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

func TestStatusOf(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want codes.Code
	}{
		"domain error, wrapped":   {err: fmt.Errorf("x: %w", &catalog.Error{Code: catalog.Conflict}), want: codes.Aborted},
		"code that nobody knows":  {err: &catalog.Error{Code: 99}, want: codes.Internal},
		"cancelled":               {err: fmt.Errorf("x: %w", context.Canceled), want: codes.Canceled},
		"NATS is away":            {err: fmt.Errorf("x: %w", bus.ErrUnavailable), want: codes.Unavailable},
		"deadline":                {err: fmt.Errorf("x: %w", context.DeadlineExceeded), want: codes.DeadlineExceeded},
		"driver that was stopped": {ctx: ended, err: errors.New("interrupted (9)"), want: codes.Canceled},
		"driver that failed":      {err: errors.New("disk I/O error (10)"), want: codes.Internal},
		"disk full":               {err: fmt.Errorf("x: %w", syscall.ENOSPC), want: codes.ResourceExhausted},
		"damaged blob":            {err: fmt.Errorf("x: %w", blob.ErrCorrupt), want: codes.DataLoss},
	} {
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		if st := statusOf(c.ctx, c.err, "id"); st.Code() != c.want || len(st.Details()) == 0 {
			t.Errorf("%s: %v with %d details, want %v", name, st.Code(), len(st.Details()), c.want)
		}
	}
	for code := catalog.Invalid; code <= catalog.Unavailable; code++ {
		if _, ok := grpcCodes[code]; !ok {
			t.Errorf("code %d of the domain has no gRPC code", code)
		}
	}
}

// stalled is a stream whose caller reads nothing: only its own end lets Send go.
type stalled struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *stalled) Context() context.Context { return s.ctx }

func (s *stalled) SendMsg(any) error {
	<-s.ctx.Done()
	return s.ctx.Err()
}

func TestStreamEndsInItsTime(t *testing.T) {
	for _, method := range []string{fondsv1.CatalogService_GetScan_FullMethodName, fondsv1.CatalogService_GetPageImage_FullMethodName} {
		if limit := streamTimeOf(method); limit <= 0 || limit > time.Hour {
			t.Errorf("%s may take %s", method, limit)
		}
	}
	g := &guard{log: slog.New(slog.DiscardHandler), streamTime: func(string) time.Duration { return time.Millisecond }}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	let := make(chan error, 1)
	handlers := map[string]grpc.StreamHandler{
		"sends": func(_ any, ss grpc.ServerStream) error {
			err := ss.SendMsg(nil)
			let <- err
			return err
		},
		"works": func(_ any, ss grpc.ServerStream) error {
			<-ss.Context().Done()
			return ss.Context().Err()
		},
	}
	for name, handler := range handlers {
		err := g.stream(nil, &stalled{ctx: ctx}, &grpc.StreamServerInfo{}, handler)
		if status.Code(err) != codes.DeadlineExceeded {
			t.Errorf("a handler that %s: %v", name, err)
		}
	}
	end() // as gRPC does when the interceptors have returned
	if err := <-let; err == nil {
		t.Error("the handler was not let go")
	}
	panics := func(any, grpc.ServerStream) error { panic("x") }
	g.streamTime = func(string) time.Duration { return time.Minute }
	if err := g.stream(nil, &stalled{ctx: t.Context()}, &grpc.StreamServerInfo{}, panics); status.Code(err) != codes.Internal {
		t.Errorf("a handler that panics: %v", err)
	}
}

func TestReadingsArePaged(t *testing.T) {
	var all []catalog.Reading
	for n := range 5 {
		all = append(all, catalog.Reading{ID: fmt.Sprint(n), BodyDigest: catalog.Digest(fmt.Sprint(n % 2))})
	}
	ids := func(readings []catalog.Reading) (s string) {
		for _, r := range readings {
			s += r.ID
		}
		return s
	}
	for _, c := range []struct{ body, after, want string }{{"", "", "01234"}, {"", "2", "34"}, {"0", "", "024"}, {"0", "2", "4"}, {"1", "4", ""}} {
		if got := ids(selected(slices.Clone(all), catalog.Digest(c.body), c.after)); got != c.want {
			t.Errorf("body %q after %q: %s, want %s", c.body, c.after, got, c.want)
		}
	}
}

func TestTouchingReaderSaysThatTheClientIsThere(t *testing.T) {
	touched := 0
	r := &touchingReader{r: iotest.OneByteReader(strings.NewReader("scan")), touch: func() error { touched++; return nil }}
	r.touched = time.Now().Add(-touchEvery)
	if b, err := io.ReadAll(r); string(b) != "scan" || err != nil || touched != 1 {
		t.Errorf("read %q, touched %d times: %v", b, touched, err)
	}
	r = &touchingReader{r: strings.NewReader("scan"), touch: func() error { return errors.New("the batch was cancelled") }}
	if _, err := io.ReadAll(r); err == nil {
		t.Error("went on reading for a batch that has ended")
	}
}

func TestCache(t *testing.T) {
	c := newCache(10_000)
	key := func(n int) revisionKey { return revisionKey{getText, "d", n, ""} }
	size := 1000 - overhead
	for n := range 10 {
		c.put(key(n), answer{encoded: make([]byte, size)})
	}
	if _, ok := c.get(key(0)); !ok {
		t.Fatal("an answer that fits was dropped")
	}
	c.put(key(10), answer{encoded: make([]byte, size)})
	if _, ok := c.get(key(1)); ok {
		t.Error("the one not used for longest is still there")
	}
	if _, ok := c.get(key(0)); !ok {
		t.Error("one used just now was dropped")
	}
	c.put(key(11), answer{encoded: make([]byte, 2000)})
	if _, ok := c.get(key(11)); ok {
		t.Error("an answer too large for the cache was kept")
	}
	if c.size != 10_000 || len(c.byKey) != 10 || c.recent.Len() != 10 {
		t.Errorf("size %d, %d keys, %d in order", c.size, len(c.byKey), c.recent.Len())
	}
	if _, ok := c.get(revisionKey{getDocument, "d", 0, ""}); ok {
		t.Error("another call got a text")
	}
}

func TestCollectionNames(t *testing.T) {
	for name, want := range map[string]bool{
		"collections/a": true, "collections/telegrams-1952": true, "": true,
		"collections/": false, "collections/-a": false, "collections/a-": false, "collections/A": false,
		"collections/a/b": false, "telegrams": false, "collections/a.b": false,
	} {
		if _, err := collectionID("x", name); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func FuzzToken(f *testing.F) {
	f.Add(newToken("0196f000-0000-7000-8000-000000000000", "documents"), "documents")
	f.Add("AAAAAAAA", "")
	f.Add("????", "x")
	f.Fuzz(func(t *testing.T, token, query string) {
		if id, err := readIDToken(token, query); err == nil && id != "" && !isUUID(id) {
			t.Errorf("%q gave the ID %q", token, id)
		}
		n, err := readNumberToken(token, query)
		if err == nil && n > 1<<62 {
			t.Errorf("%q gave the number %d", token, n)
		}
		after, err := readToken(newToken(token, query), query)
		if token != "" && (err != nil || after != token) {
			t.Errorf("a token for %q gave %q, %v", token, after, err)
		}
		if _, err := readToken(newToken("x", query), query, "more"); err == nil {
			t.Errorf("a token of %q was taken for another query", query)
		}
	})
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		`collection = "collections/telegrams" AND title:"2967"`, `complete = true AND assurance = ASSURANCE_VERIFIED`,
		`holding_path = "a/b.png"`, `title = "x"`, `NOT complete = true`, `complete`, `true = complete`, `title:title`,
		`a.b.c = "x"`, `((((`, `title:"a" title:"b"`, `assurance = ASSURANCE_UNSPECIFIED`, `collection = ""`, "\x00", `x(y)`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		if len(filter) > 4096 {
			t.Skip()
		}
		q, err := documentQuery(filter, keys.Maker{})
		var refused *catalog.Error
		if err != nil && (!errors.As(err, &refused) || refused.Field != "filter") {
			t.Errorf("%q: %v", filter, err)
		}
		if err == nil && (q.Where == nil) != (strings.TrimSpace(filter) == "") {
			t.Errorf("%q gave %+v", filter, q)
		}
	})
}

func FuzzNames(f *testing.F) {
	f.Add("scans/ab/pages/1/readings/0196f000-0000-7000-8000-000000000000")
	f.Add("collections/a")
	f.Add("documents/{0196f000-0000-7000-8000-000000000}")
	f.Fuzz(func(t *testing.T, name string) {
		if _, page, err := pageName("x", name); err == nil && page < 1 {
			t.Errorf("%q has page %d", name, page)
		}
		if _, _, id, err := readingName(name); err == nil && len(id) != 36 {
			t.Errorf("%q has reading %q", name, id)
		}
		if _, _, err := eventParent(name); err == nil && len(name) > 128 {
			t.Errorf("%q is a parent", name)
		}
	})
}

// That words stand once is said of the whole text, however often they stand within
// others before.
func TestOccurrences(t *testing.T) {
	within := strings.Repeat("1234 ", 2*mostPlaces)
	for text, want := range map[string]int{
		"":                           0,
		"the 12 wells":               1,
		"12 " + within + "12":        2,
		"12 " + within:               1,
		within + "twelve 12":         1,
		strings.Repeat("12 ", 5_000): mostPlaces,
	} {
		if places := occurrences(text, "12"); len(places) != want {
			t.Errorf("in %.20q… of %d bytes are %d places, want %d", text, len(text), len(places), want)
		}
	}
	if places := occurrences("a\n\nb", " a b "); len(places) != 1 || places[0][1] != 4 {
		t.Errorf("over a line end: %v", places)
	}
	if places := occurrences("a", strings.Repeat("a", mostWords+1)); places != nil {
		t.Errorf("too many words: %v", places)
	}
}
