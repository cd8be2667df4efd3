// Replaces one part of the page by a newer one, as if nobody had touched it: what was open, typed, scrolled or focused stays.
// A part in which a request is under way waits for its answer. What was drawn before that answer is dropped.

import { say } from "./announce.js";
import { showLocalTimes } from "./clock.js";

const FOCUSABLE = "a[href], button, summary, input:not([type='hidden']), select, textarea, [tabindex='0']";
const shown = new Map(); // id → the html that was put there last
const held = new Map(); // id → html that waits until nobody types in that part, presses something or waits for an answer there
const AFTER_A_PRESS_MS = 300; // the click, and its request, come first

export function replacePart(id, html) {
  const old = document.getElementById(id);
  if (!old) return;
  if (isInUse(old)) {
    held.set(id, html);
    return;
  }
  held.delete(id); // it is older
  if (shown.get(id) === html) return;
  const fresh = parse(html);
  if (fresh?.id !== id || isOutdated(fresh, old)) return;
  const isFirst = !shown.has(id);
  shown.set(id, html);
  showLocalTimes(fresh);
  if (isFirst && old.isEqualNode(fresh)) return;
  exchange(old, fresh);
  if (fresh.dataset.announce && fresh.dataset.announce !== old.dataset.announce) say(fresh.dataset.announce);
}

// The answer to what was sent from this part. Returns the part as it is now.
export function replaceByAnswer(old, html) {
  const fresh = parse(html);
  showLocalTimes(fresh);
  exchange(old, fresh);
  return fresh;
}

function exchange(old, fresh) {
  markNew(old, fresh);
  carryOver(old, fresh);
  swap(old, fresh);
}

function release() {
  const waiting = [...held];
  held.clear();
  for (const [id, html] of waiting) replacePart(id, html);
}

for (const end of ["focusout", "htmx:afterRequest"]) document.addEventListener(end, () => setTimeout(release, 0));
for (const end of ["pointerup", "pointercancel", "keyup"]) document.addEventListener(end, () => setTimeout(release, AFTER_A_PRESS_MS));

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function isInUse(part) {
  const active = document.activeElement;
  const isTypedIn = part.contains(active) && active.matches("input, select, textarea");
  const isPressed = part.matches(":active"); // replaced now, the button would lose its click
  return isTypedIn || isPressed || part.querySelector(".htmx-request") !== null;
}

// Drawn before what is there; or it knows nothing newer than a form that was refused, and would take the errors away.
function isOutdated(fresh, old) {
  const [now, was] = [fresh, old].map(({ dataset }) => Number(dataset.version));
  return now < was || (now === was && old.querySelector(".wrong, .form-error") !== null);
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
  pairs(old, fresh, "input:not([type='hidden']), select, textarea", (was, now) => {
    if (!isChanged(was)) return;
    if (isBox(was)) now.checked = was.value === now.value ? was.checked : now.checked;
    else if (!now.options || [...now.options].some(({ value }) => value === was.value)) now.value = was.value;
  });
}

const isBox = ({ type }) => type === "checkbox" || type === "radio"; // its value is what it stands for

// Whether something else is typed, chosen or ticked than the page came with.
export function isChanged(control) {
  if (isBox(control)) return control.checked !== control.defaultChecked;
  if (control.options) return [...control.options].some((option) => option.selected !== option.defaultSelected);
  return control.value !== control.defaultValue;
}

function swap(old, fresh) {
  const boxes = [...old.querySelectorAll(".scroll")].map((box) => [box.scrollLeft, box.scrollTop]);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const next = focused && (counterpart(focused, old, fresh) ?? fresh);
  old.replaceWith(fresh);
  fresh.querySelectorAll(".scroll").forEach((box, index) => box.scrollTo(...(boxes[index] ?? [0, 0])));
  window.htmx?.process(fresh);
  window.htmx?.trigger(fresh, "htmx:load");
  if (next) focusOn(next, focused);
}

// The same control in the new part, by its id; one without an id has its place.
function counterpart(control, old, fresh) {
  if (control.id) return fresh.querySelector(`#${CSS.escape(control.id)}`);
  return fresh.querySelectorAll(FOCUSABLE)[[...old.querySelectorAll(FOCUSABLE)].indexOf(control)];
}

function focusOn(element, before) {
  if (!element.matches(FOCUSABLE)) element.tabIndex = -1;
  element.focus({ preventScroll: true });
  const caret = [before.selectionStart, before.selectionEnd];
  if (element.matches("textarea, [type='text']")) element.setSelectionRange(...caret);
}

function pairs(old, fresh, selector, visit) {
  const now = fresh.querySelectorAll(selector);
  const name = (element) => element.name || element.id;
  old.querySelectorAll(selector).forEach((was, index) => {
    const same = now[index] && name(now[index]) === name(was) ? now[index] : [...now].find((each) => name(each) && name(each) === name(was));
    if (same) visit(was, same);
  });
}
