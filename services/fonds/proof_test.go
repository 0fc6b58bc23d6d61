package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
)

// The last line, and a field of its own, say what a proof proves: texts alone, or that
// they are those of the document too.
func TestVerdictSaysWhatIsProved(t *testing.T) {
	const name = "documents/0191e2a4-0000-7000-8000-00000000000a/revisions/9"
	for what, c := range map[string]struct {
		covered  bool
		failures ledger.Failures
		last     string
		named    bool
	}{
		"all":       {covered: true, last: name + ": proved", named: true},
		"the texts": {last: "the texts are proved; that they are those of " + name + ", and its title, fields and order, are not: no act names this revision"},
		"nothing":   {covered: true, failures: ledger.Failures{{Part: "name", Problem: "it is wrong"}}, last: name + ": NOT proved: 1 parts do not hold"},
	} {
		report := ledger.Report{
			Document: "0191e2a4-0000-7000-8000-00000000000a", Number: 9, Covered: c.covered,
			Regions: []ledger.ProvedRegion{{Number: 1, Assurance: catalog.AssuranceVerified}},
		}
		var said, printed bytes.Buffer
		if err := sayVerified(&said, report, c.failures, true); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		if got := lines[len(lines)-1]; got != c.last {
			t.Errorf("%s: the last line is %q", what, got)
		}
		if err := printVerified(&printed, report, c.failures, true); err != nil {
			t.Fatal(err)
		}
		var verdict map[string]any
		if err := json.Unmarshal(printed.Bytes(), &verdict); err != nil || verdict["name_and_title_proved"] != c.named || verdict["valid"] != (c.failures == nil) {
			t.Errorf("%s: %v, %v", what, verdict, err)
		}
	}
}
