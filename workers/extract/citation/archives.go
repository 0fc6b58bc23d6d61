package citation

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Archive is one entry of the table of archives.
type Archive struct {
	Code        string // APRF
	Name        string // in English; empty where only the code is known
	Russian     string // АПРФ; empty where the code is all there is
	RussianName string

	// papkas: files lie in papki, so that p. is papka and never page.
	papkas bool
	// deloOnly: files are numbered through; a fond alone is a misread delo.
	deloOnly bool
	// soviet: fonds of the time after 1917 are called and so on.
	soviet bool
	// known: a fond and opis so much cited that the archive is often left out.
	known string
	// other: there are no fonds and opisi.
	other bool

	// forms are the names in use, apart by "|"; a leading "!" marks a wrong
	// rendering, "~" one that means the archive only before a shelfmark.
	forms string
	// former are earlier names, each with the code that stands for it.
	former []former
}

type former struct{ code, russian, forms string }

// archives are those whose citations are common in the literature. An archive
// that is not here is kept as written.
var archives = []Archive{
	{
		Code: "APRF", Name: "Archive of the President of the Russian Federation",
		Russian: "АПРФ", RussianName: "Архив Президента Российской Федерации", forms: "APRF|AP RF|A P R F|" +
			"Archive of the President of the Russian Federation|Archive of the President of Russia|Archive of the President|Archives of the President of the Russian Federation|" +
			"Presidential Archive of the Russian Federation|Presidential Archives of the Russian Federation|Russian Presidential Archive|Russian Presidential Archives|Presidential Archive|Presidential Archives|" +
			"Arkhiv Prezidenta Rossiiskoi Federatsii|Arkhiv Prezidenta Rossiyskoy Federatsii|Arkhiv Prezidenta RF|" +
			"АПРФ|АП РФ|А П Р Ф|Архив Президента Российской Федерации|Архива Президента Российской Федерации|Архив Президента РФ|Архива Президента РФ",
	},
	{
		Code: "AVPRF", Name: "Archive of Foreign Policy of the Russian Federation", papkas: true,
		Russian: "АВПРФ", RussianName: "Архив внешней политики Российской Федерации", forms: "AVPRF|AVP RF|AVPR|A V P R F|" +
			"Archive of Foreign Policy of the Russian Federation|Archive of the Foreign Policy of the Russian Federation|Archives of the Foreign Policy of the Russian Federation|" +
			"Archive of Foreign Policy|Foreign Policy Archive of the Russian Federation|Russian Foreign Policy Archive|Archive of the Ministry of Foreign Affairs of the Russian Federation|" +
			"Russian Foreign Ministry Archive|Russian Foreign Ministry Archives|Russian Foreign Ministry|Foreign Ministry Archive|Foreign Ministry Archives|~Foreign Ministry|" +
			"Arkhiv vneshnei politiki Rossiiskoi Federatsii|Arkhiv vneshney politiki Rossiyskoy Federatsii|Arkhiv vneshnei politiki RF|" +
			"АВПРФ|АВП РФ|А В П Р Ф|Архив внешней политики Российской Федерации|Архива внешней политики Российской Федерации|Архив внешней политики РФ|Архив МИД РФ",
		former: []former{{"AVP SSSR", "АВП СССР", "AVP SSSR|AVP USSR|АВП СССР|Архив внешней политики СССР"}},
	},
	{
		Code: "RGASPI", Name: "Russian State Archive of Socio-Political History", known: "558.11",
		Russian: "РГАСПИ", RussianName: "Российский государственный архив социально-политической истории", forms: "RGASPI|" +
			"Russian State Archive of Socio Political History|Russian State Archive of Social and Political History|Russian State Archive of Social Political History|" +
			"Rossiiskii gosudarstvennyi arkhiv sotsial'no politicheskoi istorii|Rossiyskiy gosudarstvennyy arkhiv sotsialno politicheskoy istorii|" +
			"РГАСПИ|Российский государственный архив социально политической истории|Российского государственного архива социально политической истории",
		former: []former{
			{"RTsKhIDNI", "РЦХИДНИ", "RTsKhIDNI|RTSKHIDNI|RTsKIDNI|РЦХИДНИ|Russian Center for the Preservation and Study of Documents of Recent History"},
			{"TsPA IML", "ЦПА ИМЛ", "TsPA IML|TsPA|ЦПА ИМЛ|ЦПА"},
		},
	},
	{
		Code: "RGANI", Name: "Russian State Archive of Contemporary History",
		Russian: "РГАНИ", RussianName: "Российский государственный архив новейшей истории", forms: "RGANI|" +
			"Russian State Archive of Contemporary History|Russian State Archive of Recent History|Rossiiskii gosudarstvennyi arkhiv noveishei istorii|" +
			"РГАНИ|Российский государственный архив новейшей истории|Российского государственного архива новейшей истории",
		former: []former{{"TsKhSD", "ЦХСД", "TsKhSD|TSKHSD|Center for the Storage of Contemporary Documentation|Centre for the Storage of Contemporary Documentation|" +
			"Center for the Preservation of Contemporary Documentation|Storage Center for Contemporary Documentation|" +
			"Tsentr Khraneniya Sovremennoi Dokumentatsii|Tsentr Khraneniia Sovremennoi Dokumentatsii|Tsentr Khraneniya Sovremennoy Dokumentatsii|" +
			"ЦХСД|Центр хранения современной документации"}},
	},
	{
		Code: "GARF", Name: "State Archive of the Russian Federation", soviet: true,
		Russian: "ГАРФ", RussianName: "Государственный архив Российской Федерации", forms: "GARF|GA RF|" +
			"State Archive of the Russian Federation|State Archives of the Russian Federation|Gosudarstvennyi arkhiv Rossiiskoi Federatsii|Gosudarstvennyy arkhiv Rossiyskoy Federatsii|" +
			"ГАРФ|ГА РФ|Государственный архив Российской Федерации|Государственного архива Российской Федерации",
		former: []former{{"TsGAOR", "ЦГАОР", "TsGAOR SSSR|TsGAOR|ЦГАОР СССР|ЦГАОР"}},
	},
	{
		Code: "TsAMO", Name: "Central Archive of the Ministry of Defence of the Russian Federation",
		Russian: "ЦАМО", RussianName: "Центральный архив Министерства обороны Российской Федерации", forms: "TsAMO RF|TsAMO|TSAMO RF|TSAMO|CAMO RF|CAMO|" +
			"Central Archive of the Ministry of Defence of the Russian Federation|Central Archive of the Ministry of Defense of the Russian Federation|Central Archives of the Ministry of Defense of the Russian Federation|" +
			"Central Archive of the Russian Ministry of Defence|Central Archive of the Russian Ministry of Defense|Central Archive of the Ministry of Defence|Central Archive of the Ministry of Defense|" +
			"ЦАМО РФ|ЦАМО|Центральный архив Министерства обороны|Центральный архив Министерства обороны Российской Федерации|Центральный архив Министерства обороны РФ",
	},
	{
		Code: "RGAE", Name: "Russian State Archive of the Economy",
		Russian: "РГАЭ", RussianName: "Российский государственный архив экономики", forms: "RGAE|Russian State Archive of the Economy|Russian State Archive of Economics|РГАЭ|Российский государственный архив экономики",
		former: []former{{"TsGANKh", "ЦГАНХ", "TsGANKh SSSR|TsGANKh|ЦГАНХ СССР|ЦГАНХ"}},
	},
	{
		Code: "RGVA", Name: "Russian State Military Archive",
		Russian: "РГВА", RussianName: "Российский государственный военный архив", forms: "RGVA|Russian State Military Archive|РГВА|Российский государственный военный архив",
		former: []former{{"TsGASA", "ЦГАСА", "TsGASA|ЦГАСА"}},
	},
	{
		Code: "RGALI", Name: "Russian State Archive of Literature and Art",
		Russian: "РГАЛИ", RussianName: "Российский государственный архив литературы и искусства", forms: "RGALI|Russian State Archive of Literature and Art|РГАЛИ|Российский государственный архив литературы и искусства",
	},
	{
		Code: "TsAFSB", Name: "Central Archive of the Federal Security Service of the Russian Federation",
		Russian: "ЦА ФСБ РФ", RussianName: "Центральный архив Федеральной службы безопасности Российской Федерации", forms: "TsA FSB RF|TsAFSB RF|TsA FSB of Russia|TsA FSB Russia|TsA FSB|TsAFSB|CSA FSB RF|CSA FSB|CA FSB RF|CA FSB|!CIA FSB RF|!CIA FSB|" +
			"Central Archive of the Federal Security Service of the Russian Federation|Central Archive of the Federal Security Service|Central Archive of the FSB|" +
			"ЦА ФСБ РФ|ЦА ФСБ России|ЦА ФСБ|Центральный архив ФСБ РФ|Центральный архив ФСБ России|Центральный архив Федеральной службы безопасности Российской Федерации",
	},
	{
		Code: "SVR", Name: "Archive of the Foreign Intelligence Service of the Russian Federation",
		Russian: "Архив СВР", RussianName: "Архив Службы внешней разведки Российской Федерации", forms: "SVR RF|SVR|ASVR RF|ASVR|SVR Archive|SVR Archives|Archive of the SVR|Archives of the SVR|" +
			"Archive of the Foreign Intelligence Service of the Russian Federation|Archive of the Foreign Intelligence Service|Архив СВР РФ|Архив СВР|СВР РФ|СВР|АСВР|Архив Службы внешней разведки Российской Федерации",
	},
	{
		Code: "HDA SBU", Name: "Sectoral State Archive of the Security Service of Ukraine",
		Russian: "ГДА СБУ", RussianName: "Галузевий державний архів Служби безпеки України", forms: "HDA SBU|HDASBU|SSA SBU|HDA SB Ukrainy|GDA SBU|" +
			"Sectoral State Archive of the Security Service of Ukraine|State Archive of the Security Service of Ukraine|ГДА СБУ|ГДА СБ України|Галузевий державний архів Служби безпеки України",
	},
	{
		Code: "TsA KGB RB", Name: "Central Archive of the State Security Committee of the Republic of Belarus", deloOnly: true,
		Russian: "ЦА КГБ РБ", RussianName: "Центральный архив Комитета государственной безопасности Республики Беларусь", forms: "TsA KGB RB|CSA KGB RB|CA KGB RB|!CIA KGB RB|TsA KGB Belarus|" +
			"Central Archive of the KGB of the Republic of Belarus|Central Archive of the KGB of Belarus|Central Archive of the State Security Committee of the Republic of Belarus|" +
			"ЦА КГБ РБ|Центральный архив КГБ РБ|Центральный архив КГБ Республики Беларусь|Центральный архив Комитета государственной безопасности Республики Беларусь",
	},
	{Code: "NARCH", forms: "NARCH"}, // a regional archive
	{Code: "Bundesarchiv", Name: "German Federal Archives", other: true, forms: "BArch|Bundesarchiv|German Federal Archives|Federal Archives of Germany"},
}

