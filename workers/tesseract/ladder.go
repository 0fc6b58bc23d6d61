//go:build tesseract

package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// leastPage is what a page counts at least against its budget, in pixels: enlarging a
// small picture eight-fold costs no more than one pass over an ordinary page.
const leastPage = 4_000_000

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

// move levels and enlarges the picture where the rung says so and it is needed. What
// was read before moves along.
func (c *climb) move(r *fondsv1.Rung) (moved bool, err error) {
	if r.GetDeskew() {
		angle, err := skew(c.picture)
		if err != nil {
			return false, err
		}
		if angle != 0 {
			level, err := c.picture.level(angle)
			if err != nil {
				return false, err
			}
			c.step(r.GetName(), "levelled by %.2f degrees", angle)
			w, h := c.picture.width(), c.picture.height()
			c.shift(level, func(b rect) rect { return turnedBox(b, w, h, angle) }, func(b rect) rect { return turnedBox(b, w, h, -angle) })
			c.standard, moved = len(c.passes), true
		}
	}
	most := maxSide / float64(max(c.picture.width(), c.picture.height()))
	if factor := min(enlargement(c.verdict.height), most); r.GetRescale() && factor > 1 {
		large := float64(c.picture.width()) * float64(c.picture.height()) * factor * factor
		if c.work+int(large) > c.allowance() {
			c.step(r.GetName(), "not enlarged: %.1f of %.1f megapixels are spent", megapixels(c.work), megapixels(c.allowance()))
			return moved, nil
		}
		next, err := c.picture.scaled(factor)
		if err != nil {
			return false, err
		}
		c.step(r.GetName(), "enlarged %.2f times: words are %d pixels high", factor, c.verdict.height)
		c.enlarged *= factor
		c.verdict.height = int(math.Round(float64(c.verdict.height) * factor))
		c.shift(next, func(b rect) rect { return b.times(factor) }, func(b rect) rect { return b.times(1 / factor) })
		moved = true
	}
	return moved, nil
}

// shift goes on with another picture; forth and back map boxes to it and from it.
func (c *climb) shift(to *pix, forth, back func(rect) rect) {
	c.mount(to)
	for k, words := range c.passes {
		c.passes[k] = slices.Clone(words)
		for i := range c.passes[k] {
			c.passes[k][i].box = forth(c.passes[k][i].box)
		}
	}
	for i := range c.marks {
		c.marks[i] = forth(c.marks[i])
	}
	c.back = append([]func(rect) rect{back}, c.back...)
}

// mount takes up a picture and lets go of the one before, if it is the climb's own.
func (c *climb) mount(p *pix) {
	if c.owned {
		c.picture.Close()
	}
	c.picture, c.owned = p, p != nil
}

// home maps a box to the picture that the climb began with.
func (c *climb) home(b rect) rect {
	for _, f := range c.back {
		b = f(b)
	}
	return b.within(c.before[0], c.before[1])
}

// within moves what lies outside a picture of that size to its edge, at least a pixel of it.
func (r rect) within(width, height int) rect {
	r.left, r.top = min(max(r.left, 0), width-1), min(max(r.top, 0), height-1)
	r.right, r.bottom = max(min(r.right, width), r.left+1), max(min(r.bottom, height), r.top+1)
	return r
}

// enlargement is the factor that gives words of that height the proper one; 1 where
// they are not small.
func enlargement(height int) float64 {
	if height == 0 || height >= smallHeight {
		return 1
	}
	return min(float64(properHeight)/float64(height), mostEnlarged)
}

// times scales a box.
func (r rect) times(factor float64) rect {
	at := func(v int) int { return int(math.Round(float64(v) * factor)) }
	return rect{at(r.left), at(r.top), at(r.right), at(r.bottom)}
}

// turnedBox moves a box along as a picture of that size is turned clockwise around its
// middle by a small angle in degrees: its own size stays.
func turnedBox(b rect, width, height int, angle float64) rect {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	x := float64(b.left+b.right)/2 - float64(width)/2
	y := float64(b.top+b.bottom)/2 - float64(height)/2
	dx := int(math.Round(x*cos - y*sin - x))
	dy := int(math.Round(x*sin + y*cos - y))
	return rect{b.left + dx, b.top + dy, b.right + dx, b.bottom + dy}
}

// resolutionNow is the resolution of the picture as it has become: of one that was
// enlarged, at which type stands as high as it does on a page of 300 dpi, just that.
func (c *climb) resolutionNow() uint32 {
	if c.enlarged > 1 {
		return properResolution
	}
	return c.resolution
}

// affords says that one more pass over a picture is within the budget.
func (a *attempt) affords(p *pix) bool {
	return a.work+p.width()*p.height() <= a.allowance()
}

// allowance is the budget of the page in pixels.
func (a *attempt) allowance() int {
	return int(a.method.GetBudget() * float64(max(a.width*a.height, leastPage)))
}

// pass recognises a picture once.
func (a *attempt) pass(p *pix, with setting) ([]found, error) {
	if err := a.reader.session.show(p, with); err != nil {
		return nil, err
	}
	return a.recognise(p, with)
}

// recognise reads the picture that the session shows, and counts it.
func (a *attempt) recognise(p *pix, with setting) ([]found, error) {
	a.work += p.width() * p.height()
	words := a.reader.session.recognise()
	if !a.method.GetRows() {
		return words, nil
	}
	words, err := unruled(p, words)
	if err != nil || with.layout != layoutAuto {
		return words, err
	}
	return a.byRows(p, words, with)
}

func megapixels(n int) float64 { return float64(n) / 1e6 }
