package evaluate

// Group says in which sum a field counts.
type Group string

// The groups. Core is the headline; Extra is shown and stands in no other sum.
const (
	Core     Group = "CORE"
	Gloss    Group = "GLOSS"
	Entities Group = "ENTITIES"
	Extra    Group = "EXTRA"
)

var groups = []Group{Core, Gloss, Entities, Extra}

// rule says how a field is scored. Fields of the schema without a rule are not scored, because the
// reader had a choice in them (body, annotation, footnote, contact), because they are warnings for
// rules (page_furniture, mentioned_date, empty_field) or because they are judgements (ocr_error,
// inconsistency).
type rule struct {
	field   string
	group   Group
	compare comparer
}

var rules = []rule{
	{"record_type", Core, byCode},
	{"title", Core, byText},
	{"summary", Core, byText},
	{"catalogue_date", Core, byDate},
	{"document_date", Core, byDate},
	{"sent_at", Core, byDate},
	{"received_at", Core, byDate},
	{"relayed_received_at", Core, byDate},
	{"telegram_number", Core, byNumber},
	{"outgoing_number", Core, byNumber},
	{"incoming_number", Core, byNumber},
	{"special_number", Core, byRange},
	{"record_id", Core, byNumber},
	{"series", Core, bySeries},
	{"classification", Core, byText},
	{"handling_instruction", Core, byText},
	{"transmission_mode", Core, byText},
	{"issuing_body", Core, byText},
	{"stamp", Core, byText},
	{"rights", Core, byText},
	{"publisher", Core, byText},
	{"from_place", Core, byAgent},
	{"to_place", Core, byAgent},
	{"via", Core, byAgent},
	{"addressee", Core, byAgent},
	{"sender", Core, byAgent},
	{"signatory", Core, byAgent},
	{"distribution", Core, byRecipient},
	{"copy_count", Core, byNumber},
	{"copy_number", Core, byNumber},
	{"copy_disposition", Core, byDisposition},
	{"citation", Core, byShelfmark},
	{"source_url", Core, byAddress},
	{"original_language", Core, byLanguage},
	{"content_language", Core, byLanguage},
	{"telegram_reference", Core, byReference},
	{"embedded_message", Core, byExtent},
	{"processing_step", Core, byStep},

	{"gloss", Gloss, byText},
	{"omission", Gloss, byText},

	{"person", Entities, byAgent},
	{"place", Entities, byAgent},
	{"organisation", Entities, byAgent},

	{"document_number", Extra, byNumber},
	{"registration_number", Extra, byNumber},
	{"collection_number", Extra, byNumber},
	{"declassification", Extra, byText},
	{"priority", Extra, byText},
	{"copying_restriction", Extra, byText},
	{"translator", Extra, byAgent},
	{"contributor", Extra, byAgent},
	{"credits", Extra, byText},
	{"contents_form", Extra, byText},
	{"published_in", Extra, byText},
	{"lacuna", Extra, byText},
}

var ruleOf = func() map[string]rule {
	m := make(map[string]rule, len(rules))
	for _, r := range rules {
		m[r.field] = r
	}
	return m
}()

// covering names, for a field, the labels in which nothing is counted against it: a name in a
// citation belongs to the cataloguer, and a bracket may be labelled as something else.
func covering(r rule) map[string]bool {
	if r.group == Entities {
		return aroundNames
	}
	return around[r.field]
}

var (
	aroundNames = setOf("citation", "publisher", "published_in", "translator", "contributor", "credits",
		"rights", "contact", "source_url", "annotation", "footnote", "stamp", "page_furniture")
	around = map[string]map[string]bool{
		"gloss": setOf("omission", "lacuna", "stamp", "annotation", "footnote", "page_furniture",
			"declassification", "via", "embedded_message", "published_in"),
		"omission": setOf("gloss", "lacuna"),
		"stamp":    setOf("annotation", "footnote"),
	}
)

// peoples are adjectives and demonyms, folded. The gold does not label them as places.
var peoples = setOf(
	"american", "americans", "british", "english", "french", "german", "germans", "italian", "japanese",
	"chinese", "korean", "koreans", "manchurian", "mongolian", "vietnamese", "indochinese", "indian",
	"indians", "russian", "russians", "soviet", "soviets", "danish", "swedish", "norwegian", "dutch",
	"polish", "czech", "czechoslovak", "hungarian", "romanian", "bulgarian", "albanian", "yugoslav",
	"turkish", "persian", "iranian", "arab", "jewish", "cuban", "mexican", "canadian", "australian",
	"burmese", "thai", "tibetan", "ukrainian", "belarusian", "georgian", "armenian", "european", "asian",
	"african", "north", "south", "western", "eastern", "north-korean", "south-korean",
	"anglo-american", "anglo-americans", "sino-soviet", "sino-korea", "sino-korean", "soviet-american",
	"chinese-soviet",
)
