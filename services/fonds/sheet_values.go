package main

import (
	"fmt"
	"strings"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// valueWords says a value in words; "" for what is nothing to say.
func valueWords(f *fondsv1.Field) string {
	v := f.GetValue()
	switch v.GetValue().(type) {
	case nil:
		if f.GetRaw() == "" && f.GetPerson() != "" {
			return "none"
		}
		return f.GetRaw()
	case *fondsv1.FieldValue_Text:
		return textWords(f)
	case *fondsv1.FieldValue_Number:
		return fmt.Sprint(v.GetNumber())
	case *fondsv1.FieldValue_Date:
		return dateWords(v.GetDate()) + writtenAs(f.GetRaw())
	case *fondsv1.FieldValue_Agent:
		return agentWords(v.GetAgent())
	case *fondsv1.FieldValue_Citation:
		return citationOf(f).Short()
	case *fondsv1.FieldValue_Series:
		return strings.TrimSpace(fmt.Sprintf("“%s” %s", v.GetSeries().GetSeries(), v.GetSeries().GetMark()))
	case *fondsv1.FieldValue_Distribution:
		return copyWords(v.GetDistribution())
	case *fondsv1.FieldValue_Disposition:
		return fmt.Sprintf("No. %s: %s", strings.Join(v.GetDisposition().GetCopyNumbers(), ", "), strings.TrimLeft(v.GetDisposition().GetWhere(), "—–-: "))
	case *fondsv1.FieldValue_Link:
		return v.GetLink().GetUrl()
	case *fondsv1.FieldValue_NumberRange:
		return rangeWords(v.GetNumberRange())
	case *fondsv1.FieldValue_Step:
		return stepWords(v.GetStep())
	case *fondsv1.FieldValue_Embedded:
		return embeddedWords(v.GetEmbedded())
	case *fondsv1.FieldValue_Gloss:
		return glossWords(v.GetGloss())
	case *fondsv1.FieldValue_Mention:
		return mentionWords(v.GetMention())
	}
	return f.GetRaw()
}

// textWords gives a text as written, or the term that the words were read as.
func textWords(f *fondsv1.Field) string {
	text := f.GetValue().GetText()
	switch f.GetName() {
	case "record_type", "contents_form":
		return strings.ReplaceAll(text, "_", " ")
	case "telegram_number", "outgoing_number", "incoming_number", "document_number", "registration_number":
		return text
	case "original_language", "content_language":
		if f.GetRaw() == "" || f.GetRaw() == text {
			return text
		}
		return fmt.Sprintf("%s (%s)", f.GetRaw(), text)
	}
	if f.GetRaw() != "" && f.GetPerson() == "" {
		return f.GetRaw()
	}
	return text
}

// dateWords gives a date in words: a year that was inferred stands in brackets.
func dateWords(d *fondsv1.DateValue) string {
	iso, words := d.GetIso(), ""
	year := func(layout string) string {
		if d.GetYearInferred() {
			return strings.ReplaceAll(layout, "2006", "[2006]")
		}
		return layout
	}
	for _, form := range [][2]string{
		{"2006-01-02T15:04", "2 January 2006, 15:04"},
		{"2006-01-02T15", "2 January 2006, 15 h"},
		{"2006-01-02", "2 January 2006"},
		{"2006-01", "January 2006"},
		{"2006", "2006"},
		{"--01-02T15:04", "2 January, 15:04, no year"},
		{"--01-02", "2 January, no year"},
	} {
		if t, err := time.Parse(form[0], iso); err == nil {
			words = t.Format(year(form[1]))
			break
		}
	}
	if words == "" {
		words = iso
	}
	if zone := d.GetTz(); zone != "" && zone != "unstated" {
		words += " " + zone
	}
	return words
}

// writtenAs adds the words of the document to what was read of them.
func writtenAs(raw string) string {
	if raw == "" {
		return ""
	}
	return fmt.Sprintf(" (“%s”)", oneLine(raw, 60))
}

// agentWords gives a name as written, and whose it is.
func agentWords(a *fondsv1.AgentValue) string {
	words := a.GetAsWritten()
	if a.GetBracketed() {
		words = "[" + words + "]"
	}
	if a.GetGloss() != "" {
		words += " [" + a.GetGloss() + "]"
	}
	if words == "" {
		words = a.GetOffice()
	}
	switch known := orID(a.GetName(), a.GetId()); {
	case words == "":
		words = known
	case known != "" && !strings.EqualFold(known, words):
		words += " = " + known
	}
	if role := a.GetRole(); role != "" && role != "final" {
		words += ", " + role
	}
	return words
}

func orID(name, id string) string {
	if name != "" {
		return name
	}
	return id
}

func copyWords(d *fondsv1.DistributionValue) string {
	words := agentWords(d.GetRecipient())
	if d.GetCopyNumber() != "" {
		words += ", copy No. " + d.GetCopyNumber()
	}
	if d.GetCopies() > 1 {
		words += fmt.Sprintf(", %d copies", d.GetCopies())
	}
	return words
}

func rangeWords(r *fondsv1.NumberRangeValue) string {
	if r.GetTo() == "" || r.GetTo() == r.GetFrom() {
		return r.GetFrom()
	}
	return r.GetFrom() + "–" + r.GetTo()
}

func stepWords(v *fondsv1.StepValue) string {
	words := v.GetStep()
	if v.GetPerson() != "" {
		words += " by " + strings.TrimSpace(v.GetRank()+" "+v.GetPerson())
	}
	if v.GetAt() != "" {
		words += ", " + dateWords(&fondsv1.DateValue{Iso: v.GetAt()})
	}
	if v.GetNumber() != "" {
		words += ", No. " + v.GetNumber()
	}
	return words
}

func embeddedWords(e *fondsv1.EmbeddedValue) string {
	words := strings.ReplaceAll(e.GetRelation(), "_", " ")
	if e.GetFrom() != "" {
		words += " from " + e.GetFrom()
	}
	if e.GetTo() != "" {
		words += " to " + e.GetTo()
	}
	if e.GetDate() != "" {
		words += ", " + dateWords(&fondsv1.DateValue{Iso: e.GetDate()})
	}
	return fmt.Sprintf("%s: “%s … %s”", words, strings.Trim(e.GetFirst(), "“”\"… "), strings.Trim(e.GetLast(), "“”\"… "))
}

func glossWords(g *fondsv1.GlossValue) string {
	words := strings.Trim(g.GetText(), "[]() ")
	if g.GetTarget() != "" {
		return fmt.Sprintf("%s [%s]: %s", g.GetTarget(), words, strings.ReplaceAll(g.GetKind(), "_", " "))
	}
	return fmt.Sprintf("[%s]: %s", words, strings.ReplaceAll(g.GetKind(), "_", " "))
}

// mentionWords gives a name and the forms in which it is written.
func mentionWords(m *fondsv1.MentionValue) string {
	name := orID(m.GetName(), m.GetId())
	var forms []string
	for _, v := range m.GetVariants() {
		if !strings.EqualFold(v, name) {
			forms = append(forms, v)
		}
	}
	switch {
	case name == "":
		return strings.Join(forms, " / ")
	case len(forms) == 0:
		return name
	}
	return fmt.Sprintf("%s (%s)", name, strings.Join(forms, ", "))
}
