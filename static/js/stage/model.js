// What is on the stage, as a value: each event makes a new state out of the last one. Pure: no page, no clock.
//
//   fold(state, event) → state. Nothing in an old state ever changes, and what an event leaves alone is the same object in the
//   new one: so a minute of states costs little, and whoever draws can tell by `===` what is as it was.
//
// Events, by their type:
//   watching, partitions_added   {topic_id, positions: {partition: offset}}     from where records are watched
//   records                      {records}                                       as `lessons.cluster.records.as_json` has them
//   left_out                     {}                                              records, for this page is too slow
//   deleted, cleared             {}                                              the topic; what is known of its records
//   cluster                      {facts}                                         as `lessons.web.view_models.stage` has them
//   sending, reports             {values} {delivered: [[partition, offset]], failed, isKnown}    a form of this page
//   started, assigned, read, revoked, stopped                                    a consumer of this page: see readings.js
//
// `says` is the sentence of what has just happened: {name, …values}, for words.js.

import { cellOf, recordsIn } from "./cell_of.js";
import { readingsAfter } from "./readings.js";

export const MOST_CELLS = 60; // of a partition; older ones are counted

export function emptyStage(topic) {
  return {
    topic, topicId: null, isThere: null, isDeleted: false, hasQuorum: true, quorumLeader: null,
    epoch: 0, // counts how often the records of before were forgotten: offsets of two epochs are not the same
    // By number: {id, leader, copies, end, begin, stable, old, cells, earlier}. `begin` is the earliest offset, `stable` the last
    // stable one while it is not the end; null: not known. A cell: {partition, offset, key, value, isMine, isOld}, or {partition,
    // offset, gap} for so many offsets without a record: marks of transactions, what was aborted, what compaction took.
    partitions: [],
    groups: null, // {id, state, protocol, members: [{id, number, client, partitions}], lags, changed}; null: not read yet
    looks: 0, // at the cluster; a group was `changed` at one of them, or was there at the first
    readings: [], // of this page's consumers, oldest first: see readings.js
    keys: [], // in the order of their first record: a key's place is its colour
    sending: null, // the values whose reports have not come
    delivered: 0, failed: 0, // what was sent by this page
    mine: new Set(), // "partition/offset" of reports whose records were not seen yet
    says: null,
  };
}

const folds = { watching, partitions_added: watching, records, left_out: leftOut, deleted, cleared, cluster, sending, reports };

export function fold(state, event) {
  const one = folds[event.type];
  if (one) return one(state, event);
  const { readings, says } = readingsAfter(state.readings, event);
  const keys = event.type === "read" ? withKeys(state.keys, event.records.map(cellOf)) : state.keys;
  return readings === state.readings ? state : { ...state, readings, keys, says: says ?? state.says };
}

function watching(state, { topic_id: topicId = state.topicId, positions }) {
  const same = ofTopic(state, topicId);
  const partitions = Object.entries(positions).reduce(
    (all, [id, offset]) => withPartition(all, Number(id), (was) => ({ ...was, end: Math.max(was.end, offset) })),
    same.partitions,
  );
  return { ...same, partitions, isDeleted: false };
}

function records(state, { records: all }) {
  if (!all.length) return state;
  const mine = new Set(state.mine);
  const byPartition = grouped(all);
  let partitions = state.partitions;
  for (const [id, some] of byPartition) {
    partitions = withPartition(partitions, id, (was) => withCells(was, some.map((record) => ({
      ...cellOf(record), isMine: mine.delete(`${id}/${record.offset}`), isOld: record.offset < was.old,
    }))));
  }
  return { ...state, partitions, mine, keys: withKeys(state.keys, all.map(cellOf)), isDeleted: false, says: saysOf(partitions, byPartition) ?? state.says };
}

function leftOut(state) {
  return { ...state, partitions: state.partitions.map((partition) => ({ ...partition, isTorn: true })) };
}

function saysOf(partitions, byPartition) {
  const old = new Map(partitions.map((partition) => [partition.id, partition.old]));
  const fresh = [...byPartition].map(([id, some]) => [id, some.filter(({ offset }) => offset >= old.get(id))]).filter(([, some]) => some.length);
  if (!fresh.length) return null;
  const places = fresh.map(([id, some]) => [id, some.at(-1).offset]);
  return { name: "stage-records", count: fresh.reduce((sum, [, some]) => sum + some.length, 0), places };
}

function deleted(state) {
  return { ...state, isDeleted: true, says: { name: "stage-deleted", topic: state.topic } };
}

function cleared(state) {
  return { ...state, epoch: state.epoch + 1, keys: [], partitions: state.partitions.map((partition) => ({ ...partition, cells: [], earlier: 0, old: partition.end })) };
}

