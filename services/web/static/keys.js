// The keyboard: what each combination does, and the list that "?" shows.

import { ask } from "./dialogs.js";
import { h, keyName } from "./dom.js";

// Combinations go by the key's place (event.code) where a letter is meant, so that they
// are the same on a Russian layout.
function matches(event, combination) {
  const parts = combination.split("+");
  const key = parts.pop();
  const ctrl = event.ctrlKey || event.metaKey;
  if (parts.includes("Ctrl") !== ctrl || parts.includes("Alt") !== event.altKey) return false;
  if (/^[A-Z]$/.test(key)) return parts.includes("Shift") === event.shiftKey && event.code === `Key${key}`;
  if (/^[0-9]$/.test(key)) return parts.includes("Shift") === event.shiftKey && event.code === `Digit${key}`;
  if (key === "Plus") return event.code === "Equal" || event.code === "NumpadAdd";
  if (key === "Minus") return event.code === "Minus" || event.code === "NumpadSubtract";
  return parts.includes("Shift") === event.shiftKey && event.key === key;
}

export class Keys {
  constructor() {
    this.groups = [];
    addEventListener("keydown", (event) => this.press(event));
  }

  // group adds keys under a heading: [combinations, what they do, deed]. Without a deed
  // they are handled elsewhere and only listed.
  group(title, keys) {
    this.groups.push({ title, keys });
  }

  press(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.("textarea, input, select");
    if ((event.key === "?" && !typing) || event.key === "F1") {
      event.preventDefault();
      this.help();
      return;
    }
    for (const { keys } of this.groups) {
      for (const [combinations, , deed] of keys) {
        if (!deed || !combinations.some((c) => matches(event, c))) continue;
        event.preventDefault();
        deed();
        return;
      }
    }
  }

  help() {
    return ask({
      title: "Keys",
      wide: true,
      body: h(
        "div",
        { class: "keys" },
        this.groups.map(({ title, keys }) =>
          h(
            "section",
            {},
            h("h3", {}, title),
            h("dl", {}, keys.map(([combinations, words]) => [h("dt", {}, combinations.map((c, i) => [i ? " or " : "", h("kbd", {}, keyName(c.replace("Plus", "+").replace("Minus", "−").replace("Arrow", "")))])), h("dd", {}, words)])),
          ),
        ),
      ),
      buttons: [["", "Close", "main"]],
    });
  }
}
