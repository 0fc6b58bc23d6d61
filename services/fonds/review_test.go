package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const jenmark = "To Comrade LUNIN\n\nThe ship has left Jenmark with the pumps.\nThe second mechanic is on board.\n\nSOROKIN\n"

// What somebody without a name accepts waits for a person who has one.
func TestAcceptedWithoutAName(t *testing.T) {
	d := startDesk(t)
	d.join("Anna", "Boris")
	document, _ := d.text("ship.txt", jenmark)
	has(t, "accepted without a name", d.must(exitOK, "review", "accept", document).stdout, "a person with an account of their own has to accept it")
	has(t, "signed all the same", d.mustAs(exitRefused, "Boris", "review", "sign", document, "--yes").stderr, "NO_NAMED_CONTRIBUTOR")
	has(t, "accepted with one", d.mustAs(exitOK, "Anna", "review", "accept", document).stdout, "another person has to sign it")
	has(t, "signed", d.mustAs(exitOK, "Boris", "review", "sign", document, "--yes").stdout, "VERIFIED")
}

// One person corrects in an editor; another one signs; neither does the other's part.
func TestTwoPeopleVerifyAText(t *testing.T) {
	d := startDesk(t)
	d.join("Anna", "Boris")
	document, name := d.text("ship.txt", jenmark)
	has(t, "list", d.mustAs(exitOK, "Anna", "review", "list").stdout, name, "to correct", "-")

	r := d.typing("Anna", d.editor(`sed -i 's/Jenmark/Denmark/' "$1"`), "s\n", "review", "correct", document)
	has(t, "what was changed", r.stderr, "1 change: 1 word taken out, 1 put in", "    3: ", "[-Jenmark-] {+Denmark+} with the pumps. The second")
	if has(t, "correct", r.stdout, name, "another person has to sign it"); r.code != exitOK || len(d.left()) > 0 {
		t.Errorf("texts are left: %q; %s", d.left(), r)
	}
	shown := d.mustAs(exitOK, "Anna", "review", "show", document).stdout
	has(t, "show", shown, "the signature of another person", "text by      you", "CHANGED BY PEOPLE (1 change", "[-Jenmark-] {+Denmark+}")

	has(t, "own work", d.mustAs(exitRefused, "Anna", "review", "sign", document, "--yes").stderr, "OWN_WORK")
	has(t, "nobody in particular", d.mustAs(exitRefused, "", "review", "sign", document, "--yes").stderr, "ROLE_MISSING", "token")
	has(t, "accepting what could be signed", d.mustAs(exitRefused, "Boris", "review", "accept", document).stderr, "fonds review sign "+name)
	for _, answer := range []string{"", "n\n", "\n", "what?\nno\n"} {
		if r := d.typing("Boris", "", answer, "review", "sign", document); r.code != exitData || !strings.Contains(r.stderr, "is not signed") {
			t.Errorf("answered %q: %s", answer, r)
		}
	}
	r = d.typing("Boris", "", "y\n", "review", "sign", "--next")
	has(t, "what is signed", r.stderr, "Denmark", "CHANGED BY PEOPLE", "Put your name under it?")
	if has(t, "sign", r.stdout, "VERIFIED"); r.code != exitOK {
		t.Error(r)
	}
	has(t, "signed again", d.mustAs(exitRefused, "Boris", "review", "sign", document, "--yes").stderr, "verified")
	text := d.must(exitOK, "text", document, "--min-assurance", "verified")
	if want := strings.Replace(jenmark, "Jenmark", "Denmark", 1); text.stdout != want {
		t.Errorf("the verified text is %q, want %q", text.stdout, want)
	}
	history := d.must(exitOK, "history", document).stdout
	has(t, "history", history, "Anna", "CORRECTED  region 1: corrected", "Boris", "VERIFIED   region 1: signed", "created")
	has(t, "progress", d.must(exitOK, "progress").stdout, "default", "100%", "[########################]")
	has(t, "diff", d.must(exitOK, "diff", document).stdout, "from revision 1 to 3", "MACHINE to VERIFIED", "[-Jenmark-] {+Denmark+}")
	has(t, "diff of the same text", d.must(exitOK, "diff", document, "2", "3").stdout, "no word differs")
}

