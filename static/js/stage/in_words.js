// The same as the picture, as a table and sentences: for whoever hears the page, and for whoever likes words better.

import { text } from "../words.js";
import { wordsOf } from "./cells.js";
import { protocolOf } from "./clients.js";
import { flagsOf } from "./flags.js";
import { element, keyed, setText } from "./keyed.js";
import { flagWords } from "./lanes.js";
import { nameOf, stateOf } from "./read.js";

const MOST_VALUES = 12;

export class InWords {
  constructor(details) {
    this.details = details;
    this.rows = details.querySelector("[data-facts]");
    this.lines = details.querySelector("[data-lines]");
    this.drawn = null;
  }

  draw(state) {
    if (!this.details.open || state === this.drawn) return;
    this.drawn = state;
    keyed(this.rows, state.partitions, ({ id }) => id, makeRow, (row, partition) => {
      wordsOfPartition(partition, state).forEach((words, column) => setText(row.children[column], words));
    });
    keyed(this.lines, linesOf(state), ([key]) => key, () => element("li"), (line, [, words]) => setText(line, words));
  }
}

function makeRow() {
  const row = element("tr");
  row.append(element("th"), ...Array.from({ length: 5 }, () => element("td")));
  row.firstChild.scope = "row";
  return row;
}

function wordsOfPartition(partition, state) {
  const { id, leader, copies, end, cells } = partition;
  const inSync = copies.filter((copy) => copy.is_in_sync).map(({ broker }) => broker).join(", ");
  const flags = flagsOf(state, partition).map(flagWords).join("; ");
  return [id, leader ?? text("stage-none"), inSync || text("stage-none"), end, values(cells), flags || "–"];
}

function values(cells) {
  if (!cells.length) return text("nothing-yet");
  const words = cells.slice(-MOST_VALUES).map(({ gap, value }) => (gap ? text("stage-gap", { count: gap }) : wordsOf(value)));
  return (cells.length > MOST_VALUES ? "… " : "") + words.join(", ");
}

function linesOf({ groups, readings, sending, quorumLeader }) {
  return [
    ...(quorumLeader ? [["crown", text("stage-crown", { broker: quorumLeader })]] : []),
    ...(sending ? [["sending", text("stage-in-flight", { count: sending.length })]] : []),
    ...readings.map((each) => [`reading ${each.id}`, text("stage-reading-line", { group: nameOf(each), state: stateOf(each), values: values(each.cells) })]),
    ...(groups ?? []).map((group) => [`group ${group.id}`, text("stage-group-line", {
      group: group.id, state: group.state, protocol: protocolOf(group),
      members: group.members.map(({ number, partitions }) => text("stage-member-line", { number, partitions: partitions.join(", ") || "–" })).join("; ") || text("stage-none"),
    })]),
  ];
}

// The sentence of what has just happened.
export function sentence(says) {
  if (!says) return "";
  const { name, places = [], partitions = [], ...values } = says;
  const at = places.map(([partition, offset]) => text("partition-at", { partition, offset })).join(", ");
  return text(name, { ...values, places: at || text("stage-none"), partitions: partitions.join(", ") || "–" });
}
