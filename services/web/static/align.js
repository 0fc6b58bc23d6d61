// Which word that was typed stands for which word that was read. Words are matched by
// their order; among the ways to do so the one with the fewest changed letters wins.

// Above this many pairs the words are first split at those that occur once on each side:
// a page of 5,000 words has 25 million pairs, and a keystroke must not wait for them.
const mostPairs = 60_000;

// distance counts the letters that differ, as a share of the longer word.
function distance(a, b) {
  if (a === b) return 0;
  if (a.toLowerCase() === b.toLowerCase()) return 0.1;
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let corner = row[0];
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j];
      row[j] = Math.min(above + 1, row[j - 1] + 1, corner + (a[i - 1] === b[j - 1] ? 0 : 1));
      corner = above;
    }
  }
  return row[b.length] / Math.max(a.length, b.length);
}

// The price of a word that stands on one side only. Two of them cost more than any pair,
// so that a word that was typed anew keeps the place of the one that was read.
const alone = 0.75;

// align returns for each typed word which read ones it stands for: {first, end, part,
// parts}, half-open, where parts > 1 when one read word was typed as several; null for a
// word that stands for none.
export function align(read, typed) {
  const pairs = new Array(typed.length).fill(null);
  matchRange(read, typed, 0, read.length, 0, typed.length, pairs);
  return pairs;
}

const pair = (first, end, part = 0, parts = 1) => ({ first, end, part, parts });

function matchRange(read, typed, r0, r1, t0, t1, pairs) {
  while (r0 < r1 && t0 < t1 && read[r0] === typed[t0]) pairs[t0++] = pair(r0, ++r0);
  while (r0 < r1 && t0 < t1 && read[r1 - 1] === typed[t1 - 1]) pairs[--t1] = pair(--r1, r1 + 1);
  if (r0 === r1 || t0 === t1) return;
  if ((r1 - r0) * (t1 - t0) > mostPairs) {
    const anchors = anchorsOf(read, typed, r0, r1, t0, t1);
    if (anchors.length) {
      let [r, t] = [r0, t0];
      for (const [ar, at] of anchors) {
        matchRange(read, typed, r, ar, t, at, pairs);
        pairs[at] = pair(ar, ar + 1);
        [r, t] = [ar + 1, at + 1];
      }
      matchRange(read, typed, r, r1, t, t1, pairs);
      return;
    }
    // Nothing in common: by order alone.
    for (let i = 0; r0 + i < r1 && t0 + i < t1; i++) pairs[t0 + i] = pair(r0 + i, r0 + i + 1);
    return;
  }
  matchCheapest(read, typed, r0, r1, t0, t1, pairs);
}

// anchorsOf finds words that occur once on both sides, as many as stand in the same order.
function anchorsOf(read, typed, r0, r1, t0, t1) {
  const seen = new Map();
  for (let i = r0; i < r1; i++) seen.set(read[i], seen.has(read[i]) ? null : { read: i, typed: -1 });
  for (let j = t0; j < t1; j++) {
    const word = seen.get(typed[j]);
    if (!word) continue;
    if (word.typed >= 0) seen.set(typed[j], null);
    else word.typed = j;
  }
  const both = [...seen.values()].filter((w) => w && w.typed >= 0);
  // The longest run of growing places, by patience.
  const piles = [];
  const before = new Map();
  for (const word of both) {
    let [low, high] = [0, piles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (piles[middle].typed < word.typed) low = middle + 1;
      else high = middle;
    }
    before.set(word, low ? piles[low - 1] : null);
    piles[low] = word;
  }
  const run = [];
  for (let word = piles.at(-1); word; word = before.get(word)) run.push([word.read, word.typed]);
  return run.reverse();
}

// matchCheapest tries all ways: pairs, words on one side only, two read words typed as
// one, and one typed as two.
function matchCheapest(read, typed, r0, r1, t0, t1, pairs) {
  const rows = r1 - r0;
  const columns = t1 - t0;
  const cost = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1).fill(Infinity));
  const move = Array.from({ length: rows + 1 }, () => new Uint8Array(columns + 1));
  cost[0][0] = 0;
  const offer = (i, j, price, kind) => {
    if (price < cost[i][j]) [cost[i][j], move[i][j]] = [price, kind];
  };
  for (let i = 0; i <= rows; i++) {
    for (let j = 0; j <= columns; j++) {
      const here = cost[i][j];
      const a = read[r0 + i];
      const b = typed[t0 + j];
      if (i < rows && j < columns) {
        offer(i + 1, j + 1, here + distance(a, b), 1);
        if (i + 1 < rows && a + read[r0 + i + 1] === b) offer(i + 2, j + 1, here + 0.05, 4);
        if (j + 1 < columns && b + typed[t0 + j + 1] === a) offer(i + 1, j + 2, here + 0.05, 5);
      }
      if (i < rows) offer(i + 1, j, here + alone, 2);
      if (j < columns) offer(i, j + 1, here + alone, 3);
    }
  }
  for (let [i, j] = [rows, columns]; i > 0 || j > 0; ) {
    switch (move[i][j]) {
      case 1:
        pairs[t0 + --j] = pair(r0 + --i, r0 + i + 1);
        break;
      case 2:
        i--;
        break;
      case 3:
        j--;
        break;
      case 4:
        i -= 2;
        pairs[t0 + --j] = pair(r0 + i, r0 + i + 2);
        break;
      default:
        i--;
        j -= 2;
        pairs[t0 + j] = pair(r0 + i, r0 + i + 1, 0, 2);
        pairs[t0 + j + 1] = pair(r0 + i, r0 + i + 1, 1, 2);
    }
  }
}

// tokens gives the words of a line with their places in it.
export function tokens(line) {
  return [...line.matchAll(/\S+/gu)].map((m) => ({ text: m[0], start: m.index, end: m.index + m[0].length }));
}

// changes tells how one list of words became another: runs of {kind, before, after} with
// kind "same", "changed", "added" or "removed".
export function changes(before, after) {
  const pairs = align(before, after);
  const runs = [];
  const add = (kind, was, is) => {
    const last = runs.at(-1);
    if (last && last.kind === kind && kind !== "changed") {
      last.before.push(...was);
      last.after.push(...is);
    } else runs.push({ kind, before: was, after: is });
  };
  let next = 0;
  after.forEach((word, j) => {
    const p = pairs[j];
    if (!p) return add("added", [], [word]);
    if (p.part > 0) return runs.at(-1).after.push(word);
    if (p.first > next) add("removed", before.slice(next, p.first), []);
    next = p.end;
    const was = before.slice(p.first, p.end);
    return add(was.length === 1 && p.parts === 1 && was[0] === word ? "same" : "changed", was, [word]);
  });
  if (next < before.length) add("removed", before.slice(next), []);
  return runs;
}
