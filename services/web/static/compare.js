// How any two readings of a page differ, and the history of a document.

import { catalog, reviews } from "./api.js";
import { Bytes } from "./bytes.js";
import { h, show } from "./dom.js";
import { ago, assurances, count, label, moment } from "./format.js";
import { called, calledAll, learn, learnAll } from "./people.js";

const origins = { ORIGIN_MACHINE: "Machine", ORIGIN_PERSON: "Corrected", ORIGIN_IMPORTED: "Edition" };

const nameOf = (r) =>
  [
    origins[r.origin] || "Reading",
    (r.contributors || []).some((p) => called(p)) ? calledAll(r.contributors) : "",
    r.origin === "ORIGIN_MACHINE" && r.recipe ? `recipe ${r.recipe.slice(0, 8)}` : "",
    r.edition?.title || "",
    r.box ? "part of the page" : "",
    r.createTime ? moment(r.createTime) : "",
  ].filter(Boolean).join(" · ");

// Compare lets two readings of a page be chosen and shows what differs.
export class Compare {
  constructor(home, page, shown) {
    Object.assign(this, { home, page, shown });
  }

  async load() {
    const { readings = [] } = await catalog.ListReadings({ parent: this.page });
    this.readings = readings;
    for (const r of readings) learnAll(r.contributors, r.contributorNames);
    if (readings.length < 2) {
      show(this.home, h("p", { class: "note" }, readings.length ? "There is one reading of this page and nothing to compare it with." : "There is no reading of this page."));
      return;
    }
    const options = (chosen) => readings.map((r) => h("option", { value: r.name, selected: r.name === chosen }, nameOf(r)));
    const present = readings.find((r) => r.name === this.shown) || readings.at(-1);
    const first = readings.find((r) => r.name === present.basedOn) || readings.find((r) => r !== present);
    this.before = h("select", { onchange: () => this.compare() }, options(first.name));
    this.after = h("select", { onchange: () => this.compare() }, options(present.name));
    this.result = h("div", { class: "text diff", tabindex: "0", role: "region", "aria-label": "Differences" });
    this.summary = h("p", { class: "note", role: "status" });
    show(this.home, h("label", {}, "From ", this.before), h("label", {}, "To ", this.after), this.summary, this.result);
    await this.compare();
  }

  async compare() {
    try {
      const answer = await reviews.CompareReadings({ before: this.before.value, after: this.after.value });
      const all = answer.changes || [];
      this.summary.textContent = all.length ? `${count(all.length, "difference")}` : "The texts are the same.";
      show(this.result, mark(answer));
    } catch (error) {
      this.summary.textContent = error.message;
      show(this.result);
    }
  }
}

// mark writes the text after, with what was put in and taken out.
function mark({ changes = [], afterText }) {
  const text = new Bytes(afterText);
  const out = [];
  let at = 0;
  for (const change of changes) {
    const start = change.afterStart || 0;
    out.push(text.slice(at, Math.max(at, start)));
    if (change.before) out.push(h("del", {}, change.before), " ");
    if (change.after) out.push(h("ins", {}, change.after));
    at = Math.max(at, start + new Bytes(change.after).bytes.length);
  }
  out.push(text.slice(at));
  return out;
}

// History lists a document's revisions, the newest first.
export class History {
  constructor(home, name) {
    Object.assign(this, { home, name });
  }

  async load() {
    const list = h("ol", { class: "history", reversed: true });
    const more = h("button", { class: "small", onclick: () => this.page(list, more) }, "Older");
    show(this.home, list, more);
    await this.page(list, more);
  }

  async page(list, more) {
    const { revisions = [], nextPageToken } = await reviews.ListRevisions({ parent: this.name, pageToken: this.token });
    this.token = nextPageToken;
    more.hidden = !nextPageToken;
    list.append(...revisions.map((r) => this.row(r)));
  }

  row(r) {
    learn(r.person, r.personName);
    const by = r.person === "system" ? "Machine" : r.person === "local" ? "Local operator" : r.personName || "A person";
    return h(
      "li",
      { value: r.revision },
      h("p", { class: "who" }, h("strong", {}, by), " ", h("time", { datetime: r.createTime, title: moment(r.createTime) }, ago(r.createTime))),
      h("ul", {}, (r.changes || []).map((c) => this.change(r.revision, c))),
      h("p", { class: "last" }, h("span", { class: "note", title: r.contentDigest }, `revision ${r.revision} · `, h("span", { class: "digest" }, (r.contentDigest || "").slice(0, 8))), assurances[r.assurance] && h("span", { class: `badge ${r.assurance}` }, assurances[r.assurance])),
    );
  }

  // change writes what changed; a text that was found right is said to be accepted.
  change(revision, phrase) {
    const item = h("li", {}, worded(phrase));
    const [, number] = /^region (\d+): corrected/.exec(phrase) || [];
    if (number) {
      this.accepted(revision, Number(number) - 1).then((accepted) => {
        if (accepted) item.textContent = worded(phrase.replace("corrected", "accepted as it was"));
      }, () => {}); // what the server said stands
    }
    return item;
  }

  // accepted tells that the reading which a revision put into a region has the text of the
  // one that it is based on.
  async accepted(revision, index) {
    const { regions = [] } = await catalog.GetDocument({ name: this.name, revision, readMask: "regions" });
    const reading = regions[index]?.reading && (await catalog.GetReading({ name: regions[index].reading }));
    if (!reading?.basedOn || reading.box || reading.rangeEnd) return false; // a part is not compared with its page
    const before = await catalog.GetReading({ name: reading.basedOn });
    return sameText(before.body?.text, reading.body?.text);
  }
}

// sameText compares but for blanks at the ends of lines, which no correction keeps.
const sameText = (a = "", b = "") => a.replace(/[ \t]+$/gm, "").trimEnd() === b.replace(/[ \t]+$/gm, "").trimEnd();

// worded writes a phrase with the names of fields as the page has them.
const worded = (phrase) => phrase.replace(/^[a-z]+(?:_[a-z]+)*(?=: )/, (name) => label(name));
