package agents

import "strings"

// honorifics are the folded words that stand before a name and do not belong to it. Those of one
// letter count only with a full stop.
var honorifics = func() map[string]bool {
	const words = `
		comrade comrades comr com cde cdes cmde c mr mrs ms miss messrs sir lord lady dame madame mme mlle monsieur dr prof professor
		academician general gen generals generalissimo generalissimus marshal colonel col lieutenant lieut lt major maj captain capt
		admiral adm vice rear commander commissar ambassador amb envoy minister premier president chairman deputy
		prime foreign secretary senator governor consul king queen prince princess emperor shah sheikh pandit sardar chief comandante
		тов товарищ товарища товарищу товарищем товарище товарищи товарищам т тт генерал генерала генералу генералом полковник
		полковника полковнику подполковник майор майора майору капитан капитана капитану лейтенант лейтенанта лейтенанту маршал
		маршала маршалу маршалом генералиссимус генералиссимуса генералиссимусу адмирал адмирала адмиралу посол посла послу
		послом министр министра министру премьер премьера премьеру председатель председателя председателю председателем
		президент президента президенту господин господина господину господином гн г госпожа профессор академик секретарь
		секретаря секретарю`
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}()

const maxHonorifics = 3 // Comrade Colonel General

// isHonorific reports whether the word of these glyphs, followed by that gap, is a form of address.
func isHonorific(word []glyph, after gap) bool {
	var buf [64]byte
	if len(word) > 20 || (after != gapBlank && after != gapDot && after != gapHyphen) {
		return false
	}
	out := buf[:0]
	for _, g := range word {
		out = appendPlain(out, g.plain)
	}
	return honorifics[string(out)] && (len(word) > 1 || after == gapDot)
}

// honorificsBefore returns the glyph at which the honorifics before glyph i begin; i if there are none.
func honorificsBefore(glyphs []glyph, i int) int {
	for range maxHonorifics {
		from := i - 1
		for from > 0 && glyphs[from].gap == gapNone && i-from <= 20 {
			from--
		}
		if from < 0 || !isHonorific(glyphs[from:i], glyphs[i].gap) {
			break
		}
		i = from
	}
	return i
}

// honorificsAt returns the glyph at which the honorifics at the beginning of a name end.
func honorificsAt(glyphs []glyph) int {
	i, last := 0, len(glyphs)-1
	for range maxHonorifics {
		to := i + 1
		for to < last && glyphs[to].gap == gapNone {
			to++
		}
		if to >= last || !isHonorific(glyphs[i:to], glyphs[to].gap) {
			break
		}
		i = to
	}
	return i
}

// written returns the text of glyphs i to j with a full stop after it, without other signs and blanks
// round it.
func written(text string, glyphs []glyph, i, j int) string {
	end := int(glyphs[j-1].end)
	if end < len(text) && text[end] == '.' {
		end++
	}
	return text[glyphs[i].start:end]
}
