package agents

import "strings"

// The systems by which Russian is written in Latin letters: BGN/PCGN, which governments use, its
// usual short form, which writes -y for -iy and -yy at the end of a word and which newspapers use, and
// ALA-LC (without its ties and marks, which folding drops), which libraries use. No living Go module
// to be had has them; this is the whole of them as far as folded names go.
const (
	bgn   = "BGN/PCGN"
	press = "simplified BGN/PCGN"
	ala   = "ALA-LC"
)

var common = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "zh", 'з': "z", 'и': "i", 'к': "k", 'л': "l",
	'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts",
	'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e",
}

var systems = map[string]map[rune]string{
	bgn:   {'ё': "yo", 'й': "y", 'ю': "yu", 'я': "ya"},
	press: {'ё': "yo", 'й': "y", 'ю': "yu", 'я': "ya"},
	ala:   {'ё': "e", 'й': "i", 'ю': "iu", 'я': "ia"},
}

// shortEndings leaves one letter of ий and ый at the end of a word.
var shortEndings = strings.NewReplacer("ий ", "й ", "ый ", "й ", "ИЙ ", "Й ", "ЫЙ ", "Й ")

// transliterate writes a Russian name in Latin letters. In BGN/PCGN е is ye at the beginning of a
// word and after vowels and signs. What is not Russian stays.
func transliterate(name, system string) string {
	var b strings.Builder
	if system == press {
		name = shortEndings.Replace(name + " ")
		name = name[:len(name)-1]
	}
	own, before := systems[system], ' '
	for _, r := range name {
		small := []rune(strings.ToLower(string(r)))[0]
		latin, ok := own[small]
		if !ok {
			latin, ok = common[small]
		}
		if system != ala && small == 'е' && strings.ContainsRune(" -.аеёиоуыэюяйъь", before) {
			latin = "ye"
		}
		switch {
		case !ok:
			b.WriteRune(r)
		case small != r && latin != "":
			b.WriteString(strings.ToUpper(latin[:1]) + latin[1:])
		default:
			b.WriteString(latin)
		}
		before = small
	}
	return b.String()
}
