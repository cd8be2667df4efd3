// Watching one topic: from the beginning, from now or from an offset; back after a cut without a gap or a double.
//
//   watchTopic(section, { topic, url, from }) → { hold(isHeld), end() }
//
// In the section: a form [data-from-form] with `from` (beginning, now, offset) and `offset`.

import { connect } from "./socket.js";
import { tell } from "./stage/events.js";
import { Panel } from "./stream.js";
import { text } from "./words.js";

const WINDOW = 500;
const LUMP = 125; // a grant for each frame would cost the server more than the frames do

export function watchTopic(section, { topic, url, from: beginAt }) {
  const fromForm = section.querySelector("[data-from-form]");
  const panel = new Panel(section, { onPainted: (records) => painted(records.length) });
  let from = startOf(beginAt);
  let topicId = null; // with positions: of which topic they are
  let positions = null;
  let owed = 0; // painted, and not yet granted again
  let grantedUnpainted = 0; // while the rows stand still

  const socket = connect(url, {
    heartbeat: true,
    onFrame: (frame) => answers[frame.type]?.(frame),
    onState(isOnline, words) {
      if (isOnline) begin();
      else panel.say(words ?? text("cut"));
    },
  });

  function begin() {
    const sent = socket?.send(positions ? { type: "watch", topic, from: positions, topic_id: topicId }
      : { type: "watch", topic, from });
    if (!sent) return;
    owed = grantedUnpainted = 0;
    owe(WINDOW - Math.min(panel.waiting.length, WINDOW - LUMP));
  }

  function owe(records) {
    owed += records;
    if (owed < LUMP) return;
    socket.send({ type: "grant", records: Math.min(owed, WINDOW) });
    owed = 0;
  }

  function painted(records) {
    const before = Math.min(records, grantedUnpainted);
    grantedUnpainted -= before;
    owe(records - before);
  }

  function hold(isPaused) {
    grantedUnpainted = Math.min(grantedUnpainted, panel.waiting.length); // of those that the panel let go none is painted
    panel.hold(isPaused);
    panel.say(isPaused ? text("paused") : text("watching", { topic }));
  }

  const answers = {
    watching(frame) {
      if (topicId !== null && frame.topic_id !== topicId) panel.note(text("topic-replaced", { topic }));
      if (positions === null && typeof from === "number") tellWhereItBegins(frame.positions);
      positions = frame.positions;
      topicId = frame.topic_id;
      tell({ type: "watching", topic, topic_id: topicId, positions });
      panel.say(text("watching", { topic }));
    },
    partitions_added(frame) {
      positions = { ...positions, ...frame.positions };
      tell({ type: "partitions_added", topic, positions: frame.positions });
      panel.note(text("partitions-added", { topic, count: Object.keys(positions).length }));
    },
    records(frame) {
      const fresh = frame.records.filter(isNew);
      for (const { partition, offset } of fresh) positions[partition] = offset + 1;
      if (fresh.length < frame.records.length) owe(frame.records.length - fresh.length);
      if (panel.isHeld) {
        grantedUnpainted += fresh.length;
        owe(fresh.length);
      }
      tell({ type: "records", topic, records: fresh });
      panel.add(fresh);
    },
    left_out(frame) {
      tell({ type: "left_out", topic });
      panel.addLeftOut(frame.records);
    },
    waiting: (frame) => panel.say(frame.words),
    going_on: () => panel.say(text("watching", { topic })),
    topic_deleted() {
      tell({ type: "deleted", topic });
      panel.note(text("topic-deleted", { topic }));
      panel.say(text("watch-waits", { topic }));
    },
    problem: (frame) => panel.note(frame.words, "problem"),
  };

  // The one offset that was asked for is not in every partition.
  function tellWhereItBegins(places) {
    for (const [partition, offset] of Object.entries(places)) {
      if (offset < from) panel.note(text("ends-at", { partition, offset }));
      if (offset > from) panel.note(text("begins-at", { partition, offset }));
    }
  }

  function isNew({ partition, offset }) {
    return positions !== null && offset >= (positions[partition] ?? 0);
  }

  fromForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(fromForm);
    from = startOf(chosen.get("from") === "offset" ? chosen.get("offset") : chosen.get("from"));
    positions = topicId = null;
    panel.clear();
    tell({ type: "cleared", topic });
    panel.say(text("asking", { topic }));
    begin();
  });

  return { hold, end: () => socket.close() };
}

function startOf(chosen) {
  const offset = Number.parseInt(chosen, 10);
  return offset >= 0 ? offset : chosen === "now" ? "now" : "beginning";
}