// What is typed is never lost: refused, it stays in its file; kept, in the draft, which
// another person goes on with, and then cannot sign.
func TestNothingTypedIsLost(t *testing.T) {
	d := startDesk(t)
	d.join("Anna", "Boris", "Clara")
	_, name := d.text("ship.txt", jenmark)
	edit := func(from, to string) string { return d.editor(`sed -i 's/` + from + `/` + to + `/' "$1"`) }

	r := d.typing("Anna", edit("Jenmark", "Denmark"), "k\n", "review", "correct", name)
	has(t, "kept", r.stdout, "kept as a draft")
	has(t, "held", d.mustAs(exitRefused, "Boris", "review", "correct", name, "--file", "/dev/null").stderr, "Anna", "CLAIMED")
	has(t, "a draft is not passed over", d.mustAs(exitRefused, "Anna", "review", "accept", name).stderr, "--draft")
	shown := d.mustAs(exitOK, "Boris", "review", "show", name).stdout
	has(t, "show", shown, "held by      Anna until", "draft        by ", "THE DRAFT (1 change", "{+Denmark+}")
	d.mustAs(exitOK, "Anna", "review", "release", name)

	// Nobody answers, as when the window is closed: the text is kept.
	r = d.typing("Boris", edit("second mechanic", "first mechanic"), "", "review", "correct", "--next")
	has(t, "going on with the draft", r.stderr, "the draft that")
	has(t, "no answer", r.stdout, "kept as a draft")
	draft := d.review("Boris", name).GetDraft()
	if want := strings.NewReplacer("Jenmark", "Denmark", "second", "first").Replace(jenmark); draft.GetText() != want || len(draft.GetEditors()) != 2 {
		t.Errorf("the draft is %v", draft)
	}
	d.mustAs(exitOK, "Boris", "review", "release", name)
	d.mustAs(exitOK, "Clara", "review", "accept", name, "--draft")
	for _, person := range []string{"Anna", "Boris", "Clara"} {
		has(t, person+" had a part in it", d.mustAs(exitRefused, person, "review", "sign", name, "--yes").stderr, "OWN_WORK")
	}

	// Somebody else is faster while the editor is open.
	faster := d.editor(`sed -i 's/pumps/lamps/' "$1"; ` + os.Args[0] + ` review send-back ` + name + ` -m again --server ` + d.address + ` >/dev/null`)
	r = d.typing("Boris", faster, "s\n", "review", "correct", name)
	if r.code != exitRefused || len(d.left()) != 1 {
		t.Fatalf("a stale etag left %q: %s", d.left(), r)
	}
	kept := d.left()[0]
	has(t, "stale", r.stderr, "ETAG_MISMATCH", "your text is in "+kept, "--file "+kept)
	info, err := os.Stat(kept)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	r = d.mustAs(exitOK, "Boris", "review", "correct", name, "--file", kept)
	has(t, "handed in", r.stderr, "[-pumps.-] {+lamps.+}")
	has(t, "handed in", d.must(exitOK, "review", "show", name).stdout, "lamps")

	r = d.typing("Boris", edit("lamps", "stamps"), "e\nt\n", "review", "correct", name)
	has(t, "thrown away", r.stdout, "thrown away")
	if got := d.review("", name).GetText(); strings.Contains(got, "stamps") {
		t.Errorf("what was thrown away is there: %q", got)
	}
	r = d.typing("Boris", "false", "", "review", "correct", name)
	if has(t, "an editor that fails", r.stderr, "the editor"); r.code != exitData || len(d.left()) > 1 {
		t.Errorf("%q is left: %s", d.left(), r)
	}
	r = d.typing("Boris", d.editor(`sed -i 's/lamps/stamps/' "$1"; false`), "", "review", "correct", name)
	has(t, "an editor that fails late", r.stderr, "the editor", "your text is in")
	r = d.typing("Boris", d.editor(`printf 'caf\351' >"$1"`), "", "review", "correct", name)
	if has(t, "not UTF-8", r.stderr, "is not UTF-8", "your text is in"); r.code != exitData {
		t.Error(r)
	}
	r = d.typing("Anna", "", "a piped text\n", "review", "correct", name, "--file", "-")
	has(t, "a text from a pipe", r.stderr, "CLAIMED", "your text is in", "fonds review correct NAME --file")
	for _, script := range []string{":", `: >"$1"`} {
		if r := d.typing("Boris", d.editor(script), "", "review", "correct", name, "--yes"); r.code != exitData {
			t.Errorf("%s: %s", script, r)
		}
	}
}

