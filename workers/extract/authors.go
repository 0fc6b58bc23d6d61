package extract

import (
	"strings"
)

// reports tells that something before token i was said or written.
func (d *doc) reports(first, i int) bool {
	for j := max(first, i-around); j < i; j++ {
		w := d.word(j)
		for _, stem := range []string{"report", "telegraph", "cabl", "set", "describ", "inform", "content", "transmit", "сообщ", "телеграф", "излож", "доклад", "долож", "переда", "содержан", "информир", "указан", "wrote", "writ", "stated", "wired"} {
			if strings.HasPrefix(w, stem) {
				return true
			}
		}
	}
	return false
}

// telegraphed finds verbs of telegraphing in the past.
func (d *doc) telegraphed(i int) bool {
	switch d.word(i) {
	case "telegraphed", "cabled", "wired", "телеграфировал", "телеграфировала", "телеграфировали", "телеграфировалось", "радировал", "радировали", "шифровал":
		return true
	}
	return false
}

// skipTo skips "to" and titles.
func (d *doc) skipTo(i int) int {
	if d.at(i).key == kTo {
		i++
	}
	return i
}

// possessor is who a thing belongs to by the word before it: Department's telegram,
// the Embassy's note.
func (d *doc) possessor(i int) (string, bool) {
	s := d.of(d.at(i - 1).Span)
	for _, end := range []string{"'s", "’s", "s'", "s’"} {
		if base, ok := strings.CutSuffix(s, end); ok && d.startsUpper(i-1) {
			return base, true
		}
	}
	return "", false
}

// author reads who wrote a thing, behind its word: "from X", "of the Military
// Attaché", "т. Хрущёва", "from the consul in Y, Z". It returns the token behind.
func (d *doc) author(i, last int) (string, int) {
	j := i
	if d.at(j).key == kFrom || d.at(j).key == kOf {
		j++
	} else if d.at(j).key != kComrade && d.mentionAt(d.at(j).Start) == nil {
		return "", i
	}
	for d.word(j) == "the" || d.word(j) == "a" || d.word(j) == "an" {
		j++
	}
	limit := d.at(last - 1).End
	if n, after := d.nameAt(j, limit); after > j && d.at(j).key != kOffice && (n.known == nil || n.known.Kind != "place") {
		if d.at(after-1).key == kBody && d.at(after).key == kOf && d.startsUpper(after+1) {
			if more, end := d.nameAt(after+1, limit); end > after+1 {
				n.written.End, after = more.written.End, end
			}
		}
		if after < last && d.governs(after) {
			n.written.End = d.at(after).End
			after++
		}
		return d.clean(n.written), after
	}
	end := j
	for k := j; k < min(j+5, last) && d.at(k).word() && d.at(k).key.month() == 0; k++ {
		if d.at(k).key == kOffice || d.at(k).key == kBody || titled(d.word(k)) && j > i || strings.HasPrefix(d.word(k), "attach") || strings.HasPrefix(d.word(k), "charg") || d.word(k) == "government" {
			end = k + 1
		}
	}
	if end == j {
		return "", i
	}
	for k := end; k < min(end+6, last); k++ { // the consul in Y, Z
		if d.at(k).mark == ',' {
			if n, after := d.nameAt(k+1, limit); after > k+1 && (n.known == nil || n.known.Kind == "person") && d.onlyMarks(after, min(after+1, last)) {
				return d.clean(n.written), after
			}
			break
		}
		if d.at(k).mark != 0 || d.at(k).num >= 0 {
			break
		}
	}
	return d.clean(Span{d.at(j).Start, d.at(end - 1).End}), end
}

// governs tells that a word behind an adjective says who it is: Greek government.
func (d *doc) governs(i int) bool {
	if d.at(i).key == kOffice {
		return d.closeEnough(i)
	}
	switch d.word(i) {
	case "government", "embassy", "ministry", "legation", "mission", "delegation", "side", "ambassador", "minister", "consul", "charge", "chargé":
		return d.closeEnough(i)
	}
	return false
}

// receivedFrom finds "from" in what says how a thing came: a telegram that he had
// received from his ministry, сообщение, полученное от X. It returns 0 for none.
func (d *doc) receivedFrom(i, last int) int {
	for j := i; j < min(i+7, last-1); j++ {
		if t := d.at(j); t.mark != 0 && t.mark != ',' {
			return 0
		}
		if (d.at(j).key == kReceived || strings.HasPrefix(d.word(j), "получен")) && d.at(j+1).key == kFrom {
			return j + 1
		}
	}
	return 0
}

// hasTelegraphed reads "X has telegraphed to Y", where both are named.
func (d *doc) hasTelegraphed(first, i, last int) bool {
	limit := d.at(last - 1).End
	to, after := d.nameAt(d.skipTo(i+1), limit)
	if after == d.skipTo(i+1) || to.known != nil && to.known.Kind != "person" {
		return false
	}
	j := i - 1
	if w := d.word(j); w == "has" || w == "had" || w == "also" || w == "уже" {
		j--
	}
	from, end := d.nameAt(j, d.at(i).Start)
	if j < first || end == j || d.at(j).key != none || from.known != nil && from.known.Kind != "person" || d.digits(j) > 0 {
		return false
	}
	v := Reference{Kind: "telegram", Relation: "refers_to", From: d.clean(from.written), To: d.clean(to.written)}
	d.addReference(v, Span{d.at(first).Start, limit}, 0.7)
	return true
}

// dative tells by its ending that a Russian name is that of the one written to.
func dative(name string) bool {
	for _, end := range []string{"у", "ю", "ому", "ему", "У", "Ю"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

func (d *doc) sends(first, i int) bool {
	for j := max(first, i-around); j < i; j++ {
		switch d.word(j) {
		case "send", "sending", "sent", "give", "giving", "given", "посылаем", "направляем", "даем":
			return true
		}
	}
	return false
}
