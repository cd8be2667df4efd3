// One topic on the stage: its picture, and the same in words.

import { InWords } from "./in_words.js";
import { Picture } from "./picture.js";
import { watchSends } from "./sends.js";

const LONGEST_HELD_MS = 600;

export class TopicBox {
  // `take(event)`: into the state; what it is drawn from comes back by `draw`.
  constructor(topic, element, { isOnly, onChange, take }) {
    this.take = take;
    this.isSending = false;
    this.held = []; // records that came while a form's answer was on its way
    this.heldTimer = 0;
    this.wasDrawn = false; // since it is here: what it finds has not just happened
    this.picture = new Picture(element.querySelector("[data-picture]"), { isOnly, onResized: onChange });
    const details = element.querySelector("[data-in-words]");
    this.words = new InWords(details);
    details.addEventListener("toggle", onChange);
    this.leave = watchSends(topic);
  }

  // A record that this page sends travels when its report has come. The hub mostly shows it sooner: so it is held, though not
  // for long.
  hear(event) {
    if (event.type === "records" && this.isSending) {
      this.held.push(...event.records);
      this.heldTimer ||= setTimeout(() => this.release(), LONGEST_HELD_MS);
      return;
    }
    if (event.type === "sending" || event.type === "reports") this.isSending = event.type === "sending";
    this.take(event);
    if (event.type === "reports") this.release();
  }

  release() {
    clearTimeout(this.heldTimer);
    this.heldTimer = 0;
    this.take({ type: "records", records: this.held.splice(0) });
  }

  draw(state, { isMoving }) {
    this.picture.draw(state, { isMoving: isMoving && this.wasDrawn });
    this.words.draw(state);
    this.wasDrawn = true;
  }

  end() {
    this.leave();
    clearTimeout(this.heldTimer);
    this.picture.end();
  }
}