// What lies before the ends as they were when the page came has not just happened: it is old.
function cluster(state, { facts }) {
  const same = ofTopic(state, facts.topic_id);
  const isFirst = same.isThere === null;
  const partitions = facts.partitions.reduce(
    (all, { id, leader, copies, end, begin, stable }) => withPartition(all, id, (was) => ({
      ...was, leader, copies, end: Math.max(end ?? 0, was.end), old: isFirst ? end ?? 0 : was.old,
      begin: begin ?? was.begin, stable: stable !== null && end !== null && stable < end ? stable : null,
    })),
    same.partitions,
  );
  const looks = same.looks + 1;
  const groups = facts.groups && facts.groups.map((group) => withNumbers(group, same.groups?.find(({ id }) => id === group.id), looks));
  const after = { ...same, looks, partitions, groups, isThere: facts.is_there, hasQuorum: facts.has_quorum, quorumLeader: facts.quorum_leader };
  return { ...after, says: whatChanged(same, after) ?? same.says };
}

function sending(state, { values }) {
  return { ...state, sending: values, says: { name: "stage-sending", count: values.length } };
}

// Without `isKnown` nothing was sent, or nobody knows: the page has no answer to show.
function reports(state, { delivered, failed, isKnown = true }) {
  if (!isKnown) return { ...state, sending: null, says: null };
  const mine = new Set(state.mine);
  const shown = new Set(state.partitions.flatMap(({ id, cells }) => cells.map(({ offset }) => `${id}/${offset}`)));
  for (const [partition, offset] of delivered) if (!shown.has(`${partition}/${offset}`)) mine.add(`${partition}/${offset}`);
  const kept = new Set([...mine].slice(-MOST_CELLS * 10));
  const says = { name: failed ? "stage-failed" : "stage-delivered", count: delivered.length, failed };
  return { ...state, sending: null, mine: kept, delivered: state.delivered + delivered.length, failed: state.failed + failed, says };
}

// Another topic of that name has another id, and begins at 0.
function ofTopic(state, topicId) {
  if (!topicId || !state.topicId || topicId === state.topicId) return topicId ? { ...state, topicId } : state;
  const { topic, epoch, readings, keys, groups, looks } = state;
  return { ...emptyStage(topic), topicId, isThere: true, epoch: epoch + 1, readings, keys, groups, looks, says: { name: "stage-replaced", topic } };
}

function withPartition(partitions, id, change) {
  const at = partitions.findIndex((partition) => partition.id === id);
  if (at >= 0) return partitions.with(at, change(partitions[at]));
  const fresh = change({ id, leader: null, copies: [], cells: [], earlier: 0, end: 0, begin: null, stable: null, old: 0, isTorn: false });
  return [...partitions, fresh].sort((a, b) => a.id - b.id);
}

function withCells(partition, added) {
  const cells = [...partition.cells];
  let { isTorn } = partition;
  for (const cell of added) {
    const last = cells.at(-1);
    const gap = last ? cell.offset - last.offset - (last.gap ?? 1) : 0;
    if (gap > 0 && !isTorn) cells.push({ partition: partition.id, offset: cell.offset - gap, gap, isOld: true });
    if (gap > 0) isTorn = false;
    cells.push(cell);
  }
  const kept = cells.slice(-MOST_CELLS);
  const earlier = partition.earlier + recordsIn(cells.slice(0, -MOST_CELLS));
  return { ...partition, cells: kept, earlier, isTorn, end: Math.max(partition.end, kept.at(-1).offset + 1) };
}

function withKeys(keys, all) {
  const fresh = new Set(all.map(({ key }) => key.text).filter((key) => key !== undefined && !keys.includes(key)));
  return fresh.size ? [...keys, ...fresh].slice(0, MOST_CELLS) : keys;
}

// A member keeps its number as long as it is in the group; a new one gets the next.
function withNumbers(group, before, looks) {
  const numbers = new Map(before?.members.map(({ id, number }) => [id, number]));
  let next = before?.next ?? 1;
  const members = group.members.map((member) => ({ ...member, number: numbers.get(member.id) ?? next++ }));
  members.sort((a, b) => a.number - b.number);
  const isAsBefore = before && factsOf(before.lags, before.members) === factsOf(group.lags, members);
  return { ...group, members, next, changed: isAsBefore ? before.changed : looks };
}

function factsOf(lags, members) {
  return JSON.stringify([lags.map(({ partition, committed }) => [partition, committed]), members.map(({ id, partitions }) => [id, partitions])]);
}

function whatChanged(before, after) {
  for (const { id, leader, begin, stable } of after.partitions) {
    const was = before.partitions.find((partition) => partition.id === id);
    if (was?.copies.length && was.leader !== leader) return { name: leader ? "stage-leads" : "stage-leaderless", partition: id, broker: leader };
    if (was && was.begin !== null && was.begin < begin) return { name: "stage-begins", partition: id, offset: begin };
    if (was && was.stable !== stable && stable !== null) return { name: "stage-waits", partition: id, offset: stable };
  }
  if (before.isThere === false && after.isThere && !after.partitions.some(({ cells }) => cells.length)) return { name: "stage-created", topic: after.topic, count: after.partitions.length };
  for (const { id, members } of after.groups ?? []) {
    const was = before.groups?.find((group) => group.id === id)?.members.length;
    if (was !== undefined && was !== members.length) return { name: members.length > was ? "stage-joined" : "stage-left", group: id, count: members.length };
  }
  return null;
}

function grouped(all) {
  const found = new Map();
  for (const record of all) {
    if (!found.has(record.partition)) found.set(record.partition, []);
    found.get(record.partition).push(record);
  }
  return found;
}
