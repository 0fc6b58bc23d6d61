// The text to be read and not typed: what people changed is marked against what the
// machine read, and the line under the eye is shown on the scan.

import { align, tokens } from "./align.js";
import { union } from "./bytes.js";
import { h } from "./dom.js";
import { linesOf } from "./editor.js";
import { languageOf } from "./format.js";

export class Reader extends EventTarget {
  // words are those of the reading shown, with boxes; machine those it is compared with,
  // null for none.
  constructor(list, words, text, machine) {
    super();
    this.list = list;
    this.lines = linesOf(text, words);
    this.active = -1;
    this.compared = Boolean(machine);
    this.differences = 0;
    for (const line of this.lines) {
      const base = line.base.map((i) => words[i]);
      const typed = tokens(line.text);
      const pairs = align(base.map((w) => w.text), typed.map((t) => t.text));
      line.words = typed.map((t, j) => ({ ...t, box: pairs[j] ? union(base.slice(pairs[j].first, pairs[j].end).map((w) => w.box)) : null }));
      line.box = union(base.map((w) => w.box));
    }
    if (machine) this.compare(machine);
    list.replaceChildren(...this.lines.map((line, index) => this.row(line, index)));
  }

  // compare notes at each word what the machine had in its place.
  compare(machine) {
    const all = this.lines.flatMap((l) => l.words);
    const pairs = align(machine.map((w) => w.text), all.map((w) => w.text));
    let next = 0;
    all.forEach((word, j) => {
      const p = pairs[j];
      if (!p) word.was = "";
      else if (p.part === 0) {
        const was = machine.slice(p.first, p.end).map((w) => w.text).join(" ");
        this.lose(machine.slice(next, p.first), all[j - 1], word);
        if (was !== word.text) word.was = was;
        next = p.end;
      } else word.was = "";
      if (word.was !== undefined) this.differences++;
    });
    this.lose(machine.slice(next), all.at(-1), null);
  }

  // lose puts words that are gone to the word before or behind them, whichever stands on
  // their line of the page.
  lose(words, before, behind) {
    if (!words.length || (!before && !behind)) return;
    this.differences++;
    const away = (a, b) => (a?.box && b?.box ? Math.abs(a.box.y + a.box.height / 2 - b.box.y - b.box.height / 2) : 0);
    const upper = words.filter((w) => before && (!behind || away(w, before) < away(w, behind)));
    const lower = words.filter((w) => !upper.includes(w));
    if (upper.length) before.after = upper.map((w) => w.text).join(" ");
    if (lower.length) behind.lost = lower.map((w) => w.text).join(" ");
  }

  row(line, index) {
    const parts = [];
    let at = 0;
    for (const w of line.words) {
      parts.push(line.text.slice(at, w.start));
      if (w.lost) parts.push(h("del", {}, w.lost), " ");
      if (w.was) parts.push(h("del", {}, w.was), " ");
      parts.push(w.was === undefined ? w.text : h("ins", {}, w.text));
      if (w.after) parts.push(" ", h("del", {}, w.after));
      at = w.end;
    }
    const empty = !line.text.trim();
    line.row = h(
      "li",
      {
        class: `line read ${empty ? "empty" : ""}`,
        lang: languageOf(line.text),
        tabindex: empty ? null : index === this.first ? "0" : "-1",
        onfocus: () => this.at(index),
        onclick: () => this.at(index),
        onkeydown: (event) => this.key(event, index),
      },
      h("span", { class: "number", "aria-hidden": "true" }, empty ? "" : String(this.lines.slice(0, index + 1).filter((l) => l.text.trim()).length)),
      h("span", { class: "cell" }, parts, line.text.slice(at)),
    );
    return line.row;
  }

  get first() {
    return this.lines.findIndex((l) => l.text.trim());
  }

  get line() {
    return this.lines[this.active] || null;
  }

  get word() {
    return null;
  }

  get doubtful() {
    return [];
  }

  at(index) {
    if (index === this.active || !this.lines[index]?.text.trim()) return;
    this.line?.row.classList.remove("active");
    this.line?.row.setAttribute("tabindex", "-1");
    this.active = index;
    this.line.row.classList.add("active");
    this.line.row.setAttribute("tabindex", "0");
    this.line.row.scrollIntoView({ block: "nearest" });
    this.dispatchEvent(new Event("place"));
  }

  key(event, index) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    let next = index + way;
    while (this.lines[next] && !this.lines[next].text.trim()) next += way;
    this.lines[next]?.row.focus({ preventScroll: true });
  }

  pick({ x, y }) {
    const pad = 4;
    const index = this.lines.findIndex((l) => l.box && x >= l.box.x - pad && x <= l.box.x + l.box.width + pad && y >= l.box.y - pad && y <= l.box.y + l.box.height + pad);
    if (index >= 0) this.lines[index].row.focus({ preventScroll: true });
  }

  focus() {
    this.lines[Math.max(0, this.active < 0 ? this.first : this.active)]?.row.focus({ preventScroll: true });
  }
}
