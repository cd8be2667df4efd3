// What every page has.

import { watchCards } from "./cards.js";
import { showLocalTimes } from "./clock.js";

watchCards();
showLocalTimes(document);
document.body.addEventListener("htmx:load", (event) => showLocalTimes(event.detail.elt));
