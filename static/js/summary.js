// What a screen reader hears of the records: now and then, politely, and not at all in quiet mode.

import { text } from "./words.js";

const EVERY_MS = 2000;
const KEY = "stream-quiet";

export class Summary {
  constructor(region, button) {
    this.region = region;
    this.button = button;
    this.count = 0;
    this.last = null;
    this.timer = 0;
    this.setQuiet(remembered() === "yes");
    button?.addEventListener("click", () => {
      this.setQuiet(!this.isQuiet);
      remember(this.isQuiet ? "yes" : "no");
    });
  }

  setQuiet(isQuiet) {
    this.isQuiet = isQuiet;
    this.button?.setAttribute("aria-pressed", String(isQuiet));
    if (isQuiet && this.region) this.region.textContent = "";
  }

  add(records) {
    this.count += records.length;
    this.last = records.at(-1);
    this.timer ||= setTimeout(() => this.say(), EVERY_MS);
  }

  say() {
    this.timer = 0;
    const { count, last } = this;
    this.count = 0;
    if (this.isQuiet || !this.region || !count) return;
    this.region.textContent = text("summary", { count, partition: last.partition, offset: last.offset });
  }
}

function remembered() {
  try { return localStorage.getItem(KEY) } catch { return null } // storage may be switched off
}

function remember(value) {
  try { localStorage.setItem(KEY, value) } catch { /* then it lasts as long as the page */ }
}
