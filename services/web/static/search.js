// The search over the texts: snippets with the words found.

import { catalog } from "./api.js";
import { Bytes } from "./bytes.js";
import { byId, h, show } from "./dom.js";
import { assurances, count, languageOf } from "./format.js";

export class Search {
  constructor() {
    this.input = byId("query");
    byId("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.find();
    });
    byId("close-search").addEventListener("click", () => this.close());
    byId("more-hits").addEventListener("click", () => this.find(this.token));
    const asked = new URLSearchParams(location.search).get("q");
    if (!asked) return;
    this.input.value = asked;
    this.find();
  }

  async find(after = "") {
    const query = this.input.value.trim();
    if (!query) return this.close();
    this.address(query);
    byId("found").hidden = false;
    const title = byId("found-title");
    try {
      const answer = await catalog.SearchDocuments({ query, pageSize: 20, pageToken: after });
      this.token = answer.nextPageToken || "";
      const hits = (answer.hits || []).map(hit);
      if (after) byId("hits").append(...hits);
      else show(byId("hits"), hits);
      const n = byId("hits").children.length;
      title.textContent = n ? `Found ${this.token ? "more than " : ""}${count(n, "document")}` : `Nothing found for “${query}”`;
      byId("more-hits").hidden = !this.token;
    } catch (error) {
      title.textContent = error.message;
      show(byId("hits"));
      byId("more-hits").hidden = true;
    }
    return undefined;
  }

  close() {
    byId("found").hidden = true;
    this.input.value = "";
    this.address("");
    this.input.focus();
  }

  address(query) {
    const kept = new URLSearchParams(location.search);
    if (query) kept.set("q", query);
    else kept.delete("q");
    history.replaceState(null, "", kept.size ? `?${kept}` : "/");
  }
}

function hit({ document, snippet = "", marks = [] }) {
  const text = new Bytes(snippet);
  const parts = [];
  let at = 0;
  for (const { start = 0, end = 0 } of marks) {
    parts.push(text.slice(at, start), h("mark", {}, text.slice(start, end)));
    at = end;
  }
  parts.push(text.slice(at));
  return h(
    "li",
    {},
    h("a", { href: `/${document.name}` }, document.title || "Untitled"),
    " ",
    h("span", { class: `badge ${document.assurance}` }, assurances[document.assurance] || "No text"),
    h("p", { class: "snippet", lang: languageOf(snippet) }, parts),
  );
}
