// The form in which one field is changed. What is typed is checked as it is typed: dates
// here, citations by the server, which knows the archives.

import { catalog } from "./api.js";
import { h } from "./dom.js";
import { label } from "./format.js";
import { checkDate, formOf, leaves, write } from "./values.js";

const pause = 350; // before a citation is sent to be read, in ms

let counter = 0;

// fieldForm makes a form; save gets {value, raw, evidence} or {drop: true} and may throw.
export function fieldForm(field, { save, cancel }) {
  const { form, content } = formOf(field.value);
  const id = `field-${++counter}`;
  const verdict = h("p", { class: "verdict", id: `${id}-verdict`, "aria-live": "polite" });
  const editor = editors[form]?.(content, field, id, verdict) || part(form, content, id);
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
    editor.parts,
    verdict,
    h(
      "div",
      { class: "buttons" },
      editor.fixed ? null : h("button", { class: "small main" }, "Save"),
      h("button", { type: "button", class: "small", onclick: cancel }, "Cancel"),
      h("button", { type: "button", class: "small", onclick: () => attempt(() => save({ drop: true }), verdict) }, "Does not apply"),
    ),
  );
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

const input = (id, words, value, properties = {}) => [h("label", { for: id }, words), h("input", { id, type: "text", value, autocomplete: "off", spellcheck: "false", "aria-describedby": `${id.split(".")[0]}-verdict`, ...properties })];

const editors = {
  text: (content, field, id) => one(id, field, content, (text) => ({ value: { text } })),
  number: (content, field, id) => one(id, field, String(content), (text) => (/^-?\d{1,18}$/.test(text) ? { value: { number: text } } : { problem: "A whole number is needed." })),
  date(content, field, id, verdict) {
    const parts = input(id, label(field.name), content.iso, { inputmode: "numeric" });
    const check = () => {
      const read = checkDate(parts[1].value);
      say(verdict, read.problem || read.words, Boolean(read.problem));
      parts[1].setAttribute("aria-invalid", String(Boolean(read.problem)));
      return read;
    };
    parts[1].addEventListener("input", check);
    check();
    return {
      parts,
      read() {
        const read = check();
        if (read.problem) return read;
        return { value: { date: { iso: read.iso, tz: content.tz } }, evidence: read.iso === content.iso ? field.evidence : undefined };
      },
    };
  },
  citation(content, field, id, verdict) {
    const area = h("textarea", { id, rows: 2, spellcheck: "false", "aria-describedby": `${id}-verdict` });
    area.value = field.raw || write(field.value);
    let timer = 0;
    let asked = 0;
    const check = async () => {
      const mine = ++asked;
      const text = area.value.trim();
      if (!text) return say(verdict, "A reference is needed.", true);
      try {
        const found = await catalog.LookupDocuments({ citation: text, pageSize: 1, readMask: "name" });
        if (mine === asked) say(verdict, (found.citations || []).map((c) => (c.why ? `${c.short} (${c.why})` : c.short)).join(" or ") || "read, but in no known form");
      } catch (error) {
        if (mine === asked) say(verdict, error.message, true);
      }
      return undefined;
    };
    area.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(check, pause);
    });
    check();
    return {
      parts: [h("label", { for: id }, label(field.name), " as written"), area],
      read: () => (area.value.trim() ? { value: undefined, raw: area.value.trim(), evidence: area.value.trim() === field.raw ? field.evidence : undefined } : { problem: "A reference is needed." }),
    };
  },
  agent(content, field, id) {
    const written = input(id, `${label(field.name)} as written`, content.asWritten || "");
    const name = input(`${id}.name`, "Authorised name", content.name || "");
    return {
      parts: [written, name],
      read() {
        const next = { ...content, asWritten: written[1].value.trim(), name: name[1].value.trim() };
        if (next.name !== content.name) delete next.id; // another person than the file's
        if (!next.name && !next.asWritten) return { problem: "A name is needed." };
        return { value: { agent: next }, raw: next.asWritten === content.asWritten ? field.raw : next.asWritten, evidence: next.asWritten === content.asWritten ? field.evidence : undefined };
      },
    };
  },
};

// one is a form of a single input.
function one(id, field, value, read) {
  const parts = input(id, label(field.name), value);
  return {
    parts,
    read() {
      const text = parts[1].value.trim();
      if (!text) return { problem: "Something must stand here; “Does not apply” says that there is none." };
      // Other words are proved by another place in the text, which the server looks for.
      return { ...read(text), raw: text === value ? field.raw : undefined, evidence: text === value ? field.evidence : undefined };
    },
  };
}

// part edits a value that is made of words, one input for each.
function part(form, content, id) {
  const all = leaves(content);
  if (!all) return { fixed: true, parts: [h("p", { class: "note" }, "This kind of value is changed on the command line.")], read: () => ({}) };
  const rows = all.map(([name, value], i) => [name, input(`${id}.${i}`, label(name), value)]);
  return {
    parts: rows.map(([, parts]) => parts),
    read: () => ({ value: { [form]: { ...content, ...Object.fromEntries(rows.map(([name, parts]) => [name, parts[1].value.trim()])) } } }),
  };
}
