package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// testKeeping runs modules of the page by themselves, against a server that the script plays.
func testKeeping(browser context.Context, t *testing.T) {
	a := newArchive(t)
	a.ingested("northern-sea-route", "04-telegram-4158.jpg", "4158")
	p := a.site(t).person(browser, "Anna", a.person("Anna", catalog.Verifies))
	const play = `const module = await import("/assets/draft.js"); const real = window.fetch; const drafts = [];
		class Draft extends module.Draft { constructor(...of) { super(...of); drafts.push(this); } }
		const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
		const play = (answer) => (window.fetch = async (url, o) => { const [status, body] = await answer(JSON.parse(o.body), url.split("/").at(-1)); return new Response(JSON.stringify(body), {status}); });
		const user = {name: "users/x"}; localStorage.clear();
		const stored = (name) => Object.keys(localStorage).filter((k) => k.includes(":" + name)).map((k) => JSON.parse(localStorage.getItem(k)).text).sort().join("|");
		`
	for name, c := range map[string]struct{ script, want string }{
		"what is typed after leave has sent is not taken for saved": {`
			const sent = [];
			play(async (q) => { sent.push(q.text); await sleep(50); return [200, {name: q.name, etag: String(sent.length), draft: {}}]; });
			const d = new Draft({name: "n", text: "A", etag: "0"}, user);
			d.edit("AB", []); d.leave(); d.edit("ABC", []);
			await sleep(20); const early = d.confirmed; await sleep(100); const then = d.confirmed; await d.save();
			return [early, then, d.confirmed, sent.at(-1)];`, "A AB ABC ABC"},
		"an answer that is lost is no conflict": {`
			let there = "A", lost = 1, etag = 1, told = "";
			play((q, method) => {
				if (method !== "SaveDraft") return [200, {name: "n", etag: String(etag), draft: {text: there}}];
				if (q.etag !== String(etag)) return [409, {code: "ABORTED", reason: "ETAG_MISMATCH", message: "x"}];
				there = q.text; etag++;
				return lost-- > 0 ? Promise.reject(new TypeError("gone")) : [200, {name: "n", etag: String(etag), draft: {}}];
			});
			const d = new Draft({name: "n", text: "A", etag: "1"}, user);
			d.addEventListener("conflict", (e) => (told = e.detail.reason));
			d.edit("AB", []); await d.save(); d.edit("ABC", []); await d.save();
			return [there, d.confirmed, told || "quiet"];`, "ABC ABC quiet"},
		"nor is one that the heartbeat comes before": {`
			let told = "";
			play((q, method) => (method === "SaveDraft" ? Promise.reject(new TypeError("gone")) : [200, {name: "n", etag: "2", draft: {text: "AB"}}]));
			const d = new Draft({name: "n", text: "A", etag: "1"}, user);
			d.addEventListener("conflict", (e) => (told = e.detail.reason));
			d.edit("AB", []); await d.save(); d.edit("ABC", []); await d.prolong(); d.rest();
			return [d.confirmed, d.review.etag, told || "quiet"];`, "AB 2 quiet"},
		"a text that is too long is told and not tried again": {`
			let told = "", tries = 0;
			play(() => { tries++; return [413, {code: "INVALID_ARGUMENT", reason: "REQUEST_TOO_LARGE", message: "this is too long"}]; });
			const d = new Draft({name: "n", text: "A", etag: "1"}, user);
			d.addEventListener("conflict", (e) => (told = e.detail.reason));
			d.edit("AB", []); await d.save(); await sleep(1200);
			return [tries, told, d.state];`, "1 REQUEST_TOO_LARGE halted"},
		"half a character goes nowhere": {`
			let text = "";
			play((q) => { text = q.text; return [200, {name: "n", etag: "2", draft: {}}]; });
			const d = new Draft({name: "n", text: "A", etag: "1"}, user);
			d.edit("a\ud83d b", []); await d.save();
			return [text.isWellFormed(), text.length];`, "true 4"},
		"a saved text of before is not offered": {`
			localStorage.setItem("fonds-draft:users/x:n:w", JSON.stringify({text: "T1", base: "T1", accepted: [], time: 1}));
			const d = new Draft({name: "n", text: "T0", etag: "9", draft: {text: "T2"}}, user);
			return [JSON.stringify(d.restore())];`, "{}"},
		"texts of all windows are looked through": {`
			localStorage.setItem("fonds-draft:users/x:n:w1", JSON.stringify({text: "old", base: "T0", accepted: [], time: 1}));
			localStorage.setItem("fonds-draft:users/x:n:w2", JSON.stringify({text: "new", base: "T2", accepted: [], time: 2}));
			localStorage.setItem("fonds-draft:users/x:n:w3", JSON.stringify({text: "T2", base: "T2", accepted: [], time: 3}));
			localStorage.setItem("fonds-draft:users/y:n:w4", JSON.stringify({text: "another's", base: "T2", accepted: [], time: 4}));
			localStorage.setItem("fonds-draft:users/x:nn:w5", JSON.stringify({text: "another review's", base: "T2", accepted: [], time: 5}));
			const open = () => new Draft({name: "n", etag: "9", draft: {text: "T2"}}, user);
			const one = open(); const first = one.restore(); one.text = first.text; one.confirmed = first.text; one.keep();
			const two = open().restore();
			return [JSON.stringify(first), JSON.stringify(two), stored("n:")];`, `{"text":"new"} {"text":"old","other":"T2"} T2|another's|old`},
		"a text that the browser does not store is said to be in the window only": {`
			play(() => Promise.reject(new TypeError("gone")));
			const set = Storage.prototype.setItem; Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
			const d = new Draft({name: "n", text: "A", etag: "1"}, user); let shown = 0; d.addEventListener("state", () => shown++);
			d.edit("AB", []); const {saveState} = await import("/assets/savestate.js");
			const bar = document.createElement("p"); bar.id = "save-state"; document.body.append(bar);
			await d.save(); saveState({draft: d}); const said = bar.textContent; 
			const leaving = new Event("beforeunload", {cancelable: true}); dispatchEvent(leaving);
			d.rest(); const back = new Draft({name: "n", text: "A", etag: "1"}, user).restore().text;
			Storage.prototype.setItem = set; bar.remove();
			return [said.includes("only in this window"), leaving.defaultPrevented, back, shown > 0];`, "true true AB true"},
		"and one that it stores lets the page go": {`
			const d = new Draft({name: "n", text: "A", etag: "1"}, user); d.edit("AB", []);
			const leaving = new Event("beforeunload", {cancelable: true}); dispatchEvent(leaving); d.rest();
			return [leaving.defaultPrevented, stored("n:")];`, "false AB"},
		"old saved texts are forgotten, never those that were not saved": {`
			const {forgetSaved} = await import("/assets/kept.js"); const day = 24 * 3600_000;
			for (const [w, text, age] of [["w1", "T", 31], ["w2", "typed", 400], ["w3", "T", 29]]) localStorage.setItem("fonds-draft:users/y:n:" + w, JSON.stringify({text, base: "T", accepted: [], time: Date.now() - age * day}));
			localStorage.setItem("fonds-draft:users/y:n:w5", "{broken");
			forgetSaved(30 * day); localStorage.removeItem("fonds-draft:users/y:n:w5");
			return [stored("n:")];`, "T|typed"},
		"lines end as they may, and none is added": {`
			const {Editor} = await import("/assets/editor.js"); const list = document.createElement("ol"); document.body.append(list);
			const e = new Editor(list, [], "one\r\ntwo\rthree"); const field = e.lines[1].field;
			field.focus(); field.setSelectionRange(3, 3); document.execCommand("insertText", false, "!"); const after = e.text; list.remove();
			const d = new Draft({name: "n", text: "one\r\ntwo\rthree", etag: "1"}, user); d.edit("one\ntwo\nthree", []);
			return [JSON.stringify(after), d.dirty]; `, `"one\ntwo!\nthree" false`},
		"a locked text is not changed": {`
			const {Editor} = await import("/assets/editor.js"); const list = document.createElement("ol"); document.body.append(list);
			const e = new Editor(list, [], "one\ntwo"); e.locked = true; const field = e.lines[1].field; field.focus(); field.setSelectionRange(0, 0);
			document.execCommand("insertText", false, "!");
			for (const key of ["Enter", "Backspace"]) field.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
			e.undo(); const shut = e.text; e.locked = false; document.execCommand("insertText", false, "!"); list.remove();
			return [JSON.stringify(shut), JSON.stringify(e.text)];`, `"one\ntwo" "one\n!two"`},
	} {
		script := `(async () => {` + play + `try {` + c.script[:strings.LastIndex(c.script, "return ")] + `const all = ` + strings.TrimSuffix(strings.TrimSpace(c.script[strings.LastIndex(c.script, "return ")+len("return "):]), ";") + `; return all.join(" "); } finally { window.fetch = real; drafts.forEach((d) => d.rest()); } })()`
		if got := eval[string](p, script); got != strings.ReplaceAll(c.want, "\n", "\\n") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
