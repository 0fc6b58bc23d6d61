// The fields that a document may have, and the parts of which their values are made. The
// file is the contract's and the rules' in another form; a test holds it to them.

let asked = null;

// schema gives {fields: Map of name to {field, form, means, example}, parts: by form}.
export function schema() {
  asked ||= read().catch((error) => {
    asked = null; // the next one asks again
    throw error;
  });
  return asked;
}

async function read() {
  const response = await fetch("/assets/fields.json", { credentials: "same-origin" });
  if (!response.ok) throw new Error("the list of fields cannot be read");
  const { fields, parts } = await response.json();
  return { fields: new Map(fields.map((f) => [f.field, f])), parts };
}

// memberOf writes a name of the contract as JSON has it: as_written is asWritten.
export const memberOf = (name) => name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase());
