// What this browser keeps of texts that are being typed, a place for each person, review and
// window: fonds-draft:USER:REVIEW:WINDOW has {text, base, accepted, time}. base is the
// server's text when it was kept, so a text that equals it was saved.

const prefix = "fonds-draft:";

// here names this window among those of the browser, so that no two share a place. It lasts
// over a reload; a copy of the window finds no name, and takes one of its own.
const here = (() => {
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
  try {
    const name = sessionStorage.getItem("fonds-window") || fresh;
    const take = () => sessionStorage.removeItem("fonds-window");
    take();
    addEventListener("pageshow", take);
    addEventListener("pagehide", () => sessionStorage.setItem("fonds-window", name));
    return name;
  } catch {
    return fresh; // switched off, and so is what would be kept under it
  }
})();

// placeOf is where this window keeps a review's text.
export const placeOf = (review, user) => `${prefix}${user.name}:${review}:${here}`;

const owner = (key) => key.split(":")[1];
const about = (key) => key.split(":")[2];

// unkept has what the browser would not store, for as long as this page is open.
const unkept = new Map();

// put keeps a text; false when only this page has it.
export function put(key, kept) {
  try {
    localStorage.setItem(key, JSON.stringify(kept));
    unkept.delete(key);
    return true;
  } catch {
    unkept.set(key, kept); // full or switched off
    return false;
  }
}

export function drop(key) {
  unkept.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// entries are all texts that are kept: [key, {text, base, accepted, time}].
function entries() {
  let keys = [];
  try {
    keys = Object.keys(localStorage);
  } catch {
    // switched off
  }
  const stored = keys.filter((k) => k.startsWith(prefix) && !unkept.has(k)).map((k) => [k, read(k)]);
  return [...unkept, ...stored.filter(([, kept]) => kept)];
}

// saved tells that the server had the text when it was kept.
export const saved = (kept) => kept.text === kept.base;

// keptOf are a person's texts of a review, this window's first, then the newest.
export function keptOf(review, user) {
  const mine = placeOf(review, user);
  return entries()
    .filter(([key]) => owner(key) === user.name && about(key) === review)
    .sort((a, b) => (b[0] === mine) - (a[0] === mine) || b[1].time - a[1].time);
}

// forgetSaved forgets texts that the server has and that were not touched for a time in ms:
// all of them on signing out, for the next person at the machine. What was never saved stays.
export function forgetSaved(age = 0) {
  for (const [key, kept] of entries()) if (saved(kept) && Date.now() - kept.time >= age) drop(key);
}

// forgetReview forgets what anybody typed for a review that is no more: all of it, or what
// was saved.
export function forgetReview(review, which = () => true) {
  for (const [key, kept] of entries()) if (about(key) === review && which(kept)) drop(key);
}
