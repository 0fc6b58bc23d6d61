// The third pane: fields, differences, history.

import { catalog } from "./api.js";
import { byId, h, show } from "./dom.js";
import { Compare, History } from "./compare.js";
import { Fields } from "./fields.js";

const names = ["fields", "compare", "history"];
const roomy = matchMedia("(min-width: 1500px)");

export class Side {
  constructor(desk) {
    this.desk = desk;
    this.pane = byId("side-pane");
    this.button = byId("side-toggle");
    this.shown = "fields";
    this.loaded = new Set();
    this.button.addEventListener("click", () => this.toggle());
    for (const name of names) {
      const tab = byId(`tab-${name}`);
      tab.addEventListener("click", () => this.choose(name));
      tab.addEventListener("keydown", (event) => this.key(event, name));
    }
    this.open(roomy.matches);
  }

  toggle() {
    this.open(this.pane.hidden);
    if (!this.pane.hidden) byId(`tab-${this.shown}`).focus();
  }

  open(open) {
    this.pane.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    document.body.classList.toggle("with-side", open);
    if (open) this.fill();
  }

  key(event, name) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const next = names[(names.indexOf(name) + way + names.length) % names.length];
    this.choose(next);
    byId(`tab-${next}`).focus();
  }

  choose(name) {
    this.shown = name;
    for (const n of names) {
      byId(`tab-${n}`).setAttribute("aria-selected", String(n === name));
      byId(`tab-${n}`).tabIndex = n === name ? 0 : -1;
      byId(`panel-${n}`).hidden = n !== name;
    }
    this.fill();
  }

  // load shows the panels of the review anew.
  load() {
    this.loaded.clear();
    if (!this.pane.hidden) this.fill();
  }

  async fill() {
    const { review, user, viewer } = this.desk;
    if (!review || this.loaded.has(this.shown)) return;
    this.loaded.add(this.shown);
    const home = byId(`panel-${this.shown}`);
    const document = review.name.split("/reviews/")[0];
    const readings = new Map(review.reading ? [[review.reading.name, this.whole(review)]] : []);
    const locate = (page, box) => {
      if (page !== review.region?.page) return;
      viewer.mark({ word: box });
      viewer.follow(box);
    };
    const panel = {
      fields: () => new Fields(home, document, user, { locate, readings, pyramids: new Map(viewer.opened ? [[review.region.page, viewer.opened]] : []) }),
      compare: () => new Compare(home, review.region?.page, review.region?.reading),
      history: () => new History(home, document),
    }[this.shown]();
    show(home, h("p", { class: "note" }, "Loading…"));
    try {
      await panel.load();
    } catch (error) {
      this.loaded.delete(this.shown);
      show(home, h("p", { class: "note" }, error.message, " "), h("button", { class: "small", onclick: () => this.fill() }, "Try again"));
    }
  }

  // whole is the reading with all of its text: a review of a part has the part's words.
  async whole(review) {
    if (!review.region?.box || review.region.whole) return review.reading;
    return catalog.GetReading({ name: review.reading.name }).catch(() => review.reading);
  }
}
