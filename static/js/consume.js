// A consumer of one's own: start it with a form, see what it is assigned, acknowledge what was painted, stop it.

import { connect } from "./socket.js";
import { Panel } from "./stream.js";

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
  showState();

  function begin() {
    panel.say("Starting…");
    if (!socket) {
      socket = connect(section.dataset.url, { heartbeat: true, onFrame: (frame) => answers[frame.type]?.(frame), onState });
    } else if (socket.isOpen()) {
      socket.send({ type: "start", lesson: section.dataset.lesson ?? "", act_id: takeActId(), ...asked });
      socket.send({ type: "grant", records: WINDOW });
    }
  }

  function onState(isOnline, words) {
    if (isOnline && asked) begin();
    else if (!isOnline && isStopping) over("The connection was cut while it stopped. The group is left all the same.");
    else if (!isOnline && asked) panel.say(words ?? "The connection is cut: the consumer leaves its group. Coming back…");
    if (words) over(words);
  }

  // Only what stands on the page counts as read.
  function acknowledge(records) {
    const positions = {};
    for (const { partition, offset } of records) positions[partition] = offset + 1;
    socket.send({ type: "ack", positions });
    socket.send({ type: "grant", records: records.length });
  }

  const answers = {
    started: (frame) => panel.say(`Joining group ${frame.group_id}…`),
    assigned(frame) {
      panel.lanes.open(frame.partitions.map(({ partition }) => partition));
      const places = frame.partitions.map(({ partition, offset }) => `partition ${partition} from ${place(offset)}`);
      panel.note(places.length ? `Assigned: ${places.join(", ")}.` : "Assigned nothing: others of the group have all partitions.");
      panel.say(`A member of group ${asked?.group_id}: ${places.join(", ") || "no partition"}`);
    },
    revoked(frame) {
      const partitions = frame.partitions.map(({ partition }) => partition).join(", ");
      if (partitions) panel.note(`${frame.lost ? "Lost" : "Revoked"}: partition ${partitions}.`);
    },
    records: (frame) => panel.add(frame.records),
    topic_deleted: (frame) => panel.note(`${frame.topic} was deleted. The consumer waits for it.`),
    topic_recreated: (frame) => panel.note(`Another topic ${frame.topic} was created. It begins at offset 0.`),
    problem: (frame) => panel.note(frame.words, "problem"),
    stopped(frame) {
      const places = Object.entries(frame.committed).map(([partition, offset]) => `partition ${partition} at ${offset}`);
      const words = places.length ? `Stopped. The group has committed ${places.join(", ")}.` : "Stopped. Nothing is committed.";
      panel.note(words);
      over(words);
    },
  };

  function over(words) {
    asked = null;
    isStopping = false;
    panel.say(words);
    showState();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (asked) return;
    const fields = new FormData(form);
    panel.clear();
    asked = {
      topic: fields.get("topic") ?? section.dataset.topic ?? "",
      group_id: fields.get("group_id") ?? "",
      auto_offset_reset: fields.get("auto_offset_reset") ?? "earliest",
      session_timeout_ms: wholeNumber(fields.get("session_timeout_ms")),
    };
    showState();
    begin();
  });

  stop?.addEventListener("click", () => {
    if (!asked || isStopping) return;
    isStopping = true;
    hold(false);
    panel.paint(); // what has come is shown, and so acknowledged
    panel.say("Stopping: committing, leaving the group…");
    if (!socket.send({ type: "stop" })) over("Stopped: the connection was cut.");
  });

  pause?.addEventListener("click", () => hold(!panel.isHeld));

  function hold(isHeld) {
    panel.hold(isHeld);
    pause?.setAttribute("aria-pressed", String(isHeld));
  }

  function showState() {
    if (start) start.disabled = asked !== null;
    if (stop) stop.disabled = asked === null;
    if (pause) pause.disabled = asked === null;
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

function place(offset) {
  return offset === null ? "where the group was" : `offset ${offset}`;
}

function wholeNumber(text) {
  const number = Number(text);
  return Number.isSafeInteger(number) && text !== "" ? number : 0; // which is refused in words
}

// crypto.randomUUID is there on secure addresses only.
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
