// Keeping what is typed: in this browser with each keystroke, on the server within a
// second. Nothing is thrown away before the server has said that it has it.

import { CallError, reviews } from "./api.js";
import { drop, keptOf, placeOf, put, saved } from "./kept.js";

const quiet = 600; // after the last keystroke, in ms
const longest = 3000; // while typing goes on
const retries = [1000, 2000, 4000, 8000, 15_000];

// textOf is the text of a review as it is worked on, its lines ended as fields end them.
export const textOf = (review) => ((review.draft ? review.draft.text : review.text) || "").replace(/\r\n?/g, "\n");

// renewed is a review as the server has it now. A whole answer has its text and reading; one
// without says nothing of them.
export function renewed(review, now) {
  const whole = now.reading ? { text: "" } : {};
  const all = { ...review, ...whole, ...now };
  for (const gone of ["claimedBy", "claimedByName", "claimExpireTime", "comment", "draft"]) if (!(gone in now)) delete all[gone];
  return all;
}

// Draft saves one review's text. Events: "state" when that changes what is to be shown;
// "conflict" with the error when a person must decide.
export class Draft extends EventTarget {
  // review is as the server gave it to its holder; user names whose browser it is.
  constructor(review, user) {
    super();
    this.name = review.name;
    this.user = user;
    this.key = placeOf(review.name, user);
    this.review = review;
    this.confirmed = textOf(review);
    this.text = this.confirmed;
    this.sent = []; // texts that went out, and of which no answer came
    this.accepted = [];
    this.safe = true; // this browser keeps what is typed
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
    addEventListener("beforeunload", (event) => this.dirty && !this.safe && event.preventDefault(), { signal });
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

  keep() {
    const was = this.safe;
    this.safe = put(this.key, { text: this.text, base: this.confirmed, accepted: this.accepted, time: Date.now() });
    if (was !== this.safe) this.set(this.state);
  }

  forget() {
    drop(this.key);
  }

  // where says what has become of text that is not saved.
  get where() {
    return this.safe ? "kept in this browser" : "only in this window, as this browser stores nothing more: copy it before you leave";
  }

  // restore returns the text to begin with: what this browser kept and the server never
  // got, when the server's is still the one that it was typed over. other is set when
  // both have changed, for a person to choose. What another window kept moves to this one.
  restore() {
    const all = keptOf(this.name, this.user);
    const found = all.find(([, kept]) => !saved(kept) && kept.text !== this.confirmed);
    if (!found) {
      const same = all.find(([, kept]) => kept.text === this.confirmed);
      this.accepted = same?.[1].accepted || [];
      if (!same) this.forget();
      return {};
    }
    const [key, kept] = found;
    this.accepted = kept.accepted || [];
    if (key !== this.key && put(this.key, kept)) drop(key);
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
    this.review = renewed(this.review, review);
  }

  // send saves a text. It is remembered until an answer comes: one that is lost on the way
  // leaves the server with what this page has sent.
  send(text, options) {
    this.sent = [...this.sent.filter((t) => t !== text), text].slice(-20);
    return reviews.SaveDraft({ name: this.name, text, etag: this.review.etag }, options);
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
        this.took(await this.send(text), text);
        return true;
      } catch (error) {
        return this.failed(error, text);
      }
    });
  }

  // took takes over what an answer to SaveDraft has, which is what has changed.
  took(answer, text) {
    this.sent = [];
    if (this.state === "halted") return; // a person decides, or the page has gone on
    this.review = { ...this.review, ...answer, draft: { ...this.review.draft, ...answer.draft, text } };
    this.confirmed = text;
    this.failures = 0;
    this.keep(); // with the new base
    this.set(this.dirty ? "dirty" : "saved");
    if (this.dirty) this.soon(quiet);
  }

  async failed(error, text) {
    if (error.reason === "ETAG_MISMATCH") {
      try {
        if (await this.onlyEtag(text)) return true;
      } catch (later) {
        error = later;
      }
    }
    if (error.passing || error.code === "UNAUTHENTICATED") {
      this.error = error;
      const wait = retries[Math.min(this.failures++, retries.length - 1)];
      this.nextTry = Date.now() + wait;
      this.set("unsaved");
      this.soon(wait);
      return false;
    }
    this.error = error;
    this.halt(error);
    return false;
  }

  // known takes over a review in which nothing but the etag has changed, such as by a claim
  // from another window, or which has what this page sent; false when it has another text.
  known(present, text = this.text) {
    const there = textOf(present);
    if (there === this.confirmed) this.adopt(present);
    else if (there === text || this.sent.includes(there)) this.took(present, there);
    else return false;
    return true;
  }

  // onlyEtag saves again when no other text stands in the way.
  async onlyEtag(text) {
    if (!this.known(await reviews.GetReview({ name: this.name }), text)) return false;
    if (this.confirmed !== text) this.took(await this.send(text), text);
    return true;
  }

  // prolong keeps the claim while the page is open. Others may have had the review since: an
  // etag is never taken over without a look at the text, or the next save would be over theirs.
  prolong() {
    return this.write(async () => {
      if (this.state === "halted") return;
      const claimed = await reviews.ClaimReview({ name: this.name });
      if (this.state === "halted" || this.known(claimed)) return;
      this.halt(new CallError(0, { code: "ABORTED", reason: "ETAG_MISMATCH", message: "the text was changed elsewhere" }));
    });
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
    this.confirmed = textOf(present);
    this.text = text;
    this.sent = [];
    this.failures = 0;
    this.keep();
    this.set(this.dirty ? "dirty" : "saved");
    if (this.dirty) this.soon(0);
  }

  // leave sends what is not saved while the page goes away; this browser keeps it too.
  leave() {
    if (!this.dirty) return;
    this.keep();
    const { text } = this;
    // The browser takes 64 KiB for a call that outlives its page.
    if (this.state === "halted" || text.length >= 20_000) return;
    this.send(text, { keepalive: true }).then((answer) => this.took(answer, text), () => {});
  }
}
