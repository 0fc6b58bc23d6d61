// The text, a line of the page in a field of its own. Fields keep what is typed plain,
// and screen readers know them; the marks are drawn by a copy of the line behind each.

import { align, tokens } from "./align.js";
import { union } from "./bytes.js";
import { announce, h } from "./dom.js";
import { languageOf } from "./format.js";
import { Past } from "./past.js";

// Below this confidence a word is doubtful, as the server counts them.
export const doubtBelow = 0.6;

// settle gives each word of a line its box, and whether it is in doubt. base are the read
// words that the line stands for.
function settle(line, words) {
  const base = line.base.map((i) => words[i]);
  const typed = tokens(line.text);
  const pairs = align(base.map((w) => w.text), typed.map((t) => t.text));
  line.words = typed.map((token, j) => {
    const p = pairs[j];
    if (!p) return { ...token, box: null, interpolated: true, doubtful: false };
    const read = base.slice(p.first, p.end);
    const box = union(read.map((w) => w.box));
    const same = read.length === 1 && p.parts === 1 && read[0].text === token.text;
    return {
      ...token,
      box: box && p.parts > 1 ? { ...box, x: box.x + (box.width * p.part) / p.parts, width: box.width / p.parts } : box,
      interpolated: read.some((w) => w.interpolated),
      doubtful: same && !line.accepted && read[0].confidence < doubtBelow,
    };
  });
  interpolate(line.words);
  line.box = union([...base.map((w) => w.box), ...line.words.map((w) => w.box)]);
}

// interpolate puts words that were added between their neighbours.
function interpolate(words) {
  for (let i = 0; i < words.length; i++) {
    if (words[i].box) continue;
    let end = i;
    while (end < words.length && !words[end].box) end++;
    const left = words[i - 1]?.box;
    const right = words[end]?.box;
    const near = left || right;
    if (!near) return;
    const from = left ? left.x + left.width : right.x - near.height * (end - i);
    const to = right ? right.x : left.x + left.width + near.height * 2 * (end - i);
    const width = Math.max(near.height / 2, (to - from) / (end - i));
    for (let k = i; k < end; k++) words[k].box = { x: Math.max(0, from + (k - i) * width), y: near.y, width, height: near.height };
    i = end;
  }
}

let made = 0; // rows so far, for IDs: pages over plain HTTP have no crypto.randomUUID

// Editor shows lines and has them edited. Events: "edit" when the text changed, "place"
// when the cursor came to another line or word.
export class Editor extends EventTarget {
  // words are those read, as wordsOf gives them.
  constructor(list, words, text, { accepted = [] } = {}) {
    super();
    this.list = list;
    this.words = words;
    this.lines = linesOf(text, words);
    for (const line of this.lines) line.accepted = accepted.includes(line.text);
    this.active = -1;
    this.past = new Past();
    this.shut = false;
    this.build();
  }

  // text is what stands there; half a character, which an input method may leave, is shown
  // as it is and goes nowhere.
  get text() {
    const text = this.lines.map((l) => l.text).join("\n");
    return text.toWellFormed?.() ?? text;
  }

  // locked keeps the text from being changed, and leaves it to be read and copied.
  get locked() {
    return this.shut;
  }

  set locked(shut) {
    this.shut = shut;
    for (const line of this.lines) line.field.readOnly = shut;
  }

  // accepted are the texts of the lines that somebody has looked at.
  get accepted() {
    return this.lines.filter((l) => l.accepted && l.text).map((l) => l.text);
  }

  get doubtful() {
    return this.lines.flatMap((l) => l.words.filter((w) => w.doubtful));
  }

  get line() {
    return this.lines[this.active] || null;
  }

  // word is the one that the cursor is in or behind; null for none.
  get word() {
    const { line } = this;
    if (!line) return null;
    const at = line.field.selectionStart;
    return line.words.find((w) => at >= w.start && at <= w.end) || null;
  }

  build() {
    this.list.replaceChildren(...this.lines.map((line) => this.row(line)));
    this.number();
  }

