package catalog

import "fmt"

// Rule says when the new reading of a page replaces the one shown. A text of a person and
// an imported one are never replaced, whatever it says.
type Rule struct {
	// OnlyBetter keeps a text whose words the new recipe is not surer of.
	OnlyBetter bool `json:"only_better,omitempty"`
	// By is by how much the mean confidence has to grow, in thousandths.
	By int `json:"by,omitempty"`
}

func (r Rule) String() string {
	if !r.OnlyBetter {
		return "wherever the new recipe reads the page"
	}
	return fmt.Sprintf("only where the words are surer by %d thousandths, or the outcome is better", r.By)
}

// surelyText is the confidence, in thousandths, from which a page that was found blank is
// taken to have text after all. Words below it count as doubtful.
const surelyText = 600

// decide compares what a page shows with what the new recipe has made of it. same tells
// that both texts have the same words.
func (r Rule) decide(before, after Shown, same bool) (Decision, Comparison, string) {
	switch {
	case !after.Outcome.Good() && !before.Outcome.Good():
		return Unsuccessful, Equal, fmt.Sprintf("it ended in %s again", after.Outcome)
	case !after.Outcome.Good():
		return Unsuccessful, Worse, fmt.Sprintf("the new recipe ended in %s", after.Outcome)
	case !before.Outcome.Good():
		return Accepted, Better, fmt.Sprintf("it ended in %s before, now in %s", before.Outcome, after.Outcome)
	case before.Outcome == Text && after.Outcome == Blank:
		return Unsuccessful, Worse, "the new recipe finds no text: what was read stays"
	case before.Outcome == Blank && after.Outcome == Text:
		if after.Confidence < surelyText {
			return Kept, Equal, fmt.Sprintf("it was blank, and the words found have a confidence of %s", thousandths(after.Confidence))
		}
		return Accepted, Better, "it was blank, and has text"
	case after.Outcome == Blank:
		return r.equal("both find it blank")
	}
	return r.texts(before, after, same)
}

// equal is for a page that looks the same either way.
func (r Rule) equal(why string) (Decision, Comparison, string) {
	if r.OnlyBetter {
		return Kept, Equal, why
	}
	return Accepted, Equal, why
}

func (r Rule) texts(before, after Shown, same bool) (Decision, Comparison, string) {
	if same {
		return r.equal("both recipes read the same words")
	}
	comparison := Equal
	switch {
	case after.Confidence > before.Confidence:
		comparison = Better
	case after.Confidence < before.Confidence:
		comparison = Worse
	}
	why := fmt.Sprintf("confidence %s before, %s now", thousandths(before.Confidence), thousandths(after.Confidence))
	if r.OnlyBetter && (before.Confidence < 0 || after.Confidence < before.Confidence+max(r.By, 1)) {
		return Kept, comparison, why
	}
	return Accepted, comparison, why
}

func thousandths(n int) string {
	if n < 0 {
		return "unknown"
	}
	return fmt.Sprintf("%d.%03d", n/1000, n%1000)
}
