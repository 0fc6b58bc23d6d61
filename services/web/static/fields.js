// The fields of a document: each with its value, its place on the scan and the words that
// prove it; stated, corrected and signed here.

import { addForm } from "./addfield.js";
import { catalog, may, reviews, samePerson } from "./api.js";
import { ask } from "./dialogs.js";
import { announce, h, show } from "./dom.js";
import { boxOf, Bytes, union } from "./bytes.js";
import { Earlier } from "./earlier.js";
import { assurances, label, percent } from "./format.js";
import { fieldForm } from "./fieldform.js";
import { called, learn } from "./people.js";
import { memberOf, schema } from "./schema.js";
import { Pyramid, sizeOf } from "./tiles.js";
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

const plain = (text) => (text || "").replace(/\s+/g, " ").trim();

export class Fields {
  // home is the element to fill; user may sign; locate is called with a page and a box to
  // show on the scan, null where there is none; readings and pyramids are those that are
  // there already, by name and by page, as promises.
  constructor(home, name, user, { locate = null, readings = new Map(), pyramids = new Map() } = {}) {
    Object.assign(this, { home, name, user, locate, readings, pyramids });
    this.earlier = new Earlier(name);
    this.drops = [];
  }

  async load() {
    [this.document, this.known] = await Promise.all([catalog.GetDocument({ name: this.name }), schema()]);
    this.draw();
  }

  draw() {
    for (const drop of this.drops.splice(0)) drop();
    const fields = inOrder(this.document.fields || []);
    for (const f of fields) {
      learn(f.person, f.personName);
      learn(f.signedBy, f.signedByName);
    }
    const signable = fields.filter((f) => this.signable(f));
    const add = may(this.user, "CORRECTOR") && h("button", { class: "add", onclick: (event) => this.add(event.target) }, "Add a field");
    show(
      this.home,
      (add || signable.length > 1) && h("div", { class: "buttons" }, add, signable.length > 1 && h("button", { onclick: () => this.sign(signable) }, `Sign all ${signable.length} statements`)),
      fields.length ? h("ul", { class: "fields" }, fields.map((f) => this.row(f))) : h("p", { class: "note" }, this.document.extracted ? "The rules found nothing in this text." : "The rules have not read this text yet."),
    );
    if (this.next) (this.home.querySelector(`[data-field="${this.next}"] button`) || this.home.querySelector("button.add"))?.focus();
    this.next = "";
  }

  row(field) {
    const place = h("div", { class: "place" });
    const item = h(
      "li",
      { class: "field", "data-field": field.name },
      h("h3", {}, label(field.name), " ", h("span", { class: `badge ${field.assurance}` }, assurances[field.assurance] || "Machine")),
      h("p", { class: "value" }, write(field.value)),
      place,
      h("p", { class: "note" }, this.source(field)),
      h("div", { class: "buttons" }, this.buttons(field)),
    );
    this.prove(field, place);
    return item;
  }

  source(field) {
    if (field.person) {
      const by = called(field.person, this.user) || "a person";
      return [`stated by ${by}`, field.signedBy ? `, signed by ${called(field.signedBy, this.user) || "another"}` : ""];
    }
    const sure = field.confidence || 0;
    return [`found by the rule ${field.rule || "?"}, ${percent(sure)} sure`, sure < sureFrom ? " — please look" : ""];
  }

  buttons(field) {
    const out = [];
    const button = (words, deed, kind = "small") => out.push(h("button", { class: kind, onclick: deed, "aria-label": `${words} ${label(field.name)}` }, words));
    if (may(this.user, "CORRECTOR")) {
      button("Change", (event) => this.edit(field, event.target.closest("li")));
      if (field.person) button("Take back", () => this.takeBack(field));
      else button("Confirm", () => this.free() && this.attempt(() => this.state(field, {})));
    }
    if (this.signable(field)) button("Sign", () => this.sign([field]), "small main");
    return out;
  }

  signable(field) {
    return field.statement && !field.signedBy && may(this.user, "VERIFIER") && !samePerson(field.person, this.user.name);
  }

  // prove shows the words and their piece of the scan.
  async prove(field, place) {
    const written = field.raw && plain(field.raw) !== plain(write(field.value)) ? h("p", { class: "raw" }, "written ", h("q", {}, field.raw)) : null;
    show(place, written);
    if (!field.value && !field.raw) return undefined; // none: nothing proves that
    let evidence = field.evidence || [];
    let from = null;
    if (!evidence.length) {
      evidence = await this.earlier.evidence(field);
      from = h("p", { class: "note" }, "These words are those of an earlier reading.");
    }
    if (!evidence.length) return show(place, written, h("p", { class: "note" }, "no words prove it"));
    const [{ reading: name }] = evidence;
    const reading = await this.reading(name);
    const here = evidence.filter((e) => e.reading === name);
    const words = here.map((e) => new Bytes(reading?.body?.text).slice(e.start || 0, e.end || 0)).join(" … ");
    const said = [plain(field.raw), plain(write(field.value))].includes(plain(words));
    const quoted = [written, said ? null : h("p", { class: "words" }, h("q", {}, plain(words).slice(0, 300))), from];
    const boxes = here.flatMap((e) => (e.boxes || []).map(boxOf));
    const box = union(boxes);
    if (!box) return show(place, quoted);
    const page = name.split("/readings/")[0];
    const canvas = h("canvas", { class: "crop", role: "img", "aria-label": `Scan of: ${words}` });
    const shown = this.locate ? h("button", { class: "bare", onclick: () => this.locate(page, box, boxes), "aria-label": `Show ${label(field.name)} on the scan` }, canvas) : canvas;
    show(place, shown, quoted);
    try {
      this.drops.push(drawCrop(canvas, await this.pyramid(page, reading), box, { turn: reading?.body?.turn || 0 }));
    } catch {
      canvas.remove(); // the words are there all the same
    }
    return undefined;
  }

