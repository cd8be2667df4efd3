// A websocket that comes back by itself.
//
//   connect(url, { onFrame(frame), onState(isOnline, words), heartbeat }) → { isOpen(), send(frame) → was it sent, close() }
//
// A browser does not notice when the network just vanishes. So with `heartbeat` the server is asked whether it is there, and
// a connection on which it does not answer is given up, within 15 s. One connection of a page asks for all of them, and when
// it is lost the others ask at once; by themselves they ask now and then, for they may lead to another process. All ask when
// the browser says that it is offline. It may be offline and the connection good all the same: to this very machine. And a
// tab that nobody sees may run its timers once a minute: only a question without an answer tells anything.

import { has, text } from "./words.js";

const SHORTEST_MS = 250;
const LONGEST_MS = 8000;
const GOOD_AFTER_MS = 5000;
const BEAT_EVERY_MS = 1000;
const ASK_EVERY_MS = 8000; // of a class that only reads this is what costs the server most
const OTHERS_ASK_EVERY_MS = 30000;
const ANSWER_WITHIN_MS = 6000; // a busy machine takes its time
const OFFLINE_AFTER_MS = 3000;
const BLOCKED_AFTER = 3; // tries without a single connection

const beating = new Set(); // the connections of this page that are open: the functions by which they ask at once

export function connect(url, { onFrame, onState = () => {}, heartbeat = false }) {
  const address = new URL(url, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  let socket = null;
  let wait = SHORTEST_MS;
  let timer = 0;
  let openedAt = 0;
  let heardAt = 0;
  let askedAt = 0; // the first question that may still be without an answer
  let lastAskedAt = 0;
  let isClosed = false;
  let failures = 0; // since the page was loaded, until a first one succeeds

  function open() {
    clearTimeout(timer);
    if (isClosed || socket) return;
    const mine = (socket = new WebSocket(address));
    openedAt = Infinity;
    mine.onopen = () => {
      openedAt = heardAt = performance.now();
      askedAt = 0;
      lastAskedAt = openedAt;
      failures = -Infinity;
      if (heartbeat) beating.add(askAtOnce);
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
    const wasFirst = isFirst();
    beating.delete(askAtOnce);
    if (wasFirst) for (const askOther of beating) askOther();
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
    const now = performance.now();
    if (isUnanswered() && now - askedAt > ANSWER_WITHIN_MS) giveUp();
    else if (now - lastAskedAt >= (isFirst() ? ASK_EVERY_MS : OTHERS_ASK_EVERY_MS)) ask();
  }

  function ask() {
    lastAskedAt = performance.now();
    if (!isUnanswered()) askedAt = lastAskedAt;
    send({ type: "ping" });
  }

  function isUnanswered() {
    return askedAt > heardAt;
  }

  function isFirst() {
    return beating.values().next().value === askAtOnce;
  }

  function giveUp() {
    const dead = socket;
    lost(1006); // closing may take the browser a minute: nobody waits for it
    dead.close();
  }

  function askAtOnce() {
    if (!isOpen()) return;
    const asked = socket;
    const now = performance.now();
    ask();
    setTimeout(() => { if (socket === asked && heardAt < now) giveUp() }, OFFLINE_AFTER_MS);
  }

  function isOpen() {
    return socket?.readyState === WebSocket.OPEN;
  }

  function send(frame) {
    if (!isOpen()) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  const timerOfBeats = heartbeat ? setInterval(beat, BEAT_EVERY_MS) : 0;
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
      clearInterval(timerOfBeats);
      beating.delete(askAtOnce);
      removeEventListener("offline", askAtOnce);
      removeEventListener("online", open);
      removeEventListener("pageshow", open);
      removeEventListener("pagehide", away);
      socket?.close();
    },
  };
}