// newspapers are papers whose name alone tells that an issue is cited; others
// must be called newspaper.
const newspapers = "Pravda|Izvestia|Izvestiya|Izvestiia|Krasnaya Zvezda|Krasnaia Zvezda|Trud|Komsomolskaya Pravda|Rodong Sinmun|Nodong Sinmun|Renmin Ribao|People's Daily|New York Times|" +
	"Правда|Известия|Красная звезда|Труд|Комсомольская правда"

// form is one written name, ready to be compared.
type form struct {
	words   []string // skeletons
	archive *Archive // nil for a newspaper
	then    string   // code of the former name
	wrong   bool     // a wrong rendering
	weak    bool     // means the archive only before a shelfmark
	short   bool     // is an abbreviation
}

// names are forms by their first word, those of more words first.
type names map[string][]form

var (
	archiveNames   = buildArchiveNames()
	newspaperNames = names{}.add(newspapers, form{}).sort()
)

func buildArchiveNames() names {
	n := names{}
	for i := range archives {
		a := &archives[i]
		n.add(a.forms, form{archive: a})
		for _, f := range a.former {
			n.add(f.forms, form{archive: a, then: f.code})
		}
	}
	return n.sort()
}

func (n names) add(forms string, f form) names {
	for name := range strings.SplitSeq(forms, "|") {
		f.wrong, f.weak = name[0] == '!', name[0] == '~'
		f.words, f.short = nil, true
		for _, w := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
			f.words = append(f.words, string(skeleton(nil, w)))
			f.short = f.short && isAbbreviation(w)
		}
		n[f.words[0]] = append(n[f.words[0]], f)
	}
	return n
}

