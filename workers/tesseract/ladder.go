//go:build tesseract

package main

import (
	"cmp"
	"fmt"
	"slices"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// climb is the way of one page up the rungs of its recipe's ladder.
type climb struct {
	*attempt
	method   *fondsv1.Method
	picture  *pix // upright, perhaps levelled and enlarged since
	owned    bool // picture is to be closed here
	passes   [][]found
	standard int               // the first pass since the picture was level
	usual    *pix              // the picture that was read last as it is, by Otsu's threshold
	back     []func(rect) rect // to the picture that the climb began with, last step first
	verdict  verdict
	ended    bool    // the last pass gained too little for another one
	enlarged float64 // times, since the climb began
	before   [2]int  // size of the first picture
}

// ladder reads the picture again, by the recipe's rungs, as long as it looks bad and
// the budget lasts. Words come and go in the picture's coordinates.
func (a *attempt) ladder(picture *pix, words []found) ([]found, error) {
	m := a.method
	if len(m.GetLadder()) == 0 {
		return words, nil
	}
	c := &climb{
		attempt: a, method: m, picture: picture, usual: picture, passes: [][]found{words}, enlarged: 1,
		before: [2]int{picture.width(), picture.height()},
	}
	defer func() { c.mount(nil) }()
	words, err := a.fillGaps(picture, words, a.setting(layoutOf(m.GetLayout())))
	if err != nil {
		return nil, err
	}
	c.passes[0] = words
	c.verdict = judge(words, a.marks, m.GetJudge())
	a.step("judge", "%s", c.verdict)
	if err := c.climb(); err != nil {
		return nil, err
	}
	best := c.combined()
	for i := range best {
		best[i].box = c.home(best[i].box)
	}
	return best, nil
}

// rounds is how often the rungs are gone through: a page on which the first pass found
// hardly a line shows only after a later rung how small its type is.
const rounds = 2

// climb takes rung after rung, each of them once on one picture, as far as the page looks
// bad.
func (c *climb) climb() error {
	ladder := c.method.GetLadder()
	done := make([]*pix, len(ladder)) // the picture that a rung was climbed on
	for range rounds {
		for i, r := range ladder {
			if c.ended || c.verdict.good(c.method.GetJudge()) {
				return nil
			}
			if done[i] == c.picture {
				continue
			}
			said := len(c.steps)
			if err := c.rung(r); err != nil {
				return err
			}
			if len(c.steps) > said {
				done[i] = c.picture
			}
		}
	}
	return nil
}

func (v verdict) String() string {
	return fmt.Sprintf("confidence %.3f, %.1f %% of words doubtful, %.1f %% of marks not read, %d pixels high",
		v.confidence, 100*v.doubtful, 100*v.missed, v.height)
}

// rung climbs one rung, where it applies and fits the budget.
func (c *climb) rung(r *fondsv1.Rung) error {
	if r.GetAlone() && len(c.recipe.GetLanguages()) < 2 {
		return nil
	}
	moved, err := c.move(r)
	if err != nil {
		return err
	}
	if onlyMoves(r) && !moved {
		return nil
	}
	before, passes := c.verdict.confidence, len(c.passes)
	if err := c.try(r); err != nil {
		return err
	}
	by := c.method.GetJudge()
	c.ended = len(c.passes) > passes && by.GetLeastGain() > 0 && c.verdict.confidence-before < by.GetLeastGain() && !c.verdict.misses(by)
	return nil
}

// try reads the picture in the way of a rung.
func (c *climb) try(r *fondsv1.Rung) error {
	picture, applies, err := treat(c.picture, r)
	if err != nil || !applies {
		return err
	}
	defer picture.Close()
	with := setting{c.resolutionNow(), layoutOf(cmp.Or(r.GetLayout(), c.method.GetLayout())), thresholdingOf(r.GetThresholding())}
	if r.GetAlone() {
		return c.eachAlone(r, picture, with)
	}
	if !c.affords(picture) {
		c.passOver(r)
		return nil
	}
	// Where a line is missing, even a little ink may be that line's.
	if onlyParts(r) && c.usual == c.picture && !c.verdict.misses(c.method.GetJudge()) {
		same, err := c.partsAlike(picture, with)
		if err != nil {
			return err
		}
		if same {
			c.step(r.GetName(), "passed over: ink is parted from paper as before")
			return nil
		}
	} else if err := c.reader.session.show(picture, with); err != nil {
		return err
	}
	words, err := c.recognise(picture, with)
	if err != nil {
		return err
	}
	if words, err = c.fillGaps(picture, words, with); err != nil {
		return err
	}
	c.add(r, "", words)
	if onlyMoves(r) {
		c.usual = c.picture
	}
	return nil
}

// eachAlone reads a picture with each of the recipe's languages by itself, and leaves
// the session as it was.
func (c *climb) eachAlone(r *fondsv1.Rung, picture *pix, with setting) error {
	for i, language := range c.recipe.GetLanguages() {
		if !c.affords(picture) {
			c.passOver(r)
			break
		}
		if err := c.reader.open(alone(c.recipe, i)); err != nil {
			return err
		}
		words, err := c.pass(picture, with)
		if err != nil {
			return err
		}
		c.add(r, language+" alone: ", words)
		if c.verdict.good(c.method.GetJudge()) {
			break
		}
	}
	return c.reader.open(c.recipe)
}

// alone is a recipe with one of its languages.
func alone(recipe *fondsv1.Recipe, i int) *fondsv1.Recipe {
	one := &fondsv1.Recipe{Languages: recipe.GetLanguages()[i : i+1], Parameters: recipe.GetParameters()}
	for _, m := range recipe.GetModels() {
		if m.GetLanguage() == one.GetLanguages()[0] {
			one.Models = append(one.Models, m)
		}
	}
	return one
}

// passOver notes that a rung does not fit the budget.
func (c *climb) passOver(r *fondsv1.Rung) {
	c.step(r.GetName(), "passed over: %.1f of %.1f megapixels are spent", megapixels(c.work), megapixels(c.allowance()))
}

// add joins the words of a pass to the others and judges what comes of it.
func (c *climb) add(r *fondsv1.Rung, how string, words []found) {
	c.passes = append(c.passes, words)
	c.verdict = judge(c.combined(), c.marks, c.method.GetJudge())
	c.step(r.GetName(), "%s%d words, confidence %.3f; together: %s", how, len(words), quality(words), c.verdict)
}

// sameInk is the share of ink in which two ways to part it from paper may differ for
// both to be read alike. Where it makes a difference at all it is 1.3 % and more; on
// scans that were bilevel once, 0.05 % and less.
const sameInk = 0.01

// partsAlike shows a picture to be read with a setting, and says that its thresholding
// comes to what the usual one does. Where the picture was read with that already, nothing
// else can come of it.
func (c *climb) partsAlike(picture *pix, with setting) (bool, error) {
	usual, told, err := c.inkOf(picture, setting{with.resolution, with.layout, thresholdingOtsu})
	if err != nil {
		return false, err
	}
	defer usual.Close()
	other, toldToo, err := c.inkOf(picture, with)
	if err != nil {
		return false, err
	}
	defer other.Close()
	return told && toldToo && differing(usual, other) <= sameInk, nil
}

// inkOf shows a picture and gives its ink; the caller closes it.
func (c *climb) inkOf(picture *pix, with setting) (ink *pix, ok bool, err error) {
	if err := c.reader.session.show(picture, with); err != nil {
		return nil, false, err
	}
	ink, ok = c.reader.session.ink()
	return ink, ok, nil
}

// outdone is how many times as much another pass must have found to set the standard in
// place of the first. Where passes of a page of columns read across it and down, the one
// had 1.3 times as much as the other, and was the wrong one; of a page at 72 dpi the first
// pass found a fifth of what it held.
const outdone = 2

// standardPass is the number of the pass whose parting of the page holds.
func (c *climb) standardPass() int {
	at := min(c.standard, len(c.passes)-1)
	for k := at + 1; k < len(c.passes); k++ {
		if trust(c.passes[k]) > outdone*trust(c.passes[at]) {
			at = k
		}
	}
	return at
}

// combined makes one reading of the passes so far, that leading which found most. Those
// that took the page apart in another way than the standard are left out, and those that
// read nothing but noise.
func (c *climb) combined() []found {
	at := c.standardPass()
	standard := c.passes[at]
	var order [][]found
	for k, words := range c.passes {
		// Noise may cross itself: the standard stays whatever it holds.
		if k == at || !parted(standard, words) && quality(words) >= min(poor, quality(standard)) {
			order = append(order, words)
		}
	}
	slices.SortStableFunc(order, func(a, b []found) int { return cmp.Compare(trust(b), trust(a)) })
	return combine(order)
}
