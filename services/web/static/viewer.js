// The scan: a canvas that shows a pyramid at any zoom and turn, with the active line, the
// cursor's word and the doubtful words marked.

import { Pyramid } from "./tiles.js";

const mostZoom = 8; // pixels of the screen for one of the page
const step = 1.25;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Viewer extends EventTarget {
  constructor(canvas) {
    super();
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.pyramid = null;
    this.view = { x: 0, y: 0, scale: 1 }; // the page's point in the middle, CSS pixels a page's pixel
    this.turn = 0; // clockwise, in degrees
    this.fitted = "width";
    this.marks = { region: null, line: null, word: null, doubtful: [] };
    this.asked = false;
    this.pointers = new Map();
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.listen();
    // The marks have other colours in the dark.
    addEventListener("fonds-theme", () => this.redraw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  // open shows a page; text is the box of its words, which fill the canvas at first:
  // margins are not what somebody came for.
  // size is the page's, where it is known.
  async open(name, { turn = 0, region = null, text = null, size = null } = {}) {
    const pyramid = new Pyramid(name);
    this.pyramid = pyramid;
    pyramid.addEventListener("tile", () => this.redraw());
    pyramid.addEventListener("state", () => this.dispatchEvent(new Event("state")));
    this.turn = turn;
    this.marks.region = region;
    this.opened = pyramid.open(size).then(() => pyramid);
    await this.opened;
    this.text = text;
    this.fit(text ? "text" : "width");
  }

  // Where the page's points are on the canvas, in CSS pixels.
  get size() {
    return { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  // place turns a point of the page into one of the canvas.
  place(x, y) {
    const [dx, dy] = turned((x - this.view.x) * this.view.scale, (y - this.view.y) * this.view.scale, this.turn);
    return [this.size.width / 2 + dx, this.size.height / 2 + dy];
  }

  // point turns a point of the canvas into one of the page.
  point(x, y) {
    const [dx, dy] = turned(x - this.size.width / 2, y - this.size.height / 2, -this.turn);
    return [this.view.x + dx / this.view.scale, this.view.y + dy / this.view.scale];
  }

  // area is what fills the canvas when it is fitted: the region, or the page.
  get area() {
    const { width, height } = this.pyramid.shape;
    return this.marks.region || { x: 0, y: 0, width, height };
  }

  // textArea is the words with something around them, within the area.
  get textArea() {
    if (!this.text) return null;
    const { area, text } = this;
    const pad = text.width * 0.03 + 10;
    const x = Math.max(area.x, text.x - pad);
    const y = Math.max(area.y, text.y - pad);
    return { x, y, width: Math.min(area.x + area.width, text.x + text.width + pad) - x, height: Math.min(area.y + area.height, text.y + text.height + pad) - y };
  }

  fit(how = this.fitted) {
    if (!this.pyramid?.shape) return;
    this.fitted = how;
    const { size } = this;
    const area = (how === "text" && this.textArea) || this.area;
    const [width, height] = this.turn % 180 ? [area.height, area.width] : [area.width, area.height];
    const toWidth = (size.width - 8) / width;
    const scale = how !== "page" ? toWidth : Math.min(toWidth, (size.height - 8) / height);
    const view = { x: area.x + area.width / 2, y: area.y + area.height / 2, scale: Math.max(scale, 0.001) };
    if (how !== "page" && height * scale > size.height) {
      // The top of the page as it is read stands at the top.
      const [dx, dy] = turned(0, -(height / 2 - (size.height - 8) / 2 / scale), -this.turn);
      view.x += dx;
      view.y += dy;
    }
    this.move(view);
  }

  // zoom keeps the point of the page under (x, y) where it is; the middle by default.
  zoom(factor, x = this.size.width / 2, y = this.size.height / 2) {
    if (!this.pyramid?.shape) return;
    this.fitted = null;
    const before = this.point(x, y);
    this.stop();
    this.view.scale = Math.min(mostZoom, Math.max(this.least, this.view.scale * factor));
    const after = this.point(x, y);
    this.move({ ...this.view, x: this.view.x + before[0] - after[0], y: this.view.y + before[1] - after[1] });
  }

  get least() {
    const { width, height } = this.pyramid.shape;
    return Math.min(1, this.size.width / width / 2, this.size.height / height / 2);
  }

  pan(dx, dy) {
    if (!this.pyramid?.shape) return;
    const [x, y] = turned(dx, dy, -this.turn);
    this.stop();
    this.move({ ...this.view, x: this.view.x - x / this.view.scale, y: this.view.y - y / this.view.scale });
  }

  rotate(degrees = 90) {
    if (!this.pyramid?.shape) return;
    this.turn = (this.turn + degrees + 360) % 360;
    if (this.fitted) this.fit();
    else this.redraw();
    this.dispatchEvent(new Event("view"));
  }

  move(view) {
    const { width, height } = this.pyramid.shape;
    this.view = { scale: view.scale, x: Math.min(width, Math.max(0, view.x)), y: Math.min(height, Math.max(0, view.y)) };
    this.redraw();
    this.dispatchEvent(new Event("view"));
  }

  stop() {
    this.journey = null;
  }

  // follow brings a box into sight, in the middle when it is not well within already.
  follow(box) {
    if (!box || !this.pyramid?.shape) return;
    const { width, height } = this.size;
    const middle = [box.x + box.width / 2, box.y + box.height / 2];
    const [x, y] = this.place(...middle);
    const inX = x > width * 0.12 && x < width * 0.88;
    const inY = y > height * 0.2 && y < height * 0.75;
    if (inX && inY) return;
    const [dx, dy] = turned(inX ? 0 : x - width / 2, inY ? 0 : y - height * 0.45, -this.turn);
    const to = this.within({ ...this.view, x: this.view.x + dx / this.view.scale, y: this.view.y + dy / this.view.scale });
    if (Math.hypot(to.x - this.view.x, to.y - this.view.y) * this.view.scale > 2) this.travel(to);
  }

  // within keeps a view from showing what lies beside the page, as far as the page fills
  // the canvas; it never takes the view further from the page than it is.
  within(view) {
    const { width, height } = this.pyramid.shape;
    const [across, down] = this.turn % 180 ? [this.size.height, this.size.width] : [this.size.width, this.size.height];
    const keep = (to, now, page, room) => {
      const half = room / 2 / view.scale;
      if (page <= 2 * half) return page / 2;
      return Math.min(Math.max(to, Math.min(half, now)), Math.max(page - half, now));
    };
    return { ...view, x: keep(view.x, this.view.x, width, across), y: keep(view.y, this.view.y, height, down) };
  }

  travel(to) {
    if (still.matches) return this.move(to);
    const from = { ...this.view };
    const begun = performance.now();
    const journey = {};
    this.journey = journey;
    const go = (now) => {
      if (this.journey !== journey) return;
      const part = Math.min(1, (now - begun) / 180);
      const eased = 1 - (1 - part) ** 3;
      this.move({ scale: from.scale, x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased });
      if (part < 1) requestAnimationFrame(go);
    };
    requestAnimationFrame(go);
  }

  mark(marks) {
    Object.assign(this.marks, marks);
    this.redraw();
  }

  resize() {
    if (this.fitted) this.fit();
    else this.redraw();
  }

  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  draw() {
    const ratio = devicePixelRatio || 1;
    const { width, height } = this.size;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
    const c = this.context;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, w, h);
    if (!this.pyramid?.shape) return;
    c.setTransform(ratio, 0, 0, ratio, (width / 2) * ratio, (height / 2) * ratio);
    c.rotate((this.turn * Math.PI) / 180);
    c.scale(this.view.scale, this.view.scale);
    c.translate(-this.view.x, -this.view.y);
    c.imageSmoothingQuality = "high";
    c.imageSmoothingEnabled = this.view.scale * ratio < 3; // beyond, single pixels are wanted
    if (this.pyramid.blurred(this.view.scale * ratio) && !this.pyramid.problem) this.pyramid.sharpen();
    this.whole = this.pyramid.draw(c, this.visible(), this.view.scale * ratio);
    this.drawMarks(c);
  }

  // visible is the part of the page on the canvas.
  visible() {
    const { width, height } = this.size;
    const corners = [this.point(0, 0), this.point(width, 0), this.point(0, height), this.point(width, height)];
    const xs = corners.map((p) => p[0]);
    const ys = corners.map((p) => p[1]);
    return { x: Math.min(...xs), y: Math.min(...ys), width: Math.max(...xs) - Math.min(...xs), height: Math.max(...ys) - Math.min(...ys) };
  }

  drawMarks(c) {
    const { region, line, word, doubtful } = this.marks;
    const { width, height } = this.pyramid.shape;
    const colors = getComputedStyle(this.canvas);
    const color = (name) => colors.getPropertyValue(name).trim();
    const px = 1 / this.view.scale;
    if (region) {
      c.fillStyle = color("--scan-shade");
      c.beginPath();
      c.rect(0, 0, width, height);
      c.rect(region.x, region.y, region.width, region.height);
      c.fill("evenodd");
    }
    c.globalCompositeOperation = "multiply";
    if (line) {
      c.fillStyle = color("--scan-line");
      const pad = Math.max(4 * px, line.height * 0.12);
      c.fillRect(line.x - 2 * pad, line.y - pad, line.width + 4 * pad, line.height + 2 * pad);
    }
    c.globalCompositeOperation = "source-over";
    c.fillStyle = color("--scan-doubt");
    for (const box of doubtful) c.fillRect(box.x, box.y + box.height + px, box.width, Math.max(2 * px, 2));
    if (word) {
      const pad = 3 * px;
      for (const [style, size] of [["--scan-halo", 5], ["--scan-word", 2.5]]) {
        c.strokeStyle = color(style);
        c.lineWidth = size * px;
        c.strokeRect(word.x - pad, word.y - pad, word.width + 2 * pad, word.height + 2 * pad);
      }
    }
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, moved: 0 });
    });
    canvas.addEventListener("pointermove", (event) => this.drag(event));
    const up = (event) => {
      const pointer = this.pointers.get(event.pointerId);
      this.pointers.delete(event.pointerId);
      canvas.classList.toggle("held", this.pointers.size > 0);
      if (event.type !== "pointerup" || !pointer || pointer.moved > 6 || !this.pyramid?.shape) return;
      const [x, y] = this.point(event.offsetX, event.offsetY);
      this.dispatchEvent(new CustomEvent("pick", { detail: { x, y } }));
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    if (event.shiftKey) this.pan(-event.deltaY * lines - event.deltaX * lines, 0);
    else this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), event.offsetX, event.offsetY);
  }

  // drag pans with one pointer, and zooms with two fingers.
  drag(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) return;
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
    const dx = event.offsetX - pointer.x;
    const dy = event.offsetY - pointer.y;
    if (others.length) {
      const away = (p) => Math.hypot(p.x - others[0].x, p.y - others[0].y);
      const now = { x: event.offsetX, y: event.offsetY };
      this.zoom(away(now) / Math.max(1, away(pointer)), (now.x + others[0].x) / 2, (now.y + others[0].y) / 2);
      this.pan(dx / 2, dy / 2);
      for (const p of others) p.moved = Infinity;
    } else if (pointer.moved + Math.abs(dx) + Math.abs(dy) > 6) {
      this.canvas.classList.add("held");
      this.pan(dx, dy);
    }
    Object.assign(pointer, { x: event.offsetX, y: event.offsetY, moved: pointer.moved + Math.abs(dx) + Math.abs(dy) });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { width, height } = this.size;
    const deeds = {
      "+": () => this.zoom(step),
      "=": () => this.zoom(step),
      "-": () => this.zoom(1 / step),
      0: () => this.fit("width"),
      9: () => this.fit("page"),
      r: () => this.rotate(90),
      R: () => this.rotate(-90),
      ArrowLeft: () => this.pan(width / 8, 0),
      ArrowRight: () => this.pan(-width / 8, 0),
      ArrowUp: () => this.pan(0, height / 8),
      ArrowDown: () => this.pan(0, -height / 8),
    };
    if (!deeds[event.key]) return;
    event.preventDefault();
    deeds[event.key]();
  }

  zoomIn() {
    this.zoom(step);
  }

  zoomOut() {
    this.zoom(1 / step);
  }
}

