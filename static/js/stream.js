// The panel of a stream: rows, notices and the status line. Records are written once a frame of the screen.

import { rowOf } from "./record_row.js";
import { RowBlocks } from "./row_blocks.js";
import { Summary } from "./summary.js";
import { TabStop } from "./tab_stop.js";
import { text } from "./words.js";

const MAX_ROWS = 2000;
const MAX_NOTICES = 20;
const FRESH_MS = 3000;
const HIDDEN_MS = 250; // a hidden page has no frames, and goes on all the same
const SLOW_MS = 500; // a record

export class Panel {
  // onPainted(records) is told when records stand on the page: then there is room for as many more.
  constructor(section, { onPainted }) {
    const part = (name) => section.querySelector(`[data-${name}]`);
    this.isOldestFirst = "oldestFirst" in section.dataset;
    this.rows = new RowBlocks(part("rows"), { isOldestFirst: this.isOldestFirst });
    this.table = part("rows").parentElement;
    this.tabStop = new TabStop(this.table);
    this.status = part("status");
    this.notices = part("notices");
    this.leftOutLine = part("left-out");
    this.summary = new Summary(part("summary"), part("quiet"));
    this.onPainted = onPainted;
    this.waiting = [];
    this.leftOut = 0;
    this.isHeld = false;
    this.isSlow = false;
    this.frame = 0;
    this.timer = 0;
    this.isPacing = false;
    this.paint = this.paint.bind(this);
  }

  add(records) {
    this.waiting.push(...records);
    if (this.waiting.length > 2 * MAX_ROWS) this.waiting = this.waiting.slice(-MAX_ROWS);
    this.paintSoon();
  }

  // While it is held, what comes waits; it is written (and acknowledged) afterwards. Of more than there are rows for the newest.
  hold(isHeld) {
    this.isHeld = isHeld;
    this.paintSoon();
  }

  // One record after the other, for whoever wants to watch; what has not been written is not acknowledged.
  slow(isSlow) {
    this.isSlow = isSlow;
    this.paintSoon();
  }

  paintAll() {
    this.#unschedule();
    if (this.waiting.length) this.#write(this.waiting.splice(0));
  }

  clearWaiting() {
    this.waiting = [];
  }

  clear() {
    this.clearWaiting();
    this.rows.clear();
    this.leftOut = 0;
    if (this.leftOutLine) this.leftOutLine.hidden = true;
  }

  say(words) {
    if (this.status && this.status.textContent !== words) this.status.textContent = words;
  }

  note(words, kind = "") {
    const line = document.createElement("li");
    line.textContent = words;
    line.className = kind;
    this.notices.prepend(line);
    while (this.notices.children.length > MAX_NOTICES) this.notices.lastElementChild.remove();
  }

  addLeftOut(records) {
    this.leftOut += records;
    if (!this.leftOutLine) return;
    this.leftOutLine.textContent = text("left-out", { count: this.leftOut.toLocaleString() });
    this.leftOutLine.hidden = false;
  }

  // With the newest at the end: whether one looks at the end, which then stays in sight.
  isAtTheEnd() {
    if (!this.isOldestFirst) return false; // to ask costs a layout
    const { scrollTop, scrollHeight, clientHeight } = this.table.parentElement;
    return scrollTop + clientHeight >= scrollHeight - 2;
  }

  paintSoon() {
    if (this.isHeld || !this.waiting.length || this.frame || this.isPacing) return;
    this.frame = requestAnimationFrame(this.paint);
    this.timer = setTimeout(this.paint, HIDDEN_MS);
  }

  #pace() {
    this.isPacing = true;
    setTimeout(() => { this.isPacing = false; this.paintSoon() }, SLOW_MS);
  }

  paint() {
    this.#unschedule();
    if (this.isHeld || !this.waiting.length) return;
    if (this.isSlow) this.#pace();
    this.#write(this.waiting.splice(0, this.isSlow ? 1 : Infinity));
  }

  #unschedule() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = 0;
  }

  #write(records) {
    const rows = records.slice(-MAX_ROWS).map(rowOf);
    const follows = this.isAtTheEnd();
    this.rows.add(rows);
    this.rows.keepNewest(MAX_ROWS);
    if (follows) this.table.parentElement.scrollTop = this.table.parentElement.scrollHeight;
    this.tabStop.add(rows.toReversed());
    this.summary.add(records);
    setTimeout(() => rows.forEach((row) => row.classList.remove("fresh")), FRESH_MS);
    this.onPainted(records);
  }
}
