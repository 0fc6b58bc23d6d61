// Proofs that lie in a reading which the document no longer shows. The newest revision
// leaves them out; those that showed the reading still have them.

import { catalog, reviews } from "./api.js";

// A look back costs a call for each time that a text was replaced; further back nobody
// looks.
const mostBack = 8;
// A statement and its revision are made in one transaction, but not in one instant.
const slack = 5000;

export class Earlier {
  constructor(document) {
    this.document = document;
    this.forget();
  }

  // forget has all asked for again: there is another revision.
  forget() {
    this.revisions = null;
    this.fields = new Map();
  }

  // evidence gives what proved a statement before; nothing for one that was made since,
  // or never was proved.
  async evidence(field) {
    try {
      return await this.look(field);
    } catch {
      this.forget(); // the next look may find somebody there
      return [];
    }
  }

  async look(field) {
    for (const { revision, createTime } of await this.before()) {
      if (field.saidTime && Date.parse(createTime) + slack < Date.parse(field.saidTime)) break;
      const same = (await this.at(revision)).find((f) => alike(f, field));
      if (same?.evidence?.length) return same.evidence;
    }
    return [];
  }

  // before lists the last revisions that showed texts which others took the place of.
  async before() {
    this.revisions ||= reviews.ListRevisions({ parent: this.document, pageSize: 200 });
    const { revisions: all = [] } = await this.revisions;
    return all.filter((r, i) => i > 0 && (all[i - 1].changes || []).some((c) => c.startsWith("region"))).slice(0, mostBack);
  }

  at(revision) {
    if (!this.fields.has(revision)) {
      const asked = catalog.GetDocument({ name: this.document, revision, readMask: "fields" });
      this.fields.set(revision, asked.then((d) => d.fields || []));
    }
    return this.fields.get(revision);
  }
}

// alike tells that two revisions have the same statement: a person's has an ID.
const alike = (a, b) => a.name === b.name && (b.statement ? a.statement === b.statement : a.rule === b.rule && a.raw === b.raw && JSON.stringify(a.value) === JSON.stringify(b.value));
