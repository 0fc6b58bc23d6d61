package ledger

import (
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// A log may be sound and what it says not: a server that has been meddled with writes acts
// as it likes, and the bundle does not pass all the same.
func TestActsThatProveNothing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, h *history)
		parts  []string
	}{
		"a contributor signed": {
			func(t *testing.T, h *history) {
				h.signed(t, "boris", catalog.RevisionName{Document: ownDocument, Number: 7}, h.revision.Regions[0])
			},
			[]string{"region 1: signer"},
		},
		"only a contributor signed": {
			func(_ *testing.T, h *history) { h.acts[4].Person = "boris" },
			[]string{"region 1: signer", "region 1: signature"},
		},
		"who corrected signed, and is no contributor": {
			func(t *testing.T, h *history) {
				h.facts(t, 1, func(f map[string]any) { f["contributors"] = []string{"olga"} })
				h.acts[5].Person = "boris"
			},
			[]string{"region 2: signer", "region 2: signature"},
		},
		"a contributor by another act": {
			func(t *testing.T, h *history) {
				h.corrected(t, "vera", catalog.RevisionName{Document: otherDocument, Number: 9}, h.revision.Regions[0], "vera")
			},
			[]string{"region 1: signer", "region 1: signature"},
		},
		"no contributors": {
			func(t *testing.T, h *history) { h.facts(t, 0, func(f map[string]any) { delete(f, "contributors") }) },
			[]string{"act 1: facts", "region 1: correction"},
		},
		"another content than its digest": {
			func(t *testing.T, h *history) {
				h.facts(t, 4, func(f map[string]any) { f["content_digest"] = sum(nil) })
			},
			[]string{"act 5: facts", "region 1: signature"},
		},
		"facts that are none": {
			func(_ *testing.T, h *history) { h.acts[4].Facts = []byte(`[]`) },
			[]string{"act 5: facts", "region 1: signature"},
		},
		"no facts": {
			func(_ *testing.T, h *history) { h.acts[4].Facts = nil },
			[]string{"act 5: facts", "region 1: signature"},
		},
		"a signature under another place": {
			func(t *testing.T, h *history) {
				h.acts = h.acts[:6]
				elsewhere := h.revision.Regions[2]
				elsewhere.Box = nil
				h.signed(t, "vera", catalog.RevisionName{Document: ownDocument, Number: 8}, elsewhere)
			},
			[]string{"region 3: signature"},
		},
		"another manifest": {
			func(t *testing.T, h *history) {
				h.facts(t, 6, func(f map[string]any) { f["revision_digest"] = sum(nil) })
			},
			[]string{"manifest"},
		},
		"two bodies of one reading": {
			func(t *testing.T, h *history) {
				h.bodies["r1"] = bodyOf(t, "another text")
				h.corrected(t, "anna", catalog.RevisionName{Document: otherDocument, Number: 9}, h.revision.Regions[0], "anna", "boris")
			},
			[]string{"region 1: correction", "region 1: body"},
		},
		"a body that is none": {
			func(t *testing.T, h *history) {
				g := h.revision.Regions[4]
				h.acts = slices.Delete(h.acts, 3, 4)
				h.bodies["r5"] = []byte{0xff}
				h.texts[3].Body = h.bodies["r5"]
				h.corrected(t, "dora", catalog.RevisionName{Document: ownDocument, Number: 5}, g, "dora")
			},
			[]string{"region 5: body"},
		},
		"a reading of another page": {
			func(t *testing.T, h *history) { h.revision.Regions[4].Page = 7; h.number = 9 },
			[]string{"region 5: correction"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			key := fixedKey(t, 1)
			h := newHistory(t)
			c.change(t, h)
			_, err := VerifyBundle(h.seal(t, key), key.Verifiers())
			if got := parts(t, err); !slices.Equal(got, c.parts) {
				t.Errorf("%q do not hold, not %q: %v", got, c.parts, err)
			}
		})
	}
}
