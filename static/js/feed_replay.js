// Plays records at the speed at which they came, or faster; a long silence of the class is a short one here.

const LONGEST_SILENCE_MS = 3000;
const AHEAD = 50; // so many are had before it is their time

export class Replay {
  // onItem(item) when its time has come; onMore(n): there is room for n more; onDone() when there are no more
  constructor({ onItem, onMore, onDone, isLast }) {
    Object.assign(this, { onItem, onMore, onDone, isLast });
    this.speed = 1;
    this.stop();
  }

  get ahead() {
    return AHEAD;
  }

  start() {
    this.isPlaying = true;
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.isPlaying = false;
    this.waiting = [];
    this.shownAt = null; // when what is shown last had happened
  }

  add(items) {
    this.waiting.push(...items);
    this.goOn();
  }

  goOn() {
    if (this.timer || !this.isPlaying || !this.waiting.length) return;
    const at = Date.parse(this.waiting[0].at);
    const silence = this.shownAt === null ? 0 : Math.min(Math.max(at - this.shownAt, 0), LONGEST_SILENCE_MS);
    this.timer = setTimeout(() => this.show(at), silence / this.speed);
  }

  show(at) {
    this.timer = 0;
    this.shownAt = at;
    const item = this.waiting.shift();
    this.onItem(item);
    if (this.isLast(item)) {
      this.onDone();
    } else {
      this.onMore(1);
      this.goOn();
    }
  }
}
