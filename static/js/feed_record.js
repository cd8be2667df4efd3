// A record of the class's feed as what the page needs: {kind, id, seat, lesson, state, at, offset, …}; null for what is none.

const KINDS = ["act", "verdict", "hand", "announcement"];
const SPEAKERS = { "This app": "kafkaclass" }; // in the room of those who know both, the app goes by its name
const HANDS = { raised: "raised a hand", answered: "had a raised hand answered", lowered: "lowered the hand" };

const clock = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});

export function readRecord(record) {
  const body = parsed(record.value.text);
  if (!KINDS.includes(body?.kind)) return null;
  const lesson = body.lesson || body.exercise?.split(".")[0] || "";
  return { answer: "", state: "", ...body, lesson, offset: record.offset };
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

// What happened, and what was said to it. `titles`: {exercises, lessons} by their ids.
export function wordsOf(item, titles) {
  const about = titles.exercises[item.exercise] ?? item.exercise;
  const lesson = titles.lessons[item.lesson] ?? item.lesson;
  switch (item.kind) {
    case "verdict": return [`finished ${about}`, ""];
    case "hand": return [`${HANDS[item.state] ?? item.state}`, [lesson, about].filter(Boolean).join(": ")];
    case "announcement": return ["said to everybody", [item.line, item.lesson && `Everybody to ${lesson}.`].filter(Boolean).join(" ")];
    default: return [lineOf(item, titles), answerOf(item)];
  }
}

// What was typed for an exercise is told by the exercise's title.
function lineOf({ act, line }, titles) {
  const title = act === "answer" && titles.exercises[line?.split(" ")[1]];
  return title ? `answer “${title}”` : line || act;
}

function answerOf({ state, speaker, answer }) {
  const who = SPEAKERS[speaker] ?? speaker;
  const said = { refused: who ? `${who} refused: ` : "Refused: ", failed: "Nothing happened: ", unknown: "Not known: " }[state];
  return (said ?? "") + answer;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
