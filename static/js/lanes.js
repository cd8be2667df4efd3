// A lane for each partition: the offsets that came last, the newest at the right.

import { text } from "./words.js";

const FRESH_MS = 2000;
const LABEL_PX = 24;
const OFFSET_PX = 40; // four digits; longer ones make for fewer

export class Lanes {
  constructor(box) {
    this.box = box;
    this.lanes = new Map(); // partition → { element, offsets }
    box.setAttribute("role", "img");
    this.say();
  }

  // Makes a lane for each of these partitions, so that an empty one is seen to be empty.
  open(partitions) {
    for (const partition of partitions) this.lane(Number(partition));
    this.say();
  }

  clear() {
    this.lanes.clear();
    this.box.replaceChildren();
    this.say();
  }

  add(records) {
    const room = Math.max(3, Math.floor((this.box.clientWidth - LABEL_PX) / OFFSET_PX));
    const fresh = new Map();
    for (const { partition, offset } of records) {
      if (!fresh.has(partition)) fresh.set(partition, []);
      fresh.get(partition).push(offset);
    }
    for (const [partition, offsets] of fresh) {
      const lane = this.lane(partition);
      lane.last = offsets.at(-1);
      lane.element.querySelector("em")?.remove();
      const newest = offsets.slice(-room).map(offsetMark);
      setTimeout(() => newest.forEach((mark) => mark.classList.remove("fresh")), FRESH_MS);
      lane.element.append(...newest);
      const marks = lane.element.querySelectorAll("i");
      for (let surplus = 0; surplus < marks.length - room; surplus++) marks[surplus].remove();
    }
    this.say();
  }

  lane(partition) {
    if (!this.lanes.has(partition)) {
      const element = document.createElement("div");
      element.className = "lane";
      const label = document.createElement("b");
      label.textContent = partition;
      const empty = document.createElement("em");
      empty.textContent = text("nothing-yet");
      element.append(label, empty);
      const later = [...this.lanes.keys()].filter((other) => other > partition).sort((a, b) => a - b)[0];
      this.box.insertBefore(element, this.lanes.get(later)?.element ?? null);
      this.lanes.set(partition, { element, last: null });
    }
    return this.lanes.get(partition);
  }

  say() {
    const words = [...this.lanes].sort(([a], [b]) => a - b).map(
      ([partition, { last }]) => (last === null ? text("empty-lane", { partition }) : text("lane", { partition, offset: last })),
    );
    this.box.setAttribute("aria-label", words.join("; ") || text("no-lanes"));
  }
}

function offsetMark(offset) {
  const mark = document.createElement("i");
  mark.className = "fresh";
  mark.textContent = offset;
  return mark;
}
