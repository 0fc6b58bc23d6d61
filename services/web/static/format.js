// Words for times, shares and the contract's names.

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });

const units = [["year", 31_557_600], ["month", 2_629_800], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];

// ago says how long since: "3 days ago".
export function ago(time) {
  const seconds = (Date.parse(time) - Date.now()) / 1000;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return "just now";
}

export const moment = (time) => absolute.format(new Date(time));
export const clockTime = (time) => clock.format(new Date(time));
// The blank is one that no line ends at.
export const percent = (share) => `${Math.round(share * 100)}\u00a0%`;
export const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

export const idOf = (name) => (name || "").split("/").pop();

// label makes words of a field's name: telegram_number is "Telegram number".
export const label = (name) => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("_", " ");

export const states = {
  REVIEW_STATE_TO_CORRECT: "To correct",
  REVIEW_STATE_TO_VERIFY: "To verify",
  REVIEW_STATE_DONE: "Done",
};

export const assurances = {
  ASSURANCE_UNSPECIFIED: "No text",
  ASSURANCE_MACHINE: "Machine",
  ASSURANCE_CORRECTED: "Corrected",
  ASSURANCE_VERIFIED: "Verified",
};

export const outcomes = {
  OUTCOME_UNSPECIFIED: "not read yet",
  OUTCOME_BLANK: "blank",
  OUTCOME_UNREADABLE: "unreadable",
  OUTCOME_CORRUPT: "damaged",
  OUTCOME_TOO_LARGE: "too large",
  OUTCOME_TIMEOUT: "took too long",
  OUTCOME_FAILED: "failed",
  OUTCOME_REFUSED: "refused",
};

// languageOf guesses the language of a text for screen readers and fonts.
export const languageOf = (text) => (/[Ѐ-ӿ]/.test(text) ? "ru" : "en");
