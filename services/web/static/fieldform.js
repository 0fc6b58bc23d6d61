// The form in which one statement is made or changed. What is typed is checked as it is
// typed: dates and parts here, citations by the server, which knows the archives.

import { catalog } from "./api.js";
import { h } from "./dom.js";
import { label } from "./format.js";
import { area, choice, groupOf, input } from "./parts.js";
import { memberOf } from "./schema.js";
import { checkDate, write } from "./values.js";

const pause = 350; // before a citation is sent to be read, in ms
const longText = 40; // characters that a line of the narrowest panel takes
const tall = ["summary", "annotation", "footnote", "rights", "credits"];

let counter = 0;

// fieldForm makes a form for a statement, new or as it is. known is what schema gives;
// save gets {value, raw, evidence} and may throw; others are more buttons, [words, title,
// deed], whose deeds may throw too.
export function fieldForm(field, known, { save, cancel, others = [] }) {
  const id = `field-${++counter}`;
  const verdict = h("p", { class: "verdict", id: `${id}-verdict`, "aria-live": "polite" });
  const form = known.fields.get(field.name)?.form || "text";
  const editor = (editors[form] || parted(form))(field, { id, verdict, known });
  const element = h(
    "form",
    {
      class: "fieldform",
      onsubmit: async (event) => {
        event.preventDefault();
        const change = editor.read();
        if (change.problem) return say(verdict, change.problem, true);
        return attempt(() => save(change), verdict);
      },
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        cancel();
      },
    },
    editor.elements,
    verdict,
    h(
      "div",
      { class: "buttons" },
      h("button", { class: "small main" }, "Save"),
      h("button", { type: "button", class: "small", onclick: cancel }, "Cancel"),
      others.map(([words, title, deed]) => h("button", { type: "button", class: "small", title, onclick: () => attempt(deed, verdict) }, words)),
    ),
  );
  if (!editor.checks) {
    element.addEventListener("input", () => {
      const { problem, missing } = editor.read();
      // What is missing is not yet wrong while somebody types.
      say(verdict, missing ? "" : problem || "", Boolean(problem) && !missing);
    });
  }
  return element;
}

async function attempt(deed, verdict) {
  say(verdict, "Saving…");
  try {
    await deed();
  } catch (error) {
    say(verdict, error.message, true);
  }
}

function say(verdict, words, wrong = false) {
  verdict.textContent = words;
  verdict.classList.toggle("wrong", wrong);
}

// proved says of a change whether the words that prove the statement are still the same.
// Other words are proved by another place in the text, which the server looks for.
const proved = (field, same, raw) => (same ? { raw: field.raw, evidence: field.evidence } : { raw, evidence: undefined });

// quoted is an input for the words of the text where a value is written otherwise there.
function quoted(field, id) {
  const elements = input(`${id}.words`, "Words of the text that prove it", field.raw || "");
  return { elements, proof: () => proved(field, elements[1].value.trim() === (field.raw || ""), elements[1].value.trim() || undefined) };
}

const content = (field, form) => field.value?.[memberOf(form)];

const editors = {
  text(field, { id, known }) {
    const { of, takes } = known.fields.get(field.name) || {};
    const value = content(field, "text") || "";
    const long = value.length > longText || value.includes("\n") || tall.includes(field.name);
    const words = label(field.name);
    const elements = of ? choice(id, words, of, value, true) : long ? area(id, words, value, 3) : input(id, takes ? `${words}: ${takes}` : words, value);
    // A word that all documents share stands nowhere in the text.
    const quote = of || takes ? quoted(field, id) : null;
    return {
      elements: [elements, quote?.elements || []],
      read() {
        const text = elements[1].value.trim();
        if (!text) return { problem: "Something must stand here; “None” says that there is none.", missing: true };
        return { value: { text }, ...(quote ? quote.proof() : proved(field, text === value)) };
      },
    };
  },
  number(field, { id }) {
    const elements = input(id, label(field.name), String(content(field, "number") ?? ""), { inputmode: "numeric" });
    const quote = quoted(field, id);
    return {
      elements: [elements, quote.elements],
      read: () => (/^\d{1,9}$/.test(elements[1].value.trim()) ? { value: { number: elements[1].value.trim() }, ...quote.proof() } : elements[1].value.trim() ? { problem: "This is no whole number." } : { problem: "A whole number is needed.", missing: true }),
    };
  },
  date(field, { id, verdict, known }) {
    const group = groupOf("date", content(field, "date"), { id, name: field.name, known });
    const [[labelOf, iso]] = group.elements;
    labelOf.textContent = label(field.name);
    const quote = quoted(field, id);
    const check = () => {
      const read = checkDate(iso.value);
      say(verdict, read.problem || read.words, Boolean(read.problem));
      iso.setAttribute("aria-invalid", String(Boolean(read.problem)));
      return read;
    };
    iso.addEventListener("input", check);
    if (iso.value) check();
    return {
      checks: true,
      elements: [group.elements, quote.elements],
      read() {
        const read = check();
        return read.problem ? read : { value: { date: group.read() }, ...quote.proof() };
      },
    };
  },
  citation(field, { id, verdict }) {
    const elements = area(id, `${label(field.name)} as written`, field.raw || (field.value ? write(field.value) : ""));
    const written = elements[1];
    let timer = 0;
    let asked = 0;
    const check = async () => {
      const mine = ++asked;
      const text = written.value.trim();
      if (!text) return say(verdict, "A reference is needed.", true);
      try {
        const found = await catalog.LookupDocuments({ citation: text, pageSize: 1, readMask: "name" });
        if (mine === asked) say(verdict, (found.citations || []).map((c) => (c.why ? `${c.short} (${c.why})` : c.short)).join(" or ") || "read, but in no known form");
      } catch (error) {
        if (mine === asked) say(verdict, error.message, true);
      }
      return undefined;
    };
    written.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(check, pause);
    });
    if (written.value) check();
    return {
      checks: true,
      elements,
      read() {
        const text = written.value.trim();
        return text ? { value: undefined, ...proved(field, text === field.raw, text) } : { problem: "A reference is needed." };
      },
    };
  },
};

// proofOf gives those words of a value that are the text's own.
const proofOf = {
  agent: (v) => v?.asWritten,
  distribution: (v) => v?.recipient?.asWritten,
  link: (v) => v?.url,
  mention: (v) => v?.variants?.[0],
};

// parted edits a value that has parts.
const parted = (form) => (field, { id, known }) => {
  const before = content(field, form);
  const group = groupOf(form, before, { id, name: field.name, known });
  const own = proofOf[form];
  const quote = own ? null : quoted(field, id);
  return {
    elements: [group.elements, quote?.elements || []],
    read() {
      const value = group.read();
      if (value.problem) return value;
      return { value: { [memberOf(form)]: value }, ...(quote ? quote.proof() : proved(field, own(value) === own(before))) };
    },
  };
};