// A text that was sent back says why, and has to be corrected before it is signed.
func TestSendingBack(t *testing.T) {
	d := startDesk(t)
	d.join("Anna", "Boris")
	document, name := d.text("ship.txt", jenmark)
	has(t, "not corrected", d.mustAs(exitRefused, "Boris", "review", "sign", document).stderr, "no person has worked on")
	has(t, "not corrected", d.mustAs(exitRefused, "Boris", "review", "send-back", document, "--comment", "no").stderr, "NOT_CORRECTED")
	has(t, "accept", d.mustAs(exitOK, "Anna", "review", "accept", document).stdout, "accepted with 18 words")
	has(t, "no comment", d.mustAs(exitUsage, "Boris", "review", "send-back", document, "--comment", " ").stderr, "--comment")
	d.mustAs(exitOK, "Boris", "review", "send-back", document, "--comment", "not \x1b[31mJenmark\u202e, \nbut Denmark")
	r := d.mustAs(exitOK, "Anna", "review", "show", document)
	has(t, "why", r.stdout, "sent back", "not \ufffd[31mJenmark\ufffd,", "but Denmark")
	has(t, "sent back", d.mustAs(exitRefused, "Boris", "review", "sign", document).stderr, "sent back")
	r = d.typing("Anna", d.editor(`sed -i 's/Jenmark/Denmark/' "$1"`), "", "review", "correct", document, "--yes")
	has(t, "the comment before the editor", r.stderr, "sent back: not")
	has(t, "correct", r.stdout, name)
	has(t, "changed since the machine", d.mustAs(exitOK, "Boris", "review", "show", name).stdout, "[-Jenmark-] {+Denmark+}")
	d.mustAs(exitOK, "Boris", "review", "sign", name, "--yes", "--json")
}

// Who skips a review is not given it again; what others hold is passed over, and what one
// holds is given back.
func TestTheQueue(t *testing.T) {
	d := startDesk(t)
	d.join("Anna", "Boris")
	_, first := d.text("a.txt", "The first.\n")
	_, second := d.text("b.txt", "The second.\n")
	has(t, "next", d.mustAs(exitOK, "Anna", "review", "next").stdout, first, "held by      you", "fonds review correct "+first)
	has(t, "next of another", d.mustAs(exitOK, "Boris", "review", "next", "--state", "to-correct").stdout, second)
	has(t, "what he holds", d.mustAs(exitOK, "Boris", "review", "next").stdout, second)
	d.mustAs(exitOK, "Boris", "review", "skip", second)
	has(t, "nothing left", d.mustAs(exitNotFound, "Boris", "review", "next").stderr, "NOTHING_TO_REVIEW")
	d.mustAs(exitOK, "Anna", "review", "skip", first)
	has(t, "skipped", d.mustAs(exitOK, "Anna", "review", "next").stdout, second)
	has(t, "skipped by another", d.mustAs(exitOK, "Boris", "review", "next").stdout, first)
	if out := d.must(exitOK, "review", "list", "--state", "to-verify").stdout; !strings.Contains(out, "nothing waits") {
		t.Error(out)
	}
	if lines := strings.Count(d.must(exitOK, "review", "list", "--json", "--order", "disagreement").stdout, "\n"); lines != 2 {
		t.Errorf("%d reviews are listed", lines)
	}
}

