package citation

import "testing"

func TestValuesAreCitationsAgain(t *testing.T) {
	for _, s := range []string{
		"APRF, f. 45, op. 1, d. 339, ll. 31-32", "AVP RF, f. 059a, op. 5a, d. 4, p. 11, ll. 14-15", "RGASPI 558.11.492",
		"TsKhSD, F. 3, Op. 12, D. 1005, Ll. 2-2ob", "GARF, f. 1235, op. 140, d.59, l. 29-rev.", "APRF, f. 3, op. 65, d. 584, ll. 85ob-86ob",
		"TsKhSD, F. 3, Op. 12, D. 1006, unnumbered page", "RGANI. F. 3. Op. 16. D. 496. L. 139, 145. Original.", "GARF. F.R-9478. Op.1. D 2. L.3-4.",
		"BArch, B 136/59748, 403-410.", "AVP RF, copy courtesy of NSA",
	} {
		found := Parse(s).Citations
		if len(found) == 0 {
			t.Errorf("%s: nothing found", s)
		}
		for i := range found {
			again := found[i].Value().Citation()
			if !again.Same(&found[i]) || again.String() != found[i].String() {
				t.Errorf("%s: %s, restored as %s", s, found[i].String(), again.String())
			}
		}
	}
}
