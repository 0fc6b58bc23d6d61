package extract

import (
	"strings"
)

// label is a heading of an edition's page.
type label uint8

// labels has what stands before the colon, in lower case.
var labels = map[string]label{
	"title": titleLabel, "название": titleLabel, "заголовок": titleLabel, "наименование": titleLabel, "название документа": titleLabel, "заголовок документа": titleLabel, "document title": titleLabel,
	"author": authorLabel, "authors": authorLabel, "author(s)": authorLabel, "автор": authorLabel, "creator": authorLabel,
	"авторы": authorLabel, "автор(ы)": authorLabel, "отправитель": authorLabel, "sender": authorLabel, "creators": authorLabel, "creator(s)": authorLabel,
	"recipient": recipientLabel, "recipients": recipientLabel, "recipient(s)": recipientLabel, "addressee": recipientLabel, "addressees": recipientLabel,
	"адресат": recipientLabel, "адресаты": recipientLabel, "получатель": recipientLabel,
	"date": dateLabel, "дата": dateLabel, "document date": dateLabel, "date of document": dateLabel, "дата документа": dateLabel, "датировка": dateLabel,
	"date created": dateLabel, "creation date": dateLabel, "дата создания": dateLabel,
	"citation": citationLabel, "archive": archiveLabel, "original archive": archiveLabel, "архив": archiveLabel, "шифр": citationLabel,
	"repository": archiveLabel, "holding institution": archiveLabel, "место хранения": archiveLabel, "хранится": archiveLabel, "holder": archiveLabel,
	"archive reference": citationLabel, "archival reference": citationLabel, "reference code": citationLabel, "archival citation": citationLabel,
	"shelfmark": citationLabel, "call number": citationLabel, "архивный шифр": citationLabel, "сигнатура": citationLabel, "легенда": citationLabel, "archival source": citationLabel,
	"source": sourceLabel, "источник": sourceLabel, "url": sourceLabel, "permalink": sourceLabel, "sources": sourceLabel, "original source": sourceLabel, "document source": sourceLabel,
	"address": sourceLabel, "web address": sourceLabel, "link": sourceLabel, "адрес": sourceLabel, "ссылка": sourceLabel, "постоянный адрес": sourceLabel,
	"summary": summaryLabel, "description": summaryLabel, "abstract": summaryLabel, "аннотация": summaryLabel, "описание": summaryLabel,
	"краткое содержание": summaryLabel, "резюме": summaryLabel, "scope and content": summaryLabel, "english summary": summaryLabel, "document summary": summaryLabel,
	"original language": languageLabel, "language": languageLabel, "language(s)": languageLabel, "original language(s)": languageLabel, "document language": languageLabel, "язык(и)": languageLabel, "языки": languageLabel, "original languages": languageLabel, "язык оригинала": languageLabel, "язык": languageLabel,
	"languages": languageLabel, "language of original": languageLabel, "language of the original": languageLabel, "язык документа": languageLabel,
	"contents": contentsLabel, "содержание": contentsLabel, "available formats": contentsLabel, "состав": contentsLabel,
	"rights": rightsLabel, "права": rightsLabel, "copyright": rightsLabel, "rights statement": rightsLabel, "terms of use": rightsLabel, "usage rights": rightsLabel,
	"условия использования": rightsLabel, "авторские права": rightsLabel, "conditions of use": rightsLabel,
	"translated by": translatorLabel, "translator": translatorLabel, "translation": translatorLabel, "перевод": translatorLabel,
	"translators": translatorLabel, "translator(s)": translatorLabel, "переводчик": translatorLabel, "перевел": translatorLabel, "перевела": translatorLabel, "перевёл": translatorLabel,
	"contributed by": contributorLabel, "contributor": contributorLabel, "contributors": contributorLabel, "donor": contributorLabel, "donated by": contributorLabel,
	"obtained by": contributorLabel, "provided by": contributorLabel, "предоставлено": contributorLabel, "предоставил": contributorLabel, "предоставила": contributorLabel,
	"publisher": publisherLabel, "published by": publisherLabel, "издатель": publisherLabel, "издательство": publisherLabel, "digital archive": publisherLabel,
	"published in": publishedLabel, "published": publishedLabel, "type": otherLabel, "place": otherLabel, "holding": archiveLabel, "publication": publishedLabel, "опубликовано": publishedLabel, "опубл": publishedLabel, "публикация": publishedLabel, "first published": publishedLabel,
	"reprinted in": publishedLabel, "впервые опубликовано": publishedLabel, "опубликован": publishedLabel,
	"document no": recordLabel, "document no.": recordLabel, "document number": recordLabel, "document id": recordLabel, "item id": recordLabel, "item no.": recordLabel,
	"record no.": recordLabel, "record number": recordLabel, "identifier": recordLabel, "id": recordLabel, "номер документа": recordLabel, "идентификатор": recordLabel, "номер записи": recordLabel,
	"number in collection": collectionLabel, "номер в сборнике": collectionLabel, "collection number": collectionLabel, "collection no.": collectionLabel,
	"declassified": declassifiedLabel, "declassification": declassifiedLabel, "рассекречено": declassifiedLabel, "рассекречен": declassifiedLabel, "date declassified": declassifiedLabel,
	"ключевые слова": otherLabel, "тема": otherLabel, "темы": otherLabel, "персоналии": otherLabel, "география": otherLabel, "подборка": otherLabel, "коллекция": otherLabel,
	"tags": otherLabel, "topics": otherLabel, "people": otherLabel, "places": otherLabel, "series title": otherLabel, "примечания": otherLabel, "document type": otherLabel, "вид документа": otherLabel,
	"тип документа": otherLabel, "format": otherLabel, "extent": otherLabel, "объем": otherLabel, "объём": otherLabel, "physical description": otherLabel,
	"record id": recordLabel, "persistent address": sourceLabel, "persistent link": sourceLabel, "persistent url": sourceLabel, "stable url": sourceLabel, "permanent link": sourceLabel, "permanent url": sourceLabel, "постоянная ссылка": sourceLabel,
	"credits": creditsLabel, "sponsor": creditsLabel, "funding": creditsLabel, "при поддержке": creditsLabel, "subjects": otherLabel, "subjects discussed": otherLabel, "keywords": otherLabel,
	"associated people & organizations": otherLabel, "associated people": otherLabel, "associated places": otherLabel,
	"associated topics": otherLabel, "document information": otherLabel, "related documents": otherLabel,
	"geographic subjects": otherLabel, "collection": otherLabel, "notes": otherLabel,
}

