// The active line's piece of the scan, right above its text: where the scan is not beside
// the text, or the eye does not want to leave the line.

import { h } from "./dom.js";
import { drawCrop } from "./viewer.js";

const narrow = matchMedia("(max-width: 900px)");

export class Strip {
  constructor(desk) {
    this.desk = desk;
    this.chosen = null; // until somebody chooses: on where there is no room for both
    this.canvas = h("canvas", { class: "strip", "aria-hidden": "true" });
    this.line = null;
    narrow.addEventListener("change", () => this.show(this.line));
  }

  get on() {
    return this.chosen ?? narrow.matches;
  }

  toggle() {
    this.chosen = !this.on;
    this.show(this.line);
  }

  show(line) {
    const same = this.line === line && this.canvas.isConnected === this.on;
    this.line = line;
    if (same) return;
    this.drop?.();
    this.drop = null;
    this.canvas.remove();
    const { viewer } = this.desk;
    if (!this.on || !line?.box || !viewer.pyramid?.shape) return;
    line.row.prepend(this.canvas);
    this.drop = drawCrop(this.canvas, viewer.pyramid, line.box, { turn: viewer.turn, margin: 0.12, enlarged: 1.5 });
  }
}
