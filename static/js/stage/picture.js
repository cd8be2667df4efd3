// Draws a state of the stage: who sends, the partitions, who reads, what was read.

import { Braid } from "./braid.js";
import { isWide } from "./cells.js";
import { Groups, Producer } from "./clients.js";
import { fly } from "./flights.js";
import { Lanes } from "./lanes.js";
import { Readings } from "./read.js";

const FRESH_MS = 1800;

export class Picture {
  constructor(box, { isOnly, onResized }) {
    const part = (name) => box.querySelector(`[data-${name}]`);
    this.box = box;
    this.width = 0;
    this.wasSeen = false;
    this.producer = new Producer(part("producer"), { isOnly });
    this.lanes = new Lanes(part("partitions"));
    this.readings = new Readings(part("readings"));
    this.braid = new Braid(part("braid"));
    this.groups = new Groups(part("groups"));
    this.none = part("none");
    this.observer = new ResizeObserver(([{ contentRect }]) => {
      if (Math.floor(contentRect.width) === this.width) return;
      this.width = Math.floor(contentRect.width);
      onResized();
    });
    this.observer.observe(box);
  }

  // `isMoving`: what is new has just happened, and may be shown on its way.
  draw(state, { isMoving }) {
    const isSeen = this.wasSeen;
    this.wasSeen = this.width > 0;
    if (!this.width) return; // it is folded away
    const isGone = state.isThere === false || state.isDeleted;
    this.box.classList.toggle("wide", isWide(this.width));
    this.none.hidden = !isGone;
    this.lanes.box.hidden = isGone;
    this.producer.draw(state);
    const arrived = this.lanes.draw(state, this.width);
    const given = this.readings.draw(state, this.width);
    this.braid.draw(this.lanes.placed, isGone ? null : this.readings.newest(state.readings));
    this.groups.draw(state, { isMoving: isMoving && isSeen });
    if (isMoving && isSeen) this.move(arrived, given);
  }

  move(arrived, given) {
    const fresh = [...arrived, ...given].map(([element]) => element);
    if (!fresh.length) return;
    for (const element of fresh) element.classList.add("fresh");
    setTimeout(() => fresh.forEach((element) => element.classList.remove("fresh")), FRESH_MS); // or unfolding shows it again
    const sent = arrived.filter(([, cell]) => cell.isMine).map(([element]) => ({ element, from: this.producer.client }));
    const read = given.map(([element, { partition, offset }]) => ({ element, from: this.lanes.cell(partition, offset) }));
    fly([...sent, ...read.filter(({ from }) => from !== null)]);
  }

  end() {
    this.observer.disconnect();
  }
}
