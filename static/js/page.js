// What every page has.

import { watchCards } from "./cards.js";
import { showLocalTimes } from "./clock.js";
import { showOwnTimes } from "./due.js";
import { watchPresses } from "./presses.js";

watchCards();
watchPresses();
showLocalTimes(document);
showOwnTimes(document);
document.body.addEventListener("htmx:load", (event) => showLocalTimes(event.detail.elt));

// A form was refused: its first field with an error has the focus, once the address's fragment has been gone to.
const wrong = document.querySelector('[aria-invalid="true"]');
if (wrong) addEventListener("load", () => setTimeout(() => { if (document.activeElement === document.body) wrong.focus() }));
