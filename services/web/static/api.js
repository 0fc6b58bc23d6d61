// Calls of the archive's API, as proto3 JSON over the page's own server.

// CallError is what a call ended with. code and reason are the contract's; network is
// set when no answer came at all, so that a call may be made again.
export class CallError extends Error {
  constructor(status, body) {
    super(body.message || "the server gave no reason");
    this.status = status;
    this.code = body.code || "UNKNOWN";
    this.reason = body.reason || "";
    this.field = body.field || "";
    this.metadata = body.metadata || {};
  }

  // passing tells that the same call may succeed later: nobody was there, or too busy.
  get passing() {
    if (this.reason === "REQUEST_TOO_LARGE") return false;
    return this.code === "NETWORK" || this.code === "UNAVAILABLE" || this.code === "DEADLINE_EXCEEDED" || this.code === "RESOURCE_EXHAUSTED" || (this.status >= 500 && this.code !== "UNIMPLEMENTED");
  }
}

// Longer than the server's own limit of 30 s: its answer says more than ours.
const callTime = 40_000;

// The person whose page this is. The cookie may be another's by now, who has signed in in
// another window: the server refuses a call then, and nobody's words become another's.
let person = "";

export function speakFor(user) {
  person = user.name;
}

const headers = () => ({ "X-Fonds-Request": "1", ...(person && { "X-Fonds-Person": person }) });

// wellFormed mends halves of characters, which no JSON may have.
const wellFormed = (_, value) => (typeof value === "string" && value.toWellFormed ? value.toWellFormed() : value);

async function call(service, method, request, { keepalive = false } = {}) {
  let response;
  let text;
  try {
    response = await fetch(`/api/fonds.v1.${service}/${method}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers() },
      body: JSON.stringify(request, wellFormed),
      credentials: "same-origin",
      keepalive,
      signal: keepalive ? undefined : AbortSignal.timeout(callTime),
    });
    text = await response.text();
  } catch {
    throw new CallError(0, { code: "NETWORK", message: "the archive cannot be reached" });
  }
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy in front that answers for a server that is down.
    throw new CallError(response.status, { code: response.status >= 500 ? "UNAVAILABLE" : "UNKNOWN", message: `the server answered ${response.status}` });
  }
  if (!response.ok) throw new CallError(response.status, body);
  return body;
}

const service = (name) => new Proxy({}, { get: (_, method) => (request = {}, options) => call(name, method, request, options) });

export const catalog = service("CatalogService");
export const reviews = service("ReviewService");
export const accounts = service("AccountService");

// logout ends the session, or throws: nobody leaves a machine believing that they are out.
export async function logout() {
  let response;
  try {
    response = await fetch("/logout", { method: "POST", headers: headers(), credentials: "same-origin", signal: AbortSignal.timeout(callTime) });
  } catch {
    throw new CallError(0, { code: "NETWORK", message: "the archive cannot be reached" });
  }
  if (!response.ok) throw new CallError(response.status, await response.json().catch(() => ({ message: `the server answered ${response.status}` })));
}

// samePerson compares IDs that stand with and without "users/".
export const samePerson = (a, b) => Boolean(a) && Boolean(b) && a.replace(/^users\//, "") === b.replace(/^users\//, "");

// may tells what a user may do; who verifies corrects too.
export function may(user, role) {
  const roles = user.roles || [];
  if (role === "CORRECTOR" && roles.includes("ROLE_VERIFIER")) return true;
  return roles.includes(`ROLE_${role}`);
}
