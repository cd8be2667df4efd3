// What htmx leaves to the page: where the focus goes, what is said aloud, and a sentence when there was no card in the answer.

import { say } from "./announce.js";
import { showLocalTimes } from "./clock.js";
import { text } from "./words.js";

const HEARD = ".form-error, .wrong label, .field-error, .answer > p:not(.at), .answer li:nth-child(-n + 10), .verdict";

export function watchCards() {
  document.body.addEventListener("htmx:beforeRequest", (event) => clearTrouble(event.detail.elt));
  document.body.addEventListener("htmx:sendError", (event) => showTrouble(event.detail.elt, text("no-answer")));
  document.body.addEventListener("htmx:beforeSwap", keepCardWithoutAnswer);
  document.body.addEventListener("htmx:afterSwap", settle);
  document.body.addEventListener("htmx:afterOnLoad", focusAgain);
}

// An answer without the card in it (signed out, a fault, a proxy's page) must not replace what was typed.
function keepCardWithoutAnswer(event) {
  const { xhr, target, requestConfig } = event.detail;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  if (target.id && page.getElementById(target.id)) return;
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  if (isPress(requestConfig)) showTrouble(requestConfig.elt, page.querySelector("[data-error]")?.textContent || text("unreadable"));
}

function showTrouble(elt, words) {
  const form = elt.closest("form");
  if (!form) return;
  clearTrouble(form);
  const note = document.createElement("p");
  note.className = "trouble";
  note.textContent = words;
  form.after(note);
  say(words);
}

function clearTrouble(elt) {
  elt.parentElement?.querySelector(":scope > .trouble")?.remove();
}

function settle(event) {
  const card = event.target;
  if (card.querySelectorAll) showLocalTimes(card);
  if (!isPress(event.detail.requestConfig) || !card.matches?.(".act, .exercise, .answers")) return;
  const wrong = card.querySelector("[aria-invalid='true']");
  const heard = card.querySelectorAll(HEARD);
  say([...heard].map((part) => part.textContent).join(" "));
  if (!card.matches(".answers") && isFree(card)) focusOn(card, wrong ?? card.querySelector("form:last-of-type > button"));
  (wrong?.closest(".field") ?? card.querySelector(".answer, .verdict"))?.scrollIntoView({ block: "nearest" });
}

// A card that stays has its controls disabled until the answer has taken its place, which takes the focus away.
function focusAgain(event) {
  const card = event.detail.requestConfig?.elt?.closest?.(".act");
  if (isPress(event.detail.requestConfig) && card && isFree(card)) focusOn(card, card.querySelector("form:last-of-type > button"));
}

// A form was sent, and not only looked at: the code below it is asked for by a POST, too, while somebody types.
function isPress(config) {
  return config?.verb === "post" && config.elt?.matches?.("form");
}

function isFree(card) {
  const active = document.activeElement;
  return !active || active === document.body || card.contains(active);
}

function focusOn(card, element) {
  if (!element) card.tabIndex = -1;
  (element ?? card).focus({ preventScroll: true });
}
