package bus

import (
	"maps"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestBodiesAreThoseThatMessagesReferTo(t *testing.T) {
	b := newBus(t)
	byReference := func(n int) *fondsv1.Text {
		large := text(n)
		large.Body, large.BodySize, large.BodyDigest = nil, 2<<20, digest(100+n)
		return large
	}
	for _, published := range []*fondsv1.Text{text(1), byReference(2), text(3), byReference(4)} {
		must(t, b.PublishText(bounded(t), published))
	}
	data, err := proto.Marshal(byReference(5))
	must(t, err)
	for n, dead := range []*fondsv1.DeadLetter{
		letter(9), {Kind: "text", Data: data, Subject: "fonds.text.v1.pb.c.text"}, {Kind: "text", Data: []byte("\xff")}, {Kind: "job", Data: []byte("\xff")},
	} {
		must(t, b.Bury(bounded(t), dead, digest(n)))
	}
	must(t, b.Exhume(bounded(t), 1)) // a gap
	bodies, err := b.Bodies(bounded(t))
	must(t, err)
	got := slices.Sorted(maps.Keys(bodies))
	if want := []string{digest(102), digest(104), digest(105)}; !slices.Equal(got, want) {
		t.Errorf("bodies %v, want %v", got, want)
	}
}
