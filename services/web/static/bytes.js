// The contract counts in bytes of UTF-8, JavaScript in units of UTF-16.

const decoder = new TextDecoder();
const encoder = new TextEncoder();

// Bytes is a text that is asked for by bytes.
export class Bytes {
  constructor(text) {
    this.text = text || "";
    this.bytes = encoder.encode(this.text);
  }

  slice(start = 0, end = this.bytes.length) {
    return decoder.decode(this.bytes.subarray(start, end));
  }
}

// wordsOf gives the words of a body with their texts and whole boxes: zeros are left out
// on the wire.
export function wordsOf(body) {
  if (!body) return [];
  const text = new Bytes(body.text);
  return (body.words || []).map((w) => ({
    text: text.slice(w.start || 0, w.end || 0),
    box: boxOf(w.box),
    confidence: w.confidence || 0,
    interpolated: Boolean(w.interpolated),
  }));
}

export const boxOf = (box) => (box ? { x: box.x || 0, y: box.y || 0, width: box.width || 0, height: box.height || 0 } : null);

// union is the smallest box around boxes; null for none.
export function union(boxes) {
  const all = boxes.filter((b) => b && b.width > 0 && b.height > 0);
  if (!all.length) return null;
  const x = Math.min(...all.map((b) => b.x));
  const y = Math.min(...all.map((b) => b.y));
  return {
    x,
    y,
    width: Math.max(...all.map((b) => b.x + b.width)) - x,
    height: Math.max(...all.map((b) => b.y + b.height)) - y,
  };
}

// within tells that the middle of a word lies in a region; a region without a box is the
// whole page.
export function within(word, region) {
  if (!region) return true;
  if (!word) return false;
  const x = word.x + word.width / 2;
  const y = word.y + word.height / 2;
  return x >= region.x && y >= region.y && x <= region.x + region.width && y <= region.y + region.height;
}
