// Pause, and stepping through the last minute: by two buttons, and by a slider with the arrow keys. What happens meanwhile is
// kept, and shown when it goes on.

import { text } from "../words.js";
import { setText } from "./keyed.js";

const clock = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 1, hourCycle: "h23",
});

export class Time {
  constructor(section, moments, { onChange, onPause }) {
    const part = (name) => section.querySelector(`[data-${name}]`);
    this.moments = moments;
    this.frozen = null; // the moments while it is paused
    this.onChange = onChange;
    this.onPause = onPause;
    [this.pause, this.back, this.forward, this.slider, this.ago] = ["pause", "back", "forward", "moment", "ago"].map(part);
    this.pause.addEventListener("click", () => this.hold(!this.isPaused));
    for (const [button, by] of [[this.back, -1], [this.forward, 1]]) {
      button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") this.step(by) });
    }
    this.slider.addEventListener("input", () => {
      const chosen = Number(this.slider.value); // to pause is to freeze the slider's moments
      this.hold(true);
      this.go(chosen);
    });
    this.show();
  }

  get isPaused() {
    return this.frozen !== null;
  }

  // The moment that is shown; null: now.
  get shown() {
    return this.frozen?.[Number(this.slider.value)] ?? null;
  }

  hold(isPaused) {
    if (isPaused === this.isPaused) return;
    this.frozen = isPaused && this.moments.all.length ? this.moments.frozen() : null;
    this.pause.setAttribute("aria-pressed", String(this.isPaused));
    this.onPause(this.isPaused);
    this.show();
    this.onChange();
  }

  step(by) {
    this.hold(true);
    this.go(Number(this.slider.value) + by);
  }

  go(to) {
    this.slider.value = String(to);
    this.show();
    this.onChange();
  }

  // Called with each drawing: while it goes on, the slider stands at its end.
  show() {
    const last = String(Math.max(1, (this.frozen ?? this.moments.all).length - 1));
    if (this.slider.max !== last) this.slider.max = last;
    if (!this.isPaused && this.slider.value !== last) this.slider.value = last;
    const words = this.shown ? text("stage-at", { time: clock.format(performance.timeOrigin + this.shown.at) }) : text("stage-now");
    setText(this.ago, words);
    if (this.slider.getAttribute("aria-valuetext") !== words) this.slider.setAttribute("aria-valuetext", words);
    for (const [button, isOff] of [[this.back, Number(this.slider.value) <= 0], [this.forward, !this.isPaused || this.slider.value === last]]) {
      button.setAttribute("aria-disabled", String(isOff));
    }
  }
}
