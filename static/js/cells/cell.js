// One cell: an element with data-cell, its id. It has code, a number, buttons, and what it has printed.

import { say } from "../announce.js";
import { text } from "../words.js";
import { Code } from "./code.js";
import { Output } from "./output.js";

const HEARD_LINES = 5;

export class Cell {
  // onChange(cell) when its work is other; onGoOn(cell) when somebody ran it and wants to go on.
  constructor(element, { python, work, onChange, onGoOn }) {
    Object.assign(this, { python, onChange, onGoOn });
    this.id = element.dataset.cell;
    this.number = null; // of the run that printed the output
    this.state = ""; // "waiting", "running" or nothing
    this.code = new Code({ onChange: () => this.changed(), onRun: (goesOn) => this.run(goesOn) });
    this.attach(element);
    if (work) this.restore(work);
  }

  // The element, or one that has taken its place: what was printed goes along.
  attach(element) {
    this.element = element;
    this.name = element.dataset.name;
    this.code.attach(element, this.name);
    if (this.output) this.part("output").replaceWith(this.output.element);
    else this.output = new Output(this.part("output"), text("output-of", { cell: this.name }));
    this.part("run").addEventListener("click", () => (this.state ? this.python.stop(this) : this.run(false)));
    this.part("reset").addEventListener("click", () => this.reset());
    element.addEventListener("keydown", (event) => this.key(event));
    this.show();
  }

  part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  get source() {
    return this.code.source;
  }

  get work() {
    return { source: this.code.edited, number: this.number, outputs: this.output.saved() };
  }

  restore({ source = null, html, number = null, outputs = [] }) {
    this.number = number;
    this.code.put(source, html);
    this.output.restore(outputs);
    this.show();
  }

  changed() {
    this.show();
    this.onChange(this);
  }

  reset() {
    if (this.code.undone === null) {
      this.code.reset();
      say(text("was-reset", { cell: this.name }));
    } else {
      this.code.undo();
    }
  }

  key(event) {
    if (event.key !== "Enter" || !this.code.isFrame(event.target)) return;
    event.preventDefault();
    if (event.shiftKey) this.run(true);
    else if (event.ctrlKey || event.metaKey) this.run(false);
    else this.code.edit();
  }

  run(goesOn) {
    if (!this.python.isPossible) return;
    this.python.run([this]);
    if (goesOn) this.onGoOn(this);
  }

  wait() {
    this.state = "waiting";
    this.show();
  }

  unwait() {
    this.state = "";
    this.show();
  }

  begin() {
    this.state = "running";
    this.code.mark(null);
    this.output.clear();
    this.show();
  }

  print(stream, words) {
    this.output.add(stream, words);
  }

  // `end` is the kernel's; or it has `words`, when the cell could not run to an end of its own.
  finish(end) {
    this.state = "";
    if (end.words) this.output.add("problem", `${end.words}\n`);
    else if (!end.ok) this.output.add("error", end.traceback, { name: end.name, message: end.message });
    else if (end.result) this.output.add("result", `${end.result}\n`);
    if (end.line) this.code.mark(end.line);
    this.changed();
    const outcome = end.words ?? (end.ok ? this.output.summary(HEARD_LINES) : `${end.name}: ${end.message}`);
    say(`${text(end.ok ? "cell-done" : "cell-failed", { cell: this.name })} ${outcome}`);
  }

  show() {
    const { state, code } = this;
    this.element.classList.toggle("busy", state !== "");
    const run = this.part("run");
    run.hidden = !this.python.isPossible;
    run.textContent = text(state ? "stop" : "run");
    const number = this.part("number");
    if (number) number.textContent = `[${state ? "*" : (this.number ?? "\u00a0")}]`;
    const reset = this.part("reset");
    const isUndo = code.undone !== null;
    reset.textContent = text(isUndo ? "undo-reset" : "reset-cell");
    reset.hidden = code.edited === null && !isUndo;
    const behind = this.part("behind");
    if (behind) behind.hidden = !code.isBehind;
  }
}
