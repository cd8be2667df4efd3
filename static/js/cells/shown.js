// What a cell prints, once a frame of the browser: runs of one stream, in order. What has been handed over is acknowledged,
// so that a flood waits in the worker, where it is a loop that waits.

const LATEST_MS = 100; // a page that is not seen has no frames

export class Shown {
  onOutput = () => {};
  #runs = [];
  #size = 0;
  #frame = 0;
  #timer = 0;
  #whenEmpty = null;
  #acknowledge;

  constructor(acknowledge) {
    this.#acknowledge = acknowledge;
  }

  add(runs, size) {
    for (const [stream, text] of runs) {
      const last = this.#runs.at(-1);
      if (last?.[0] === stream) last[1] += text;
      else this.#runs.push([stream, text]);
    }
    this.#size += size;
    if (this.#timer) return;
    this.#frame = requestAnimationFrame(() => this.#show());
    this.#timer = setTimeout(() => this.#show(), LATEST_MS);
  }

  whenEmpty(then) {
    if (this.#timer) this.#whenEmpty = then;
    else then();
  }

  drop() {
    this.#clear();
    this.#runs = [];
    this.#whenEmpty = null;
  }

  #show() {
    this.#clear();
    const [runs, size] = [this.#runs, this.#size];
    [this.#runs, this.#size] = [[], 0];
    for (const [stream, text] of runs) this.onOutput(stream, text);
    this.#acknowledge(size);
    const then = this.#whenEmpty;
    this.#whenEmpty = null;
    then?.();
  }

  #clear() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}
