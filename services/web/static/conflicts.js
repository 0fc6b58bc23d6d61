// When somebody else was faster: both texts are shown, and nothing typed is dropped.

import { reviews, samePerson } from "./api.js";
import { choose } from "./dialogs.js";
import { announce } from "./dom.js";
import { textOf } from "./draft.js";
import { clockTime } from "./format.js";

export class Conflicts {
  constructor(desk) {
    this.desk = desk;
    desk.draft.addEventListener("conflict", (event) => this.conflict(event.detail));
  }

  // restored lets a person choose between what this browser kept and a newer draft.
  async restored({ text, other }) {
    const answer = await choose({
      title: "This browser has text that was never saved",
      why: "The draft has changed since. Nothing is lost: choose which to go on with; the other stays one “undo” away.",
      mine: text,
      theirs: other,
      buttons: [["mine", "Go on with what I typed", "main"], ["theirs", "Go on with the server's"]],
    });
    const { text: editor } = this.desk;
    if (answer === "theirs") {
      // Typed text goes into the past of the editor, where undo finds it.
      editor.replace(text);
      editor.replace(other);
    } else editor.replace(text);
    this.desk.draft.edit(editor.text, editor.accepted);
    editor.focus();
  }

  async conflict(error) {
    if (this.asking) return;
    this.asking = true;
    try {
      if (error.code === "NOT_FOUND") await this.desk.reopen();
      else if (error.reason === "ETAG_MISMATCH") await this.changed();
      else if (error.reason === "NOT_CLAIMED" || error.reason === "CLAIMED") await this.taken(error);
      else await this.refused(error);
    } finally {
      this.asking = false;
    }
  }

  async changed() {
    const { desk } = this;
    const present = await reviews.GetReview({ name: desk.name }).catch(() => null);
    if (!present) return this.refused(new Error("The archive cannot be reached"));
    const theirs = textOf(present);
    const answer = await choose({
      title: "The text was changed elsewhere",
      why: "In another window, or by somebody who took the review over. Choose which text to go on with; the other stays one “undo” away.",
      mine: desk.draft.text,
      theirs,
      buttons: [["mine", "Keep what I typed", "main"], ["theirs", "Take the other text"], ["", "Decide later"]],
    });
    if (answer === "mine") {
      desk.text.remember(theirs);
      desk.draft.resume(present, desk.draft.text);
    } else if (answer === "theirs") {
      desk.draft.resume(present, theirs);
      desk.text.replace(theirs);
    } else this.later();
    return undefined;
  }

  async taken(error) {
    const { desk } = this;
    const present = await reviews.GetReview({ name: desk.name }).catch(() => desk.review);
    const who = error.metadata?.claimed_by_name || present.claimedByName || "Somebody else";
    const until = error.metadata?.claim_expire_time || present.claimExpireTime;
    const mineAgain = samePerson(present.claimedBy, desk.user.name);
    const answer = await choose({
      title: `${who} has taken this review`,
      why: `Your claim had run out. What you typed is ${desk.draft.where}${until && !mineAgain ? `; the review may be free after ${clockTime(until)}` : ""}.`,
      mine: desk.draft.text,
      theirs: textOf(present),
      theirName: `With ${who}`,
      buttons: [["again", "Try to take it back", "main"], ["copy", "Copy what I typed"], ["queue", "To the queue"], ["", "Stay here"]],
    });
    if (answer === "copy") await this.copy();
    else if (answer === "queue") location.assign("/");
    else if (answer === "again") return this.again();
    this.later();
    return undefined;
  }

  // again claims anew; text that changed meanwhile is shown first.
  async again() {
    const { desk } = this;
    try {
      const claimed = await reviews.ClaimReview({ name: desk.name });
      const theirs = textOf(claimed);
      if (theirs === desk.draft.confirmed || theirs === desk.draft.text) return desk.draft.resume(claimed, desk.draft.text);
      return this.changed();
    } catch (error) {
      return error.passing ? this.refused(error) : this.taken(error);
    }
  }

  async refused(error) {
    const { desk } = this;
    const answer = await choose({
      title: "The text could not be saved",
      why: `${error.message}. What you typed is ${desk.draft.where}.`,
      mine: desk.draft.text,
      theirs: desk.draft.confirmed,
      buttons: [["again", "Try again", "main"], ["copy", "Copy what I typed"], ["", "Stay here"]],
    });
    if (answer === "copy") await this.copy();
    if (answer === "again") return this.again();
    this.later();
    return undefined;
  }

  // later leaves a way back to the question.
  later() {
    const line = this.desk.notice("bad", `What you type is not saved on the server, and ${this.desk.draft.where}.`);
    const button = document.createElement("button");
    button.className = "small";
    button.textContent = "Decide now";
    button.addEventListener("click", () => {
      line.remove();
      this.again();
    });
    line.append(button);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.desk.draft.text);
      announce("Copied");
    } catch {
      announce("This browser does not allow copying; select the text instead");
    }
  }
}
