// A document to be read: the text of each region beside its scan, fields, history. What
// the search leads to.

import { catalog, reviews } from "./api.js";
import { History, Compare } from "./compare.js";
import { byId, h, show } from "./dom.js";
import { Fields } from "./fields.js";
import { assurances, idOf, languageOf, outcomes, states } from "./format.js";
import { begin } from "./header.js";

const name = location.pathname.slice(1);

async function start() {
  const user = await begin();
  try {
    const document_ = await catalog.GetDocument({ name });
    if (document_.deleteTime) {
      byId("message").textContent = "This document was deleted.";
      return;
    }
    byId("title").textContent = document_.title || "Untitled";
    document.title = `${document_.title || "Untitled"} · fonds`;
    show(byId("where"), `${idOf(document_.collection)} · revision ${document_.revision || 1} `, h("span", { class: `badge ${document_.assurance}` }, assurances[document_.assurance] || "No text"));
  } catch (error) {
    byId("message").textContent = error.code === "NOT_FOUND" && error.reason !== "WITHDRAWN" ? "There is no such document." : error.message;
    return;
  }
  await Promise.all([
    fill("regions", regions()),
    fill("fields", new Fields(byId("fields"), name, user).load()),
    fill("history", new History(byId("history"), name).load()),
  ]);
}

// fill says in a part's place why it could not be shown.
async function fill(id, filled) {
  try {
    await filled;
  } catch (error) {
    show(byId(id), h("p", { class: "note" }, error.message));
  }
}

// A document of more regions shows the first; each links to its workbench.
const mostRegions = 200;

async function regions() {
  const [{ regions: texts = [] }, waiting] = await Promise.all([catalog.GetText({ name }), allReviews()]);
  show(byId("regions"), texts.slice(0, mostRegions).map((t, i) => region(t, i + 1, waiting.get(i + 1))), texts.length > mostRegions && h("p", { class: "note" }, `${texts.length - mostRegions} more regions are not shown.`));
}

// allReviews are those of the document by the number of the region, done ones too.
async function allReviews() {
  const found = new Map();
  for (const state of [undefined, "REVIEW_STATE_DONE"]) {
    const { reviews: list = [] } = await reviews.ListReviews({ parent: name, state, pageSize: 200 });
    for (const r of list) found.set(r.regionNumber, r);
  }
  return found;
}

function region({ region: r, text = "" }, number, review) {
  const [, scan, , page] = r.page.split("/");
  const compare = h("div", { class: "compare" });
  const details = h("details", { ontoggle: () => details.open && !compare.hasChildNodes() && fillCompare(compare, r) }, h("summary", {}, "Compare readings"), compare);
  return h(
    "article",
    { class: "region", "aria-label": `Region ${number}` },
    h(
      "div",
      { class: "head" },
      h("h3", {}, `Region ${number}`, " ", h("span", { class: `badge ${r.assurance}` }, assurances[r.assurance] || "No text")),
      review && h("a", { class: "button", href: `/review/${review.name}` }, review.state === "REVIEW_STATE_DONE" ? "Open" : states[review.state]),
    ),
    h(
      "div",
      { class: "both" },
      h("a", { class: "thumb", href: `/pages/${scan}/${page}.png`, target: "_blank", rel: "noopener" }, h("img", { src: `/pages/${scan}/${page}.png?max_side=900`, alt: `Scan of page ${page}`, loading: "lazy" })),
      text ? h("div", { class: "text", lang: languageOf(text) }, text) : h("p", { class: "note" }, `No text: ${outcomes[r.outcome] || "not read"}${r.reason ? `, ${r.reason}` : ""}`),
    ),
    details,
  );
}

async function fillCompare(home, region) {
  try {
    await new Compare(home, region.page, region.reading).load();
  } catch (error) {
    show(home, h("p", { class: "note" }, error.message));
  }
}

start();
