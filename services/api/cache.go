package api

import (
	"container/list"
	"sync"

	"google.golang.org/protobuf/proto"

	"github.com/fonds-archive/fonds/services/catalog"
)

// call says whose answer is kept.
type call uint8

const (
	getDocument call = iota
	getText
)

// revisionKey names an answer that never changes.
type revisionKey struct {
	call     call
	document string
	revision int
	// mask is the text of what is wanted of it; "" for all.
	mask string
}

// answer is the encoded answer for a revision.
type answer struct {
	encoded []byte
	// least is the lowest assurance of any region, zero where one has no text.
	least catalog.Assurance
}

// cache keeps answers, the most recently used ones, up to a number of bytes.
type cache struct {
	mu     sync.Mutex
	size   int
	max    int
	recent *list.List // of *kept, newest first
	byKey  map[revisionKey]*list.Element
}

type kept struct {
	key    revisionKey
	answer answer
}

// overhead is what an entry takes beside the encoded bytes: key with a UUID, two
// nodes, a share of the map.
const overhead = 400

func newCache(maxBytes int) *cache {
	return &cache{max: maxBytes, recent: list.New(), byKey: map[revisionKey]*list.Element{}}
}

func (c *cache) get(key revisionKey) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return answer{}, false
	}
	c.recent.MoveToFront(e)
	return e.Value.(*kept).answer, true
}

// put keeps an answer, unless it alone would take more than an eighth of all.
func (c *cache) put(key revisionKey, a answer) {
	size := len(a.encoded) + len(key.mask) + overhead
	if size > c.max/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok {
		return
	}
	c.byKey[key] = c.recent.PushFront(&kept{key, a})
	c.size += size
	for c.size > c.max {
		oldest := c.recent.Remove(c.recent.Back()).(*kept)
		delete(c.byKey, oldest.key)
		c.size -= len(oldest.answer.encoded) + len(oldest.key.mask) + overhead
	}
}

// carry makes a message carry encoded fields beside its own: they are appended
// as they are when the message is encoded.
func carry(m proto.Message, encoded []byte) { m.ProtoReflect().SetUnknown(encoded) }
