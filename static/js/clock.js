// Times come from the server in UTC; whoever looks has a clock on the wall.

const format = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = { weekday: "long", day: "numeric", month: "long" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    if (time.dataset.zone) addOwnTime(time, moment);
    else time.textContent = format.format(moment);
  }
}

/** A due date stands in the class's time zone; who lives in another one reads their own beside it. */
function addOwnTime(time, moment) {
  const here = wallClock(moment);
  if (time.dataset.seen || here === wallClock(moment, time.dataset.zone)) return;
  time.dataset.seen = "1";
  const own = document.createElement("span");
  own.className = "own-time";
  own.textContent = ` (${here} where you are)`;
  time.after(own);
}

function wallClock(moment, timeZone) {
  const say = (parts) => new Intl.DateTimeFormat("en-GB", { ...parts, timeZone }).format(moment);
  try {
    return `${say(DAY)}, ${say(TIME)}`;
  } catch {
    return ""; // a zone that this browser does not know
  }
}