// A document with several regions asks which one is meant.
func TestReviewsAreNamedByDocuments(t *testing.T) {
	d := startDesk(t)
	d.join("Anna")
	one, first := d.text("a.txt", "The first.\n")
	two, second := d.text("b.txt", "The second.\n")
	d.must(exitOK, "merge", one, two)
	r := d.mustAs(exitUsage, "Anna", "review", "accept", one)
	has(t, "which one", r.stderr, "--region", "region 1, to correct: "+first, "region 2, to correct: "+one+"/reviews/"+strings.Split(second, "/")[3])
	has(t, "no such region", d.mustAs(exitNotFound, "Anna", "review", "show", one, "--region", "3").stderr, "region 3")
	d.mustAs(exitOK, "Anna", "review", "next", "--document", one)
	has(t, "the one that is held", d.mustAs(exitOK, "Anna", "review", "release", one).stdout, first)
	d.mustAs(exitOK, "Anna", "review", "accept", one, "--region", "2")
	has(t, "the one that is left", d.mustAs(exitOK, "Anna", "review", "accept", strings.TrimPrefix(one, "documents/")).stdout, first)
	has(t, "progress", d.must(exitOK, "progress", "--collection", "default").stdout, "[++++++++++++++++++++++++]", "0%")
	has(t, "diff", d.must(exitOK, "diff", one, "1", "2").stdout, "the regions are not the same ones", "{+The second.+}")
}

