// A lane for each partition: the offsets that came last, the newest at the right.

import { text } from "./words.js";

const FRESH_MS = 2000;
const MOST_OFFSETS = 24; // those that the lane has no room for are wrapped out of sight, the oldest first

export class Lanes {
  constructor(box) {
    this.box = box;
    this.lanes = new Map(); // partition → { element, offsets, empty, last }
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
    const fresh = new Map();
    for (const { partition, offset } of records) {
      if (!fresh.has(partition)) fresh.set(partition, []);
      fresh.get(partition).push(offset);
    }
    for (const [partition, offsets] of fresh) {
      const lane = this.lane(partition);
      lane.last = offsets.at(-1);
      lane.empty.remove();
      const newest = offsets.slice(-MOST_OFFSETS).map(offsetMark).reverse();
      setTimeout(() => newest.forEach((mark) => mark.classList.remove("fresh")), FRESH_MS);
      lane.offsets.prepend(...newest);
      while (lane.offsets.children.length > MOST_OFFSETS) lane.offsets.lastElementChild.remove();
    }
    this.say();
  }

  lane(partition) {
    if (!this.lanes.has(partition)) {
      const lane = newLane(partition);
      const later = [...this.lanes.keys()].filter((other) => other > partition).sort((a, b) => a - b)[0];
      this.box.insertBefore(lane.element, this.lanes.get(later)?.element ?? null);
      this.lanes.set(partition, lane);
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

function newLane(partition) {
  const [element, label, offsets, empty] = ["div", "b", "span", "em"].map((tag) => document.createElement(tag));
  element.className = "lane";
  label.textContent = partition;
  empty.textContent = text("nothing-yet");
  element.append(label, empty, offsets);
  return { element, offsets, empty, last: null };
}

function offsetMark(offset) {
  const mark = document.createElement("i");
  mark.className = "fresh";
  mark.textContent = offset;
  return mark;
}
