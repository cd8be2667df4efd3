// The page's live socket: parts of the page, drawn anew by the server whenever the cluster or the progress changed.

import { replacePart } from "./parts.js";
import { connect } from "./socket.js";
import { text } from "./words.js";

const head = document.querySelector("[data-live-state]");
let online = false;
let wasOnline = false;
let lastWords = ""; // of a connection that will not come back

function showState() {
  if (!head) return;
  const cluster = document.getElementById("part-brokers")?.dataset.state;
  const [name, words] = lastWords ? ["waiting", lastWords]
    : !online ? (wasOnline ? ["waiting", text("reconnecting")] : ["", text("connecting")])
    : cluster === "joining" ? ["waiting", text("brokers-joining")]
    : ["on", text("live")];
  head.classList.toggle("on", name === "on");
  head.classList.toggle("waiting", name === "waiting");
  if (head.textContent !== words) head.textContent = words;
}

const url = document.body.dataset.liveUrl;
if (url) {
  connect(url, {
    heartbeat: true,
    onFrame(frame) {
      if (frame.type !== "parts") return;
      for (const [id, html] of Object.entries(frame.parts)) replacePart(id, html);
      showState();
    },
    onState(isOnline, words = "") {
      lastWords = words;
      online = isOnline;
      wasOnline ||= isOnline;
      showState();
    },
  });
}
