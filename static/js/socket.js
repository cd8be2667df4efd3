// A websocket that comes back by itself.
//
//   connect(url, { onFrame(frame), onState(isOnline, words), heartbeat }) → { isOpen(), send(frame) → was it sent, close() }
//
// A browser does not notice when the network just vanishes. With `heartbeat` (the streams' sockets answer it) a
// connection on which nothing has come for a while is given up.

import { has, text } from "./words.js";

const SHORTEST_MS = 250;
const LONGEST_MS = 8000;
const GOOD_AFTER_MS = 5000;
const PING_EVERY_MS = 5000;
const SILENT_AFTER_MS = 15000;

export function connect(url, { onFrame, onState = () => {}, heartbeat = false }) {
  const address = new URL(url, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  let socket = null;
  let wait = SHORTEST_MS;
  let timer = 0;
  let openedAt = 0;
  let heardAt = 0;
  let isClosed = false;

  function open() {
    clearTimeout(timer);
    if (isClosed || socket) return;
    const mine = (socket = new WebSocket(address));
    openedAt = heardAt = Infinity;
    mine.onopen = () => {
      openedAt = heardAt = performance.now();
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
    onState(false, has(final) ? text(final) : undefined);
    if (isClosed) return;
    timer = setTimeout(open, wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, LONGEST_MS);
  }

  function beat() {
    if (!isOpen()) return;
    if (performance.now() - heardAt > SILENT_AFTER_MS) {
      const dead = socket;
      lost(1006); // closing may take the browser a minute: nobody waits for it
      dead.close();
    } else {
      send({ type: "ping" });
    }
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
      removeEventListener("online", open);
      removeEventListener("pageshow", open);
      removeEventListener("pagehide", away);
      socket?.close();
    },
  };
}
