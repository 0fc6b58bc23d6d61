//go:build tesseract

package main

import (
	"errors"
	"fmt"
	"slices"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// reader reads pages, one at a time.
type reader struct {
	models  *tessdata
	session *session
	// kept are sessions of other recipes, the one used last at the end: pages in
	// two languages that come in turns would load their models for each page.
	kept []*session
	// ready is the page of the next call, where it has been decoded already.
	ready *page
}

// maxKept bounds the sessions beside the one in use. Loading a fast model takes
// 0.1 s, a tenth of a page; keeping one takes some 30 MB.
const maxKept = 2

// recognize gives the outcome of one page. An error means that the process
// cannot go on; whatever is wrong with page or recipe is an outcome.
func (r *reader) recognize(call *enginev1.Recognize) (*enginev1.Recognition, error) {
	result, err := r.page(call)
	if refused, ok := errors.AsType[*refusal](err); ok {
		return &enginev1.Recognition{Outcome: refused.outcome, Reason: refused.reason}, nil
	}
	return result, err
}

func (r *reader) page(call *enginev1.Recognize) (*enginev1.Recognition, error) {
	if err := r.models.check(call.GetRecipe()); err != nil {
		return nil, err
	}
	p, err := r.take(call.GetImage())
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := p.plain(false); err != nil {
		return nil, err
	}
	if err := r.open(call.GetRecipe()); err != nil {
		return nil, err
	}
	a := &attempt{
		reader: r, resolution: call.GetImage().GetResolution(),
		width: p.width(), height: p.height(), steps: p.steps, exif: exifTurn(p.orientation),
		recipe: call.GetRecipe(), method: methodOf(call.GetRecipe()),
	}
	result, err := a.run(p)
	if _, ok := errors.AsType[*refusal](err); ok {
		// A session that failed half-way is of no further use.
		return nil, errors.Join(err, r.drop())
	}
	return result, err
}

// drop closes the session.
func (r *reader) drop() error {
	err := r.session.Close()
	r.session = nil
	if err != nil {
		return fmt.Errorf("close Tesseract: %w", err)
	}
	return nil
}

// open makes sure that the session is the recipe's.
func (r *reader) open(recipe *fondsv1.Recipe) error {
	key := sessionKey(recipe)
	if r.session != nil && r.session.key == key {
		return nil
	}
	if err := r.park(); err != nil {
		return err
	}
	for i, s := range r.kept {
		if s.key == key {
			r.session = s
			r.kept = slices.Delete(r.kept, i, i+1)
			return nil
		}
	}
	folder, err := r.models.folderFor(recipe)
	if err != nil {
		return err
	}
	next, err := openSession(folder, recipe)
	if err != nil {
		return err
	}
	r.session = next
	return nil
}

// park puts the session in use among those kept, and closes the oldest of them
// when there are too many.
func (r *reader) park() error {
	if r.session == nil {
		return nil
	}
	r.session.rest()
	r.kept = append(r.kept, r.session)
	r.session = nil
	if len(r.kept) <= maxKept {
		return nil
	}
	oldest := r.kept[0]
	r.kept = slices.Delete(r.kept, 0, 1)
	if err := oldest.Close(); err != nil {
		return fmt.Errorf("close Tesseract: %w", err)
	}
	return nil
}

// attempt is the way of one page from pixels to an outcome.
type attempt struct {
	reader        *reader
	resolution    uint32
	width, height int
	steps         []*fondsv1.Step
	exif          turn
	left, top     int // of the part that is recognised, in the upright picture
	recipe        *fondsv1.Recipe
	method        *fondsv1.Method // the recipe's
	work          int             // pixels that were recognised so far, all passes together
	unread        []rect
	levelled      float64 // degrees by which what is recognised was turned clockwise
	part          rect    // of that, before it was levelled: left and top are 0
	marks         []rect  // what may be writing, in the picture as it is recognised
}

// methodOf is the recipe's method; those of before methods turned poor pages.
func methodOf(recipe *fondsv1.Recipe) *fondsv1.Method {
	if m := recipe.GetMethod(); m != nil {
		return m
	}
	return &fondsv1.Method{
		Survey: true, Orientation: fondsv1.Orientation_ORIENTATION_WHERE_POOR,
		Judge: &fondsv1.Judge{TurnConfidence: poor},
	}
}

func (a *attempt) step(name, format string, args ...any) {
	a.steps = append(a.steps, &fondsv1.Step{Name: name, Detail: fmt.Sprintf(format, args...)})
}

// run surveys the page, sets it upright and reads it.
func (a *attempt) run(p *page) (*enginev1.Recognition, error) {
	if a.resolution > 0 {
		a.step("resolution", "%d dpi", a.resolution)
	} else {
		a.step("resolution", "estimated by the engine")
	}
	if p.orientation > 1 {
		a.step("exif", "orientation %d undone", p.orientation)
	}
	picture, err := p.turned(a.exif)
	if err != nil {
		return nil, err
	}
	defer picture.Close()
	if err := a.lighten(picture); err != nil {
		return nil, err
	}
	marks, err := a.prepare(picture)
	if err != nil {
		return nil, err
	}
	if marks.blank() {
		return a.nothing(fondsv1.Outcome_OUTCOME_BLANK, "no marks on the page"), nil
	}
	if marks.dirt() {
		return a.nothing(fondsv1.Outcome_OUTCOME_BLANK, "nothing but specks of dirt"), nil
	}
	if marks.crowded() {
		return a.nothing(fondsv1.Outcome_OUTCOME_UNREADABLE,
			fmt.Sprintf("more than %d specks after cleaning", maxSpecks)), nil
	}
	if err := a.level(picture); err != nil {
		return nil, err
	}
	a.marks = a.placesOf(marks)
	words, quarters, err := a.read(picture)
	if err != nil {
		return nil, err
	}
	if a.method.GetSetAside() {
		words = a.setAside(words)
	}
	if a.method.GetRespell() {
		a.respell(words)
	}
	return a.conclude(words, quarters, marks), nil
}

// lighten turns light writing on a dark ground into dark writing, in place.
func (a *attempt) lighten(picture *pix) error {
	if !a.method.GetInvertDark() || !darkGround(picture) {
		return nil
	}
	a.step("invert", "light writing on a dark ground")
	negative, err := inverted(picture)
	if err != nil {
		return err
	}
	return picture.replace(negative.c)
}

// level sets the lines of a skewed picture level, in place: from some degrees on
// Tesseract mistakes the order of columns, and then lines themselves.
func (a *attempt) level(picture *pix) error {
	if !a.method.GetLevel() {
		return nil
	}
	angle, err := skew(picture)
	if err != nil || angle == 0 {
		return err
	}
	a.step("level", "by %.2f degrees", angle)
	a.levelled, a.part = angle, rect{0, 0, picture.width(), picture.height()}
	level, err := picture.level(angle)
	if err != nil {
		return err
	}
	return picture.replace(level.c)
}

// prepare surveys the picture, cuts it to its marks where they are few, and
// cleans it, in place, as far as its noise would cost more than a page may.
func (a *attempt) prepare(picture *pix) (*survey, error) {
	s := look(picture, shrinkFactor(picture))
	a.step("blank-test", "%d marks", len(s.marks))
	if s.blank() {
		return s, nil
	}
	if len(s.marks) <= fewMarks {
		if err := a.cut(picture, s); err != nil {
			return nil, err
		}
		s.specks = countSpecks(picture)
	}
	if !s.crowded() && !s.speckled() {
		return s, nil
	}
	return a.clean(picture, s.factor)
}

// cut keeps the part of the picture that holds the marks, which move along: the empty
// rest costs Tesseract as much as a page.
func (a *attempt) cut(picture *pix, s *survey) error {
	var all rect
	for _, m := range s.marks {
		all = all.join(m.bounds)
	}
	part := rect{
		max(all.left-cutMargin, 0) * s.factor, max(all.top-cutMargin, 0) * s.factor,
		min((all.right+cutMargin)*s.factor, picture.width()), min((all.bottom+cutMargin)*s.factor, picture.height()),
	}
	piece, err := picture.cut(part)
	if err != nil {
		return err
	}
	a.left, a.top = part.left, part.top
	for i, m := range s.marks {
		s.marks[i].bounds = m.bounds.moved(-part.left/s.factor, -part.top/s.factor)
	}
	a.step("cut", "to %d × %d pixels at %d, %d", piece.width(), piece.height(), a.left, a.top)
	return picture.replace(piece.c)
}

// clean takes away what noise it can and looks again.
func (a *attempt) clean(picture *pix, factor int) (*survey, error) {
	calm, err := smooth(picture)
	if err != nil {
		return nil, err
	}
	if err := picture.replace(calm.c); err != nil {
		return nil, err
	}
	s := look(picture, factor)
	a.step("clean", "specks smoothed, %d marks", len(s.marks))
	if s.blank() || !s.crowded() && !s.speckled() {
		return s, nil
	}
	keepMarks(picture, s)
	s.specks = countSpecks(picture)
	a.step("clean", "paper painted over what is not near a mark")
	return s, nil
}

// read recognises the picture, where the reading is poor turned as well, and climbs
// the recipe's ladder. Words come in the coordinates of the picture as it was given.
func (a *attempt) read(picture *pix) (words []found, quarters int, err error) {
	words, err = a.readUpright(picture)
	if err != nil {
		return nil, 0, err
	}
	words, quarters, err = a.tryTurns(picture, words)
	if err != nil {
		return nil, 0, err
	}
	if len(a.method.GetLadder()) == 0 {
		if quarters == 0 {
			if words, err = a.fillGaps(picture, words, a.setting(layoutOf(a.method.GetLayout()))); err != nil {
				return nil, 0, err
			}
		}
		return a.placed(words, turn{quarters: quarters}, picture), quarters, nil
	}
	if quarters == 0 {
		// Tesseract may have turned a block by itself: then all lines run that way.
		if quarters = lieQuarters(words); quarters != 0 {
			a.step("turn", "%d, by the engine", 90*quarters)
			for i := range words {
				words[i].box = forth(words[i].box, quarters, picture.width(), picture.height())
			}
		}
	}
	upright, err := picture.turned(turn{quarters: quarters})
	if err != nil {
		return nil, 0, err
	}
	defer upright.Close()
	for i := range a.marks {
		a.marks[i] = forth(a.marks[i], quarters, picture.width(), picture.height())
	}
	if words, err = a.ladder(upright, words); err != nil {
		return nil, 0, err
	}
	return a.placed(words, turn{quarters: quarters}, picture), quarters, nil
}

// placed maps words of the turned picture back to the picture.
func (a *attempt) placed(words []found, t turn, picture *pix) []found {
	for i := range words {
		words[i].box = t.back(words[i].box, picture.width(), picture.height())
	}
	return words
}

// tryTurns gives the words of the turn at which the picture reads best, in the
// coordinates of the picture so turned.
func (a *attempt) tryTurns(picture *pix, words []found) ([]found, int, error) {
	enough := a.method.GetJudge().GetTurnConfidence()
	if a.method.GetOrientation() != fondsv1.Orientation_ORIENTATION_WHERE_POOR ||
		quality(words) >= enough || len(words) == 0 {
		return words, 0, nil // a page on its head gives wrong words, not none
	}
	quarters := 0
	for _, candidate := range a.candidates(picture) {
		turned, err := a.readTurned(picture, candidate)
		if err != nil {
			return nil, 0, err
		}
		a.step("turn", "%d tried: %d words, confidence %.3f", 90*candidate, len(turned), quality(turned))
		if sureLetters(turned, sure) > sureLetters(words, sure) {
			words, quarters = turned, candidate
		}
		if quality(words) >= enough {
			break
		}
	}
	if quarters != 0 {
		a.step("turn", "%d", 90*quarters)
	}
	return words, quarters, nil
}

// readUpright recognises the picture as it stands. A page number or a line on an
// otherwise empty sheet is no layout to Tesseract, which then gives nothing at
// all: such a sheet is read again as a single block.
func (a *attempt) readUpright(picture *pix) ([]found, error) {
	words, err := a.pass(picture, a.setting(layoutOf(a.method.GetLayout())))
	if err != nil {
		return nil, err
	}
	a.step("recognise", "%d words, confidence %.3f", len(words), quality(words))
	if len(words) > 0 || len(a.marks) > fewMarks || a.reader.session.owns(layoutVariable) {
		return words, nil
	}
	if words, err = a.pass(picture, a.setting(layoutBlock)); err != nil {
		return nil, err
	}
	a.step("recognise", "as a single block: %d words, confidence %.3f", len(words), quality(words))
	return words, nil
}

// setting is that of a first pass.
func (a *attempt) setting(layout string) setting {
	return setting{a.resolution, layout, thresholdingOtsu}
}

func (a *attempt) readTurned(picture *pix, quarters int) ([]found, error) {
	turned, err := picture.turned(turn{quarters: quarters})
	if err != nil {
		return nil, err
	}
	defer turned.Close()
	return a.pass(turned, a.setting(layoutOf(a.method.GetLayout())))
}

// candidates are the turns worth trying: what the orientation model says; upside
// down where it cannot say, which is how a sheet is most often laid wrong; all
// where there is no model.
func (a *attempt) candidates(picture *pix) []int {
	if !a.reader.models.has("osd") {
		return []int{2, 1, 3}
	}
	found, ok := detectLie(a.reader.models.folderOf("osd"), picture, a.resolution)
	switch {
	case !ok:
		a.step("orientation", "not enough to say")
		return []int{2}
	case found.quarters == 0:
		// A page in a script that its languages do not have reads as poorly as a turned one.
		a.step("orientation", "upright, confidence %.1f, script %s", found.confidence, found.script)
		return nil
	default:
		a.step("orientation", "turned, confidence %.1f, script %s", found.confidence, found.script)
		return []int{found.quarters}
	}
}

// setAside takes out of the words what is not type.
func (a *attempt) setAside(words []found) []found {
	kept, places := partScribble(words)
	if len(kept) < len(words) {
		a.step("set-aside", "%d lines, %d words", len(places), len(words)-len(kept))
	}
	a.unread = places
	return kept
}

// conclude turns words into an outcome. The page has text if one word with a
// letter or digit has a confidence of 0.5; else it cannot be read.
func (a *attempt) conclude(words []found, quarters int, s *survey) *enginev1.Recognition {
	if sureLetters(words, legible) == 0 {
		return a.nothing(fondsv1.Outcome_OUTCOME_UNREADABLE,
			fmt.Sprintf("%d marks and no word that could be read with confidence", len(s.marks)))
	}
	body := buildBody(words, a.inRaster)
	upright := a.exif.then(quarters)
	if lie := lieQuarters(words); quarters == 0 && lie != 0 && len(a.method.GetLadder()) == 0 {
		upright = a.exif.then(lie)
		a.step("turn", "%d, by the engine", 90*lie)
	}
	a.dress(body)
	body.Turn = upright.degrees()
	for _, place := range a.unread {
		body.Unread = append(body.Unread, a.inRaster(place).box())
	}
	return &enginev1.Recognition{Outcome: fondsv1.Outcome_OUTCOME_TEXT, Body: body}
}

// inRaster maps a box of the picture that was recognised to the original raster.
func (a *attempt) inRaster(b rect) rect {
	if a.levelled != 0 {
		b = turnedBox(b, a.part.right, a.part.bottom, -a.levelled).within(a.part.right, a.part.bottom)
	}
	b = b.moved(a.left, a.top)
	return a.exif.back(b, a.width, a.height)
}

// nothing is an outcome without words.
func (a *attempt) nothing(outcome fondsv1.Outcome, reason string) *enginev1.Recognition {
	body := &fondsv1.Body{Turn: a.exif.degrees()}
	a.dress(body)
	return &enginev1.Recognition{Outcome: outcome, Reason: reason, Body: body}
}

func (a *attempt) dress(body *fondsv1.Body) {
	body.Width, body.Height = uint32(a.width), uint32(a.height)
	body.Resolution = a.resolution
	body.Steps = a.steps
}