// turned turns a vector clockwise by a multiple of 90 degrees.
function turned(x, y, degrees) {
  switch (((degrees % 360) + 360) % 360) {
    case 90:
      return [-y, x];
    case 180:
      return [-x, -y];
    case 270:
      return [y, -x];
    default:
      return [x, y];
  }
}

// drawCrop paints a box of a page onto a canvas as wide as its parent lets it be, with
// some of what stands around it, set upright, and again whenever a tile comes. Letters
// grow to at most enlarged times their size on the scan. It returns what ends that.
export function drawCrop(canvas, pyramid, box, { turn = 0, margin = 0.25, enlarged = 1 } = {}) {
  const pad = Math.max(6, Math.min(box.width, box.height) * margin);
  const area = { x: box.x - pad, y: box.y - pad, width: box.width + 2 * pad, height: box.height + 2 * pad };
  const across = turn % 180 ? area.height : area.width;
  const down = turn % 180 ? area.width : area.height;
  const draw = () => {
    const ratio = devicePixelRatio || 1;
    const room = canvas.parentElement?.clientWidth;
    if (!room || !pyramid.shape) return;
    const scale = Math.min((room - 2) / across, enlarged);
    const [width, height] = [Math.floor(across * scale), Math.ceil(down * scale)];
    canvas.style.setProperty("width", `${width}px`);
    canvas.style.setProperty("height", `${height}px`);
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const c = canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, canvas.width / 2, canvas.height / 2);
    c.rotate((turn * Math.PI) / 180);
    c.scale(scale, scale);
    c.translate(-(area.x + area.width / 2), -(area.y + area.height / 2));
    c.imageSmoothingQuality = "high";
    c.beginPath();
    c.rect(area.x, area.y, area.width, area.height);
    c.clip();
    pyramid.draw(c, area, scale * ratio);
  };
  const redraw = () => requestAnimationFrame(draw);
  pyramid.addEventListener("tile", redraw);
  const seen = new ResizeObserver(redraw);
  if (canvas.parentElement) seen.observe(canvas.parentElement);
  redraw();
  return () => {
    pyramid.removeEventListener("tile", redraw);
    seen.disconnect();
  };
}
