// What is said of the draft in the bar: never "saved" before the server has said so.

import { byId, show, h } from "./dom.js";
import { clockTime } from "./format.js";

const words = {
  clean: ["", ""],
  dirty: ["pending", "Saving…"],
  saving: ["pending", "Saving…"],
  saved: ["good", "Saved"],
  halted: ["bad", "Not saved: a decision is needed"],
};

let ticking = 0;

export function saveState({ draft }) {
  clearInterval(ticking);
  if (draft.state === "unsaved") {
    unsaved(draft);
    ticking = setInterval(() => unsaved(draft), 1000);
    return;
  }
  const [kind, said] = words[draft.state];
  const state = byId("save-state");
  state.className = kind;
  state.textContent = draft.state === "saved" && draft.review.draft?.saveTime ? `${said} ${clockTime(draft.review.draft.saveTime)}` : said;
}

function unsaved(draft) {
  if (draft.state !== "unsaved") return clearInterval(ticking);
  const state = byId("save-state");
  const wait = Math.max(0, Math.ceil((draft.nextTry - Date.now()) / 1000));
  const signedOut = draft.error?.code === "UNAUTHENTICATED";
  const why = signedOut ? "you are signed out: open a new link in another tab" : "kept in this browser";
  // Read out once, not with each second.
  if (state.dataset.said !== why || state.className !== "bad") {
    state.className = "bad";
    state.dataset.said = why;
    show(state, h("strong", {}, "Not saved yet"), ` — ${why}`, h("span", { class: "again", "aria-hidden": "true" }));
  }
  state.querySelector(".again").textContent = wait ? `, trying again in ${wait} s` : ", trying…";
  return undefined;
}
