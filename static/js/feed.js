// The class's live feed: the last records as history, then each as it comes; or the class as it was, and played again.

import { Names } from "./feed_names.js";
import { readRecord } from "./feed_record.js";
import { Replay } from "./feed_replay.js";
import { Rows } from "./feed_rows.js";
import { openFeed } from "./feed_socket.js";
import { TimeLine } from "./feed_time.js";
import { text } from "./words.js";

const WINDOW = 500; // credit at the start, and what is kept while paused
const HISTORY = 200; // records that are shown of what was before

const section = document.querySelector("[data-feed]");
const part = (name) => section.querySelector(`[data-${name}]`);
const [status, pause, seatChoice, lessonChoice, actChoice] = ["status", "pause", "seat", "lesson", "act"].map(part);
const shows = [...section.querySelectorAll("[data-show]")];
const json = (id) => JSON.parse(document.getElementById(id).textContent);

let mode = "live"; // or "then": the class as it was; or "play"
let until = 0; // then: the offset that is not shown any more
let isPaused = false;
let isStale = false; // the rows are of another moment, and stay until those of the new one come
let held = []; // what came while paused, oldest first
let show = "all";

const names = new Names(json("feed-names"), {
  url: section.dataset.namesUrl, base: section.dataset.seatBase, choice: seatChoice, onLearnt: () => rows.rename(),
});
const rows = new Rows(part("rows"), part("empty"), { names, titles: json("feed-titles") });
const time = new TimeLine(section, {
  onMove: goBack,
  onPlay: play,
  onStop: () => goBack(time.value),
  onNow: goLive,
  onSpeed: (times) => { replay.speed = times },
});
const replay = new Replay({
  onItem(item) {
    rows.add([item]);
    time.reach(item);
  },
  onMore: (records) => feed.grant(records, 10),
  onDone() {
    begin("live");
    feed.widen(WINDOW);
    sayWhatIsShown();
  },
  isLast: (item) => item.offset + 1 >= time.end,
});
const feed = openFeed(section.dataset.url, { onWatching: sayWhatIsShown, onRecords: take, onWords: say });

function take(records) {
  const items = records.map(readRecord).filter(Boolean);
  dropStale();
  if (mode === "then") {
    const shown = items.filter((item) => item.offset < until);
    rows.add(shown);
    if (shown.length) time.tell(shown.at(-1));
    sayWhatIsShown();
  } else if (mode === "play") {
    time.grow(records.at(-1).offset + 1);
    replay.add(items);
  } else {
    time.grow(records.at(-1).offset + 1);
    if (isPaused) held = held.concat(items).slice(-WINDOW);
    else rows.add(items);
    if (isPaused) sayWhatIsShown();
    feed.grant(records.length);
  }
}

function begin(next) {
  mode = next;
  replay.stop();
  held = [];
  setPaused(false);
  pause.disabled = mode !== "live";
  time.show({ isLive: mode === "live", isPlaying: mode === "play" });
}

function dropStale() {
  if (isStale) rows.clear();
  isStale = false;
}

function goLive() {
  begin("live");
  isStale = true;
  feed.watch(Math.max(time.begin, time.end - HISTORY), WINDOW);
}

function goBack(end) {
  begin("then");
  until = end;
  isStale = true;
  const from = Math.max(time.begin, end - HISTORY);
  if (from === end) dropStale();
  feed.watch(from, end - from);
}

function play(end) {
  const from = mode === "live" ? Math.max(time.begin, time.end - HISTORY) : end;
  isStale = mode === "live";
  begin("play");
  replay.start();
  feed.watch(from, replay.ahead);
}

function say(words, isLive = false) {
  status.classList.toggle("on", isLive);
  if (status.textContent !== words) status.textContent = words;
}

function sayWhatIsShown() {
  if (mode === "live") say(isPaused ? text("feed-paused", { count: held.length }) : text("feed-live"), !isPaused);
  else say(mode === "play" ? text("feed-replay") : text("feed-past"));
}

function setPaused(wanted) {
  isPaused = wanted;
  pause.setAttribute("aria-pressed", String(isPaused));
  if (!isPaused) rows.add(held.splice(0));
}

function fits(item) {
  const isShown = show === "all" || (show === "finished" ? item.kind === "verdict" : item.kind === "act" && item.state === "refused");
  const does = item.kind === "act" ? item.act : item.kind;
  return isShown && [[seatChoice, item.seat], [lessonChoice, item.lesson], [actChoice, does]].every(
    ([choice, value]) => [value, ""].includes(choice.value),
  );
}

for (const button of shows) {
  button.addEventListener("click", () => {
    show = button.dataset.show;
    for (const each of shows) each.setAttribute("aria-pressed", String(each === button));
    rows.filter(fits);
  });
}
for (const choice of [seatChoice, lessonChoice, actChoice]) choice.addEventListener("change", () => rows.filter(fits));
pause.addEventListener("click", () => {
  setPaused(!isPaused);
  sayWhatIsShown();
});

rows.filter(fits);
time.grow(time.end);
feed.watch(/^\d+$/.test(section.dataset.from) ? Number(section.dataset.from) : "beginning", WINDOW);
