// The stage: folds what it is told into a state, keeps a minute of states, and draws one, at most once a frame of the screen.
//
// Why it is so: the picture is drawn from what happened and from nothing else. Records come by the page's own watching, groups
// and copies by the snapshot that all pages share, reports by the answers to this page's forms, and what a consumer is given by
// its own socket. Each of these is an event; `model.js` makes states out of them, and only states are drawn. So a moment of
// the last minute is drawn by the same code as this one, and in words by the same facts.

import { listen } from "./events.js";
import { InWords, sentence } from "./in_words.js";
import { setText } from "./keyed.js";
import { emptyStage, fold } from "./model.js";
import { Moments } from "./moments.js";
import { Picture } from "./picture.js";
import { watchSends } from "./sends.js";
import { Sheet } from "./sheet.js";
import { Time } from "./time.js";

const FACTS = "part-stage";
const LONGEST_HELD_MS = 600;

export class Stage {
  // onPause(isPaused): the records beside the picture stand still, too.
  constructor(section, { onPause }) {
    this.state = emptyStage(section.dataset.topic);
    this.moments = new Moments();
    this.held = []; // records that came while a form's answer was on its way
    this.heldTimer = 0;
    this.frame = 0;
    this.drawn = null;
    this.says = section.querySelector("[data-says]");
    const onChange = () => this.drawSoon();
    this.picture = new Picture(section.querySelector("[data-picture]"), { onResized: onChange });
    this.time = new Time(section, this.moments, { onChange, onPause });
    const details = section.querySelector("[data-in-words]");
    this.words = new InWords(details);
    details.addEventListener("toggle", onChange);
    this.sheet = new Sheet(section);
    const facts = ({ detail }) => { if (detail.elt.id === FACTS) this.readFacts() };
    document.body.addEventListener("htmx:load", facts);
    this.waysOut = [
      listen((event) => this.hear(event)), watchSends(this.state.topic),
      () => document.body.removeEventListener("htmx:load", facts),
    ];
    this.readFacts();
  }

  readFacts() {
    const facts = JSON.parse(document.getElementById(FACTS)?.textContent || "null");
    if (facts) this.hear({ type: "cluster", topic: facts.topic, facts });
  }

  // A record that this page sends travels when its report has come. The hub mostly shows it sooner: so it is held, though not
  // for long.
  hear(event) {
    if (event.topic !== this.state.topic) return;
    if (event.type === "records" && this.state.sending) {
      this.held.push(...event.records);
      this.heldTimer ||= setTimeout(() => this.release(), LONGEST_HELD_MS);
      return;
    }
    this.take(event);
    if (event.type === "reports") this.release();
  }

  release() {
    clearTimeout(this.heldTimer);
    this.heldTimer = 0;
    this.take({ type: "records", records: this.held.splice(0) });
  }

  take(event) {
    const state = fold(this.state, event);
    if (state === this.state) return;
    this.state = state;
    this.moments.keep(state, performance.now());
    this.drawSoon();
  }

  drawSoon() {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = 0;
    this.time.show();
    const shown = this.time.shown?.state ?? this.state;
    const isMoving = !this.time.isPaused && this.drawn !== null && this.wasLive;
    this.picture.draw(shown, { isMoving });
    this.words.draw(shown);
    setText(this.says, sentence(shown.says));
    this.wasLive = !this.time.isPaused;
    this.drawn = shown;
  }

  end() {
    for (const wayOut of this.waysOut) wayOut();
    clearTimeout(this.heldTimer);
    cancelAnimationFrame(this.frame);
    this.picture.end();
  }
}
