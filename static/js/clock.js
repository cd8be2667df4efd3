// Times come from the server in UTC and are shown in the reader's time zone. What is told as "since" is counted on.

import { text } from "./words.js";

const format = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const formatWithDay = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const LONG_S = [[86400, "for-days"], [3600, "for-hours"], [60, "for-minutes"], [0, "for-seconds"]];

export function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    show(time, "since" in time.dataset ? since(moment) : ("day" in time.dataset ? formatWithDay : format).format(moment));
  }
}

function since(moment) {
  const passed_s = Math.max(0, Math.floor((Date.now() - moment) / 1000));
  const [unit_s, name] = LONG_S.find(([from_s]) => passed_s >= from_s);
  return text(name, { number: Math.floor(passed_s / (unit_s || 1)) });
}

function show(time, words) {
  if (time.textContent !== words) time.textContent = words;
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-since]")) show(time, since(new Date(time.dateTime)));
}, 1000);
