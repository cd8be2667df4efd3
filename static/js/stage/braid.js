// Lines from the partitions to the newest reading, one for each record that stands in both. Those of one partition never cross
// each other: a consumer is given each partition in its order.

import { keyed } from "./keyed.js";

const SVG = "http://www.w3.org/2000/svg";
const HIGH = 30; // pixels, as in stage.css
const COLOURS = 7;

export class Braid {
  constructor(svg) {
    this.svg = svg;
  }

  // `lanes`: partition → {shown, lead, step}; `row`: the same of the newest reading, or null.
  draw(lanes, row) {
    this.svg.toggleAttribute("hidden", !row);
    keyed(this.svg, row ? waysOf(lanes, row) : [], ({ place }) => place, makeWay, (way, { from, to, partition }) => {
      const d = `M${from} 0 C${from} ${HIGH / 2} ${to} ${HIGH / 2} ${to} ${HIGH}`;
      if (way.getAttribute("d") !== d) way.setAttribute("d", d);
      way.setAttribute("class", `way w${partition % COLOURS}`);
    });
  }
}

function waysOf(lanes, row) {
  return row.shown.flatMap(({ partition, offset }, index) => {
    const lane = lanes.get(partition);
    const at = lane?.shown.findIndex((cell) => cell.offset === offset) ?? -1;
    return at < 0 ? [] : [{ place: row.first + index, partition, from: middle(lane, at), to: middle(row, index) }];
  });
}

function middle({ lead, step }, index) {
  return lead + index * step + (step - 3) / 2;
}

function makeWay() {
  return document.createElementNS(SVG, "path");
}
