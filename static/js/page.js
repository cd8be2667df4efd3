// What every page has.

import { watchCards } from "./cards.js";
import { showLocalTimes } from "./clock.js";
import { showOwnTimes } from "./due.js";

watchCards();
showLocalTimes(document);
showOwnTimes(document);
document.body.addEventListener("htmx:load", (event) => showLocalTimes(event.detail.elt));