func (n names) sort() names {
	for _, forms := range n {
		slices.SortStableFunc(forms, func(a, b form) int { return cmp.Compare(len(b.words), len(a.words)) })
	}
	return n
}

// maxWord is the length in bytes of the longest word that can begin a name or
// be a marker.
const maxWord = 48

// name finds the longest name that begins at i, and its end.
func (n names) name(t text, i int) (form, int, bool) {
	first, _ := t.rune(i)
	end := t.letters(i)
	if !unicode.IsUpper(first) || end-i > maxWord {
		return form{}, 0, false
	}
	var buf [maxWord * 2]byte
	for _, f := range n[string(skeleton(buf[:0], string(t[i:end])))] {
		if j, ok := t.words(end, f.words[1:]); ok {
			return f, j, true
		}
	}
	return form{}, 0, false
}

// words reads the given words after the one that ends at i. Blanks, a hyphen,
// an apostrophe or a full stop may stand between two.
func (t text) words(i int, words []string) (int, bool) {
	var buf [maxWord * 2]byte
	for _, w := range words {
		if r, n := t.rune(i); r == '.' || isDash(r) || isApostrophe(r) {
			i += n
		}
		i = t.blanks(i)
		end := t.letters(i)
		if end-i > maxWord || string(skeleton(buf[:0], string(t[i:end]))) != w {
			return 0, false
		}
		i = end
	}
	return i, t.closed(i)
}

// LookUpArchive finds an archive of the table by any of its names.
func LookUpArchive(name string) (Archive, bool) {
	t := text(strings.TrimSpace(name))
	f, end, ok := archiveNames.name(t, 0)
	if !ok || end < len(t) && t[end:] != "." {
		return Archive{}, false
	}
	return *f.archive, true
}

// byCode finds the entry of an archive or, with its former name, of what it
// was; nil where the table has none.
func byCode(code string) *Archive {
	for i := range archives {
		if archives[i].Code == code {
			return &archives[i]
		}
	}
	return nil
}