// What a text has in it does not act on a terminal, and scripts stay text.
func TestTextsDoNotActOnATerminal(t *testing.T) {
	d := startDesk(t)
	d.join("Anna", "Boris")
	hostile := "A <script>alert(1)</script> and \u202eturned\u2066 and \u009b31m and %s\n"
	document, name := d.text("<b>\u202e.txt", hostile)
	file := filepath.Join(t.TempDir(), "in.txt")
	if err := os.WriteFile(file, []byte(hostile+"\x1b]0;title\x07 new \x1b[2Jwords\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	outputs := []ran{
		d.mustAs(exitOK, "Anna", "review", "list"),
		d.mustAs(exitOK, "Anna", "review", "correct", name, "--file", file, "--draft"),
		d.mustAs(exitOK, "Anna", "review", "show", name),
		d.mustAs(exitOK, "Anna", "review", "correct", name, "--file", file),
		d.mustAs(exitOK, "Anna", "review", "show", name),
		d.mustAs(exitOK, "Boris", "review", "sign", name, "--yes"),
		d.mustAs(exitOK, "Boris", "review", "show", name, "--json"),
		d.mustAs(exitOK, "Boris", "history", document),
		d.mustAs(exitOK, "Boris", "diff", document),
		d.mustAs(exitOK, "Boris", "diff", document, "--json"),
		d.as("Anna", "review", "show", "\x1b[2J"),
		d.as("Anna", "user", "add", "\x1b[2J\u202eX"),
	}
	for i, r := range outputs {
		if strings.ContainsAny(r.stdout+r.stderr, "\x1b\u009b\u202e\u2066\x07\r") {
			t.Errorf("%d: %q", i, r.stdout+r.stderr)
		}
	}
	has(t, "the script", outputs[8].stdout, "{+")
	has(t, "the script", outputs[4].stdout, "<script>alert(1)</script>")
}

// Words that the machine was not sure of are marked, also beside damaged positions.
func TestDoubtfulWordsAreMarked(t *testing.T) {
	t.Parallel()
	const text = "sure unsüre \x1b[1mred end\n"
	word := func(start, end uint32, confidence float32) *fondsv1.Word {
		return &fondsv1.Word{Start: start, End: end, Confidence: confidence}
	}
	body := &fondsv1.Body{Text: text, Words: []*fondsv1.Word{
		word(0, 4, 0.6), word(5, 12, 0.59), word(5, 12, 0.1), word(13, 20, 0), word(9, 2, 0), word(21, 24, 1), word(21, 2400, 0),
	}}
	r := &fondsv1.Review{Text: text, Reading: &fondsv1.Reading{Body: body}}
	plain := reviewPage{Review: r}
	if got, want := plain.text(), "sure unsüre[?] \ufffd[1mred[?] end\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	terminal := reviewPage{Review: r, pen: pen{lines: true}}
	if got, want := terminal.text(), "sure \x1b[4munsüre\x1b[24m \x1b[4m\ufffd[1mred\x1b[24m end\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	r.State = fondsv1.ReviewState_REVIEW_STATE_DONE
	if got, want := plain.text(), safeText(text); got != want {
		t.Errorf("done: got %q, want %q", got, want)
	}
}

func TestReviewRefuses(t *testing.T) {
	t.Parallel()
	const none = "00000000-0000-7000-8000-000000000000"
	for says, args := range map[string][]string{
		"has no verb":                     {"review", "correkt"},
		"one NAME":                        {"review", "show"},
		"neither a review nor a document": {"review", "show", "letter"},
		"is no review":                    {"review", "show", "documents/" + none + "/reviews/xyz"},
		"--state many":                    {"review", "list", "--state", "many"},
		"--order best":                    {"review", "list", "--order", "best"},
		"say one of them":                 {"review", "list", "--collection", "a", "--document", none},
		"--collection A_B":                {"review", "next", "--collection", "A_B"},
		"what is done waits for nobody":   {"review", "next", "--state", "done"},
		"needs one NAME, or --next":       {"review", "correct"},
		"--document and --order go":       {"review", "sign", none, "--order", "oldest"},
		"--region goes with a document":   {"review", "show", "documents/" + none + "/reviews/0123456789abcdef", "--region", "2"},

		"one document NAME":                  {"history"},
		"one or two numbers":                 {"diff"},
		"is no number of a revision":         {"diff", none, "two"},
		"needs two names of readings":        {"diff", "--readings", none},
		"is no reading":                      {"diff", "--readings", none, none},
		"did you mean telegram_number?":      {"review", "sign-fields", none, "telegram_numbr"},
		"--role king":                        {"user", "add", "Anna", "--role", "king"},
		"--web nowhere":                      {"user", "add", "Anna", "--web", "nowhere"},
		"--disable and --enable":             {"user", "set", "Anna", "--disable", "--enable"},
		"say what to set: --role":            {"user", "set", "Anna"},
		"one NAME; write one of several wor": {"user", "add", "Anna", "Bergström"},
	} {
		code, _, errs := alone(t, args...)
		if code != exitUsage || !strings.Contains(errs, says) {
			t.Errorf("%q: exit %d, %q; want %q", args, code, errs, says)
		}
	}
}

// The whole program: what two people have verified outlives a restart, and fsck has
// nothing against it.
func TestVerifiedTextOutlivesTheServer(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start("--roles", "catalog,intake,relay")
	in := tree(t, map[string][]byte{"ship.txt": []byte(jenmark), "corrected.txt": []byte(strings.Replace(jenmark, "Jenmark", "Denmark", 1))})
	anna, boris := filepath.Join(in, "anna"), filepath.Join(in, "boris")
	s.want("user", "add", "Anna", "--role", "corrector", "--out", anna)
	s.want("user", "add", "Boris", "--role", "verifier", "--out", boris)
	var d struct{ Name string }
	unmarshal(t, s.want("import", filepath.Join(in, "ship.txt"), "--as", "document", "--json"), &d)
	s.want("review", "correct", d.Name, "--file", filepath.Join(in, "corrected.txt"), "--token-file", anna)
	has(t, "own work", s.ends(exitRefused, "review", "sign", d.Name, "--token-file", anna), "verifier")
	has(t, "sign", s.want("review", "sign", d.Name, "--yes", "--token-file", boris), "VERIFIED")
	s.stop(server)
	server = s.start("--roles", "catalog,intake,relay")
	has(t, "text", s.want("text", d.Name, "--min-assurance", "verified"), "left Denmark with")
	has(t, "history", s.want("history", d.Name), "Anna", "Boris", "region 1: signed")
	s.stop(server)
	s.want("fsck", "--data", s.data)
}
