// One record as a cell: its value, the colour of its key (or of its partition), its offset below.

import { visible } from "../values.js";
import { text } from "../words.js";
import { recordsIn } from "./cell_of.js";
import { element } from "./keyed.js";

const COLOURS = 6;
const GAP = 3; // as in stage.css, with the widths
const EARLIER = 44;
const WIDTHS = { s: 26, m: 46, l: 68 };
const WIDE = { from: 520, by: 1.25 }; // a projector is read from afar
const LETTERS = { s: 2, m: 5 };

// The size of all cells, so that offsets of one picture stand below each other.
export function sizeOf(cells) {
  const longest = cells.reduce((most, { gap, value }) => Math.max(most, gap ? 1 : wordsOf(value).length), 0);
  return longest <= LETTERS.s ? "s" : longest <= LETTERS.m ? "m" : "l";
}

// How many of these cells stand in this width: {shown, hidden, lead, step}; `lead` and `step` place a flag, in pixels.
export function fit(cells, { width, size, besides = 0 }) {
  const step = Math.round(WIDTHS[size] * (isWide(width) ? WIDE.by : 1)) + GAP;
  const room = Math.floor((width + GAP) / step) - besides;
  if (cells.earlier === 0 && cells.all.length <= room) return { shown: cells.all, hidden: 0, lead: 0, step };
  const lead = EARLIER + GAP;
  const most = Math.max(1, Math.floor((width + GAP - lead) / step) - besides);
  const shown = cells.all.slice(-most);
  return { shown, hidden: cells.earlier + recordsIn(cells.all) - recordsIn(shown), lead, step };
}

export function isWide(width) {
  return width >= WIDE.from;
}

export function wordsOf(value) {
  if (value.text === undefined) return value.kind === "empty" ? text("empty") : value.kind;
  return visible(value.text);
}

// That of the key; where no record has a key, of the partition. 0 is no colour.
function colourOf({ partition, key }, keys) {
  const at = keys.indexOf(key.text);
  if (at >= 0) return (at % COLOURS) + 1;
  return keys.length ? 0 : partition % (COLOURS + 1);
}

export function newGap({ gap }) {
  const made = element("span", "cell no-record");
  made.append(element("bdi", "", `×${gap}`));
  made.title = text("stage-gap", { count: gap });
  return made;
}

export function newCell(cell, keys, { hasOffset }) {
  const made = element("span", `cell c${colourOf(cell, keys)}${cell.value.kind === "text" ? "" : ` ${cell.value.kind}`}`);
  made.append(element("bdi", "", wordsOf(cell.value)));
  if (hasOffset) made.append(element("i", "", cell.offset));
  made.title = text(cell.key.text === undefined ? "stage-record" : "stage-record-with-key", {
    partition: cell.partition, offset: cell.offset, key: wordsOf(cell.key), value: wordsOf(cell.value),
  });
  return made;
}
