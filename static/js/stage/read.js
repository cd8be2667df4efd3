// What this page's consumers were given: a row for each reading, the newest reading first, its oldest record first.

import { text } from "../words.js";
import { fit, newCell, sizeOf } from "./cells.js";
import { element, keyed, setText } from "./keyed.js";

const EARLIER = Symbol("what is not drawn");

export class Readings {
  constructor(zone) {
    this.zone = zone;
    this.rows = zone.querySelector("[data-rows-read]");
    this.drawn = new Map(); // reading → what it was drawn from, and what stands where
  }

  // What stands where in the newest one: see cells.js; null: there is none.
  newest(readings) {
    return this.drawn.get(readings.at(-1)?.id)?.placed ?? null;
  }

  // Returns the cells of records that have just been given, as [element, cell].
  draw({ readings, keys }, width) {
    this.zone.hidden = readings.length === 0;
    const size = sizeOf(readings.flatMap(({ cells }) => cells.slice(-40)));
    this.rows.dataset.size = size;
    const fresh = [];
    keyed(this.rows, readings.toReversed(), ({ id }) => id, makeRow, (row, reading) => {
      const from = `${size} ${width}`;
      const drawn = this.drawn.get(reading.id);
      if (drawn?.reading === reading && drawn.from === from && drawn.keys === keys) return;
      const count = reading.earlier + reading.cells.length;
      const placed = fit({ all: reading.cells, earlier: reading.earlier }, { width, size });
      placed.first = count - placed.shown.length;
      this.drawn.set(reading.id, { reading, from, keys, count, placed });
      const made = drawRow(row, reading, placed, keys);
      fresh.push(...made.filter(([, , place]) => place >= (drawn?.count ?? 0)));
    });
    return fresh;
  }
}

export function nameOf({ group, number }) {
  return number === null ? group : text("stage-member-of", { group, number });
}

function makeRow(reading) {
  const row = element("div", "reading");
  const head = element("p", "lane-head");
  head.append(element("b", "", nameOf(reading)), element("span", "lane-end"));
  row.append(element("div", "cells"), head); // the lines from above end in the cells
  return row;
}

function drawRow(row, reading, { shown, hidden, first }, keys) {
  setText(row.lastChild.lastChild, stateOf(reading));
  const items = shown.map((cell, index) => ({ cell, place: first + index }));
  const make = ({ cell }) => (cell ? newCell(cell, keys, { hasOffset: false }) : element("span", "earlier"));
  const all = hidden ? [{ cell: null, place: EARLIER }, ...items] : items;
  const fresh = keyed(row.firstChild, all, ({ place }) => place, make, (made, { cell }) => {
    if (!cell) setText(made, text("stage-earlier", { count: hidden.toLocaleString() }));
  });
  return fresh.filter(([, { cell }]) => cell).map(([made, { cell, place }]) => [made, cell, place]);
}

export function stateOf({ isRunning, hasJoined, owns, cells }) {
  if (!isRunning) return text("stage-reading-stopped");
  if (owns.length) return text("stage-reading", { partitions: owns.join(", ") });
  if (hasJoined) return text("stage-idle");
  return text(cells.length ? "stage-reading-again" : "stage-reading-joins");
}
