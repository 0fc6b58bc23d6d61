// The workbench: the scan at one side, the text at the other, line by line in step.

import { catalog, may, reviews, samePerson } from "./api.js";
import { boxOf, union, within, wordsOf } from "./bytes.js";
import { announce, byId, h, show } from "./dom.js";
import { Draft, renewed } from "./draft.js";
import { Editor } from "./editor.js";
import { begin } from "./header.js";
import { drop, forgetReview, keptOf, saved } from "./kept.js";
import { Keys } from "./keys.js";
import { clockTime, count, percent, states } from "./format.js";
import { Conflicts } from "./conflicts.js";
import { correctDeeds, passToNext, verifyDeeds } from "./deeds.js";
import { calledAll, learn, learnAll } from "./people.js";
import { Reader } from "./reader.js";
import { saveState } from "./savestate.js";
import { Side } from "./side.js";
import { Strip } from "./strip.js";
import { sizeOf } from "./tiles.js";
import { Viewer } from "./viewer.js";

const name = decodeURIComponent(location.pathname.replace(/^\/review\//, ""));

// A claim lasts a quarter of an hour; it is prolonged with plenty of time to miss one.
const heartbeat = 4 * 60_000;

// desk is what the parts of the workbench share.
const desk = { name, user: null, review: null, text: null, draft: null, viewer: null, keys: new Keys(), mode: "", notice, reopen: open };

// notice shows a line above the panes; kind is "plain", "warn" or "bad".
function notice(kind, words, ...more) {
  const line = h("div", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : "status" }, h("p", {}, words), more);
  byId("notices").append(line);
  return line;
}

async function start() {
  desk.user = await begin();
  desk.viewer = new Viewer(byId("scan"));
  desk.strip = new Strip(desk);
  desk.side = new Side(desk);
  scanTools();
  shortcuts();
  desk.viewer.addEventListener("state", sharpness);
  desk.viewer.addEventListener("pick", (event) => desk.text?.pick(event.detail));
  byId("help").addEventListener("click", () => desk.keys.help());
  byId("side-pane").addEventListener("input", (event) => event.target.form?.setAttribute("data-typed", ""));
  setInterval(() => beat(), heartbeat);
  await open();
}

// open shows the review as it is now, in the way that the user may work on it. mode is
// "correct" to correct what would be verified.
async function open(mode = "") {
  show(byId("notices"));
  show(byId("deeds"));
  desk.draft?.rest();
  desk.draft = null;
  try {
    desk.review = await reviews.GetReview({ name });
  } catch (error) {
    if (error.code === "NOT_FOUND") return gone();
    notice("bad", error.message, h("a", { href: "/", class: "button" }, "To the queue"));
    if (error.passing) setTimeout(() => open(mode), 3000);
    return undefined;
  }
  learn(desk.review.claimedBy, desk.review.claimedByName);
  learn(desk.review.comment?.person, desk.review.comment?.personName);
  heading();
  openScan();
  const wanted = mode || (desk.review.state === "REVIEW_STATE_TO_CORRECT" ? "correct" : "verify");
  if (wanted === "correct" && may(desk.user, "CORRECTOR")) await openToCorrect();
  else await openToRead();
  desk.side.load();
  return undefined;
}

// gone says that there is no such review. This browser forgets what was saved of it, and
// all of it when the document was destroyed; what was never saved is shown otherwise.
async function gone() {
  desk.mode = "";
  desk.text = null;
  show(byId("lines"));
  notice("bad", "There is no such review. The document may have been taken apart or hidden.", h("a", { href: "/", class: "button" }, "To the queue"));
  const destroyed = await catalog.GetDocument({ name: name.split("/reviews/")[0] }).then(() => false, (error) => error.reason === "WITHDRAWN");
  forgetReview(name, destroyed ? undefined : saved);
  for (const [key, kept] of keptOf(name, desk.user)) {
    const forget = h("button", { class: "small", onclick: () => (drop(key), line.remove()) }, "Forget it");
    const line = notice("warn", "This browser has text that you typed for it and that was never saved.", h("details", {}, h("summary", {}, "Show it"), h("div", { class: "text" }, kept.text)), forget);
  }
}

function heading() {
  const { review } = desk;
  byId("title").textContent = review.title || "Untitled";
  document.title = `${review.title || "Untitled"} · fonds`;
  const sure = review.state === "REVIEW_STATE_TO_CORRECT" && review.confidence >= 0 && review.words ? ` · ${percent(review.confidence || 0)} sure` : "";
  learnAll(review.reading?.contributors, review.reading?.contributorNames);
  const by = calledAll(review.reading?.contributors, desk.user);
  byId("where").textContent = `${review.regionNumber ? `region ${review.regionNumber}` : "a region that is gone"} · ${states[review.state] || ""}${sure}${by ? ` · corrected by ${by}` : ""}`;
  if (review.comment) notice("warn", [h("strong", {}, review.comment.personName ? `Sent back by ${review.comment.personName}: ` : "Sent back: "), h("q", {}, review.comment.text)]);
  if (!review.regionNumber) notice("warn", "This region is no longer part of the document; only its draft is left.");
}

let opened = "";

async function openScan() {
  const { review, viewer } = desk;
  const page = review.region?.page;
  if (!page || opened === page) return;
  opened = page;
  byId("scan-state").textContent = "Opening the scan…";
  byId("scan-state").className = "";
  try {
    const body = review.reading?.body;
    await viewer.open(page, { turn: body?.turn || 0, region: boxOf(review.region.box), text: union(words(review.reading).map((w) => w.box)), size: sizeOf(body) });
    byId("scan-state").textContent = "";
    sharpness();
    place();
  } catch (error) {
    opened = "";
    show(byId("scan-state"), `${error.message} `, h("button", { class: "small", onclick: openScan }, "Try again"));
  }
}

let sharpening = 0;

// sharpness says that sharper pieces of a large scan are on their way, and how long that
// has taken: the text can be worked on all the while.
function sharpness() {
  clearInterval(sharpening);
  const { pyramid } = desk.viewer;
  const state = byId("scan-state");
  state.className = "aside";
  if (pyramid.problem) {
    return show(state, `The scan is not shown sharper: ${pyramid.problem} `, h("button", { class: "small", onclick: () => pyramid.sharpen() }, "Try again"));
  }
  if (!pyramid.since) return show(state);
  const ticks = h("span", { "aria-hidden": "true" });
  const { width, height } = pyramid.shape;
  show(state, `Sharpening the scan of ${Math.round((width * height) / 1e6)} million pixels…`, ticks);
  sharpening = setInterval(() => (ticks.textContent = ` ${Math.round((Date.now() - pyramid.since) / 1000)} s`), 1000);
  return undefined;
}

// words are those read within the region.
function words(reading) {
  return wordsOf(reading?.body).filter((w) => within(w.box, boxOf(desk.review.region?.box)));
}

async function openToCorrect() {
  if (!(await claim())) return openToRead({ held: true });
  desk.mode = "correct";
  const draft = (desk.draft = new Draft(desk.review, desk.user));
  desk.conflicts = new Conflicts(desk);
  const restored = draft.restore();
  const text = restored.other === undefined ? (restored.text ?? draft.text) : draft.text;
  const editor = new Editor(byId("lines"), words(desk.review.reading), text, { accepted: draft.accepted });
  setText(editor);
  editor.addEventListener("edit", () => {
    draft.edit(editor.text, editor.accepted);
    work();
  });
  draft.addEventListener("state", () => saveState(desk));
  saveState(desk);
  correctDeeds(desk, byId("deeds"));
  if (restored.other !== undefined) await desk.conflicts.restored(restored);
  else if (restored.text !== undefined) {
    notice("plain", "What you typed last and had not been saved is back.");
    draft.edit(restored.text, draft.accepted);
  } else if (desk.review.draft && !samePerson((desk.review.draft.editors || []).at(-1), desk.user.name)) {
    notice("plain", `You go on with the draft of ${draftBy(desk.review)}. Neither of you can sign it.`);
  }
  editor.focus();
  return undefined;
}

// draftBy names those who have saved a draft before the user.
function draftBy({ draft }) {
  learnAll(draft.editors, draft.editorNames);
  const others = (draft.editors || []).filter((p) => !samePerson(p, desk.user.name));
  return calledAll(others) || "somebody else";
}

// openToRead shows the text with what people changed in it, to be signed or sent back.
async function openToRead({ held = false } = {}) {
  const { review } = desk;
  desk.mode = review.state === "REVIEW_STATE_TO_VERIFY" ? "verify" : "read";
  // Who verifies holds the review too, so that two do not read the same page.
  if (desk.mode === "verify" && !held && may(desk.user, "VERIFIER") && !review.ownWork) await claim();
  const machine = await machineWords(review.reading);
  const shown = new Reader(byId("lines"), words(review.reading), desk.review.text ?? review.text ?? "", machine);
  setText(shown);
  byId("save-state").textContent = "";
  verifyDeeds(desk, byId("deeds"), { compared: machine !== null });
  shown.focus();
}

// machineWords are those that people began from; null when the text is a machine's own,
// or an edition's.
async function machineWords(reading) {
  let at = reading;
  for (let i = 0; i < 50 && at && at.origin === "ORIGIN_PERSON"; i++) {
    if (!at.basedOn) return null;
    at = await catalog.GetReading({ name: at.basedOn }).catch(() => null);
  }
  return at && at !== reading ? words(at) : null;
}

// claim takes the review for the user; false when another has it.
async function claim() {
  try {
    const claimed = await reviews.ClaimReview({ name });
    desk.review = renewed(desk.review, claimed);
    return true;
  } catch (error) {
    const who = error.metadata.claimed_by_name || desk.review.claimedByName || "Somebody else";
    const until = error.metadata.claim_expire_time || desk.review.claimExpireTime;
    const words = error.reason === "CLAIMED" ? `${who} is working on this${until ? ` until ${clockTime(until)} at least` : ""}. You can read it.` : error.message;
    const line = notice(error.reason === "CLAIMED" ? "warn" : "bad", words, h("button", { class: "small", onclick: () => (line.remove(), open()) }, "Try again"));
    return false;
  }
}

// beat keeps the claim while the page is open.
async function beat() {
  if (desk.mode === "correct") {
    const { draft } = desk;
    draft.prolong().catch((error) => {
      if (error.reason === "CLAIMED" && draft.state !== "halted") draft.halt(error);
    });
  } else if (desk.mode === "verify" && samePerson(desk.review.claimedBy, desk.user.name)) {
    const { review } = desk;
    reviews.ClaimReview({ name }).then((now) => now.contentDigest === review.contentDigest && Object.assign(review, { etag: now.etag }), () => {});
  }
}

function setText(text) {
  desk.text = text;
  text.addEventListener("place", place);
  place();
  work();
}

// place puts the scan in step with the text.
function place() {
  const { text, viewer } = desk;
  if (!text) return;
  viewer.mark({ line: text.line?.box || null, word: text.word?.box || null, doubtful: text.doubtful.map((w) => w.box).filter(Boolean) });
  if (text.line?.box) viewer.follow(text.word?.box && wide(text.line.box) ? text.word.box : text.line.box);
  desk.strip.show(text.line);
}

// wide tells that a line does not fit: then the word is followed, not its middle.
const wide = (box) => box.width * desk.viewer.view.scale > desk.viewer.size.width * 0.9;

// work says what is left to do.
function work() {
  const { review, text } = desk;
  const left = text.doubtful.length;
  const unverified = (review.unverifiedFields || []).length;
  const parts = [];
  if (desk.mode === "correct") parts.push(left ? count(left, "doubtful word") : "no doubtful words left");
  else if (text.compared) parts.push(text.differences ? count(text.differences, "difference") : "as the machine read it");
  if (unverified) parts.push(count(unverified, "field to verify", "fields to verify"));
  byId("work").textContent = parts.join(" · ");
}

function scanTools() {
  const { viewer } = desk;
  const tool = (words, title, deed) => h("button", { class: "small", title, "aria-label": title, onclick: deed }, words);
  const level = h("output", { class: "level", "aria-label": "Zoom" });
  viewer.addEventListener("view", () => (level.textContent = percent(viewer.view.scale)));
  show(
    byId("scan-tools"),
    tool("−", "Zoom out", () => viewer.zoomOut()),
    level,
    tool("+", "Zoom in", () => viewer.zoomIn()),
    tool("↔", "Fit the width", () => viewer.fit("width")),
    tool("▢", "Fit the page", () => viewer.fit("page")),
    tool("↻", "Turn clockwise", () => viewer.rotate(90)),
  );
}

// mainDeed submits or signs, and in a form of the third pane does what that is for.
function mainDeed() {
  const field = document.activeElement?.closest("#side-pane :is(input, textarea, select)");
  if (field) field.form?.requestSubmit();
  else byId("main-deed")?.click();
}

function shortcuts() {
  const { keys, viewer } = desk;
  const editing = (deed) => () => desk.mode === "correct" && deed();
  keys.group("Text", [
    [["Alt+ArrowDown", "F8"], "next doubtful word", editing(() => desk.text.doubt(1))],
    [["Alt+ArrowUp", "Shift+F8"], "doubtful word before", editing(() => desk.text.doubt(-1))],
    [["Enter"], "accept the line, go to the next"],
    [["Shift+Enter"], "break the line in two"],
    [["Backspace"], "at the start of a line: join it to the one before"],
    [["Ctrl+Z"], "undo", editing(() => desk.text.undo())],
    [["Ctrl+Shift+Z", "Ctrl+Y"], "redo", editing(() => desk.text.redo())],
    [["Alt+I"], "the line's piece of the scan above it, or not", () => desk.strip.toggle()],
  ]);
  keys.group("Work", [
    [["Ctrl+Enter"], "submit, or sign; in a field's form: save the field", mainDeed],
    [["Ctrl+S"], "save the draft now", () => desk.draft?.save().then((ok) => ok && announce("Saved"))],
    [["Alt+S"], "skip this, go to the next", () => byId("skip-deed")?.click()],
    [["Alt+F"], "fields and history, or not", () => desk.side.toggle()],
    [["?", "F1"], "this list (? when not typing)"],
  ]);
  keys.group("Scan", [
    [["Alt+Plus"], "zoom in", () => viewer.zoomIn()],
    [["Alt+Minus"], "zoom out", () => viewer.zoomOut()],
    [["Alt+0"], "fit the width", () => viewer.fit("width")],
    [["Alt+9"], "fit the page", () => viewer.fit("page")],
    [["Alt+R"], "turn clockwise", () => viewer.rotate(90)],
    [["Escape"], "from the text to the scan: there + − 0 9 R and the arrows do it alone", () => byId("scan").focus()],
  ]);
}

desk.next = () => passToNext(desk);
start();
