// An exercise that has just become done is said where one is: below the answer in the card that was used last, with what is
// next. Whoever is at the exercise itself sees its tick. And the text unfolds that would have given it away.

import { text } from "./words.js";

let used = ""; // the id of the card

for (const kind of ["click", "submit"]) {
  document.addEventListener(kind, ({ target }) => { used = target.closest?.(".act")?.id ?? used }, true);
}

document.body.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (!elt.matches(".exercise.done.fresh")) return;
  for (const folded of document.querySelectorAll(`[data-after="${elt.id}"]`)) folded.open = true;
  if (!elt.contains(document.activeElement)) tellAt(document.getElementById(used), elt);
});

function tellAt(card, exercise) {
  if (!card) return;
  const note = card.querySelector(":scope > .done-here") ?? makeNote(card);
  const line = document.createElement("p");
  const done = document.createElement("b");
  done.textContent = text("done-here", { exercise: titleOf(exercise) });
  line.append(done);
  note.querySelector("a")?.remove();
  note.append(line);
  const next = [...document.querySelectorAll(".exercise:not(.done)")].find((each) => exercise.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  line.append(" ", link(next ?? document.getElementById("part-turn"), next ? text("done-next", { exercise: titleOf(next) }) : text("done-all")));
}

// Above the code, for that is where the answer is.
function makeNote(card) {
  const note = document.createElement("div");
  note.className = "done-here";
  (card.querySelector(":scope > .answers, :scope > .notices") ?? card.lastElementChild).after(note);
  return note;
}

function link(to, words) {
  const made = document.createElement("a");
  made.href = `#${to.id}`;
  made.textContent = words;
  return made;
}

function titleOf(exercise) {
  return exercise.querySelector("h2").firstChild.textContent.trim(); // without its points
}
