package citation

import "strings"

// style is a way of printing.
type style struct {
	joint       string // between two parts
	levels      [list + 1]string
	papka       string // where the archive's files lie in papki
	sprava      string
	single      string // before one list
	plural      string
	ark, arks   string
	unnumbered  string
	dash        string
	verso       string
	between     string // two ranges; empty to repeat the list mark
	russian     bool
	blankBefore bool // between a level's mark and its number
}

var (
	shortStyle = &style{
		joint: ", ", papka: "p.", sprava: "spr.",
		levels: [...]string{fond: "f.", opis: "op.", papka: "pap.", delo: "d.", por: "por.", dok: "dok.", tom: "t.", list: ""},
		single: "l.", plural: "ll.", ark: "ark.", arks: "ark.",
		unnumbered: "unnumbered", dash: "-", verso: "ob", between: ", ", blankBefore: true,
	}
	longStyle = &style{
		joint: ", ", papka: "papka", sprava: "sprava",
		levels: [...]string{fond: "fond", opis: "opis", papka: "papka", delo: "delo", por: "por.", dok: "dok.", tom: "tom", list: ""},
		single: "list", plural: "listy", ark: "arkush", arks: "arkushi",
		unnumbered: "unnumbered", dash: "-", verso: " verso", between: ", ", blankBefore: true,
	}
	russianStyle = &style{
		joint: ". ", papka: "П.", sprava: "Спр.",
		levels: [...]string{fond: "Ф.", opis: "Оп.", papka: "П.", delo: "Д.", por: "Пор.", dok: "Док.", tom: "Т.", list: ""},
		single: "Л.", plural: "Л.", ark: "Арк.", arks: "Арк.",
		unnumbered: "б/н", dash: "–", verso: " об.", between: ", ", russian: true, blankBefore: true,
	}
	normalStyle = &style{
		joint: " ", papka: "papka ", sprava: "spr.",
		levels: [...]string{fond: "f.", opis: "op.", papka: "papka ", delo: "d.", por: "por.", dok: "dok.", tom: "t.", list: ""},
		single: "l.", plural: "l.", ark: "ark.", arks: "ark.",
		unnumbered: "(unnumbered)", dash: "-", verso: "ob",
	}
)

// Short prints "APRF, f. 45, op. 1, d. 339, ll. 31-32".
func (c *Citation) Short() string { return c.print(shortStyle, c.archiveCode()) }

// Long prints the archive's name and the levels in words: "Archive of the
// President of the Russian Federation (APRF), fond 45, opis 1, delo 339, listy
// 31-32".
func (c *Citation) Long() string {
	a := c.archive()
	if a.Name == "" || a.other {
		return c.print(longStyle, c.archiveCode())
	}
	inBrackets := c.Archive
	if c.ThenArchive != "" {
		inBrackets += ", then " + c.ThenArchive
	}
	return c.print(longStyle, a.Name+" ("+inBrackets+")")
}

// Russian prints "АПРФ. Ф. 45. Оп. 1. Д. 339. Л. 31–32".
func (c *Citation) Russian() string {
	a := c.archive()
	name := c.Archive
	if a.Russian != "" {
		name = a.Russian
	}
	for _, f := range a.former {
		if f.code == c.ThenArchive {
			name += " (" + f.russian + ")"
		}
	}
	if c.Kind == Other {
		return c.print(shortStyle, c.archiveCode())
	}
	return c.print(russianStyle, name)
}

// String prints the normal form "APRF f.45 op.1 d.339 l.31-32". Sources that
// are no shelfmark are marked with their kind.
func (c *Citation) String() string {
	switch c.Kind {
	case Newspaper:
		return "newspaper: " + c.Reference
	case Other:
		return "other: " + c.Archive + " " + c.Reference
	}
	return c.print(normalStyle, c.archiveCode())
}

// archiveCode gives the archive's code with its name at the time.
func (c *Citation) archiveCode() string {
	if c.ThenArchive == "" {
		return c.Archive
	}
	return c.Archive + " (then " + c.ThenArchive + ")"
}

func (c *Citation) print(s *style, archive string) string {
	if c.Kind == Newspaper {
		return c.Reference
	}
	if c.Kind == Other {
		return archive + ", " + c.Reference
	}
	var parts []string
	add := func(of level, number string) {
		if number != "" {
			parts = append(parts, s.level(c, of, number))
		}
	}
	file := c.Delo
	if c.Has(DeloLost) {
		file = lost
	}
	add(fond, c.Fond)
	add(opis, c.Opis)
	if c.PapkaFirst {
		add(papka, c.Papka)
	}
	add(delo, file)
	add(por, c.Por)
	add(dok, c.Dok)
	if !c.PapkaFirst {
		add(papka, c.Papka)
	}
	add(tom, c.Tom)
	if len(c.Listy) > 0 {
		parts = append(parts, s.listy(c))
	}
	levels := strings.Join(parts, s.joint)
	if archive == "" || levels == "" {
		return archive + levels
	}
	return archive + s.joint + levels
}

// level prints one level.
func (s *style) level(c *Citation, of level, number string) string {
	name := s.levels[of]
	switch {
	case of == papka && c.archive().papkas:
		name = s.papka
	case of == delo && c.Ukrainian:
		name = s.sprava
	}
	if s.russian {
		number = toCyrillic(number)
	}
	if s.blankBefore {
		name += " "
	}
	return name + number
}

// listy prints the ranges of listy.
func (s *style) listy(c *Citation) string {
	single, plural := s.single, s.plural
	if c.Ukrainian {
		single, plural = s.ark, s.arks
	}
	name := plural
	if len(c.Listy) == 1 && c.Listy[0].From == c.Listy[0].To {
		name = single
	}
	if s.blankBefore {
		name += " "
	}
	var b strings.Builder
	for i, r := range c.Listy {
		switch {
		case i == 0:
			b.WriteString(name)
		case s.between == "", isYear(c.Listy[i-1], r): // a year would not be read as a list
			b.WriteString(", " + name)
		default:
			b.WriteString(s.between)
		}
		b.WriteString(s.sheets(r))
	}
	return b.String()
}

// sheets prints one range.
func (s *style) sheets(r Range) string {
	switch {
	case r.Unnumbered:
		return s.unnumbered
	case r.From == r.To:
		return s.leaf(r.From)
	}
	return s.leaf(r.From) + s.dash + s.leaf(r.To)
}

func (s *style) leaf(l Leaf) string {
	number := l.Number
	if s.russian {
		number = toCyrillic(number)
	}
	if l.Verso {
		number += s.verso
	}
	return number
}
