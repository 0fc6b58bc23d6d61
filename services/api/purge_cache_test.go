package api

import "testing"

func TestForgottenAnswersLeaveTheCache(t *testing.T) {
	c := newCache(1 << 20)
	for _, document := range []string{"gone", "stays"} {
		for revision := range 3 {
			c.put(revisionKey{getText, document, revision, "mask"}, answer{encoded: []byte("text")})
		}
	}
	before := c.size
	c.forget("gone")
	if len(c.byKey) != 3 || c.recent.Len() != 3 || c.size != before/2 {
		t.Errorf("%d answers, %d in order, %d of %d bytes", len(c.byKey), c.recent.Len(), c.size, before)
	}
	if _, ok := c.get(revisionKey{getText, "gone", 1, "mask"}); ok {
		t.Error("an answer is still there")
	}
	if _, ok := c.get(revisionKey{getText, "stays", 1, "mask"}); !ok {
		t.Error("another document's answer is gone")
	}
}
