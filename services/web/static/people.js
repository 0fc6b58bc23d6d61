// What people are called, as far as answers have said it: the archive tells a browser
// the names of those whose work it shows, and of nobody else.

import { samePerson } from "./api.js";

const bare = (person) => (person || "").replace(/^users\//, "");
const names = new Map([["local", "the local operator"], ["system", "the machine"]]);

// learn keeps a name.
export function learn(person, name) {
  if (bare(person) && name && !names.has(bare(person))) names.set(bare(person), name);
}

// learnAll keeps the names of several, which stand in the same order.
export const learnAll = (people = [], called = []) => people.forEach((p, i) => learn(p, called[i]));

// called gives a person's name; "you" for the user, "" where nobody has said it.
export function called(person, user) {
  if (samePerson(person, user?.name)) return "you";
  return names.get(bare(person)) || "";
}

// calledAll gives the names of several as words: "you, Anna and 2 others".
export function calledAll(people = [], user) {
  const known = people.map((p) => called(p, user)).filter(Boolean);
  const others = people.length - known.length;
  const all = others ? [...known, known.length ? `${others} other${others > 1 ? "s" : ""}` : others > 1 ? `${others} people` : "a person"] : known;
  return all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1)}` : all[0] || "";
}
