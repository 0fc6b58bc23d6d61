// What ends the work on a review: submit, sign, send back, skip.

import { may, reviews } from "./api.js";
import { ask } from "./dialogs.js";
import { byId, h, keyName, show } from "./dom.js";
import { count, states } from "./format.js";

// The queue's filters go along, so that the next review is one of the same kind.
const filters = () => {
  try {
    return JSON.parse(sessionStorage.getItem("fonds-queue")) || {};
  } catch {
    return {};
  }
};

// passToNext claims the next review and opens it; back to the queue when there is none.
export async function passToNext(desk) {
  const { parent = "", state, order } = filters();
  try {
    const next = await reviews.ClaimNextReview({ parent, state, order });
    location.assign(`/review/${next.name}`);
  } catch (error) {
    if (error.reason === "NOTHING_TO_REVIEW") location.assign("/?done=1");
    else stay(desk, error);
  }
}

// stay leaves what is done to be read: no draft is behind it any more, so nothing that is
// typed there would be kept.
function stay(desk, error) {
  desk.draft?.rest();
  desk.text.locked = true;
  desk.mode = "done";
  show(
    byId("deeds"),
    h("p", { class: "note", role: "alert" }, `This one is done; the next cannot be opened: ${error.message}`),
    h("button", { id: "main-deed", class: "main", onclick: once(desk, desk.next) }, withKey("Try again", "Ctrl+Enter")),
    h("a", { class: "button", href: "/" }, "To the queue"),
  );
}

// once keeps a button from being pressed twice, and shows what went wrong.
function once(desk, deed) {
  return async (event) => {
    const button = event.currentTarget;
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      if (await openForm(desk)) return;
      await deed();
    } catch (error) {
      if (error.reason === "CONTENT_CHANGED" || error.reason === "ETAG_MISMATCH") {
        await ask({ title: "This has changed since you opened it", body: h("p", {}, error.message), buttons: [["", "Show it as it is now", "main"]] });
        await desk.reopen();
      } else desk.notice("bad", error.message);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
}

const withKey = (words, key) => [words, " ", h("kbd", { "aria-hidden": "true" }, keyName(key))];

// openForm tells that a field's form has been typed into, which would go with the page.
async function openForm({ side }) {
  const form = document.querySelector("#side-pane form[data-typed]");
  if (!form) return false;
  const answer = await ask({
    title: "A field is being changed",
    body: h("p", {}, "What stands in its form is not saved yet."),
    buttons: [["look", "Back to the field", "main"], ["on", "Go on without it"]],
  });
  if (answer === "on") return false;
  side.open(true);
  side.choose("fields");
  form.querySelector("input, textarea, select")?.focus();
  return true;
}

// correctDeeds are those of somebody who corrects.
export function correctDeeds(desk, home) {
  const submit = async () => {
    const { draft, text } = desk;
    const left = text.doubtful.length;
    if (left) {
      const answer = await ask({
        title: `${count(left, "word is", "words are")} still in doubt`,
        body: h("p", {}, text.doubtful.slice(0, 12).map((w, i) => [i ? ", " : "", h("q", {}, w.text)]), left > 12 ? " …" : ""),
        buttons: [["look", "Look at them", "main"], ["submit", "Submit all the same"]],
      });
      if (answer !== "submit") return answer === "look" ? text.doubt(1) : undefined;
    }
    text.locked = true; // what is typed while it is on its way would be part of nothing
    let done = false;
    try {
      if (!(await draft.save())) {
        if (draft.state === "halted") return undefined; // a dialog asks already
        throw draft.error;
      }
      await draft.write(() => reviews.SubmitReview({ name: desk.name, text: text.text, etag: draft.review.etag }));
      draft.submitted();
      done = true;
    } finally {
      text.locked = done;
    }
    await desk.next();
    return undefined;
  };
  show(
    home,
    h("button", { id: "main-deed", class: "main", onclick: once(desk, submit) }, withKey("Submit", "Ctrl+Enter")),
    h("button", { id: "skip-deed", onclick: once(desk, () => skip(desk)) }, withKey("Skip", "Alt+S")),
    h("button", { onclick: once(desk, () => giveBack(desk)) }, "Give back"),
  );
}

async function skip(desk) {
  if (desk.draft?.dirty && !(await desk.draft.save())) return desk.notice("bad", "Not skipped: the draft is not saved yet.");
  await reviews.SkipReview({ name: desk.name });
  return desk.next();
}

async function giveBack(desk) {
  if (desk.draft?.dirty && !(await desk.draft.save())) return desk.notice("bad", "Not given back: the draft is not saved yet.");
  await reviews.ReleaseReview({ name: desk.name });
  location.assign("/");
  return undefined;
}

// verifyDeeds are those of somebody who reads what another has corrected.
export function verifyDeeds(desk, home, { compared }) {
  const { review, user } = desk;
  const done = review.state === "REVIEW_STATE_DONE";
  const correct = may(user, "CORRECTOR") && h("button", { onclick: once(desk, () => desk.reopen("correct")) }, done ? "Correct again" : "Correct instead");
  if (review.state !== "REVIEW_STATE_TO_VERIFY") {
    show(home, h("p", { class: "note" }, states[review.state] || ""), desk.mode === "read" && done ? correct : null);
    return;
  }
  const why = whyNot(desk);
  const sign = async () => {
    await reviews.SignReview({ name: desk.name, contentDigest: review.contentDigest, etag: "" });
    await desk.next();
  };
  const back = () => sendBack(desk);
  show(
    home,
    why && h("p", { class: "why", id: "why-not" }, why),
    h("button", { id: "main-deed", class: "main", disabled: Boolean(why), "aria-describedby": why ? "why-not" : null, onclick: once(desk, sign) }, withKey("Sign", "Ctrl+Enter")),
    h("button", { disabled: !may(user, "VERIFIER") || review.ownWork, onclick: once(desk, back) }, "Send back…"),
    correct,
    h("button", { id: "skip-deed", onclick: once(desk, () => skip(desk)) }, withKey("Skip", "Alt+S")),
    compared ? h("p", { class: "note legend" }, h("del", {}, "read"), " ", h("ins", {}, "corrected"), " against the machine's reading") : null,
  );
}

function whyNot({ review, user }) {
  if (review.ownWork) return "You have worked on this text. A second person must sign it.";
  if (!may(user, "VERIFIER")) return "Signing needs the role verifier.";
  return "";
}

async function sendBack(desk) {
  const words = h("textarea", { id: "comment", rows: 4, maxlength: 4000, required: true, autofocus: true, value: desk.comment || "" });
  const answer = await ask({
    title: "Send back for another correction",
    body: [h("label", { for: "comment" }, "What is wrong?"), words],
    buttons: [["send", "Send back", "main"], ["", "Cancel"]],
  });
  desk.comment = words.value; // stands there again until it has been sent
  if (answer !== "send") return;
  if (!words.value.trim()) return desk.notice("bad", "Not sent back: say what is wrong.");
  await reviews.SendBack({ name: desk.name, comment: words.value.trim(), etag: desk.review.etag });
  desk.comment = "";
  // It waits for a correction now: by somebody else than who found it wanting.
  await reviews.SkipReview({ name: desk.name }).catch(() => {});
  await desk.next();
  return undefined;
}