// labelAt returns the label of a line and what follows it on the line.
func (p *page) labelAt(l line) (label, Span) {
	low := p.lower[l.Start:l.End]
	if colon := strings.IndexByte(low, ':'); colon > 0 && colon < 60 {
		if found := labelOf(strings.Trim(low[:colon], blanks+"-–—•")); found != noLabel {
			return found, p.trimOf(Span{l.Start + colon + 1, l.End}, "")
		}
	}
	if found, value := p.cellLabel(l); found != noLabel {
		return found, value
	}
	if len(low) < 40 {
		bare := strings.TrimRight(low, ".,;:")
		if found := labelOf(bare); found.bare() && p.startsUpper(l.first) && (found != recordLabel || labels[bare] == found) {
			return found, Span{l.End, l.End}
		}
	}
	return noLabel, Span{}
}

// cellLabel finds the label of a table's first cell: a bar, a tab or a wide blank
// stands behind it in the place of a colon.
func (p *page) cellLabel(l line) (label, Span) {
	if l.last-l.first > 120 || !p.startsUpper(l.first) {
		return noLabel, Span{}
	}
	for i := l.first + 1; i < l.last && i < l.first+5; i++ {
		gap := p.text[p.at(i-1).End:p.at(i).Start]
		if !strings.ContainsAny(gap, "|\t") && len(gap) < 3 || strings.Trim(gap, "| *\t") != "" {
			continue
		}
		return labels[p.lower[l.Start:p.at(i-1).End]], p.trimOf(Span{p.at(i).Start, l.End}, "")
	}
	return noLabel, Span{}
}

// textHeadings stand between an edition's header and the text, and say nothing else.
var textHeadings = map[string]bool{
	"text": true, "full text": true, "document text": true, "text of document": true, "document": true, "transcript": true, "transcription": true,
	"текст": true, "текст документа": true, "полный текст": true, "документ": true, "body": true, "metadata": true, "document information": true,
}

// labelOf finds a label, also a misread one.
func labelOf(low string) label {
	if found := labels[low]; found != noLabel {
		return found
	}
	if strings.Count(low, " ") > 3 || lexicon[low] != none {
		return noLabel
	}
	if found := misreadLabel.of(low); found != recordLabel { // Document III is no document id
		return found
	}
	return noLabel
}

// underLabel tells that the line above is a label, whose value this one is.
func underLabel(kinds []kind, i int) bool {
	for j := i - 1; j >= 0; j-- {
		if kinds[j] != emptyLine {
			return kinds[j] == labelLine
		}
	}
	return false
}
