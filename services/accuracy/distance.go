package accuracy

import "math/bits"

// distance is Levenshtein's: the fewest insertions, deletions and replacements that make
// b of a. Both are numbers below count.
func distance(a, b []int32, count int) int {
	a, b, _, _ = trimmed(a, b)
	if len(a) > len(b) {
		a, b = b, a
	}
	var c columns
	return c.distance(a, b, count)
}

// trimmed cuts off what two texts begin and end with alike, and tells how much.
func trimmed(a, b []int32) (x, y []int32, front, back int) {
	least := min(len(a), len(b))
	for front < least && a[front] == b[front] {
		front++
	}
	a, b, least = a[front:], b[front:], least-front
	for back < least && a[len(a)-1-back] == b[len(b)-1-back] {
		back++
	}
	return a[:len(a)-back], b[:len(b)-back], front, back
}

// word is how many rows are worked on at once.
const word = 64

// columns works out distances in strips of 64 rows, one bit a row, after G. Myers, "A
// fast bit-vector algorithm for approximate string matching based on dynamic
// programming", Journal of the ACM 46 (1999), in H. Hyyrö's form for the distance of
// whole strings (2003). Strips follow each other over all columns, so that memory is
// linear: what a strip hands to the one below is two bits a column.
type columns struct {
	// rows has for each number the rows of the strip where it stands.
	rows []uint64
	// carry has for each column the step along the strip's lowest row: bit 0 set for
	// one more, bit 1 for one less.
	carry []uint8
}

// strips calls visit for each 64 letters of a with the steps down the last column, b's
// end: a bit in up for one more than in the row above, in down for one less. Bits of
// rows below a's last mean nothing.
func (c *columns) strips(a, b []int32, count int, visit func(start int, up, down uint64)) {
	if len(c.rows) < count {
		c.rows = make([]uint64, count)
	}
	if len(c.carry) < len(b) {
		c.carry = make([]uint8, len(b))
	}
	rows, carry := c.rows, c.carry[:len(b)]
	for j := range carry {
		carry[j] = 1 // the row above the first: j letters of b against none of a
	}
	for start := 0; start < len(a); start += word {
		strip := a[start:min(start+word, len(a))]
		for i, n := range strip {
			rows[n] |= 1 << i
		}
		up, down := ^uint64(0), uint64(0)
		for j, n := range b {
			more, less := uint64(carry[j]&1), uint64(carry[j]>>1)
			equal := rows[n]
			xv := equal | down
			equal |= less
			xh := (((equal & up) + up) ^ up) | equal
			ph, mh := down|^(xh|up), up&xh
			carry[j] = uint8(ph>>63) | uint8(mh>>63)<<1
			ph, mh = ph<<1|more, mh<<1|less
			up, down = mh|^(xv|ph), ph&xv
		}
		visit(start, up, down)
		for _, n := range strip {
			rows[n] = 0
		}
	}
}

func (c *columns) distance(a, b []int32, count int) int {
	sum := len(b)
	c.strips(a, b, count, func(start int, up, down uint64) {
		if left := len(a) - start; left < word {
			mask := uint64(1)<<left - 1
			up, down = up&mask, down&mask
		}
		sum += bits.OnesCount64(up) - bits.OnesCount64(down)
	})
	return sum
}

// all gives the distances of b to the first 0, 1, 2 … letters of a.
func (c *columns) all(a, b []int32, count int) []int32 {
	d := make([]int32, 1, len(a)+1)
	d[0] = int32(len(b))
	c.strips(a, b, count, func(start int, up, down uint64) {
		for i := range min(word, len(a)-start) {
			d = append(d, d[len(d)-1]+int32(up>>i&1)-int32(down>>i&1))
		}
	})
	return d
}
