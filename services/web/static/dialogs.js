// Dialogs: the platform's own, which keeps the focus inside and closes on Escape.

import { changes } from "./align.js";
import { h, show } from "./dom.js";

// ask shows a dialog and returns the value of the button that closed it; "" for Escape.
export function ask({ title, body = [], buttons, wide = false }) {
  const back = document.activeElement;
  const [start, end] = back?.matches("textarea") ? [back.selectionStart, back.selectionEnd] : [];
  const heading = h("h2", { id: "dialog-title" }, title);
  const dialog = h(
    "dialog",
    { "aria-labelledby": "dialog-title", class: wide ? "wide" : null },
    h(
      "form",
      { method: "dialog" },
      heading,
      body,
      h("div", { class: "buttons" }, buttons.map(([value, words, kind]) => h("button", { value, class: kind || null, autofocus: kind === "main" }, words))),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const value = dialog.returnValue;
      dialog.remove();
      back?.focus?.();
      if (start !== undefined) back.setSelectionRange(start, end); // Chromium puts the cursor to the start
      resolve(value);
    });
  });
}

// diffOf marks how one text became another, line breaks and all.
export function diffOf(before, after) {
  const words = (text) => text.match(/\n|[^\s]+/g) || [];
  const out = [];
  const put = (tag, list) => {
    for (const w of list) {
      if (w === "\n") out.push(tag === "del" ? " " : h("br"));
      else out.push(tag ? h(tag, {}, w) : w, " ");
    }
  };
  for (const run of changes(words(before), words(after))) {
    if (run.kind === "same") put(null, run.after);
    else {
      put("del", run.before);
      put("ins", run.after);
    }
  }
  return out;
}

// choose shows two texts and what differs, and returns the value of the button.
export function choose({ title, why, mine, theirs, theirName = "On the server", buttons }) {
  const diff = h("div", { class: "text diff" });
  // Comparing long texts takes seconds, and few ask for it.
  const compare = (event) => event.target.open && !diff.hasChildNodes() && show(diff, diffOf(theirs, mine));
  return ask({
    title,
    wide: true,
    body: [
      h("p", {}, why),
      h(
        "div",
        { class: "two" },
        h("section", {}, h("h3", {}, "What you typed"), h("div", { class: "text", tabindex: "0", role: "region", "aria-label": "What you typed" }, mine || "(empty)")),
        h("section", {}, h("h3", {}, theirName), h("div", { class: "text", tabindex: "0", role: "region", "aria-label": theirName }, theirs || "(empty)")),
      ),
      h("details", { ontoggle: compare }, h("summary", {}, "Show what differs"), diff),
    ],
    buttons,
  });
}
