// A scene that is played: what has happened is said aloud, and the step that comes next stays in sight.

import { say } from "./announce.js";

document.body.addEventListener("htmx:afterSwap", () => {
  const scene = document.querySelector("[data-scene]");
  if (!scene) return;
  if (scene.dataset.announce) say(scene.dataset.announce);
  scene.querySelector(".step.next")?.scrollIntoView({ block: "nearest" });
  if (document.activeElement === document.body) scene.querySelector(".press button")?.focus({ preventScroll: true });
});
