// The form with which a person states what no rule has found.

import { h, show } from "./dom.js";
import { count, label } from "./format.js";
import { fieldForm } from "./fieldform.js";
import { memberOf } from "./schema.js";
import { write } from "./values.js";

// addForm makes a form to choose a field and fill it. of gives the statements under a
// name; save gets the name and {value, raw}, none the name of what the document has not.
export function addForm(known, { of, save, none, cancel }) {
  const means = h("p", { class: "note", id: "add-means" });
  const editor = h("div", {});
  const choice = h("select", { id: "add-name", "aria-describedby": "add-means", onchange: () => choose() }, h("option", { value: "" }, "Choose one…"), [...known.fields.keys()].map((name) => h("option", { value: name }, label(name))));
  const form = h(
    "div",
    {
      class: "field adding",
      role: "group",
      "aria-label": "Add a field",
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        cancel();
      },
    },
    h("div", { class: "fieldform" }, h("label", { for: "add-name" }, "Field"), choice, means),
    editor,
  );
  const choose = () => {
    const name = choice.value;
    if (!name) {
      show(means);
      return show(editor, h("button", { class: "small", onclick: cancel }, "Cancel"));
    }
    const field = known.fields.get(name);
    const stands = of(name).filter((f) => f.value);
    show(means, `${field.means}, such as `, h("q", {}, example(field)), stands.length ? `. ${stands.map((f) => write(f.value)).join(", ")} ${stands.length > 1 ? "stand" : "stands"} there already: what you add comes beside it, and you state ${stands.length > 1 ? `all ${count(stands.length + 1, "value")}` : "both"}.` : "");
    const others = stands.length ? [] : [["None", "The document has no such field", () => none(name)]];
    return show(editor, fieldForm({ name }, known, { save: (change) => save(name, change), cancel, others }));
  };
  choose();
  return form;
}

// example writes a value as people do: the rules' list has some as JSON.
function example({ form, example: written }) {
  if (!written.startsWith("{")) return written;
  return write({ [memberOf(form)]: membersOf(JSON.parse(written)) });
}

// membersOf names the parts of a value as JSON has them.
function membersOf(value) {
  if (Array.isArray(value) || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [memberOf(name), membersOf(v)]));
}
