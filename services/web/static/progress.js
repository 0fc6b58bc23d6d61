// How far each collection is, as a bar of three parts; the figures stand in words below.

import { reviews } from "./api.js";
import { h, s, show } from "./dom.js";
import { count } from "./format.js";

// drawProgress fills home and returns the collections. choose is called with the one
// whose name is pressed.
export async function drawProgress(home, choose) {
  let all = [];
  try {
    all = (await reviews.GetProgress({})).collections || [];
  } catch (error) {
    show(home, h("p", { class: "note" }, error.message));
    return [];
  }
  if (!all.length) show(home, h("p", { class: "note" }, "There are no collections yet."));
  else show(home, h("ul", { class: "collections" }, all.map((c) => h("li", {}, row(c, choose)))));
  return all;
}

function row(c, choose) {
  const name = c.displayName || c.collection;
  const parts = [["done", c.done || 0], ["verify", c.toVerify || 0], ["correct", c.toCorrect || 0]];
  const total = parts.reduce((sum, [, n]) => sum + n, 0);
  const words = total
    ? `${Math.floor((100 * (c.done || 0)) / total)} % done: ${count(c.done || 0, "region")} done, ${c.toVerify || 0} to verify, ${c.toCorrect || 0} to correct`
    : "nothing to review";
  return [
    h("button", { class: "link", onclick: () => choose(c.collection) }, name),
    bar(parts, total, `${name}: ${words}`),
    h("p", { class: "note" }, words, c.doubtfulWords ? `, ${count(c.doubtfulWords, "doubtful word")}` : "", c.onePerson ? ". Corrected texts are not signed here." : ""),
  ];
}

function bar(parts, total, words) {
  const width = 300;
  let x = 0;
  const rects = parts.map(([kind, n]) => {
    // One region of ten thousand is still seen.
    const share = total && n ? Math.max(2, (width * n) / total) : 0;
    const rect = s("rect", { x, width: Math.min(share, width - x), height: 14, class: kind });
    x += share;
    return rect;
  });
  return s("svg", { class: "shares", viewBox: `0 0 ${width} 14`, role: "img", "aria-label": words, preserveAspectRatio: "none" }, s("rect", { width, height: 14, class: "track" }), ...rects);
}
