// One consumer: see what it is assigned, acknowledge what was painted, commit it by hand, stop or kill it.

import { connect } from "./socket.js";
import { tell } from "./stage/events.js";
import { Panel } from "./stream.js";
import { text } from "./words.js";

const WINDOW = 200;

export class Consumer {
  #socket = null;
  #asked = null; // what runs, or is to run once the connection is there
  #isStopping = false;
  #hasJoined = false;
  #owned = new Map(); // the words for each partition that it has
  #reading = 0; // counts the starts: a start is one row on the stage, also after a cut

  // `number`: among those of one form; null where it is the only one, or the first of two. `takeActId()` is the id of the next start; `onChange()` when it runs now, or does not any more.
  constructor(lane, { id, number, url, lesson, takeActId, onChange }) {
    Object.assign(this, { lane, id, number, url, lesson, takeActId, onChange });
    this.panel = new Panel(lane, { onPainted: (records) => this.#acknowledge(records) });
    this.stopButton = lane.querySelector("[data-stop]");
    this.pauseButton = lane.querySelector("[data-pause]");
    this.commitButton = lane.querySelector("[data-commit]");
    this.killButton = lane.querySelector("[data-kill]");
    const slowButton = lane.querySelector("[data-slow]");
    this.stopButton?.addEventListener("click", () => this.#stop());
    this.pauseButton?.addEventListener("click", () => this.isRunning && this.#hold(!this.panel.isHeld));
    this.commitButton?.addEventListener("click", () => this.#mayAsk() && this.#socket.send({ type: "commit" }));
    this.killButton?.addEventListener("click", () => this.#kill());
    slowButton?.addEventListener("click", () => {
      this.panel.slow(!this.panel.isSlow);
      slowButton.setAttribute("aria-pressed", String(this.panel.isSlow));
    });
    this.#setButtons();
  }

  get isRunning() {
    return this.#asked !== null;
  }

  start(asked) {
    this.lane.hidden = false;
    this.panel.clear();
    this.#hasJoined = false;
    this.#reading += 1;
    this.#asked = asked;
    this.#showState();
    this.#begin();
  }

  close() {
    this.#socket?.close();
  }

  #begin() {
    if (this.#asked.stop_after === 0) return this.#over(text("cut-while-stopping"));
    this.panel.say(text("starting"));
    this.#owned.clear();
    if (!this.#socket) {
      const onFrame = (frame) => this.#answers[frame.type]?.(frame);
      this.#socket = connect(this.url, { heartbeat: true, onFrame, onState: (isOnline, words) => this.#onState(isOnline, words) });
    } else if (this.#socket.isOpen()) {
      this.#socket.send({ type: "start", lesson: this.lesson, act_id: this.takeActId(), ...this.#asked });
      this.#socket.send({ type: "grant", records: WINDOW });
    }
  }

  #onState(isOnline, words) {
    if (isOnline && this.#asked) this.#begin();
    else if (!isOnline && this.#isStopping) this.#over(text("cut-while-stopping"));
    else if (!isOnline && this.#asked) this.panel.say(words ?? text("cut-while-consuming"));
    if (words) this.#over(words);
  }

  // Only what stands on the page counts as read.
  #acknowledge(records) {
    const positions = {};
    for (const { partition, offset } of records) positions[partition] = offset + 1;
    this.#socket.send({ type: "ack", positions });
    this.#socket.send({ type: "grant", records: records.length });
    if (this.#asked?.stop_after) this.#asked.stop_after -= records.length; // what is left, should the connection be lost
  }

  #answers = {
    started: (frame) => {
      this.panel.say(text("joining", { group: frame.group_id }));
      this.#tellStage({ type: "started", group: frame.group_id, number: this.number });
    },
    assigned: (frame) => {
      this.#hasJoined = true;
      this.#tellStage(frame);
      const given = frame.partitions.map((each) => [each.partition, place(each)]);
      this.#owned = new Map([...[...this.#owned].filter(([partition]) => frame.kept.includes(partition)), ...given]);
      const places = given.map(([, words]) => words).join(", ");
      if (places || !this.#owned.size) this.panel.note(places ? text("assigned", { places }) : text("assigned-nothing"));
      this.#sayMember();
    },
    revoked: (frame) => {
      const partitions = frame.partitions.map(({ partition }) => partition);
      if (!partitions.length) return;
      this.#tellStage(frame);
      this.panel.note(text(frame.lost ? "lost" : "revoked", { partitions: partitions.join(", ") }));
      for (const partition of partitions) this.#owned.delete(partition);
      if (this.#isStopping) return;
      if (this.#owned.size) this.#sayMember();
      else this.panel.say(text("joining-again", { group: this.#asked?.group_id }));
    },
    records: (frame) => {
      this.#tellStage({ type: "read", records: frame.records });
      this.panel.add(frame.records);
    },
    topic_deleted: (frame) => this.panel.note(text("consumer-waits", { topic: frame.topic })),
    topic_recreated: (frame) => this.panel.note(text("topic-replaced", { topic: frame.topic })),
    problem: (frame) => this.panel.note(frame.words, "problem"),
    committed: ({ committed }) => {
      const places = inWords(committed);
      this.panel.note(places ? text("committed", { places }) : text("committed-nothing"));
    },
    stopped: (frame) => {
      this.#tellStage(frame);
      const places = inWords(frame.committed);
      const without = this.#hasJoined || this.#isStopping ? text("stopped-empty") : text("not-started");
      const words = frame.killed ? text("killed") : places ? text("stopped", { places }) : without;
      this.panel.note(words);
      this.#over(words);
    },
  };

  #sayMember() {
    const places = [...this.#owned].sort(([a], [b]) => a - b).map(([, words]) => words).join(", ");
    this.panel.say(text("member", { group: this.#asked?.group_id, places: places || text("no-partition") }));
  }

  #tellStage(event) {
    tell({ ...event, reading: `${this.id}-${this.#reading}`, topic: this.#asked?.topic });
  }

  #mayAsk() {
    return this.isRunning && !this.#isStopping;
  }

  #stop() {
    if (!this.#mayAsk()) return;
    this.#isStopping = true;
    this.#hold(false);
    this.panel.paintAll(); // what has come is shown, and so acknowledged
    const { enable_auto_commit: commits } = this.#asked;
    this.panel.say(text(commits ? "stopping" : "leaving"));
    if (!this.#socket.send({ type: "stop" })) this.#over(text("stopped-by-cut"));
  }

  #kill() {
    if (!this.#mayAsk()) return;
    this.#isStopping = true;
    this.panel.clearWaiting(); // nobody has handled it
    this.#hold(false);
    if (!this.#socket.send({ type: "kill" })) this.#over(text("stopped-by-cut"));
  }

  #hold(isHeld) {
    this.panel.hold(isHeld);
    this.pauseButton?.setAttribute("aria-pressed", String(isHeld));
  }

  #over(words) {
    this.#asked = null;
    this.#isStopping = false;
    this.panel.say(words);
    this.#showState();
  }

  #showState() {
    this.#setButtons();
    this.onChange();
  }

  // `disabled` would take the focus away from the button that was just pressed.
  #setButtons() {
    if (this.commitButton) this.commitButton.hidden = this.#asked?.enable_auto_commit !== false;
    for (const button of [this.stopButton, this.pauseButton, this.commitButton, this.killButton]) button?.setAttribute("aria-disabled", String(!this.isRunning));
  }
}

function inWords(offsets) {
  return Object.entries(offsets).map(([partition, offset]) => text("partition-at", { partition, offset })).join(", ");
}

function place({ partition, offset }) {
  return offset === null ? text("partition-from-group", { partition }) : text("partition-from-offset", { partition, offset });
}
