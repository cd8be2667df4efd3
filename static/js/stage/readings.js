// What this page's own consumers were given, in the order in which they were given it. Pure, like model.js.
//
//   started {group, number}   assigned {partitions: [{partition, offset}]}   read {records}   revoked {partitions, lost}
//   stopped {committed: {partition: offset}}                         each with the `reading` that it is of

import { cellOf } from "./cell_of.js";

const MOST_READINGS = 4; // as many as one card has consumers
const MOST_READ = 60;

// A reading: {id, group, number (null: its group has one consumer here), cells, earlier, positions: {partition: offset of the next record}, owns: [partition], hasJoined, isRunning}
export function readingsAfter(readings, event) {
  if (event.type === "started") return begin(readings, event);
  const at = readings.findIndex(({ id }) => id === event.reading);
  if (at < 0 || !changes[event.type]) return { readings };
  const { says, ...changed } = changes[event.type](readings[at], event);
  return { readings: readings.with(at, { ...readings[at], ...changed }), says };
}

// Joined again after a cut it is the same reading.
function begin(readings, { reading: id, group, number = null }) {
  const known = readings.find((each) => each.id === id);
  const fresh = known ?? { id, group, number, cells: [], earlier: 0, positions: {}, owns: [], hasJoined: false, isRunning: true };
  const others = readings.filter((each) => each.id !== id);
  return { readings: [...others, { ...fresh, owns: [], hasJoined: false, isRunning: true }].slice(-MOST_READINGS), says: { name: "stage-joining", group } };
}

const changes = {
  assigned({ positions, owns, group }, { partitions }) {
    const given = partitions.map(({ partition }) => partition);
    const known = partitions.filter(({ offset }) => offset !== null);
    return {
      hasJoined: true,
      owns: [...new Set([...owns, ...given])].sort((a, b) => a - b),
      positions: { ...positions, ...Object.fromEntries(known.map(({ partition, offset }) => [partition, offset])) },
      says: { name: given.length ? "stage-assigned" : "stage-assigned-nothing", group, partitions: given },
    };
  },
  read({ cells, earlier, positions, group }, { records }) {
    const all = [...cells, ...records.map(cellOf)];
    const next = Object.fromEntries(records.map(({ partition, offset }) => [partition, offset + 1]));
    const kept = all.slice(-MOST_READ);
    return {
      cells: kept, earlier: earlier + all.length - kept.length, positions: { ...positions, ...next },
      says: { name: "stage-read", group, count: records.length },
    };
  },
  revoked({ owns, group }, { partitions, lost }) {
    const gone = partitions.map(({ partition }) => partition);
    const left = owns.filter((each) => !gone.includes(each));
    return { owns: left, hasJoined: left.length > 0, says: { name: lost ? "stage-lost" : "stage-revoked", group, partitions: gone } };
  },
  stopped({ group }, { committed }) {
    return { owns: [], isRunning: false, says: { name: "stage-stopped", group, places: Object.entries(committed) } };
  },
};
