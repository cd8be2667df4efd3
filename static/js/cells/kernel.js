// Python for the cells of a page: starts the interpreter, runs a cell, stops it, starts anew. Nothing is loaded before
// start().
//
//   const kernel = new Kernel({ socketUrl });        // also files, workerUrl, vendorUrl, pythonUrl
//   kernel.onstate = (state) => …                    // off, loading, ready, busy, stopping or dead; see kernel.words
//   await kernel.start();                            // rejects with an Error whose message is a sentence
//   const end = await kernel.run(code, { onOutput: (stream, text) => … });
//   kernel.stop();                                   // KeyboardInterrupt where the code is
//   await kernel.restart();
//
// `end` is { ok: true, result } with the last expression's repr or null, or { ok: false, name, message, traceback, line }.

import { Shown } from "./shown.js";
import { text } from "../words.js";

const HERE = new URL(".", import.meta.url);
const STOP_WITHIN_MS = 1000; // a program that hears nothing for so long does not wait anywhere

export class Kernel {
  state = "off";
  words = "";
  onstate = () => {};
  #urls;
  #files;
  #worker = null;
  #shown = null;
  #started = null;
  #running = null; // { id, onOutput, resolve }
  #cells = 0;
  #stopTimer = 0;

  constructor({ socketUrl, files, workerUrl, vendorUrl, pythonUrl }) {
    const absolute = (url, otherwise) => new URL(url ?? new URL(otherwise, HERE), location.href).href;
    this.#files = files ?? {};
    this.#urls = {
      workerUrl: absolute(workerUrl, "worker.js"),
      vendorUrl: absolute(vendorUrl, "../../vendor/pyodide/314.0.7/"),
      pythonUrl: absolute(pythonUrl, "../../python/"),
      socketUrl: absolute(socketUrl),
    };
  }

  start() {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start() {
    if (!("Suspending" in WebAssembly)) throw this.#fail(text("kernel-old-browser"));
    this.#become("loading");
    this.#shown = new Shown((size) => this.#worker?.postMessage({ type: "shown", size }));
    const worker = (this.#worker = new Worker(this.#urls.workerUrl, { type: "module" }));
    try {
      await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => (data.type === "ready" ? resolve() : reject(data.words));
        worker.onerror = (event) => reject(event.message);
        worker.postMessage({ type: "start", files: this.#files, ...this.#urls });
      });
    } catch (reason) {
      console.warn(reason);
      throw this.#fail(text("kernel-not-loaded"));
    }
    worker.onmessage = ({ data }) => this.#hear[data.type]?.(data);
    this.#become("ready");
  }

  #hear = {
    output: ({ runs, size }) => this.#shown.add(runs, size),
    stopped: () => clearTimeout(this.#stopTimer),
    done: ({ end }) => this.#shown.whenEmpty(() => this.#end(end)),
  };

  async run(code, { onOutput = () => {} } = {}) {
    await this.start();
    if (this.#running) throw new Error(text("kernel-busy"));
    this.#become("busy");
    this.#shown.onOutput = onOutput;
    return new Promise((resolve) => {
      this.#cells += 1;
      this.#running = { resolve };
      this.#worker.postMessage({ type: "run", code, cell: `cell ${this.#cells}` });
    });
  }

  stop() {
    if (this.state !== "busy") return;
    this.#become("stopping");
    this.#worker.postMessage({ type: "stop" });
    this.#stopTimer = setTimeout(() => this.restart(text("kernel-restarts")), STOP_WITHIN_MS);
  }

  restart(words = "") {
    this.#leave();
    this.#end({ ok: false, name: "KeyboardInterrupt", message: words, traceback: words, line: null });
    this.#cells = 0;
    return this.start();
  }

  // The page is done with it.
  close() {
    this.#leave();
    this.#become("off");
  }

  #leave() {
    clearTimeout(this.#stopTimer);
    this.#worker?.terminate(); // its socket closes, and with it all clients
    this.#worker = this.#started = null;
    this.#shown?.drop();
  }

  #end(end) {
    clearTimeout(this.#stopTimer);
    const running = this.#running;
    this.#running = null;
    if (this.#worker) this.#become("ready");
    running?.resolve(end);
  }

  #fail(words) {
    this.#leave();
    this.#become("dead", words);
    return new Error(words);
  }

  #become(state, words = "") {
    this.state = state;
    this.words = words;
    this.onstate(state);
  }
}
