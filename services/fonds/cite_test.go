package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestCiteReadsAText needs no server.
func TestCiteReadsAText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"--parse", "APRF, Fond 45, Opis 1, Delo 339, Listy 95-96"}, exitOK, "russian     АПРФ. Ф. 45. Оп. 1. Д. 339. Л. 95–96\nnormal      APRF f.45 op.1 d.339 l.95-96\n", ""},
		{[]string{"--parse", "APRF, f. 45, op. 1, d. 339; ibid., l. 7", "--style", "short"}, exitOK, "APRF, f. 45, op. 1, d. 339\nAPRF, f. 45, op. 1, d. 339, l. 7\n", ""},
		{[]string{"--parse", "APRF, f. 45, op. 1, d. 339, l. 7 ягоды", "--style", "short"}, exitOK, "APRF", "not read    ягоды, characters 34 to 38\n"},
		{[]string{"--parse", "45.1.339.31"}, exitData, "or          f.45 op.1 d.339 l.31: no archive", ""},
		{[]string{"--parse", "APRF, f. 45, op. 1, d. 339, ll. 131-33"}, exitOK, "(RANGE_EXPANDED)", ""},
		{[]string{"--parse", ""}, exitData, "no citation was found", ""},
		{[]string{"--parse", "\x1b[31m \xff"}, exitData, `not read    "\x1b[31m \xff", characters 1 to 7`, ""},
		{[]string{}, exitUsage, "", "one document NAME, or --parse TEXT"},
		{[]string{"x", "--parse", "y"}, exitUsage, "", "one document NAME, or --parse TEXT"},
		{[]string{"--parse", "x", "--style", "french"}, exitUsage, "", "short, long, russian or all"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"cite"}, c.args...), &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("cite %q: exit %d\n%s\n%s", c.args, code, stdout.String(), stderr.String())
		}
	}
}

func TestCiteGivesJSON(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"cite", "--json", "--parse", "GARF, f. 1235, op. 140, d. 59, l. 29-rev. and blah"}, &stdout, &stderr)
	var p parsed
	if err := json.Unmarshal(stdout.Bytes(), &p); err != nil || code != exitOK || len(p.Citations) != 1 || len(p.Rest) != 1 {
		t.Fatalf("exit %d, %v: %s%s", code, err, stdout.String(), stderr.String())
	}
	if c := p.Citations[0]; c.Normal != "GARF f.1235 op.140 d.59 l.29ob" || c.ByteStart != 0 || len(c.Flags) != 1 {
		t.Errorf("citation %+v", c)
	}
	if r := p.Rest[0]; r.Text != "blah" || r.ByteEnd != 50 {
		t.Errorf("rest %+v", r)
	}
}