  // row makes the element of a line.
  row(line) {
    const field = h("textarea", { rows: 1, spellcheck: "false", autocomplete: "off", autocapitalize: "off", autocorrect: "off", lang: languageOf(line.text) });
    field.value = line.text;
    field.readOnly = this.shut;
    const mirror = h("div", { class: "mirror", "aria-hidden": "true" });
    const number = h("span", { class: "number", "aria-hidden": "true" });
    line.field = field;
    line.mirror = mirror;
    line.numberMark = number;
    line.note = h("span", { class: "unseen", id: `doubt-${++made}` });
    field.setAttribute("aria-describedby", line.note.id);
    line.row = h("li", { class: "line" }, number, h("div", { class: "cell" }, mirror, field), line.note);
    field.addEventListener("input", () => this.typed(line));
    field.addEventListener("beforeinput", (event) => this.before(event));
    field.addEventListener("keydown", (event) => this.key(event, line));
    field.addEventListener("paste", (event) => this.paste(event, line));
    field.addEventListener("focus", () => this.moved(line));
    field.addEventListener("selectionchange", () => this.moved(line));
    settle(line, this.words);
    this.draw(line);
    return line.row;
  }

  number() {
    let n = 0;
    for (const line of this.lines) {
      const empty = line.text.trim() === "";
      if (!empty) n++;
      line.numberMark.textContent = empty ? "" : String(n);
      line.row.classList.toggle("empty", empty);
      line.field.setAttribute("aria-label", empty ? "Empty line" : `Line ${n}`);
    }
  }

  // draw puts the marks of a line behind it.
  draw(line) {
    const current = line === this.line ? this.word : null;
    const parts = [];
    let at = 0;
    for (const w of line.words) {
      if (!w.doubtful && w !== current) continue;
      parts.push(line.text.slice(at, w.start), h("span", { class: `${w.doubtful ? "doubt" : ""} ${w === current ? "current" : ""}` }, w.text));
      at = w.end;
    }
    // A space of no width keeps an empty line as high as the others.
    line.mirror.replaceChildren(...parts, line.text.slice(at), "​");
    const doubtful = line.words.filter((w) => w.doubtful).map((w) => w.text);
    line.note.textContent = doubtful.length ? `Doubtful: ${doubtful.join(", ")}` : line.accepted ? "Accepted" : "";
    line.row.classList.toggle("accepted", line.accepted);
  }

  // --- what the keyboard does

  before(event) {
    if (event.inputType === "historyUndo" || event.inputType === "historyRedo") {
      event.preventDefault(); // the browser knows one field only
      if (event.inputType === "historyUndo") this.undo();
      else this.redo();
    }
    // Keyboards on a screen send this and no key that could be told.
    if (event.inputType === "insertLineBreak" || event.inputType === "insertParagraph") {
      event.preventDefault();
      this.accept();
    }
  }

  typed(line) {
    this.past.note(this.snapshot(line), "typing");
    if (line.field.value.includes("\n")) return this.replaceBy(line, line.field.value.split("\n")); // dropped text
    line.text = line.field.value;
    line.field.lang = languageOf(line.text);
    this.changed(line);
  }

  // changed follows a line's text with all that hangs on it.
  changed(line) {
    settle(line, this.words);
    this.draw(line);
    this.number();
    this.dispatchEvent(new Event("edit"));
    this.moved(line, true);
  }

  paste(event, line) {
    const pasted = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n") ?? "";
    if (!pasted.includes("\n")) return; // a field takes plain text by itself
    event.preventDefault();
    if (this.shut) return;
    this.past.note(this.snapshot(line), "paste");
    const { selectionStart, selectionEnd } = line.field;
    this.replaceBy(line, (line.text.slice(0, selectionStart) + pasted + line.text.slice(selectionEnd)).split("\n"));
  }

