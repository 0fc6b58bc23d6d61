package align

// Change is a run of words that was replaced, put in or taken out.
type Change struct {
	// Before is what stood there, from the first word to the last; empty for words put in.
	Before string
	// After is what stands there now; empty for words taken out.
	After string
	// BeforeStart is the first byte of Before in the text before, AfterStart that of
	// After in the text after. Where one is empty: the first byte of the next word, or
	// the text's length.
	BeforeStart, AfterStart int
}

// Changes tells which words differ between two texts, in order. Line ends and blanks do
// not count; a run of words that was moved is one taken out and one put in.
func Changes(before, after string) []Change {
	old, now := tokens(before), tokens(after)
	m := newMatcher(len(old), len(now))
	for _, t := range old {
		m.base.add(m.words.number(before[t.start:t.end]), t.line)
	}
	for _, t := range now {
		m.after.add(m.words.number(after[t.start:t.end]), t.line)
	}
	m.match(false)

	var all []Change
	i, j := 0, 0
	for {
		start, from := j, i
		for j < len(now) && m.from[j] == none {
			j++
		}
		if i = len(old); j < len(now) {
			i = int(m.from[j])
		}
		if i > from || j > start {
			c := Change{}
			c.Before, c.BeforeStart = extent(before, old, from, i)
			c.After, c.AfterStart = extent(after, now, start, j)
			all = append(all, c)
		}
		if j == len(now) {
			return all
		}
		i, j = i+1, j+1
	}
}

// extent is the text from one word to before another, and where it begins.
func extent(text string, words []token, from, end int) (string, int) {
	switch {
	case from < end:
		return text[words[from].start:words[end-1].end], words[from].start
	case from < len(words):
		return "", words[from].start
	}
	return "", len(text)
}
