// The student's own consumer: start it with a form, see what it is assigned, acknowledge what was painted, stop it.

import { connect } from "./socket.js";
import { tell } from "./stage/events.js";
import { Panel } from "./stream.js";
import { text } from "./words.js";

const WINDOW = 200;

export function consume(section) {
  const form = section.querySelector("[data-start]");
  const start = form.querySelector("button:not([type='button'])");
  const stop = section.querySelector("[data-stop]");
  const pause = section.querySelector("[data-pause]");
  const panel = new Panel(section, { onPainted: acknowledge });
  let socket = null;
  let asked = null; // what runs, or is to run once the connection is there
  let isStopping = false;
  let hasJoined = false;
  let reading = 0; // counts the starts: a start is one row on the stage, also after a cut
  showState();

  function begin() {
    if (asked.stop_after === 0) return over(text("cut-while-stopping"));
    panel.say(text("starting"));
    if (!socket) {
      socket = connect(section.dataset.url, { heartbeat: true, onFrame: (frame) => answers[frame.type]?.(frame), onState });
    } else if (socket.isOpen()) {
      socket.send({ type: "start", lesson: section.dataset.lesson ?? "", act_id: takeActId(), ...asked });
      socket.send({ type: "grant", records: WINDOW });
    }
  }

  function onState(isOnline, words) {
    if (isOnline && asked) begin();
    else if (!isOnline && isStopping) over(text("cut-while-stopping"));
    else if (!isOnline && asked) panel.say(words ?? text("cut-while-consuming"));
    if (words) over(words);
  }

  // Only what stands on the page counts as read.
  function acknowledge(records) {
    const positions = {};
    for (const { partition, offset } of records) positions[partition] = offset + 1;
    socket.send({ type: "ack", positions });
    socket.send({ type: "grant", records: records.length });
    if (asked?.stop_after) asked.stop_after -= records.length; // what is left, should the connection be lost
  }

  const answers = {
    started(frame) {
      panel.say(text("joining", { group: frame.group_id }));
      tellStage({ type: "started", group: frame.group_id });
    },
    assigned(frame) {
      hasJoined = true;
      tellStage(frame);
      const places = frame.partitions.map(place).join(", ");
      panel.note(places ? text("assigned", { places }) : text("assigned-nothing"));
      panel.say(text("member", { group: asked?.group_id, places: places || text("no-partition") }));
    },
    revoked(frame) {
      const partitions = frame.partitions.map(({ partition }) => partition).join(", ");
      if (!partitions) return;
      tellStage(frame);
      panel.note(text(frame.lost ? "lost" : "revoked", { partitions }));
      if (!isStopping) panel.say(text("joining-again", { group: asked?.group_id }));
    },
    records(frame) {
      tellStage({ type: "read", records: frame.records });
      panel.add(frame.records);
    },
    topic_deleted: (frame) => panel.note(text("consumer-waits", { topic: frame.topic })),
    topic_recreated: (frame) => panel.note(text("topic-replaced", { topic: frame.topic })),
    problem: (frame) => panel.note(frame.words, "problem"),
    stopped(frame) {
      tellStage(frame);
      const places = Object.entries(frame.committed).map(([partition, offset]) => text("partition-at", { partition, offset })).join(", ");
      const without = hasJoined || isStopping ? text("stopped-empty") : text("not-started");
      const words = places ? text("stopped", { places }) : without;
      panel.note(words);
      over(words);
    },
  };

  function tellStage(event) {
    tell({ ...event, reading: `${section.id}-${reading}`, topic: asked?.topic });
  }

  function over(words) {
    asked = null;
    isStopping = false;
    panel.say(words);
    showState();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (asked) return;
    const missing = [...form.elements].find((field) => field.validity.valueMissing);
    if (missing) return void missing.reportValidity();
    const fields = new FormData(form);
    panel.clear();
    hasJoined = false;
    reading += 1;
    asked = {
      topic: fields.get("topic") ?? section.dataset.topic ?? "",
      group_id: fields.get("group_id") ?? "",
      auto_offset_reset: fields.get("auto_offset_reset") ?? "earliest",
      session_timeout_ms: wholeNumber(fields.get("session_timeout_ms")),
      stop_after: fields.get("stop_after") ? wholeNumber(fields.get("stop_after")) : null,
    };
    showState();
    begin();
  });

  stop?.addEventListener("click", () => {
    if (!asked || isStopping) return;
    isStopping = true;
    hold(false);
    panel.paint(); // what has come is shown, and so acknowledged
    panel.say(text("stopping"));
    if (!socket.send({ type: "stop" })) over(text("stopped-by-cut"));
  });

  pause?.addEventListener("click", () => asked && hold(!panel.isHeld));

  function hold(isHeld) {
    panel.hold(isHeld);
    pause?.setAttribute("aria-pressed", String(isHeld));
  }

  function showState() {
    setOff(start, asked !== null);
    setOff(stop, asked === null);
    setOff(pause, asked === null);
  }

  // The form came with the id of its act; each further start is an act of its own.
  function takeActId() {
    const field = form.elements.act_id;
    const id = field?.value || randomId();
    if (field) field.value = "";
    return id;
  }

  return () => socket?.close();
}

function place({ partition, offset }) {
  return offset === null ? text("partition-from-group", { partition }) : text("partition-from-offset", { partition, offset });
}

// `disabled` would take the focus away from the button that was just pressed.
function setOff(button, isOff) {
  button?.setAttribute("aria-disabled", String(isOff));
}

function wholeNumber(typed) {
  const number = Number(typed);
  return Number.isSafeInteger(number) && typed !== "" ? number : 0; // which is refused in words
}

// crypto.randomUUID is there on secure addresses only.
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
