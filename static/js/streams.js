// Finds the streams of the page, also those that htmx brings later, and ends those that it takes away.

import { consume } from "./consume.js";
import { watch } from "./watch.js";

const kinds = { consume, watch };
const ends = new Map(); // section → what ends it

function begin(root) {
  const found = root.matches?.("[data-stream]") ? [root] : root.querySelectorAll("[data-stream]");
  for (const section of found) {
    if (!ends.has(section)) ends.set(section, kinds[section.dataset.stream](section));
  }
  for (const [section, end] of ends) {
    if (!section.isConnected) {
      end();
      ends.delete(section);
    }
  }
}

begin(document);
document.body.addEventListener("htmx:load", (event) => begin(event.detail.elt));
