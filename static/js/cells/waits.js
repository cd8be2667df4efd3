// What the program waits for, in the worker. A wait ends by its time, by anything that the worker hears, or by Stop.

const pending = new Set();
const turns = new MessageChannel(); // a turn of the event loop; a timer would take 4 ms
const ends = [];
turns.port1.onmessage = () => ends.shift()?.();
let isStopWanted = false;

// → "time", "heard" or "stop". No time: -1.
export function wait(ms) {
  if (takeStop()) return Promise.resolve("stop");
  return new Promise((resolve) => {
    let timer = 0;
    const one = (why) => {
      clearTimeout(timer);
      if (pending.delete(one)) resolve(why);
    };
    pending.add(one);
    if (ms === 0) {
      ends.push(() => one("time"));
      turns.port2.postMessage(null);
    } else if (ms > 0) {
      timer = setTimeout(one, Math.min(ms, 2 ** 31 - 1), "time");
    }
  });
}

export function wake() {
  for (const one of [...pending]) one("heard");
}

// One-shot: the next wait after it is none of its business, so that `finally: c.close()` can wait.
export function stop() {
  const [first] = pending;
  if (first) first("stop");
  else isStopWanted = true;
}

export function forgetStop() {
  isStopWanted = false;
}

function takeStop() {
  const wanted = isStopWanted;
  isStopWanted = false;
  return wanted;
}
