// Keeping what is typed: in this browser with each keystroke, on the server within a
// second. Nothing is thrown away before the server has said that it has it.

import { reviews } from "./api.js";

const quiet = 600; // after the last keystroke, in ms
const longest = 3000; // while typing goes on
const retries = [1000, 2000, 4000, 8000, 15_000];

// forgetSaved clears this browser of texts that the server has: on signing out the next
// person at the machine finds none. What was never saved stays.
export function forgetSaved() {
  try {
    for (const key of Object.keys(localStorage).filter((k) => k.startsWith("fonds-draft:"))) {
      const kept = JSON.parse(localStorage.getItem(key));
      if (kept.text === kept.base) localStorage.removeItem(key);
    }
  } catch {
    // nothing can be read, and so nothing was kept
  }
}

// Draft saves one review's text. Events: "state" when that changes what is to be shown;
// "conflict" with the error when a person must decide.
export class Draft extends EventTarget {
  // review is as the server gave it to its holder; user names whose browser it is.
  constructor(review, user) {
    super();
    this.name = review.name;
    this.key = `fonds-draft:${user.name}:${review.name}`;
    this.review = review;
    this.confirmed = review.draft ? review.draft.text || "" : review.text || "";
    this.text = this.confirmed;
    this.accepted = [];
    this.state = review.draft ? "saved" : "clean"; // clean, dirty, saving, saved, unsaved, halted
    this.failures = 0;
    this.timer = 0;
    this.since = 0;
    this.chain = Promise.resolve();
    this.resting = new AbortController();
    const { signal } = this.resting;
    addEventListener("online", () => this.dirty && this.soon(0), { signal });
    addEventListener("pagehide", () => this.leave(), { signal });
    addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.leave(), { signal });
  }

  // rest ends the saving; what is not saved stays in this browser.
  rest() {
    this.state = "halted";
    clearTimeout(this.timer);
    this.resting.abort();
  }

  // submitted ends it for good: the server has the text as a reading.
  submitted() {
    this.rest();
    this.confirmed = this.text;
    this.forget();
  }

  // kept is what this browser has of the review and the server may not: {text, etag,
  // base, accepted, time}; null for nothing.
  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ text: this.text, base: this.confirmed, accepted: this.accepted, time: Date.now() }));
      return true;
    } catch {
      return false; // full or switched off: the server's copy is the only one
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // nothing was kept
    }
  }

  // restore returns the text to begin with: what this browser kept and the server never
  // got, when the server's is still the one that it was typed over. other is set when
  // both have changed, for a person to choose.
  restore() {
    const kept = this.kept();
    if (!kept) return {};
    this.accepted = kept.accepted || [];
    if (kept.text === this.confirmed) return {};
    if (kept.base === this.confirmed) return { text: kept.text };
    return { text: kept.text, other: this.confirmed };
  }

  // edit takes the text as it is now.
  edit(text, accepted) {
    this.accepted = accepted;
    const changed = text !== this.text;
    this.text = text;
    this.keep();
    if (!changed || this.state === "halted") return;
    if (this.failures) this.set("unsaved");
    else if (this.dirty) this.set("dirty");
    else this.set(this.review.draft ? "saved" : "clean");
    this.since ||= Date.now();
    const left = Math.max(0, longest - (Date.now() - this.since));
    if (!this.failures) this.soon(Math.min(quiet, left));
  }

  get dirty() {
    return this.text !== this.confirmed;
  }

  soon(wait) {
    if (this.state === "halted") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  set(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  // write runs one call that changes the review after another: each takes the etag that
  // the one before returned.
  write(deed) {
    const run = this.chain.then(deed);
    this.chain = run.catch(() => {});
    return run;
  }

  // adopt takes what the server says of the review, and leaves text alone.
  adopt(review) {
    this.review = { ...this.review, ...review, text: review.text ?? this.review.text, reading: review.reading ?? this.review.reading };
    for (const gone of ["claimedBy", "claimedByName", "claimExpireTime", "comment", "draft"]) {
      if (!(gone in review)) delete this.review[gone];
    }
  }

  // save sends the text until the server has it; false when it could not.
  save() {
    clearTimeout(this.timer);
    return this.write(async () => {
      if (!this.dirty || this.state === "halted") return !this.dirty;
      const text = this.text;
      this.since = 0;
      this.set("saving");
      try {
        const saved = await reviews.SaveDraft({ name: this.name, text, etag: this.review.etag });
        this.took(saved, text);
        return true;
      } catch (error) {
        return this.failed(error, text);
      }
    });
  }

  // took takes over what an answer to SaveDraft has, which is what has changed.
  took(saved, text) {
    this.review = { ...this.review, ...saved, draft: { ...this.review.draft, ...saved.draft, text } };
    this.confirmed = text;
    this.failures = 0;
    this.keep(); // with the new base
    this.set(this.dirty ? "dirty" : "saved");
    if (this.dirty) this.soon(quiet);
  }

  async failed(error, text) {
    if (error.passing || error.code === "UNAUTHENTICATED") {
      this.error = error;
      const wait = retries[Math.min(this.failures++, retries.length - 1)];
      this.nextTry = Date.now() + wait;
      this.set("unsaved");
      this.soon(wait);
      return false;
    }
    if (error.reason === "ETAG_MISMATCH" && (await this.onlyEtag(text))) return true;
    this.error = error;
    this.halt(error);
    return false;
  }

  // onlyEtag looks whether anything but the etag has changed, such as by a claim from
  // another window, and saves again if not.
  async onlyEtag(text) {
    try {
      const present = await reviews.GetReview({ name: this.name });
      const there = present.draft ? present.draft.text || "" : present.text || "";
      if (there === text) {
        this.took(present, text); // our own save, whose answer was lost
        return true;
      }
      if (there !== this.confirmed) return false;
      this.adopt(present);
      this.took(await reviews.SaveDraft({ name: this.name, text, etag: present.etag }), text);
      return true;
    } catch {
      return false;
    }
  }

  // halt stops saving until a person has decided; the text stays in this browser.
  halt(error) {
    clearTimeout(this.timer);
    this.keep();
    this.set("halted");
    this.dispatchEvent(new CustomEvent("conflict", { detail: error }));
  }

  // resume goes on after a decision: text is what is to be saved over present.
  resume(present, text) {
    this.adopt(present);
    this.confirmed = present.draft ? present.draft.text || "" : present.text || "";
    this.text = text;
    this.failures = 0;
    this.keep();
    this.set(this.dirty ? "dirty" : "saved");
    if (this.dirty) this.soon(0);
  }

  // leave sends what is not saved while the page goes away; this browser keeps it too.
  leave() {
    if (!this.dirty || this.state === "halted") return;
    this.keep();
    // The browser takes 64 KiB for a call that outlives its page.
    if (this.text.length < 20_000) reviews.SaveDraft({ name: this.name, text: this.text, etag: this.review.etag }, { keepalive: true }).then((r) => this.took(r, this.text), () => {});
  }
}
