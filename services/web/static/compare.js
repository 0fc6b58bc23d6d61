// How any two readings of a page differ, and the history of a document.

import { catalog, reviews } from "./api.js";
import { Bytes } from "./bytes.js";
import { h, show } from "./dom.js";
import { ago, assurances, count, idOf, moment } from "./format.js";

const origins = { ORIGIN_MACHINE: "Machine", ORIGIN_PERSON: "Corrected", ORIGIN_IMPORTED: "Edition" };

const nameOf = (r) =>
  [
    origins[r.origin] || "Reading",
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
    list.append(
      ...revisions.map((r) =>
        h(
          "li",
          { value: r.revision },
          h("p", { class: "who" }, h("strong", {}, r.personName || (r.person === "system" ? "Machine" : idOf(r.person))), " ", h("time", { datetime: r.createTime, title: moment(r.createTime) }, ago(r.createTime)), " ", h("span", { class: `badge ${r.assurance}` }, assurances[r.assurance] || "")),
          h("ul", {}, (r.changes || []).map((c) => h("li", {}, c))),
          h("p", { class: "note digest", title: r.contentDigest }, `revision ${r.revision} · ${(r.contentDigest || "").slice(0, 12)}`),
        ),
      ),
    );
  }
}
