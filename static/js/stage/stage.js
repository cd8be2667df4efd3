// The stage: folds what it is told into a state, keeps a minute of states, and draws one, at most once a frame of the screen.
//
// Why it is so: the picture is drawn from what happened and from nothing else. Records come by the page's own watching, groups
// and copies by the snapshot that all pages share, reports by the answers to this page's forms, and what a consumer is given by
// its own socket. Each of these is an event; `model.js` makes states out of them, and only states are drawn. So a moment of
// the last minute is drawn by the same code as this one, and in words by the same facts.
//
// A stage has a topic, or several: then each has a box of its own, and all of them one minute.

import { text } from "../words.js";
import { listen } from "./events.js";
import { sentence } from "./in_words.js";
import { setText } from "./keyed.js";
import { emptyStage, fold } from "./model.js";
import { Moments } from "./moments.js";
import { Sheet } from "./sheet.js";
import { Time } from "./time.js";
import { TopicBox } from "./topic_box.js";

const FACTS = "part-stage";

export class Stage {
  // onPause(isPaused): the records beside the picture stand still, too. onFacts(all): what a snapshot says of each topic, before
  // it is drawn.
  constructor(section, { onPause, onFacts = () => {} }) {
    this.state = { of: {}, latest: null }; // topic → state; in which of them something has just happened
    this.moments = new Moments();
    this.boxes = new Map(); // topic → TopicBox
    this.frame = 0;
    this.wasDrawn = this.wasLive = false;
    this.onFacts = onFacts;
    this.says = section.querySelector("[data-says]");
    this.onChange = () => this.drawSoon();
    this.time = new Time(section, this.moments, { onChange: this.onChange, onPause });
    this.sheet = new Sheet(section);
    const facts = ({ detail }) => { if (detail.elt.id === FACTS) this.readFacts() };
    document.body.addEventListener("htmx:load", facts);
    this.waysOut = [
      listen((event) => this.boxes.get(event.topic)?.hear(event)),
      () => document.body.removeEventListener("htmx:load", facts),
    ];
  }

  get isPaused() {
    return this.time.isPaused;
  }

  add(topic, element, { isOnly }) {
    const box = new TopicBox(topic, element, { isOnly, onChange: this.onChange, take: (event) => this.take(topic, event) });
    this.boxes.set(topic, box);
    this.state = { ...this.state, of: { ...this.state.of, [topic]: emptyStage(topic) } };
  }

  remove(topic) {
    this.boxes.get(topic)?.end();
    this.boxes.delete(topic);
    const { [topic]: _, ...of } = this.state.of;
    this.state = { of, latest: this.state.latest === topic ? null : this.state.latest };
    this.drawSoon();
  }

  readFacts() {
    const all = [JSON.parse(document.getElementById(FACTS)?.textContent || "[]")].flat().filter(Boolean);
    this.onFacts(all);
    for (const facts of all) this.boxes.get(facts.topic)?.hear({ type: "cluster", topic: facts.topic, facts });
  }

  take(topic, event) {
    const before = this.state.of[topic];
    const after = fold(before, event);
    if (after === before) return;
    const latest = after.says === before.says ? this.state.latest ?? topic : topic;
    this.state = { of: { ...this.state.of, [topic]: after }, latest };
    this.moments.keep(this.state, performance.now());
    this.drawSoon();
  }

  drawSoon() {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = 0;
    this.time.show();
    const shown = this.time.shown?.state ?? this.state;
    const isMoving = !this.isPaused && this.wasDrawn && this.wasLive;
    for (const [topic, box] of this.boxes) box.draw(shown.of[topic] ?? emptyStage(topic), { isMoving, isPaused: this.isPaused });
    setText(this.says, this.wordsOf(shown));
    this.wasLive = !this.isPaused;
    this.wasDrawn = true;
  }

  wordsOf({ of, latest }) {
    const words = sentence(of[latest]?.says);
    return words && this.boxes.size > 1 ? text("stage-of-topic", { topic: latest, words }) : words;
  }

  end() {
    for (const wayOut of this.waysOut) wayOut();
    cancelAnimationFrame(this.frame);
    for (const box of this.boxes.values()) box.end();
  }
}
