// The partitions: a lane for each, with its copies, its newest records, its end, and the flags of the groups.

import { text } from "../words.js";
import { fit, newCell, newGap, sizeOf } from "./cells.js";
import { flagsOf } from "./flags.js";
import { element, keyed, setText } from "./keyed.js";

const FLAG_ROW = 17; // pixels
const NEXT = Symbol("the place of the next record");
const EARLIER = Symbol("what is not drawn");

export class Lanes {
  constructor(box) {
    this.box = box;
    this.parts = new Map(); // partition → the elements of its lane
    this.drawn = new Map(); // partition → what it was drawn from, and its last offset
    this.placed = new Map(); // partition → what stands where: see cells.js
  }

  // Returns the cells of records that have just come, as [element, cell].
  draw(state, width) {
    const size = sizeOf(state.partitions.flatMap(({ cells }) => cells.slice(-40)));
    this.box.dataset.size = size;
    const fresh = [];
    keyed(this.box, state.partitions, ({ id }) => id, (partition) => this.make(partition), (lane, partition) => {
      const flags = flagsOf(state, partition);
      const from = JSON.stringify([flags, size, width, state.quorumLeader]);
      const drawn = this.drawn.get(partition.id);
      if (drawn?.partition === partition && drawn.from === from && drawn.keys === state.keys) return;
      const before = drawn?.epoch === state.epoch ? drawn.last : -1;
      const last = partition.cells.at(-1)?.offset ?? -1;
      this.drawn.set(partition.id, { partition, from, keys: state.keys, epoch: state.epoch, last });
      const parts = this.parts.get(partition.id);
      drawHead(parts, partition, state.quorumLeader);
      const placed = fit({ all: partition.cells, earlier: partition.earlier }, { width, size, besides: 1 });
      this.placed.set(partition.id, placed);
      const made = drawCells(parts.cells, partition, placed, state);
      fresh.push(...made.filter(([, cell]) => !cell.isOld && cell.offset > before));
      drawFlags(parts.flags, flags, partition, placed, width);
    });
    return fresh;
  }

  // The cell of a record, if it is drawn.
  cell(partition, offset) {
    return this.parts.get(partition)?.cells.querySelector(`:scope > [data-offset="${offset}"]`) ?? null;
  }

  make({ id }) {
    const lane = element("div", "lane");
    const [head, cells, flags] = [element("p", "lane-head"), element("div", "cells"), element("div", "flags")];
    const [copies, end] = [element("span", "copies"), element("span", "lane-end")];
    head.append(element("b", "", id), copies, end);
    lane.append(head, cells, flags);
    this.parts.set(id, { copies, end, cells, flags });
    return lane;
  }
}

function drawHead({ copies, end }, { copies: all, leader, end: offset }, quorumLeader) {
  keyed(copies, all, ({ broker }) => broker, ({ broker }) => element("span", "copy", broker), (copy, { broker, is_in_sync: inSync, is_up: isUp }) => {
    copy.className = `copy${broker === leader ? " leader" : ""}${inSync ? "" : " behind"}${isUp ? "" : " down"}${broker === quorumLeader ? " crowned" : ""}`;
    copy.title = broker === quorumLeader ? text("stage-crown", { broker }) : "";
  });
  copies.classList.toggle("leaderless", all.length > 0 && leader === null);
  setText(end, text("stage-end", { offset }));
}

function drawCells(box, partition, { shown, hidden }, { keys, epoch }) {
  const items = [...(hidden ? [EARLIER] : []), ...shown, NEXT];
  const keyOf = (item) => (typeof item === "symbol" ? item : `${epoch} ${item.offset}`);
  const make = (item) => {
    if (item === EARLIER) return element("span", "earlier");
    if (item === NEXT) return nextCell();
    if (item.gap) return newGap(item);
    const made = newCell(item, keys, { hasOffset: true });
    made.dataset.offset = item.offset;
    return made;
  };
  const fresh = keyed(box, items, keyOf, make, (made, item) => {
    if (item === EARLIER) setText(made, text("stage-earlier", { count: hidden.toLocaleString() }));
    if (item === NEXT) setText(made.lastChild, partition.end);
    if (typeof item !== "symbol") made.classList.toggle("gone", partition.begin !== null && item.offset < partition.begin);
  });
  return fresh.filter(([, item]) => typeof item !== "symbol");
}

function nextCell() {
  const made = element("span", "cell next");
  made.append(element("i"));
  made.title = text("stage-next");
  return made;
}

function drawFlags(box, flags, partition, placed, width) {
  box.style.setProperty("height", `${flags.length * FLAG_ROW}px`);
  keyed(box, flags, (_, index) => index, makeFlag);
  [...box.children].forEach((flag, row) => {
    const x = xOf(flags[row].offset, placed);
    flag.className = `flag ${flags[row].labels[0].kind}${x > width * 0.55 ? " to-left" : ""}`;
    flag.style.setProperty("left", `${x}px`);
    flag.style.setProperty("height", `${(row + 1) * FLAG_ROW}px`);
    const isBefore = placed.hidden > 0 && flags[row].offset < placed.shown[0].offset; // it is somewhere in what is not drawn
    setText(flag.firstChild, (isBefore ? "◂ " : "") + flagWords(flags[row]));
  });
}

function makeFlag() {
  const flag = element("span", "flag");
  flag.append(element("span"));
  return flag;
}

// A flag stands before the record that is next.
function xOf(offset, { shown, lead, step }) {
  const passed = shown.filter((cell) => cell.offset < offset).length;
  return Math.max(1, lead + passed * step - 2);
}

const wordsOfLabel = {
  position: ({ offset }) => text("stage-position", { offset }),
  committed: ({ offset, lag }) => text("stage-committed", { offset, lag: lag ?? "?" }),
  stable: ({ offset }) => text("stage-stable", { offset }),
};

export function flagWords({ offset, group, labels }) {
  const words = labels.map(({ kind, lag }) => wordsOfLabel[kind]({ offset, lag })).join(" · ");
  return group ? text("stage-of-group", { group, words }) : words;
}
