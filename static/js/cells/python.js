// The Python of a page: started with the first cell that runs, and shared by all of them. Cells run one after the other; one
// that fails takes those that wait behind it out of the queue.

import { text } from "../words.js";

export class Python {
  // onChange() is told whenever `state` or the queue are others.
  // `files`: {name: text}, which programs find beside them.
  constructor(socketUrl, { files, onChange }) {
    this.onChange = onChange;
    this.socketUrl = socketUrl;
    this.files = files;
    this.state = "off";
    this.words = "";
    this.waiting = []; // cells
    this.running = null; // a cell
    this.runs = 0;
    this.kernel = null;
    this.giveUp = () => {};
  }

  // Whether this browser can wait for an answer inside of WebAssembly (JSPI).
  get isPossible() {
    return "Suspending" in WebAssembly;
  }

  run(cells) {
    for (const cell of cells) {
      if (cell === this.running || this.waiting.includes(cell)) continue;
      this.waiting.push(cell);
      cell.wait();
    }
    this.goOn();
  }

  // As in a notebook: the program is interrupted where it is. If it ends well all the same, the cells behind it run.
  stop(cell) {
    if (cell === this.running) {
      this.kernel?.stop();
    } else {
      this.waiting = this.waiting.filter((each) => each !== cell);
      cell.unwait();
    }
    this.onChange();
  }

  stopAll() {
    this.clearQueue();
    if (this.running) this.stop(this.running);
    this.onChange();
  }

  async restart() {
    this.clearQueue();
    this.giveUp(text("restarted"));
    this.words = "";
    if (this.kernel) await this.kernel.restart();
    this.onChange();
  }

  clearQueue() {
    for (const cell of this.waiting.splice(0)) cell.unwait();
  }

  async goOn() {
    if (this.running) return;
    while (this.waiting.length) {
      this.running = this.waiting.shift();
      const end = await this.runOne(this.running);
      this.running = null;
      if (!end.ok) this.clearQueue();
    }
    this.onChange();
  }

  async runOne(cell) {
    cell.begin();
    let end;
    try {
      const given = new Promise((_, reject) => { this.giveUp = (words) => reject(new Error(words)) });
      end = await Promise.race([this.startAndRun(cell), given]);
    } catch (error) {
      end = { ok: false, words: error.message };
    }
    cell.finish(end);
    return end;
  }

  async startAndRun(cell) {
    if (!this.kernel) {
      try {
        this.kernel = await this.newKernel();
        await this.kernel.start();
      } catch (error) {
        this.kernel = null;
        this.tell("off", error.message);
        throw error;
      }
    }
    cell.number = ++this.runs;
    const onOutput = (stream, words) => { if (this.running === cell) cell.print(stream, words) };
    return this.kernel.run(cell.source, { onOutput });
  }

  async newKernel() {
    const { Kernel } = await import("./kernel.js");
    const kernel = new Kernel({ socketUrl: this.socketUrl, files: this.files });
    kernel.onstate = (state) => this.tell(state, kernel.words ?? "");
    return kernel;
  }

  tell(state, words) {
    this.state = state;
    this.words = words;
    if (state === "dead") this.giveUp(words);
    if (state === "loading") this.runs = 0; // a new interpreter counts anew
    this.onChange();
  }
}
