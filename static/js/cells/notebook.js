// The cells of a page: finds them, also those that htmx brings later, and gives them one Python and one place to be saved.

import { say } from "../announce.js";
import { text } from "../words.js";
import { Cell } from "./cell.js";
import { Python } from "./python.js";
import { Saving } from "./saving.js";

const data = JSON.parse(document.getElementById("cells-data").textContent);
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const part = (name) => document.querySelector(`[data-${name}]`);
const cells = new Map(); // id → cell, in the order of the page
const python = new Python(data.socket_url, { files: data.files, onChange: showState });
const saving = new Saving(data, { cellOf: (id) => cells.get(id) ?? { work: {} }, token, onState: showSaved, onConflict: showConflict });

function find(root) {
  for (const element of root.querySelectorAll("[data-cell]")) {
    const known = cells.get(element.dataset.cell);
    if (known && known.element !== element) known.attach(element);
    known?.show();
    if (!known) cells.set(element.dataset.cell, newCell(element));
  }
}

function newCell(element) {
  return new Cell(element, { python, work: data.work[element.dataset.cell], onChange: ({ id }) => saving.note(id), onGoOn: goOn });
}

// On to the next cell of a notebook; a lesson's cells are each for itself.
function goOn(cell) {
  if (!part("run-all")) return;
  const all = [...cells.values()];
  const next = all[all.indexOf(cell) + 1];
  (next ?? cell).code.frame.focus();
}

function showState() {
  const name = python.running?.name ?? "";
  for (const element of document.querySelectorAll("[data-python]")) {
    const words = python.words || text(`python-${python.state}`, { cell: name });
    if (element.textContent !== words) element.textContent = words;
    element.dataset.python = python.words ? "" : python.state;
    element.classList.toggle("on", ["ready", "busy"].includes(python.state));
    element.classList.toggle("waiting", python.words !== "" || python.state === "dead");
  }
  setOff(part("stop-all"), !python.running && !python.waiting.length);
  setOff(part("restart"), python.state === "off");
  setOff(part("run-all"), python.waiting.length > 0);
}

function setOff(button, isOff) {
  button?.setAttribute("aria-disabled", String(isOff)); // `disabled` would take the focus away
}

function press(name, act) {
  part(name)?.addEventListener("click", ({ currentTarget }) => { if (currentTarget.getAttribute("aria-disabled") !== "true") act() });
}

function showSaved(state, words) {
  const isSaved = state === "saved" || state === "pending";
  const said = state === "pending" ? "" : state === "failed" ? words || text("not-saved") : text(isSaved ? "saved" : "not-saved-yet");
  for (const line of document.querySelectorAll("[data-saved]")) {
    line.textContent = said;
    line.classList.toggle("bad", !isSaved);
  }
  if (!isSaved) say(said);
}

function showConflict() {
  part("conflict").hidden = false; // it is an alert: screen readers say it
}

press("run-all", () => python.run([...cells.values()]));
press("stop-all", () => python.stopAll());
press("restart", () => python.restart());
press("keep-ours", () => {
  saving.keepOurs([...cells.keys()]);
  part("conflict").hidden = true;
});
press("take-theirs", () => {
  const { work } = saving.theirs;
  for (const [id, cell] of cells) cell.restore(work[id] ?? {});
  saving.tookTheirs();
  part("conflict").hidden = true;
});

if (python.isPossible) {
  document.documentElement.classList.add("cells-run");
} else {
  for (const element of document.querySelectorAll("[data-impossible]")) element.hidden = false;
}
find(document);
showState();
document.body.addEventListener("htmx:load", ({ detail: { elt } }) => find((elt.closest("[data-cell]") ?? elt).parentElement ?? document));
