// A record of the class's feed, as the page needs it: {kind, id, seat, lesson, state, at, offset, …}; null if it is none.

import { has, text } from "./words.js";

const KINDS = ["act", "verdict", "hand", "announcement"];
const TEXTS = ["seat", "act", "state", "line", "answer", "speaker", "lesson", "exercise"];
const SPEAKERS = { "This app": "kafkaclass" }; // in the instructor's room the app goes by its name

const clock = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});

export function readRecord(record) {
  const body = parsed(record.value?.text);
  if (!isOurs(body)) return null;
  const lesson = body.lesson || body.exercise?.split(".")[0] || "";
  return { answer: "", state: "", ...body, lesson, offset: record.offset };
}

// Anybody who knows the cluster can write into the topic: what does not look like ours is left out, and the rest goes on.
function isOurs(body) {
  const isText = (name) => typeof (body[name] ?? "") === "string";
  return KINDS.includes(body?.kind) && typeof body.id === "string" && TEXTS.every(isText) && !Number.isNaN(Date.parse(body.at));
}

const shortClock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

// "10:42:07" and ".412"
export function clockParts(at) {
  const time = clock.format(new Date(at));
  return [time.slice(0, 8), time.slice(8)];
}

export function shortTime(at) {
  return shortClock.format(new Date(at));
}

// What happened, in the past tense, and the answer to it. `titles`: {exercises, lessons} by their ids.
export function wordsOf(item, titles) {
  const about = titles.exercises[item.exercise] ?? item.exercise;
  const lesson = titles.lessons[item.lesson] ?? item.lesson;
  switch (item.kind) {
    case "verdict": return [text("finished", { exercise: about }), ""];
    case "hand": return [has(`hand-${item.state}`) ? text(`hand-${item.state}`) : item.state, about ? text("hand-about", { lesson, exercise: about }) : lesson];
    case "announcement": return [text("announced"), [item.line, item.lesson && text("everybody-to", { lesson })].filter(Boolean).join(" ")];
    default: return [item.line || item.act, answerOf(item)];
  }
}

function answerOf({ state, speaker, answer }) {
  const who = state === "refused" && (SPEAKERS[speaker] ?? speaker);
  return who ? text("said", { speaker: who, answer }) : answer;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
