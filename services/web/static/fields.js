// The fields of a document: each with its value, its place on the scan and the words that
// prove it; stated, corrected and signed here.

import { catalog, may, reviews, samePerson } from "./api.js";
import { ask } from "./dialogs.js";
import { announce, h, show } from "./dom.js";
import { boxOf, Bytes, union } from "./bytes.js";
import { assurances, label, percent } from "./format.js";
import { fieldForm } from "./fieldform.js";
import { Pyramid } from "./tiles.js";
import { write } from "./values.js";
import { drawCrop } from "./viewer.js";

// Below this a person should look, as the contract says.
const sureFrom = 0.7;

// What makes a document the one that it is stands first; a mistake in it makes another.
const first = ["telegram_number", "outgoing_number", "incoming_number", "document_date", "sent_at", "received_at", "citation", "addressee", "signatory"];

const inOrder = (fields) => {
  const rank = (f) => (first.includes(f.name) ? first.indexOf(f.name) : first.length);
  return [...fields].sort((a, b) => rank(a) - rank(b));
};

export class Fields {
  // home is the element to fill; user may sign; turnOf tells how a page is set upright;
  // locate is called with a page and a box to show on the scan, null where there is none.
  constructor(home, name, user, { locate = null, readings = new Map() } = {}) {
    Object.assign(this, { home, name, user, locate, readings });
    this.pyramids = new Map();
    this.drops = [];
  }

  async load() {
    this.document = await catalog.GetDocument({ name: this.name });
    await this.draw();
  }

  async draw() {
    for (const drop of this.drops.splice(0)) drop();
    const fields = inOrder(this.document.fields || []);
    if (!fields.length) {
      show(this.home, h("p", { class: "note" }, this.document.extracted ? "The rules found nothing in this text." : "The rules have not read this text yet."));
      return;
    }
    const signable = fields.filter((f) => this.signable(f));
    show(
      this.home,
      signable.length > 1 && h("p", {}, h("button", { onclick: () => this.sign(signable) }, `Sign all ${signable.length} statements`)),
      h("ul", { class: "fields" }, fields.map((f) => this.row(f))),
    );
  }

  row(field) {
    const place = h("div", { class: "place" });
    const item = h(
      "li",
      { class: "field" },
      h("h3", {}, label(field.name), " ", h("span", { class: `badge ${field.assurance}` }, assurances[field.assurance] || "Machine")),
      h("p", { class: "value" }, write(field.value)),
      field.raw && field.raw !== write(field.value) ? h("p", { class: "raw" }, "written ", h("q", {}, field.raw)) : null,
      place,
      h("p", { class: "note" }, this.source(field)),
      h("div", { class: "buttons" }, this.buttons(field)),
    );
    this.prove(field, place);
    return item;
  }

  source(field) {
    if (field.person) return [samePerson(field.person, this.user.name) ? "stated by you" : "stated by a person", field.signedBy ? ", signed" : ""];
    const sure = field.confidence || 0;
    return [`found by the rule ${field.rule || "?"}, ${percent(sure)} sure`, sure < sureFrom ? " — please look" : ""];
  }

  buttons(field) {
    const out = [];
    if (may(this.user, "CORRECTOR")) {
      out.push(h("button", { class: "small", onclick: (event) => this.edit(field, event.target.closest("li")), "aria-label": `Change ${label(field.name)}` }, "Change"));
      if (!field.person) out.push(h("button", { class: "small", onclick: () => this.state(field, {}), "aria-label": `Confirm ${label(field.name)}` }, "Confirm"));
    }
    if (this.signable(field)) out.push(h("button", { class: "small main", onclick: () => this.sign([field]), "aria-label": `Sign ${label(field.name)}` }, "Sign"));
    return out;
  }

  signable(field) {
    return field.statement && !field.signedBy && may(this.user, "VERIFIER") && !samePerson(field.person, this.user.name);
  }

