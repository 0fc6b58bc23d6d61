// Values that have parts: an input for each part, checked as it is typed. A part may be
// words, one word of a list, a date, a count, a yes, an ID, several words, or an agent
// with parts of its own.

import { h } from "./dom.js";
import { label } from "./format.js";
import { memberOf } from "./schema.js";
import { checkDate } from "./values.js";

const idForm = /^(person|place|organisation):\S+$/;

// input is a label and a field of one line; what is wrong with it stands in the verdict.
export const input = (id, words, value, properties = {}) => [h("label", { for: id }, words), h("input", { id, type: "text", value, autocomplete: "off", spellcheck: "false", "aria-describedby": verdictOf(id), ...properties })];

// area is the same for several lines.
export function area(id, words, value, rows = 2) {
  return [h("label", { for: id }, words), h("textarea", { id, rows, spellcheck: "false", "aria-describedby": verdictOf(id), value })];
}

// choice is the same for one word of a list; "" stands for none where that may be.
export function choice(id, words, of, chosen, needed) {
  const options = [...(needed && chosen ? [] : [""]), ...of];
  if (chosen && !of.includes(chosen)) options.push(chosen); // of an older contract
  return [h("label", { for: id }, words), h("select", { id, "aria-describedby": verdictOf(id) }, options.map((o) => h("option", { value: o, selected: o === chosen }, o ? o.replaceAll("_", " ") : "—")))];
}

export const verdictOf = (id) => `${id.split(".")[0]}-verdict`;

const says = (part) => part.says || (part.kind === "id" ? "ID in the authority file" : label(part.part));

// kinds make the elements of a part and read it: a value, undefined for nothing, or
// {problem}.
const kinds = {
  words: (part, value, id) => one(input(id, says(part), value === part.unsaid ? "" : value || ""), (text) => text || undefined),
  choice: (part, value, id) => one(choice(id, says(part), part.of, value || "", part.needed), (text) => text || undefined),
  id: (part, value, id) =>
    one(input(id, says(part), value || "", { placeholder: "person:stalin" }), (text) => (!text || idForm.test(text) ? text || undefined : { problem: "An ID is person:, place: or organisation: and a word, such as person:stalin." })),
  date: (part, value, id) =>
    one(input(id, says(part), value || "", { inputmode: "numeric", placeholder: "1951-06-13" }), (text) => {
      const read = text ? checkDate(text) : {};
      return read.problem ? { problem: `${says(part)}: ${read.problem}` } : read.iso;
    }),
  number: (part, value, id) =>
    one(input(id, says(part), value ? String(value) : "", { inputmode: "numeric" }), (text) => (!text || /^\d{1,9}$/.test(text) ? Number(text) || undefined : { problem: `${says(part)} is a whole number.` })),
  list: (part, value = [], id) =>
    one(area(id, part.says || `${label(part.part)}, one a line`, value.join("\n"), Math.min(6, Math.max(2, value.length))), (text) => {
      const all = text.split("\n").map((line) => line.trim()).filter(Boolean);
      return all.length ? all : undefined;
    }),
  yes(part, value, id) {
    const box = h("input", { id, type: "checkbox" });
    box.checked = Boolean(value);
    return { elements: [h("label", { class: "yes", for: id }, box, says(part))], read: () => box.checked || undefined };
  },
  agent(part, value, id, known) {
    const group = groupOf("agent", value, { id, name: part.part, known });
    return { elements: [h("fieldset", {}, h("legend", {}, says(part)), group.elements)], read: () => group.read() };
  },
};

function one([words, field], read) {
  const checked = () => {
    const value = read(field.value.trim());
    field.setAttribute("aria-invalid", String(Boolean(value?.problem)));
    return value;
  };
  return { elements: [words, field], read: checked };
}

// groupOf makes the inputs for a value with parts. read gives the value, or {problem}; with
// missing where nothing is wrong so far.
export function groupOf(form, content, { id, name, known }) {
  const parts = known.parts[form].filter((p) => !p.only || p.only === name);
  const rows = parts.map((part) => {
    const kind = part.kind || (part.of ? "choice" : "words");
    return { part, member: memberOf(part.part), ...kinds[kind](part, content?.[memberOf(part.part)], `${id}.${part.part}`, known) };
  });
  return {
    elements: rows.map((r) => r.elements),
    read() {
      const value = { ...content };
      let missing = null;
      for (const { part, member, read } of rows) {
        const now = read();
        if (now?.problem && !now.missing) return now;
        if (now?.missing) missing ||= now;
        else if (now === undefined && part.needed) missing ||= { problem: `${says(part)} is missing.`, missing: true };
        if (now === undefined) delete value[member];
        else value[member] = now;
      }
      return missing || settled(form, value, content);
    },
  };
}

// settled leaves out what follows from parts that were changed: the server says it anew.
function settled(form, value, before) {
  if (form === "date") delete value.precision;
  if (form === "link") delete value.host;
  if ((form === "agent" || form === "mention") && value.id !== before?.id) delete value.name;
  if (form === "agent" && !value.id && !value.asWritten && !value.office) return { problem: "A name as written, an ID or an office is needed.", missing: true };
  if (form === "mention" && !value.id && !value.variants) return { problem: "A form as written or an ID is needed.", missing: true };
  return value;
}
