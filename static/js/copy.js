// Copies what is shown: of a code box the panel in sight, of anything else its text.

import { say } from "./announce.js";
import { text } from "./words.js";

const SHOWN_MS = 1600;

async function copy(copied) {
  if (navigator.clipboard) return navigator.clipboard.writeText(copied);
  // Without TLS (a class on a local network) there is no clipboard API.
  const area = document.createElement("textarea");
  area.value = copied;
  area.className = "vh";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (!isCopied) throw new Error("not copied");
  return undefined;
}

function textOf(source) {
  const kind = document.documentElement.dataset.code;
  const panel = source.querySelector(`[data-panel="${kind}"] pre`);
  return (panel ?? source).textContent.trim();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  let word = text("copied");
  try { await copy(textOf(source)) } catch { word = text("not-copied") }
  button.dataset.label ??= button.textContent;
  button.textContent = word;
  button.focus(); // the fallback takes it away
  say(word);
  setTimeout(() => { button.textContent = button.dataset.label }, SHOWN_MS);
});

const reveal = (root) => root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false });
document.body.addEventListener("htmx:load", (event) => reveal(event.detail.elt));
reveal(document);
