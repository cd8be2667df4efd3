// The rows of the feed: newest first, each id once, filtered on the page.

import { clockParts, wordsOf } from "./feed_record.js";
import { text } from "./words.js";

const MAX_ROWS = 500;
const MAX_IDS = 5000;

export class Rows {
  constructor(list, empty, { names, titles }) {
    Object.assign(this, { list, empty, names, titles });
    this.fits = () => true;
    this.clear();
  }

  clear() {
    this.entries = []; // what the page shows, newest first: {item, row}
    this.states = new Map(); // by a record's id: if the feed has a record twice, the second one is new only if its state is
    this.list.replaceChildren();
    this.sayIfEmpty();
  }

  // Oldest first, as they come.
  add(items) {
    const made = [];
    for (const item of items) {
      if (this.states.get(item.id) === item.state) continue;
      const isKnown = this.states.has(item.id);
      this.remember(item);
      const known = isKnown && (this.entries.find((entry) => entry.item.id === item.id) ?? made.find((entry) => entry.item.id === item.id));
      if (known) this.replace(known, item);
      else if (!isKnown) made.push({ item, row: this.draw(item) });
    }
    this.list.prepend(...made.map(({ row }) => row).reverse());
    this.entries = made.reverse().concat(this.entries);
    for (const { row } of this.entries.splice(MAX_ROWS)) row.remove();
    this.sayIfEmpty();
    this.names.learn(items.map(({ seat }) => seat));
  }

  remember({ id, state }) {
    this.states.set(id, state);
    if (this.states.size > MAX_IDS) this.states.delete(this.states.keys().next().value);
  }

  replace(entry, item) {
    const row = this.draw(item);
    row.classList.add("fresh");
    entry.row.replaceWith(row);
    Object.assign(entry, { item, row });
  }

  draw(item) {
    const row = document.createElement("li");
    const [second, fraction] = clockParts(item.at);
    const time = element("time", second);
    time.dateTime = item.at;
    time.append(element("small", fraction)); // not shown where the column is narrow
    const [line, answer] = wordsOf(item, this.titles);
    row.className = { verdict: "finished", hand: "asked", announcement: "said" }[item.kind] ?? item.state;
    row.append(time, this.names.draw(item.seat), element("span", line), element("em", answer));
    row.hidden = !this.fits(item);
    return row;
  }

  filter(fits) {
    this.fits = fits;
    for (const { item, row } of this.entries) row.hidden = !fits(item);
    this.sayIfEmpty();
  }

  rename() {
    for (const { item, row } of this.entries) row.children[1].replaceWith(this.names.draw(item.seat));
  }

  sayIfEmpty() {
    this.empty.hidden = this.entries.some(({ row }) => !row.hidden);
    this.empty.textContent = text(this.entries.length ? "feed-no-match" : "feed-empty");
  }
}

function element(tag, words) {
  const made = document.createElement(tag);
  made.textContent = words;
  made.dir = "auto";
  return made;
}
