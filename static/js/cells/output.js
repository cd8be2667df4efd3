// What a cell has printed, in its order and with the two streams told apart. However much a program prints, the page keeps
// the beginning and the end: what is left out in between is counted.

import { text } from "../words.js";

const HEAD = { lines: 150, characters: 12_000 };
const TAIL = { lines: 250, characters: 16_000 };
const LONGEST = 2000; // characters of a line

export class Output {
  constructor(element, label) {
    this.element = element;
    this.label = label;
    this.clear();
  }

  clear() {
    this.element.replaceChildren();
    this.element.hidden = true;
    this.box = null;
    this.head = []; // pieces { kind, text, span }: "stdout", "stderr", "result", "error" or "problem"
    this.tail = [];
    this.room = { ...HEAD };
    this.inTail = { lines: 0, characters: 0 };
    this.leftOut = 0;
    this.isHeadFull = false;
  }

  // An error keeps the name and the message of its exception beside its traceback.
  add(kind, words, about = {}) {
    if (!words) return;
    this.show();
    const wasAtEnd = this.box.scrollTop + this.box.clientHeight >= this.box.scrollHeight - 4;
    const lines = shortened(words).split(/(?<=\n)/);
    while (lines.length && !this.isHeadFull) this.addLine(kind, lines.shift(), about);
    this.leftOut += lines.splice(0, lines.length - TAIL.lines).length; // they would only come to be taken away again
    for (const line of lines) this.addLine(kind, line, about);
    this.trim();
    if (wasAtEnd) this.box.scrollTop = this.box.scrollHeight;
  }

  show() {
    if (this.box) return;
    this.box = document.createElement("pre");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", this.label);
    this.gap = document.createElement("span");
    this.gap.className = "gap";
    this.box.append(this.gap);
    this.element.replaceChildren(this.box);
    this.element.hidden = false;
  }

  addLine(kind, line, about) {
    this.isHeadFull ||= this.room.lines < 1 || this.room.characters < line.length;
    if (this.isHeadFull) {
      this.inTail.lines += 1;
      this.inTail.characters += line.length;
      // A piece of the tail is one line, so that the oldest can go.
      this.tail.push(this.piece(kind, line, about, (span) => this.box.append(span)));
      return;
    }
    this.room.lines -= 1;
    this.room.characters -= line.length;
    const last = this.head.at(-1);
    if (last?.kind === kind && kind !== "error") {
      last.text += line;
      last.span.firstChild.appendData(line);
    } else {
      this.head.push(this.piece(kind, line, about, (span) => this.gap.before(span)));
    }
  }

  piece(kind, words, about, put) {
    const span = document.createElement("span");
    span.className = kind;
    span.append(document.createTextNode(words));
    put(span);
    return { kind, text: words, span, about };
  }

  trim() {
    let oldest = 0;
    while (this.inTail.lines > TAIL.lines || this.inTail.characters > TAIL.characters) {
      const { text: words, span } = this.tail[oldest++];
      this.inTail.lines -= 1;
      this.inTail.characters -= words.length;
      span.remove();
    }
    this.tail.splice(0, oldest);
    this.leftOut += oldest;
    if (this.leftOut) this.gap.textContent = `${text("lines-left-out", { count: this.leftOut.toLocaleString() })}\n`;
  }

  // As they are saved: equal kinds in a row are one.
  saved() {
    const gap = this.leftOut ? [{ kind: "stdout", text: this.gap.textContent, about: {} }] : [];
    const joined = [];
    for (const { kind, text: words, about } of [...this.head, ...gap, ...this.tail]) {
      if (kind === "problem") continue; // it says something of the page, not of the program
      const last = joined.at(-1);
      if (last?.kind === kind) last.text += words;
      else joined.push({ kind, text: words, about });
    }
    return joined.map(asSaved);
  }

  restore(outputs) {
    this.clear();
    for (const output of outputs) {
      const { output_type: type, name, text: words, traceback, message } = output;
      if (type === "error") this.add("error", traceback, { name, message });
      else this.add(type === "stream" ? name : "result", words);
    }
  }

  // The first lines, for who listens.
  summary(lines) {
    return (this.box?.textContent ?? "").split("\n", lines).join(" ");
  }
}

function shortened(words) {
  if (words.length <= LONGEST) return words;
  return words.replace(/[^\n]+/g, (line) => line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`);
}

function asSaved({ kind, text: words, about }) {
  if (kind === "error") return { output_type: "error", name: about.name ?? "", message: about.message ?? "", traceback: words };
  if (kind === "result") return { output_type: "execute_result", text: words };
  return { output_type: "stream", name: kind, text: words };
}
