// The slider under the feed, and the buttons beside it: which moment of the class is shown.

import { shortTime } from "./feed_record.js";
import { text } from "./words.js";

const WAIT_MS = 120; // while the slider is being moved

export class TimeLine {
  // onMove(end): the class as it was before that offset; onPlay(end), onStop(), onNow(), onSpeed(times)
  constructor(section, { onMove, onPlay, onStop, onNow, onSpeed }) {
    const part = (name) => section.querySelector(`[data-${name}]`);
    this.box = part("time");
    this.slider = part("slider");
    this.words = part("moment");
    this.play = part("play");
    this.now = part("now");
    this.isLive = true;
    this.isPlaying = false;
    this.moving = 0; // the timer, while the slider is being moved
    const arrive = () => {
      this.moving = 0;
      if (this.value >= this.end) onNow();
      else onMove(this.value);
    };
    this.slider.addEventListener("input", () => {
      this.say(text("moment", { shown: this.value, all: this.end }));
      clearTimeout(this.moving);
      this.moving = setTimeout(arrive, WAIT_MS);
    });
    this.play.addEventListener("click", () => (this.isPlaying ? onStop() : onPlay(this.value)));
    this.now.addEventListener("click", onNow);
    part("speed").addEventListener("change", (event) => onSpeed(Number(event.target.value)));
  }

  get value() {
    return Number(this.slider.value);
  }

  get begin() {
    return Number(this.slider.min);
  }

  get end() {
    return Number(this.slider.max);
  }

  // The feed has grown. A slider that is being moved is left alone.
  grow(end) {
    if (end > this.end) this.slider.max = end;
    if (this.isLive && !this.moving) this.slider.value = this.end;
    this.box.hidden = this.end - this.begin < 2;
  }

  show({ isLive, isPlaying = false }) {
    Object.assign(this, { isLive, isPlaying });
    this.box.classList.toggle("then", !isLive);
    this.now.setAttribute("aria-pressed", String(isLive));
    this.play.setAttribute("aria-pressed", String(isPlaying));
    this.play.textContent = text(isPlaying ? "stop" : "play");
    if (!isLive) return;
    this.slider.value = this.end;
    this.say(text("now"));
  }

  // While it is played: what is shown ends with this record. A slider that is being moved has left it.
  reach(item) {
    if (this.moving) return;
    this.slider.value = item.offset + 1;
    this.say(shortTime(item.at));
  }

  // The last record of the moment that was chosen; the slider stands there.
  tell(item) {
    if (!this.moving) this.say(shortTime(item.at));
  }

  say(words) {
    this.words.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
  }
}
