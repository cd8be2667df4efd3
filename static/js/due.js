// A due date stands in the class's time zone; who lives in another one reads their own beside it.

import { text } from "./words.js";

const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // the day before the month
const DAY = { weekday: "long", day: "numeric", month: "long" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export function showOwnTimes(root) {
  for (const due of root.querySelectorAll("[data-due]:not([data-told])")) {
    const moment = new Date(due.dataset.due);
    const here = wallClock(moment);
    due.dataset.told = "";
    if (here !== wallClock(moment, due.dataset.zone)) due.after(" ", text("your-time", { time: here }));
  }
}

function wallClock(moment, timeZone) {
  const say = (parts) => new Intl.DateTimeFormat(LANGUAGE, { ...parts, timeZone }).format(moment);
  try {
    return `${say(DAY)}, ${say(TIME)}`;
  } catch {
    return ""; // a zone that this browser does not know
  }
}
