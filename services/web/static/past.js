// What was there before, over all lines: fields of a browser undo only their own.

const mostSteps = 500;
// Typing without a pause this long is one step.
const pause = 700;

export class Past {
  constructor() {
    this.undos = [];
    this.redos = [];
    this.kind = "";
    this.time = 0;
  }

  // note keeps a state before it changes. Typing on goes into the step before.
  note(state, kind) {
    const now = Date.now();
    const on = kind === "typing" && this.kind === kind && now - this.time < pause && this.undos.at(-1)?.active === state.active;
    this.kind = kind;
    this.time = now;
    this.redos = [];
    if (on) return;
    this.undos.push(state);
    if (this.undos.length > mostSteps) this.undos.shift();
  }

  // back returns the state before; present is kept to come forth again.
  back(present) {
    return this.step(this.undos, this.redos, present);
  }

  forth(present) {
    return this.step(this.redos, this.undos, present);
  }

  step(from, to, present) {
    const state = from.pop();
    if (!state) return null;
    to.push(present);
    this.kind = "";
    return state;
  }
}
