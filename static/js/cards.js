// What htmx leaves to the page: what takes the place of a card, where the focus goes, what is said aloud, and a sentence when
// there was no card in the answer.

import { say } from "./announce.js";
import { replaceByAnswer } from "./parts.js";
import { text } from "./words.js";

const REFUSED = ".form-error, .wrong > label, .wrong legend, .field-error";
const ANSWERED = ".answer > p:not(.at), .answer li:nth-child(-n + 10), .verdict";

export function watchCards() {
  document.body.addEventListener("htmx:beforeRequest", (event) => clearTrouble(event.detail.elt));
  document.body.addEventListener("htmx:sendError", (event) => showTrouble(event.detail.elt, text("no-answer")));
  document.body.addEventListener("htmx:beforeSwap", takeAnswer);
  document.body.addEventListener("htmx:afterSwap", (event) => { if (event.target.matches?.(".answers")) tell(event.target) });
}

function takeAnswer(event) {
  const { xhr, target, requestConfig } = event.detail;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  if (!target.id || !page.getElementById(target.id)) {
    keepCard(event, page);
  } else if (isPress(requestConfig) && target.matches(".act, .exercise")) {
    event.detail.shouldSwap = false;
    tell(replaceByAnswer(target, xhr.responseText));
  }
}

// An answer without the card in it (signed out, a fault, a proxy's page) must not replace what was typed.
function keepCard(event, page) {
  const { requestConfig } = event.detail;
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

// The focus stays where it is, but for a form that was refused: it goes to the first error.
function tell(card) {
  const isRefused = card.querySelector(REFUSED) !== null;
  say([...card.querySelectorAll(isRefused ? REFUSED : ANSWERED)].map((part) => part.textContent).join(" "));
  const wrong = card.querySelector(".wrong :is(input, select, textarea)");
  if (isFree(card)) wrong?.focus({ preventScroll: true });
  (wrong?.closest(".field") ?? card.querySelector(".answer, .verdict"))?.scrollIntoView({ block: "nearest" });
}

// A form was sent, and not only looked at: the code below it is asked for by a POST, too, while somebody types.
function isPress(config) {
  return config?.verb === "post" && config.elt?.matches?.("form");
}

function isFree(card) {
  const active = document.activeElement;
  return !active || active === document.body || card.contains(active);
}
