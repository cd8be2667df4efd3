// Replaces one part of the page by a newer one, as if nobody had touched it: what was open, typed, scrolled or focused stays.

import { say } from "./announce.js";
import { showLocalTimes } from "./clock.js";

const FOCUSABLE = "a[href], button, summary, input, select, textarea, [tabindex='0']";
const shown = new Map(); // id → the html that was put there last
const held = new Map(); // id → html that waits until nobody types in that part, or presses something there
const AFTER_A_PRESS_MS = 300; // the click, and its request, come first

export function replacePart(id, html) {
  const old = document.getElementById(id);
  if (!old || shown.get(id) === html) return;
  if (isInUse(old)) {
    held.set(id, html);
    return;
  }
  const fresh = parse(html);
  if (fresh?.id !== id) return;
  const isFirst = !shown.has(id);
  shown.set(id, html);
  showLocalTimes(fresh);
  if (isFirst && old.isEqualNode(fresh)) return;
  markNew(old, fresh);
  carryOver(old, fresh);
  swap(old, fresh);
  if (fresh.dataset.announce && fresh.dataset.announce !== old.dataset.announce) say(fresh.dataset.announce);
}

function release() {
  const waiting = [...held];
  held.clear();
  for (const [id, html] of waiting) replacePart(id, html);
}

document.addEventListener("focusout", () => setTimeout(release, 0));
for (const end of ["pointerup", "pointercancel", "keyup"]) document.addEventListener(end, () => setTimeout(release, AFTER_A_PRESS_MS));

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function isInUse(part) {
  const active = document.activeElement;
  const isTypedIn = part.contains(active) && active.matches("input, select, textarea");
  return isTypedIn || part.matches(":active"); // so is what has a pressed button in it: replaced now, it would lose its click
}

function markNew(old, fresh) {
  const known = new Set([...old.querySelectorAll("[data-key]")].map((element) => element.dataset.key));
  for (const element of fresh.querySelectorAll("[data-key]")) {
    if (!known.has(element.dataset.key)) element.classList.add("fresh");
  }
  if (fresh.dataset.state !== old.dataset.state) fresh.classList.add("fresh");
}

function carryOver(old, fresh) {
  pairs(old, fresh, "details", (was, now) => { now.open = was.open });
  pairs(old, fresh, "select", (was, now) => {
    const isChosen = [...was.options].some((option) => option.selected !== option.defaultSelected);
    if (isChosen && [...now.options].some(({ value }) => value === was.value)) now.value = was.value;
  });
  pairs(old, fresh, "input:not([type='hidden']), textarea", (was, now) => {
    const isBox = was.type === "checkbox" || was.type === "radio"; // its value is what it stands for
    if (!isBox && was.value !== was.defaultValue) now.value = was.value;
    if (was.value === now.value && was.checked !== was.defaultChecked) now.checked = was.checked;
  });
}

function swap(old, fresh) {
  const boxes = [...old.querySelectorAll(".scroll")].map((box) => [box.scrollLeft, box.scrollTop]);
  const place = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(fresh);
  fresh.querySelectorAll(".scroll").forEach((box, index) => box.scrollTo(...(boxes[index] ?? [0, 0])));
  window.htmx?.process(fresh);
  fresh.dispatchEvent(new CustomEvent("part", { bubbles: true }));
  if (!hadFocus) return;
  const next = fresh.querySelectorAll(FOCUSABLE)[place];
  if (!next) fresh.tabIndex = -1;
  (next ?? fresh).focus({ preventScroll: true });
}

function pairs(old, fresh, selector, visit) {
  const now = fresh.querySelectorAll(selector);
  const name = (element) => element.name || element.id;
  old.querySelectorAll(selector).forEach((was, index) => {
    const same = now[index] && name(now[index]) === name(was) ? now[index] : [...now].find((each) => name(each) && name(each) === name(was));
    if (same) visit(was, same);
  });
}
