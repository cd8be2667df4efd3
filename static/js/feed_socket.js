// The feed's websocket: one place to read from at a time, and credit for what is read from there.
//
//   const feed = openFeed(url, { onWatching(), onRecords(records), onWords(words) })
//   feed.watch(from, credit)   from an offset, or "beginning"; what comes of an earlier place is not handed on any more
//   feed.grant(records)        room for more
//   feed.widen(credit)         as much room as the live feed has

import { connect } from "./socket.js";
import { text } from "./words.js";

const LUMP = 100; // a grant for each frame would cost the server more than the frames do

export function openFeed(url, { onWatching, onRecords, onWords }) {
  let place = null; // {from, credit}
  let positions = null; // how far that place was read
  let topicId = null;
  let isThere = false; // the server reads from that place
  let owed = 0;

  const socket = connect(url, {
    heartbeat: true,
    onFrame: (frame) => answers[frame.type]?.(frame),
    onState(isOnline, words) {
      isThere = false;
      if (isOnline) ask();
      else onWords(words ?? text("feed-cut"));
    },
  });

  function ask() {
    if (!place) return;
    owed = 0;
    const from = positions ? { from: positions, topic_id: topicId } : { from: place.from };
    if (socket.send({ type: "watch", topic: "feed", ...from }) && place.credit > 0) socket.send({ type: "grant", records: place.credit });
  }

  const answers = {
    watching(frame) {
      const isOfAnEarlierPlace = !positions && typeof place.from === "number" && frame.positions[0] !== place.from && frame.topic_id === topicId;
      if (isOfAnEarlierPlace) return;
      ({ positions, topic_id: topicId } = frame);
      isThere = true;
      onWatching();
    },
    records({ records }) {
      if (!isThere) return;
      for (const record of records) positions[record.partition] = record.offset + 1;
      onRecords(records);
    },
    left_out: (frame) => onWords(text("feed-left-out", { count: frame.records })),
    waiting: (frame) => onWords(positions ? frame.words : text("feed-waits")),
    going_on: () => onWatching(),
    topic_deleted: () => onWords(text("feed-replaced")),
    problem: (frame) => onWords(frame.words),
  };

  return {
    watch(from, credit) {
      place = { from, credit };
      positions = null;
      isThere = false;
      ask();
    },
    grant(records, lump = LUMP) {
      owed += records;
      if (owed < lump) return;
      socket.send({ type: "grant", records: owed });
      owed = 0;
    },
    // From here on it is the live feed that is read.
    widen(credit) {
      place.credit = credit;
      socket.send({ type: "grant", records: credit });
    },
  };
}
