// Making elements. Text always goes in as text: nothing here reads markup.

// h makes an element: h("p", {class: "note", onclick: go}, "words", child). A property
// that is null or false is left out, true is an empty attribute.
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  fill(element, children);
  return element;
}

// fill appends one by one: a call takes some 100,000 arguments, and a long text has more
// words than that.
function fill(element, children) {
  for (const c of children.flat(Infinity)) if (c !== null && c !== undefined && c !== false) element.append(c);
}

const svgNames = "http://www.w3.org/2000/svg";

// s makes an element of a drawing.
export function s(tag, properties = {}, ...children) {
  const element = document.createElementNS(svgNames, tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

// show fills an element anew.
export function show(element, ...children) {
  element.replaceChildren();
  fill(element, children);
}

let announcer = null;

// announce has screen readers say something that the eye sees by itself.
export function announce(words) {
  if (!announcer) {
    announcer = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    document.body.append(announcer);
  }
  announcer.textContent = words;
}

// key writes a shortcut the way keyboards of this machine are labelled.
const mac = /Mac|iPhone|iPad/.test(navigator.platform);

export function keyName(combination) {
  return mac ? combination.replace("Ctrl", "⌘").replace("Alt", "⌥").replace("Shift", "⇧") : combination;
}
