package agents

import "slices"

// trie leads from the skeleton of a name to the forms that have it. Nodes lie in one array; the
// children of a node are neighbours, in the order of their labels.
type trie struct {
	nodes  []node
	labels []uint16 // of the nodes: apart, so that a search stays within few cache lines
	root   []int32  // the root's children by label: most of a text is dismissed here
	forms  []form   // those of a node are neighbours
}

type node struct {
	first, children int32
	forms, after    int32
}

// entry is a form with its skeleton, before the trie is built.
type entry struct {
	skel  []uint16
	form  form
	order int32 // in which the entries came
}

// newTrie builds the trie. Entries with the same skeleton keep their order.
func newTrie(entries []*entry) *trie {
	for i, e := range entries {
		e.order = int32(i)
	}
	slices.SortFunc(entries, func(a, b *entry) int {
		if c := slices.Compare(a.skel, b.skel); c != 0 {
			return c
		}
		return int(a.order) - int(b.order)
	})
	t := &trie{forms: make([]form, len(entries)), root: make([]int32, 1<<16)}
	size := 1 // a node for each letter that an entry does not share with the one before it
	for i := range entries {
		t.forms[i] = entries[i].form
		shared := 0
		if i > 0 {
			shared = sharedPrefix(entries[i-1].skel, entries[i].skel)
		}
		size += len(entries[i].skel) - shared
	}
	t.nodes, t.labels = make([]node, 0, size), make([]uint16, 0, size)
	// Breadth first: a node's entries are a range, and its children split that range by the next label.
	type span struct{ node, from, to, depth int }
	t.nodes, t.labels = append(t.nodes, node{}), append(t.labels, 0)
	queue := make([]span, 1, size)
	for queue[0] = (span{0, 0, len(entries), 0}); len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		from := s.from
		for from < s.to && len(entries[from].skel) == s.depth {
			from++
		}
		n := &t.nodes[s.node]
		n.forms, n.after, n.first = int32(s.from), int32(from), int32(len(t.nodes))
		for from < s.to {
			label, to := entries[from].skel[s.depth], from
			for to < s.to && entries[to].skel[s.depth] == label {
				to++
			}
			if s.node == 0 {
				t.root[label] = int32(len(t.nodes))
			}
			queue = append(queue, span{len(t.nodes), from, to, s.depth + 1})
			t.nodes, t.labels = append(t.nodes, node{}), append(t.labels, label)
			t.nodes[s.node].children++
			from = to
		}
	}
	return t
}

// sharedPrefix is the number of letters with which both begin.
func sharedPrefix(a, b []uint16) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// next returns the child with that label, or 0.
func (t *trie) next(n int32, label uint16) int32 {
	if n == 0 {
		return t.root[label]
	}
	first := t.nodes[n].first
	labels := t.labels[first:][:t.nodes[n].children]
	if len(labels) > 16 {
		if i, ok := slices.BinarySearch(labels, label); ok {
			return first + int32(i)
		}
		return 0
	}
	for i, l := range labels {
		if l == label {
			return first + int32(i)
		}
	}
	return 0
}
