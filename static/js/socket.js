// A websocket that comes back by itself.
//
//   connect(url, { onFrame(frame), onState(isOnline, words), heartbeat }) → { isOpen(), send(frame) → was it sent, close() }
//
// A browser does not notice when the network just vanishes. With `heartbeat` a connection on which nothing has come for
// a while is given up, within 14 s; sooner when the browser says that it is offline. It may be offline and the connection
// good all the same: to this very machine. So it is asked then, and not given up.

import { has, text } from "./words.js";

const SHORTEST_MS = 250;
const LONGEST_MS = 8000;
const GOOD_AFTER_MS = 5000;
const PING_EVERY_MS = 4000;
const SILENT_AFTER_MS = 9000;
const OFFLINE_AFTER_MS = 3000;
const BLOCKED_AFTER = 3; // tries without a single connection

export function connect(url, { onFrame, onState = () => {}, heartbeat = false }) {
  const address = new URL(url, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  let socket = null;
  let wait = SHORTEST_MS;
  let timer = 0;
  let openedAt = 0;
  let heardAt = 0;
  let isClosed = false;
  let failures = 0; // since the page was loaded, until a first one succeeds

  function open() {
    clearTimeout(timer);
    if (isClosed || socket) return;
    const mine = (socket = new WebSocket(address));
    openedAt = heardAt = Infinity;
    mine.onopen = () => {
      openedAt = heardAt = performance.now();
      failures = -Infinity;
      onState(true);
    };
    mine.onmessage = (event) => {
      heardAt = performance.now();
      const frame = JSON.parse(event.data);
      if (frame.type !== "pong") onFrame(frame);
    };
    mine.onclose = (event) => {
      if (socket === mine) lost(event.code);
    };
  }

  function lost(code) {
    socket = null;
    const final = `closed-${code}`; // there are words for what will not come back
    isClosed ||= has(final);
    if (performance.now() - openedAt > GOOD_AFTER_MS) wait = SHORTEST_MS;
    failures += 1;
    onState(false, has(final) ? text(final) : failures >= BLOCKED_AFTER ? text("blocked") : undefined);
    if (isClosed) return;
    timer = setTimeout(open, wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, LONGEST_MS);
  }

  function beat() {
    if (!isOpen()) return;
    if (performance.now() - heardAt > SILENT_AFTER_MS) giveUp();
    else send({ type: "ping" });
  }

  function giveUp() {
    const dead = socket;
    lost(1006); // closing may take the browser a minute: nobody waits for it
    dead.close();
  }

  function askAtOnce() {
    if (!isOpen()) return;
    const asked = socket;
    const askedAt = performance.now();
    send({ type: "ping" });
    setTimeout(() => { if (socket === asked && heardAt < askedAt) giveUp() }, OFFLINE_AFTER_MS);
  }

  function isOpen() {
    return socket?.readyState === WebSocket.OPEN;
  }

  function send(frame) {
    if (!isOpen()) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  const beats = heartbeat ? setInterval(beat, PING_EVERY_MS) : 0;
  const away = () => { clearTimeout(timer); socket?.close() };
  if (heartbeat) addEventListener("offline", askAtOnce);
  addEventListener("online", open);
  addEventListener("pageshow", open); // out of the browser's cache of pages
  addEventListener("pagehide", away);
  open();

  return {
    isOpen,
    send,
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearInterval(beats);
      removeEventListener("offline", askAtOnce);
      removeEventListener("online", open);
      removeEventListener("pageshow", open);
      removeEventListener("pagehide", away);
      socket?.close();
    },
  };
}
