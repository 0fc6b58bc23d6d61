package catalog

// AllOf joins conditions of which all must be met. Two ends of one range of texts, of
// keys of one kind, become one condition: what lies between a day and another is one
// date, not two.
func AllOf(parts ...Condition) Condition {
	var all And
	for _, p := range parts {
		inner, ok := p.(And)
		if !ok {
			inner = And{p}
		}
		for _, c := range inner {
			all = withOne(all, c)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// AnyOf joins conditions of which one must be met.
func AnyOf(parts ...Condition) Condition {
	var some Or
	for _, p := range parts {
		if inner, ok := p.(Or); ok {
			some = append(some, inner...)
		} else {
			some = append(some, p)
		}
	}
	if len(some) == 1 {
		return some[0]
	}
	return some
}

// withOne adds a condition, or narrows the range that it is the other end of.
func withOne(all And, c Condition) And {
	h, ok := c.(HasKey)
	if !ok || !h.oneEnd() {
		return append(all, c)
	}
	for i, before := range all {
		b, ok := before.(HasKey)
		if ok && b.Kind == h.Kind && b.oneEnd() && (b.Before == "") != (h.Before == "") {
			all[i] = HasKey{Kind: h.Kind, From: max(h.From, b.From), Before: max(h.Before, b.Before)}
			return all
		}
	}
	return append(all, c)
}

// oneEnd tells that the condition is a range of texts with one end and nothing more.
func (h HasKey) oneEnd() bool {
	return h == HasKey{Kind: h.Kind, From: h.From, Before: h.Before} && h.From != "" && (h.Before == "" || h.From == lowestText)
}

// lowestText is where a range without a lower end may begin to leave out what begins
// with a sign, such as a date without a year.
const lowestText = "0"

// Below gives the range of texts before one, those left out that begin with a sign.
func (h HasKey) Below(text string) HasKey {
	h.From, h.Before = lowestText, text
	return h
}
