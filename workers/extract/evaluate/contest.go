package evaluate

import "slices"

// contest decides which fields of a document answer which labels, all of one name.
type contest struct {
	report *Report
	tally  *tally
	rule   rule
	gold   *document
	labels []*statement
	fields []*statement

	credit [][]float64 // of each field (column) for each label (row)
}

// repeats says whether a group may name the same thing more than once: then a further mention of
// something that is labelled is not spurious.
func (g Group) repeats() bool { return g == Entities || g == Gloss }

func (c *contest) decide() {
	c.credit = c.rule.compare(c.labels, c.fields)
	pairs := assign(c.weights())
	answers := map[int]int{}
	taken := map[int]bool{}
	for _, p := range pairs {
		answers[p.row], taken[p.column] = p.column, true
	}
	for i, label := range c.labels {
		if label.status == unscored {
			continue
		}
		c.tally.gold++
		if k, found := answers[i]; found {
			c.found(label, c.fields[k], c.credit[i][k])
		} else {
			c.missed(label, 1)
		}
	}
	for k, field := range c.fields {
		if !taken[k] && !c.neutral(k) {
			c.tally.found++
			c.spurious(field)
		}
	}
}

// weights are the credits, with a little more for labels that cost more when missed, and for pairs
// that fit better. What earns no credit stays at 0.
func (c *contest) weights() [][]float64 {
	weights := make([][]float64, len(c.labels))
	for i, label := range c.labels {
		weights[i] = make([]float64, len(c.fields))
		for k, field := range c.fields {
			if credit := c.credit[i][k]; credit > 0 {
				weights[i][k] = credit*(1+costs[label.status]/10) + label.bond(field)
			}
		}
	}
	return weights
}

// found counts a label that a field answers; credit below 1 leaves the rest missed and spurious.
func (c *contest) found(label, field *statement, credit float64) {
	c.tally.found++
	c.tally.right += credit
	if label.near(field, touching) {
		c.tally.grounded += credit
	}
	if credit < 1 {
		c.tally.spurious += 1 - credit
		c.missed(label, 1-credit)
	}
	if want := relation(label); want != "" && want != relation(field) {
		c.report.RelationErrors++
		c.list(Finding{Kind: WrongRelation, Want: label.member("relation"), Got: field.member("relation")}, label, field)
	}
}

// missed counts the given share of a label as missed.
func (c *contest) missed(label *statement, share float64) {
	cost := costs[label.status] * share
	c.tally.missed += cost
	if cost > 0 {
		c.list(Finding{Kind: Missed, Why: string(label.status), Cost: cost, Want: label.value}, label, label)
	}
}

// spurious counts a field that answers no label.
func (c *contest) spurious(field *statement) {
	c.tally.spurious++
	why := silent
	switch {
	case c.gold.absent(field.field):
		c.tally.invented++
		why = invented
	case len(c.labels) > 0:
		c.tally.wrong++
		why = wrong
	default:
		c.tally.silent++
	}
	c.list(Finding{Kind: Spurious, Why: why, Cost: 1, Got: field.value}, field, field)
}

// list keeps a finding with the words that one statement points to and the rule of another.
func (c *contest) list(f Finding, proof, by *statement) {
	f.File, f.Document, f.Field, f.Raw = c.gold.file, c.gold.name, c.rule.field, proof.raw
	f.Evidence = quoteAll(proof.source, proof.spans)
	f.Rule, f.Confidence = by.rule, by.confidence
	c.report.Findings = append(c.report.Findings, f)
}

// neutral says whether a field that answers no label is not held against the extractor.
func (c *contest) neutral(k int) bool {
	field := c.fields[k]
	switch {
	case c.rule.group.repeats() && (c.gold.headOnly() || c.earns(k)):
		return true
	case c.rule.field == "place" && peoples[field.folded]:
		return true
	case c.rule.field == "content_language" && len(c.labels) == 0 && !c.gold.absent("content_language"):
		return true // true of every text, but labelled only where the page says it
	case c.rule.field == "distribution" && first(field.member("recipient")) == nil:
		return slices.ContainsFunc(c.labels, func(l *statement) bool { return l.status == unscored })
	}
	return c.covered(field)
}

// earns says whether a field would have earned credit for any label.
func (c *contest) earns(k int) bool {
	return slices.ContainsFunc(c.credit, func(row []float64) bool { return row[k] > 0 })
}

// covered says whether all evidence of a field lies within labels in which nothing is counted
// against it.
func (c *contest) covered(field *statement) bool {
	by := covering(c.rule)
	if len(by) == 0 || len(field.cores) == 0 {
		return false
	}
	for _, core := range field.cores {
		inside := slices.ContainsFunc(c.gold.statements, func(l *statement) bool {
			return by[l.field] && slices.ContainsFunc(l.spans, core.inside)
		})
		if !inside {
			return false
		}
	}
	return true
}