  reading(name) {
    if (!this.readings.has(name)) this.readings.set(name, catalog.GetReading({ name }).catch(() => null));
    return this.readings.get(name);
  }

  pyramid(page, reading) {
    if (!this.pyramids.has(page)) {
      const pyramid = new Pyramid(page);
      this.pyramids.set(page, pyramid.open(sizeOf(reading?.body)).then(() => pyramid));
    }
    return this.pyramids.get(page);
  }

  // of gives the statements under a name.
  of(name) {
    return (this.document.fields || []).filter((f) => f.name === name);
  }

  // free tells that no field is being changed: to draw them anew would lose what is typed.
  free() {
    const open = this.home.querySelector("form.fieldform");
    if (!open) return true;
    const verdict = open.querySelector(".verdict");
    verdict.textContent = "Save or cancel this first.";
    verdict.classList.add("wrong");
    open.querySelector("input, textarea, select")?.focus();
    return false;
  }

  edit(field, item) {
    if (!this.free()) return;
    const [value, buttons] = [item.querySelector(".value"), item.querySelector(".buttons")];
    const cancel = () => {
      form.replaceWith(value);
      buttons.hidden = false;
      buttons.querySelector("button")?.focus();
    };
    const none = this.of(field.name).length > 1 ? ["Remove", "This statement goes; the others under the name stay"] : ["None", "The document has no such field"];
    const others = field.value ? [[...none, () => this.state(field, { drop: true })]] : [];
    const form = fieldForm(field, this.known, { save: (change) => this.state(field, change), cancel, others });
    buttons.hidden = true;
    value.replaceWith(form);
    form.querySelector("input, textarea, select")?.focus();
  }

  // add opens a form for a field that nothing stands under yet, or one more statement.
  add(button) {
    if (!this.free()) return;
    const close = () => {
      form.remove();
      button.hidden = false;
      button.focus();
    };
    const form = addForm(this.known, {
      of: (name) => this.of(name),
      save: (name, change) => this.put(name, [...this.of(name).filter((f) => f.value), { name, ...change }], change),
      none: (name) => this.put(name, [{ name }], {}),
      cancel: close,
    });
    button.hidden = true;
    button.parentElement.after(form);
    form.querySelector("select").focus();
  }

  // state makes a field, changed or as it is, the caller's own statement.
  state(field, change) {
    const next = this.of(field.name).filter((f) => !(f === field && change.drop)).map((f) => (f === field ? { ...f, ...change } : f));
    if (change.drop && !next.length) next.push({ name: field.name }); // says that there is none
    return this.put(field.name, next, change);
  }

  async takeBack(field) {
    if (!this.free()) return;
    const words = this.of(field.name).some((f) => f.signedBy) ? " It is signed; the signature goes too." : "";
    const answer = await ask({
      title: `Take back ${label(field.name)}?`,
      body: h("p", {}, `What people have said of it goes, and what the rules say stands again.${words}`),
      buttons: [["back", "Take back", "main"], ["", "Cancel"]],
    });
    if (answer === "back") await this.attempt(() => this.put(field.name, [], {}));
  }

  // attempt shows what went wrong where there is no form to say it.
  async attempt(deed) {
    try {
      await deed();
    } catch (error) {
      await ask({ title: "Not saved", body: h("p", {}, error.message), buttons: [["", "Close", "main"]] });
    }
  }

  // put takes statements as all that the user says under a name: they go together. None
  // takes back what people said.
  async put(name, statements, change) {
    const fields = statements.map((f) => ({ name, value: f.value, raw: f.raw, evidence: f.evidence }));
    try {
      this.document = await catalog.UpdateDocument({
        document: { name: this.document.name, etag: this.document.etag, fields },
        updateMask: `fields.${memberOf(name)}`,
      });
      this.earlier.forget();
      this.next = name;
      this.draw();
      announce(statements.length ? `${label(name)} is stated by you` : `${label(name)} is taken back`);
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
    if (!this.free()) return;
    try {
      this.document = await reviews.SignFields({ name: this.document.name, statements: fields.map((f) => f.statement), etag: this.document.etag });
      this.earlier.forget();
      this.next = fields[0].name;
      this.draw();
      announce("Signed");
    } catch (error) {
      await ask({ title: "Not signed", body: h("p", {}, error.message), buttons: [["", "Close", "main"]] });
      if (error.reason === "ETAG_MISMATCH") await this.load();
    }
  }
}
