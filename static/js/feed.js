// The class's live feed: the last records as history, then each as it comes; newest first, filtered on the page.

import { clockTime, readRecord } from "./feed_record.js";
import { connect } from "./socket.js";

const WINDOW = 500; // credit at the start, and the rows that are kept
const LUMP = 100;
const MAX_IDS = 5000;
const ANSWERS = { refused: "Refused: ", failed: "Nothing happened: ", unknown: "Not known: " };
const NOTHING_YET = "Nothing has happened in this class yet. This goes on by itself.";

const section = document.querySelector("[data-feed]");
const part = (name) => section.querySelector(`[data-${name}]`);
const [rows, status, empty, pause, seatChoice, lessonChoice] = ["rows", "status", "empty", "pause", "seat", "lesson"].map(part);
const shows = [...section.querySelectorAll("[data-show]")];
const json = (id) => JSON.parse(document.getElementById(id).textContent);
const names = new Map(Object.entries(json("feed-names")));
const exercises = json("feed-exercises");
const isNewClass = section.dataset.from === "";

const seen = new Set(); // records' ids
const askedFor = new Set(); // seats whose name the server was asked for
let entries = []; // what stands on the page, newest first: {item, row, name}
let held = []; // what came while paused, oldest first
let topicId = null;
let positions = null;
let owed = 0;
let isPaused = false;
let show = "all";

const socket = connect(section.dataset.url, {
  heartbeat: true,
  onFrame: (frame) => answers[frame.type]?.(frame),
  onState(isOnline, words) {
    if (isOnline) begin();
    else say(words ?? "The connection is cut. Coming back…");
  },
});

function begin() {
  const from = /^\d+$/.test(section.dataset.from) ? Number(section.dataset.from) : "beginning";
  socket.send(positions ? { type: "watch", topic: "feed", from: positions, topic_id: topicId } : { type: "watch", topic: "feed", from });
  socket.send({ type: "grant", records: WINDOW });
  owed = 0;
}

const answers = {
  watching(frame) {
    ({ positions, topic_id: topicId } = frame);
    sayLive();
  },
  records({ records }) {
    const fresh = [];
    for (const record of records) {
      positions[record.partition] = record.offset + 1;
      const item = readRecord(record);
      if (!item || seen.has(item.id)) continue;
      seen.add(item.id);
      if (seen.size > MAX_IDS) seen.delete(seen.values().next().value);
      fresh.push(item);
    }
    if (isPaused) held = held.concat(fresh).slice(-WINDOW);
    else add(fresh);
    if (isPaused) sayLive();
    owed += records.length;
    if (owed < LUMP) return;
    socket.send({ type: "grant", records: owed });
    owed = 0;
  },
  left_out: (frame) => say(`${frame.records} records were left out: they came faster than this page could take them.`),
  waiting: (frame) => say(isNewClass && !positions ? "Waiting for the first act" : frame.words),
  going_on: sayLive,
  topic_deleted: () => say("The feed's topic was deleted. This goes on by itself."),
  problem: (frame) => say(frame.words),
};

function say(words) {
  if (status.textContent !== words) status.textContent = words;
}

function sayLive() {
  say(isPaused ? `Paused. ${held.length} new` : "Live");
}

function add(items) {
  const made = items.map(entryOf).reverse();
  rows.prepend(...made.map((entry) => entry.row));
  entries = made.concat(entries);
  for (const { row } of entries.splice(WINDOW)) row.remove();
  sayIfEmpty();
  if (items.some(({ seat }) => !names.has(seat) && !askedFor.has(seat))) learnNames();
}

function entryOf(item) {
  const row = document.createElement("li");
  const entry = { item, row, name: element("b", names.get(item.seat) ?? item.seat) };
  const time = element("time", clockTime(item.at));
  time.dateTime = item.at;
  const isVerdict = item.kind === "verdict";
  row.className = isVerdict ? "finished" : item.state;
  row.append(time, entry.name);
  if (isVerdict) row.append(element("span", `finished ${exercises[item.exercise] ?? item.exercise}`));
  else row.append(element("span", item.line || item.act), element("em", (ANSWERS[item.state] ?? "") + item.answer));
  row.hidden = !fits(item);
  return entry;
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function fits(item) {
  const isShown = show === "all" || (show === "finished" ? item.kind === "verdict" : item.kind === "act" && item.state === "refused");
  return isShown && [item.seat, ""].includes(seatChoice.value) && [item.lesson, ""].includes(lessonChoice.value);
}

function filter() {
  for (const { item, row } of entries) row.hidden = !fits(item);
  sayIfEmpty();
}

function sayIfEmpty() {
  empty.hidden = entries.some(({ row }) => !row.hidden);
  empty.textContent = entries.length ? "No row here fits what was chosen above." : NOTHING_YET;
}

async function learnNames() {
  for (const { item } of entries) if (!names.has(item.seat)) askedFor.add(item.seat);
  const response = await fetch(section.dataset.namesUrl).catch(() => null);
  if (!response?.ok) return;
  for (const [seat, name] of Object.entries(await response.json())) {
    if (!names.has(seat)) seatChoice.add(new Option(`${name} · ${seat}`, seat));
    names.set(seat, name);
  }
  for (const { item, name } of entries) name.textContent = names.get(item.seat) ?? item.seat;
}

for (const button of shows) {
  button.addEventListener("click", () => {
    show = button.dataset.show;
    for (const each of shows) each.setAttribute("aria-pressed", String(each === button));
    filter();
  });
}
seatChoice.addEventListener("change", filter);
lessonChoice.addEventListener("change", filter);
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.setAttribute("aria-pressed", String(isPaused));
  if (!isPaused) add(held.splice(0));
  sayLive();
});
