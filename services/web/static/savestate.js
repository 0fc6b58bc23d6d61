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
  if (draft.state === "saved" && draft.review.draft?.saveTime) state.textContent = `${said} ${clockTime(draft.review.draft.saveTime)}`;
  else state.textContent = draft.dirty && !draft.safe ? `${said} — ${draft.where}` : said;
}

function unsaved(draft) {
  if (draft.state !== "unsaved") return clearInterval(ticking);
  const state = byId("save-state");
  const wait = Math.max(0, Math.ceil((draft.nextTry - Date.now()) / 1000));
  const why = [reasons(draft.error), draft.where].filter(Boolean).join("; ");
  // Read out once, not with each second.
  if (state.dataset.said !== why || state.className !== "bad") {
    state.className = "bad";
    state.dataset.said = why;
    show(state, h("strong", {}, "Not saved yet"), ` — ${why}`, h("span", { class: "again", "aria-hidden": "true" }));
  }
  state.querySelector(".again").textContent = wait ? `, trying again in ${wait} s` : ", trying…";
  return undefined;
}

// reasons are those that a person can do something about.
function reasons(error) {
  if (error?.reason === "OTHER_PERSON") return "somebody else has signed in in this browser: sign in yourself in another tab";
  return error?.code === "UNAUTHENTICATED" ? "you are signed out: open a new link in another tab" : "";
}
