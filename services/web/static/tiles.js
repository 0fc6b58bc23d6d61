// The pyramid of a page: which tiles there are, and those that have come.

// Pixels of 400 tiles in colour take 420 MB at most; those not used for the longest time
// go first.
const mostTiles = 400;
const tries = 3;

// A page from this many pixels on is first shown by one coarse picture: to cut one of 9
// million takes some seconds, to draw it small a tenth of that.
const coarseFrom = 3e6;
// From this many on it is cut when somebody looks closer than the coarse picture goes: of
// 142 million pixels that kept two cores busy for two minutes.
const cutOnDemand = 40e6;
const coarseSide = 2400;

// sizeOf gives the page's size as its reading has it; null where there is none.
export const sizeOf = (body) => (body?.width && body?.height ? { width: body.width, height: body.height } : null);

export class Pyramid extends EventTarget {
  // name is scans/{sha256}/pages/{n}.
  constructor(name) {
    super();
    const [, scan, , number] = name.split("/");
    this.base = `/pages/${scan}/${number}`;
    this.tiles = new Map();
    this.shape = null;
    this.coarse = null; // a picture of the whole page
    this.sharp = false; // there are tiles
    this.since = 0; // when cutting began, while it goes on
    this.problem = "";
  }

  // open makes the page ready to be drawn: of a large one, whose size must be known, by a
  // coarse picture.
  async open(size = null) {
    if (!size || size.width * size.height < coarseFrom) return this.cut();
    try {
      this.coarse = await picture(`${this.base}.png?max_side=${coarseSide}`);
    } catch {
      return this.cut(); // says why there is none
    }
    this.shape = size;
    if (size.width * size.height < cutOnDemand) this.sharpen();
    return size;
  }

  // cut asks for the shape; the server cuts the page meanwhile.
  async cut() {
    const response = await fetch(`${this.base}/info.json`, { credentials: "same-origin" });
    const body = await response.json();
    if (!response.ok) throw new Error(body.message || "the page cannot be shown");
    this.shape = body;
    this.sharp = true;
    return body;
  }

  // sharpen has a page cut of which the coarse picture is there. Events: "state" when that
  // begins and ends, with since or problem.
  async sharpen() {
    if (this.sharp || this.since) return;
    this.since = Date.now();
    this.problem = "";
    this.dispatchEvent(new Event("state"));
    try {
      await this.cut();
    } catch (error) {
      this.problem = error.message;
    }
    this.since = 0;
    this.dispatchEvent(new Event("state"));
    this.dispatchEvent(new Event("tile"));
  }

  // blurred tells that at a scale more pixels are wanted than the coarse picture has.
  blurred(scale) {
    return !this.sharp && Boolean(this.coarse) && scale * this.shape.width > this.coarse.naturalWidth * 1.1;
  }

  get top() {
    return this.shape.levels - 1;
  }

  // tile returns a picture that has come, or null and asks for it.
  tile(level, x, y) {
    const key = `${level}/${x}/${y}`;
    const kept = this.tiles.get(key);
    if (kept) {
      this.tiles.delete(key); // the newest stands last
      this.tiles.set(key, kept);
      return kept.ready ? kept.image : null;
    }
    this.request(key, 1);
    return null;
  }

  request(key, attempt) {
    const image = new Image();
    const entry = { image, ready: false };
    this.tiles.set(key, entry);
    this.drop();
    image.decoding = "async";
    image.addEventListener("load", () => {
      entry.ready = true;
      this.dispatchEvent(new Event("tile"));
    });
    image.addEventListener("error", () => {
      // The network, or a page that the server is cutting anew.
      if (attempt < tries && this.tiles.get(key) === entry) setTimeout(() => this.request(key, attempt + 1), 800 * attempt);
      else this.tiles.delete(key);
    });
    image.src = `${this.base}/tiles/${key}.png`;
  }

  drop() {
    for (const [key, entry] of this.tiles) {
      if (this.tiles.size <= mostTiles) return;
      if (Number(key.split("/")[0]) === this.top) continue; // always there to fill holes
      if (!entry.ready) entry.image.src = "";
      this.tiles.delete(key);
    }
  }

  // levelFor is the coarsest level that is sharp when a pixel of the page takes scale
  // pixels of the screen.
  levelFor(scale) {
    return Math.max(0, Math.min(this.top, Math.floor(Math.log2(1 / scale) + 0.01)));
  }

  // draw paints what is visible of the page, in its own coordinates; finer tiles over
  // coarser ones. It returns whether all that is needed has come.
  draw(context, visible, scale) {
    if (this.coarse) context.drawImage(this.coarse, 0, 0, this.shape.width, this.shape.height);
    if (!this.sharp) return false;
    const level = this.levelFor(scale);
    const top = !(this.coarse && level < this.top) && this.drawLevel(context, visible, this.top, true);
    if (level === this.top) return top;
    // A level between fills the time until the sharp one is there; only what has come.
    if (!this.coarse && level + 2 < this.top) this.drawLevel(context, visible, level + 2, false);
    return this.drawLevel(context, visible, level, true);
  }

  drawLevel(context, visible, level, ask) {
    const factor = 2 ** level;
    const side = this.shape.tile * factor;
    const columns = Math.ceil(this.shape.width / side);
    const rows = Math.ceil(this.shape.height / side);
    let whole = true;
    for (let y = Math.max(0, Math.floor(visible.y / side)); y < Math.min(rows, Math.ceil((visible.y + visible.height) / side)); y++) {
      for (let x = Math.max(0, Math.floor(visible.x / side)); x < Math.min(columns, Math.ceil((visible.x + visible.width) / side)); x++) {
        const kept = ask ? this.tile(level, x, y) : this.tiles.get(`${level}/${x}/${y}`)?.ready && this.tiles.get(`${level}/${x}/${y}`).image;
        if (!kept) {
          whole = false;
          continue;
        }
        // Half-pixels of the level reach over the page's edge: cut them off.
        const width = Math.min(kept.naturalWidth * factor, this.shape.width - x * side);
        const height = Math.min(kept.naturalHeight * factor, this.shape.height - y * side);
        context.drawImage(kept, 0, 0, width / factor, height / factor, x * side, y * side, width, height);
      }
    }
    return whole;
  }
}

// picture loads one that is whole.
async function picture(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}
