// Who sends and who reads: this page's form above the partitions, the members of groups below them.

import { text } from "../words.js";
import { element, keyed, setText } from "./keyed.js";
import { groupsShown } from "./flags.js";
import { wordsOf } from "./cells.js";

const MOST_PENDING = 12;
const SENDING_FORM = ".act > form [name='values']";

export class Producer {
  // Of several topics only those to which this page has sent show its form.
  constructor(zone, { isOnly }) {
    this.zone = zone;
    this.isOnly = isOnly;
    this.client = element("div", "client");
    this.client.append(element("b", "", text("stage-your-form")), element("small"));
    this.pending = element("div", "cells pending");
    zone.append(this.client, this.pending);
  }

  draw({ sending, delivered, failed }) {
    this.zone.hidden = this.isOnly ? document.querySelector(SENDING_FORM) === null : !sending && !delivered && !failed;
    this.zone.classList.toggle("sends", sending !== null);
    setText(this.client.lastChild, sending ? text("stage-in-flight", { count: sending.length })
      : delivered + failed ? text(failed ? "stage-sent-failed" : "stage-sent", { delivered, failed }) : text("stage-sent-nothing"));
    const shown = (sending ?? []).slice(0, MOST_PENDING).map((value, index) => ({ value, index }));
    keyed(this.pending, shown, ({ index }) => index, ({ value }) => element("span", "cell in-flight", wordsOf({ kind: value ? "text" : "empty", text: value || undefined })));
  }
}

export class Groups {
  constructor(zone) {
    this.zone = zone;
  }

  draw(state, { isMoving }) {
    const shown = groupsShown(state);
    this.zone.hidden = shown.length === 0;
    keyed(this.zone, shown, ({ id }) => id, makeGroup, (box, group) => {
      const [label, members] = box.children;
      setText(label, text(group.members.length ? "stage-group" : "stage-group-empty", { group: group.id, state: group.state, protocol: protocolOf(group) }));
      keyed(members, group.members, ({ id }) => id, makeMember, (made, member) => drawMember(made, member, { mine: mineOf(state, group), isMoving }));
    });
  }
}

function makeGroup() {
  const box = element("div", "group-zone");
  box.append(element("p", "label"), element("div", "clients"));
  return box;
}

function makeMember() {
  const made = element("div", "client");
  made.append(element("b"), element("small"));
  return made;
}

function drawMember(made, { number, client, partitions }, { mine, isMoving }) {
  const places = partitions.join(", ");
  setText(made.firstChild, mine.has(places) ? yours(mine.get(places)) : text("stage-member", { number }));
  setText(made.lastChild, places ? text("stage-owns", { partitions: places }) : text("stage-idle"));
  if (isMoving && made.dataset.owns !== places) restart(made, "changed");
  made.dataset.owns = places;
  made.classList.toggle("idle", !places);
  made.title = client;
}

function yours(number) {
  return number === null ? text("stage-your-consumer") : text("stage-your-member", { number });
}

// A partition has one member of a group: who has exactly what a consumer of this page was given is that consumer. And where as
// many members have none as consumers of this page, they are these.
function mineOf({ readings }, group) {
  const mine = readings.filter((each) => each.isRunning && each.hasJoined && each.group === group.id);
  const found = new Map(mine.filter(({ owns }) => owns.length).map(({ owns, number }) => [owns.join(", "), number]));
  const idle = mine.filter(({ owns }) => !owns.length);
  const isEach = idle.length === group.members.filter(({ partitions }) => !partitions.length).length;
  return idle.length && isEach ? found.set("", idle.length === 1 ? idle[0].number : null) : found;
}

export function protocolOf({ protocol }) {
  return text(protocol === "consumer" ? "stage-protocol-consumer" : "stage-protocol-classic");
}

function restart(made, animation) {
  made.classList.remove(animation);
  void made.offsetWidth; // or the browser sees no change
  made.classList.add(animation);
}
