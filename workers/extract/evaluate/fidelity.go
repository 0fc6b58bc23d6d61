package evaluate

import "strings"

// fidelity checks that the words which a field points to hold its raw. Several pieces of evidence
// may hold it together, joined by blanks.
func (s *scorer) fidelity(d *document, field *statement) {
	if !field.source.known {
		return
	}
	f := &s.report.Fidelity
	f.Fields++
	quoted, why := field.quoted()
	raw := squeeze(field.raw)
	if raw == "" {
		raw = field.raw
	}
	joined := strings.Join(quoted, " ")
	switch {
	case why == "" && !strings.Contains(joined, raw):
		why = "raw is not in the evidence"
	case why == "":
		f.Faithful++
		exact := raw == joined
		for _, q := range quoted {
			exact = exact || raw == q
		}
		if exact {
			f.exact++
		}
		return
	}
	s.report.Findings = append(s.report.Findings, Finding{
		Kind: Unfaithful, File: d.file, Document: d.name, Field: field.field, Why: why,
		Got: field.value, Raw: field.raw, Rule: field.rule, Confidence: field.confidence, Evidence: quoteAll(field.source, field.given),
	})
}

// quoted returns the words of all evidence, or why it proves nothing.
func (s *statement) quoted() (quoted []string, why string) {
	switch {
	case len(s.given) == 0:
		return nil, "no evidence"
	case s.raw == "":
		return nil, "no raw"
	}
	for _, span := range s.given {
		if !span.valid() || span.End > len(s.source.text) {
			return nil, "evidence outside the file"
		}
		words, ok := s.source.cut(span)
		if !ok {
			return nil, "evidence cuts a character in two"
		}
		if flat := squeeze(words); flat != "" {
			words = flat
		}
		quoted = append(quoted, words)
	}
	return quoted, ""
}