  // prove shows the words and their piece of the scan.
  async prove(field, place) {
    const [evidence] = field.evidence || [];
    if (!evidence) return show(place, h("p", { class: "note" }, "no words prove it"));
    const reading = await this.reading(evidence.reading);
    const words = (field.evidence || []).filter((e) => e.reading === evidence.reading).map((e) => new Bytes(reading?.body?.text).slice(e.start || 0, e.end || 0)).join(" … ");
    const boxes = (field.evidence || []).filter((e) => e.reading === evidence.reading).flatMap((e) => (e.boxes || []).map(boxOf));
    const box = union(boxes);
    const quoted = h("p", { class: "words" }, h("q", {}, words.replaceAll("\n", " ").slice(0, 300)));
    if (!box) return show(place, quoted);
    const page = evidence.reading.split("/readings/")[0];
    const canvas = h("canvas", { class: "crop", role: "img", "aria-label": `Scan of: ${words}` });
    const shown = this.locate ? h("button", { class: "bare", onclick: () => this.locate(page, box, boxes), "aria-label": `Show ${label(field.name)} on the scan` }, canvas) : canvas;
    show(place, shown, quoted);
    try {
      this.drops.push(drawCrop(canvas, await this.pyramid(page), box, { turn: reading?.body?.turn || 0 }));
    } catch {
      canvas.remove(); // the words are there all the same
    }
    return undefined;
  }

  reading(name) {
    if (!this.readings.has(name)) this.readings.set(name, catalog.GetReading({ name }).catch(() => null));
    return this.readings.get(name);
  }

  pyramid(page) {
    if (!this.pyramids.has(page)) {
      const pyramid = new Pyramid(page);
      this.pyramids.set(page, pyramid.open().then(() => pyramid));
    }
    return this.pyramids.get(page);
  }

  edit(field, item) {
    const [value, buttons] = [item.querySelector(".value"), item.querySelector(".buttons")];
    const cancel = () => {
      form.replaceWith(value);
      buttons.hidden = false;
      buttons.querySelector("button")?.focus();
    };
    const form = fieldForm(field, { save: (change) => this.state(field, change), cancel });
    buttons.hidden = true;
    value.replaceWith(form);
    form.querySelector("input, textarea")?.focus();
  }

  // state makes a field, changed or as it is, the caller's own statement. All statements
  // under a name go together.
  async state(field, change) {
    const same = (this.document.fields || []).filter((f) => f.name === field.name);
    const fields = same
      .filter((f) => !(f === field && change.drop))
      .map((f) => {
        const next = f === field ? { ...f, ...change } : f;
        return { name: next.name, value: next.value, raw: next.raw, evidence: next.evidence };
      });
    if (change.drop && !fields.length) fields.push({ name: field.name }); // says that there is none
    try {
      this.document = await catalog.UpdateDocument({
        document: { name: this.document.name, etag: this.document.etag, fields },
        updateMask: `fields.${field.name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase())}`,
      });
      await this.draw();
      announce(`${label(field.name)} is stated by you`);
    } catch (error) {
      if (error.reason === "ETAG_MISMATCH") {
        await ask({ title: "Somebody has changed this document", body: h("p", {}, "The fields are shown as they are now. What you entered: ", h("q", {}, change.value ? write(change.value) : change.raw || "the value as it was"), ". Enter it again if it still holds."), buttons: [["", "Show the fields", "main"]] });
        await this.load();
        return;
      }
      throw error;
    }
  }

  async sign(fields) {
    try {
      this.document = await reviews.SignFields({ name: this.document.name, statements: fields.map((f) => f.statement), etag: this.document.etag });
      await this.draw();
      announce("Signed");
    } catch (error) {
      await ask({ title: "Not signed", body: h("p", {}, error.message), buttons: [["", "Close", "main"]] });
      if (error.reason === "ETAG_MISMATCH") await this.load();
    }
  }
}