  key(event, line) {
    const at = this.lines.indexOf(line);
    const { selectionStart: start, selectionEnd: end } = line.field;
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.isComposing || this.shut) return;
    const take = (deed) => {
      event.preventDefault();
      deed();
    };
    if (event.key === "Enter" && bare) take(() => (event.shiftKey ? this.split(line) : this.accept()));
    else if (event.key === "Backspace" && bare && start === 0 && end === 0 && at > 0) take(() => this.join(at - 1));
    else if (event.key === "Delete" && bare && start === line.text.length && at + 1 < this.lines.length) take(() => this.join(at));
    else if (event.key === "ArrowUp" && bare && !event.shiftKey && this.atEdge(line, start, -1)) take(() => this.go(at - 1, start));
    else if (event.key === "ArrowDown" && bare && !event.shiftKey && this.atEdge(line, end, 1)) take(() => this.go(at + 1, start));
    else if (event.key === "ArrowLeft" && bare && !event.shiftKey && start === 0 && end === 0) take(() => this.go(at - 1, Infinity));
    else if (event.key === "ArrowRight" && bare && !event.shiftKey && start === line.text.length) take(() => this.go(at + 1, 0));
  }

  // atEdge tells that the cursor cannot go further up or down within a line that is
  // broken over several rows of the screen.
  atEdge(line, at, way) {
    const style = getComputedStyle(line.field);
    const oneRow = line.field.clientHeight < 1.9 * parseFloat(style.lineHeight);
    return oneRow || at === (way < 0 ? 0 : line.text.length);
  }

  go(index, column) {
    const line = this.lines[index];
    if (!line) return;
    line.field.focus({ preventScroll: true });
    const at = Math.min(column, line.text.length);
    line.field.setSelectionRange(at, at);
    this.moved(line);
  }

  // moved follows the cursor.
  moved(line, force = false) {
    if (document.activeElement !== line.field) return;
    const index = this.lines.indexOf(line);
    const before = this.line;
    const place = `${index}:${this.lines[index].words.indexOf(this.wordAt(line))}`;
    if (!force && index === this.active && place === this.place) return;
    this.active = index;
    this.place = place;
    if (before && before !== line) {
      before.row.classList.remove("active");
      this.draw(before);
    }
    line.row.classList.add("active");
    this.draw(line);
    if (before !== line) line.row.scrollIntoView({ block: "nearest" });
    this.dispatchEvent(new Event("place"));
  }

  wordAt(line) {
    const at = line.field.selectionStart;
    return line.words.find((w) => at >= w.start && at <= w.end) || null;
  }

  // accept says that a line is as the page has it, and goes on to the next with words.
  accept() {
    const { line } = this;
    if (!line) return this.go(0, 0);
    if (!line.accepted) {
      this.past.note(this.snapshot(line), "accept");
      line.accepted = true;
      settle(line, this.words);
      this.draw(line);
      this.dispatchEvent(new Event("edit"));
    }
    const next = this.lines.findIndex((l, i) => i > this.active && l.text.trim());
    if (next >= 0) return this.go(next, 0);
    announce("Last line accepted");
    return this.dispatchEvent(new Event("place"));
  }

  // doubt goes to the next word in doubt, or the one before, round the end.
  doubt(way) {
    const all = this.lines.flatMap((line, index) => line.words.filter((w) => w.doubtful).map((word) => ({ index, word })));
    if (!all.length) return announce("No word is in doubt");
    const field = this.line?.field;
    const here = { index: this.active, at: field ? field.selectionStart : -1, end: field ? field.selectionEnd : -1 };
    // The word that the cursor is in comes first, until it is selected.
    const behind = ({ index, word }) => index > here.index || (index === here.index && (word.start > here.at || (word.end >= here.at && here.end < word.end)));
    const ahead = ({ index, word }) => index < here.index || (index === here.index && word.end < here.at);
    const next = way > 0 ? all.find(behind) || all[0] : all.findLast(ahead) || all.at(-1);
    this.select(next.index, next.word);
    return announce(`${next.word.text}, doubtful, ${all.indexOf(next) + 1} of ${all.length}`);
  }

  // select puts the cursor over a word, so that typing replaces it.
  select(index, word) {
    const line = this.lines[index];
    line.field.focus({ preventScroll: true });
    line.field.setSelectionRange(word.start, word.end);
    this.moved(line, true);
    line.row.scrollIntoView({ block: "nearest" });
  }

  // pick finds the word at a point of the page, or the line at its height.
  pick({ x, y }) {
    const over = (box, pad) => box && x >= box.x - pad && x <= box.x + box.width + pad && y >= box.y - pad && y <= box.y + box.height + pad;
    for (const [index, line] of this.lines.entries()) {
      const word = line.words.find((w) => over(w.box, 2));
      if (word) return this.select(index, word);
    }
    const index = this.lines.findIndex((l) => over(l.box, 4));
    return index >= 0 ? this.go(index, this.lines[index].text.length) : undefined;
  }

  // --- lines that become two, or one

  split(line) {
    this.past.note(this.snapshot(line), "split");
    const at = line.field.selectionStart;
    this.replaceBy(line, [line.text.slice(0, at).trimEnd(), line.text.slice(line.field.selectionEnd).trimStart()], { line: 1, at: 0 });
  }

  // join puts a line and the next together.
  join(index) {
    const [one, two] = [this.lines[index], this.lines[index + 1]];
    this.past.note(this.snapshot(this.line || one), "join");
    const blank = one.text && two.text && !/\s$/.test(one.text) && !/^\s/.test(two.text) ? " " : "";
    const joined = { text: one.text + blank + two.text, base: [...one.base, ...two.base], accepted: false };
    this.put(index, 2, [joined]);
    this.go(index, one.text.length);
    this.changed(joined);
  }

  // replaceBy puts several lines in the place of one; its read words go where they belong.
  replaceBy(line, texts, place = { line: texts.length - 1, at: Infinity }) {
    const index = this.lines.indexOf(line);
    const parts = texts.map((text) => ({ text, base: [], accepted: false }));
    share(parts, line.base, this.words);
    this.put(index, 1, parts);
    this.go(index + place.line, place.at);
    this.changed(parts[place.line]);
  }

  put(index, count, lines) {
    const old = this.lines.splice(index, count, ...lines);
    const rows = lines.map((line) => this.row(line));
    old[0].row.before(...rows);
    for (const line of old) line.row.remove();
    this.active = -1;
    this.number();
  }

  // --- undo

  snapshot(line = this.line) {
    const at = line && document.activeElement === line.field ? line.field.selectionStart : 0;
    return { lines: this.lines.map((l) => ({ text: l.text, base: l.base, accepted: l.accepted })), active: this.lines.indexOf(line), at };
  }

  undo() {
    if (!this.shut) this.restore(this.past.back(this.snapshot()), "undone");
  }

  redo() {
    if (!this.shut) this.restore(this.past.forth(this.snapshot()), "done again");
  }

  restore(state, said) {
    if (!state) return announce("Nothing more");
    this.lines = state.lines.map((l) => ({ ...l }));
    this.active = -1;
    this.build();
    this.go(Math.max(0, state.active), state.at);
    this.dispatchEvent(new Event("edit"));
    return announce(said);
  }

  // replace puts another text in the place of all, as one step that can be undone.
  replace(text) {
    this.past.note(this.snapshot(), "replace");
    this.lines = linesOf(text, this.words);
    this.active = -1;
    this.build();
    this.dispatchEvent(new Event("edit"));
  }

  // remember puts a text that was not chosen one undo away.
  remember(text) {
    this.past.note({ lines: linesOf(text, this.words), active: 0, at: 0 }, "other");
  }

  focus() {
    if (this.lines.length) this.go(Math.max(0, this.active), 0);
  }
}

// linesOf cuts a text into lines and gives each the read words that it stands for.
export function linesOf(text, words) {
  const lines = text.split(/\r\n?|\n/).map((line) => ({ text: line, base: [], accepted: false }));
  share(lines, words.map((_, i) => i), words);
  return lines;
}

// share gives read words to lines: each to the one that has what was typed for it, those
// that nothing stands for to the line of the word before.
function share(lines, base, words) {
  const typed = lines.flatMap((line, index) => tokens(line.text).map((t) => ({ text: t.text, index })));
  const pairs = align(base.map((i) => words[i].text), typed.map((t) => t.text));
  const owner = new Array(base.length).fill(-1);
  pairs.forEach((p, j) => {
    if (p) for (let k = p.first; k < p.end; k++) owner[k] = typed[j].index;
  });
  let last = Math.max(0, owner.find((o) => o >= 0) ?? 0);
  base.forEach((word, k) => {
    if (owner[k] >= 0) last = owner[k];
    lines[last].base.push(word);
  });
}
