// The start page: what waits, how far each collection is, and the search.

import { may, reviews, samePerson } from "./api.js";
import { byId, h, s, show } from "./dom.js";
import { ago, count, moment, percent, states } from "./format.js";
import { begin } from "./header.js";
import { drawProgress } from "./progress.js";
import { Search } from "./search.js";

const form = byId("filters");
const asked = new URLSearchParams(location.search);
let token = "";
let user = null;

async function start() {
  user = await begin();
  for (const name of ["state", "order"]) if (asked.get(name)) form.elements[name].value = asked.get(name);
  if (asked.get("done")) byId("message").textContent = "Nothing more waits there. Well done.";
  form.addEventListener("change", () => list());
  byId("more").addEventListener("click", () => list(token));
  byId("next").addEventListener("click", next);
  byId("next").hidden = !may(user, "CORRECTOR");
  new Search();
  addEventListener("visibilitychange", () => document.visibilityState === "visible" && !token && list());
  await Promise.all([progress(), list()]);
}

async function progress() {
  const all = await drawProgress(byId("progress"), (collection) => {
    form.elements.parent.value = collection;
    list();
  });
  const select = form.elements.parent;
  for (const c of all) select.append(h("option", { value: c.collection }, c.displayName || c.collection));
  if (asked.get("parent")) {
    select.value = asked.get("parent");
    list();
  }
}

const filters = () => Object.fromEntries(new FormData(form));

let listing = 0;

// list shows the queue; with a token what comes behind.
async function list(after = "") {
  const mine = ++listing;
  const { state, order, parent } = filters();
  remember({ state, order, parent });
  try {
    const answer = await reviews.ListReviews({ parent, state: state || undefined, order, pageToken: after, pageSize: 50 });
    if (mine !== listing) return;
    token = answer.nextPageToken || "";
    const rows = (answer.reviews || []).map(row);
    if (after) byId("reviews").append(...rows);
    else show(byId("reviews"), rows);
    byId("empty").hidden = byId("reviews").children.length > 0;
    byId("more").hidden = !token;
  } catch (error) {
    byId("message").textContent = `The queue cannot be shown: ${error.message}`;
    if (error.passing) setTimeout(() => list(after), 4000);
  }
}

// remember puts the filters into the address, and where the workbench finds them.
function remember(now) {
  const kept = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(now)) {
    if (value && value !== "REVIEW_ORDER_OLDEST") kept.set(name, value);
    else kept.delete(name);
  }
  history.replaceState(null, "", kept.size ? `?${kept}` : "/");
  try {
    sessionStorage.setItem("fonds-queue", JSON.stringify({ parent: now.parent, state: now.state || undefined, order: now.order }));
  } catch {
    // the workbench goes on with the oldest
  }
}

function row(review) {
  const held = review.claimedBy && Date.parse(review.claimExpireTime) > Date.now();
  const mine = held && samePerson(review.claimedBy, user.name);
  const sure = review.words ? review.confidence || 0 : -1;
  const doubtful = review.doubtfulWords || 0;
  return h(
    "li",
    { class: `review ${held && !mine ? "held" : ""}` },
    h(
      "a",
      { href: `/review/${review.name}` },
      h("span", { class: "title" }, review.title || "Untitled"),
      h("span", { class: "region" }, review.regionNumber ? `region ${review.regionNumber}` : "region gone"),
    ),
    h("span", { class: `badge ${review.state}` }, states[review.state]),
    sure >= 0 ? h("span", { class: "sure" }, meter(sure), h("span", {}, percent(sure), h("span", { class: "unseen" }, " sure"))) : h("span", { class: "sure" }, "no words"),
    h("span", { class: doubtful ? "doubtful some" : "doubtful" }, count(doubtful, "doubtful word")),
    h("time", { datetime: review.stateTime, title: moment(review.stateTime) }, ago(review.stateTime)),
    h("span", { class: "holder" }, mine ? "yours" : held ? `held by ${review.claimedByName || "somebody"}` : review.draft ? "draft" : ""),
    review.comment ? h("span", { class: "sent-back" }, "sent back: ", h("q", {}, review.comment.text)) : null,
  );
}

// meter draws a share; the words beside it say it too.
function meter(share) {
  return s("svg", { class: "meter", viewBox: "0 0 40 6", "aria-hidden": "true", preserveAspectRatio: "none" }, s("rect", { width: 40, height: 6, rx: 3, class: "track" }), s("rect", { width: Math.max(2, 40 * share), height: 6, rx: 3, class: share < 0.6 ? "low" : share < 0.85 ? "middle" : "high" }));
}

async function next() {
  const { state, order, parent } = filters();
  try {
    const review = await reviews.ClaimNextReview({ parent, state: state || undefined, order });
    location.assign(`/review/${review.name}`);
  } catch (error) {
    byId("message").textContent = error.reason === "NOTHING_TO_REVIEW" ? "Nothing waits there that you may work on." : error.message;
  }
}

start();
