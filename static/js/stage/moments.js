// The states of the last minute, each with the moment since which it has been so. Pure: whoever keeps one says when.

const LENGTH_MS = 60_000;
const GAP_MS = 50; // what follows sooner takes the place of the one before: a minute is at most 1,200 states

export class Moments {
  constructor() {
    this.all = []; // [{at, state}], oldest first
  }

  keep(state, at) {
    const last = this.all.at(-1);
    if (last && at - last.at < GAP_MS) last.state = state;
    else this.all.push({ at, state });
    let old = 0;
    while (old + 1 < this.all.length && this.all[old + 1].at < at - LENGTH_MS) old += 1; // the one that was so a minute ago stays
    if (old) this.all.splice(0, old);
  }

  // As they are now: later ones change nothing in it.
  frozen() {
    return this.all.map((moment) => ({ ...moment }));
  }
}
