// Times come from the server in UTC; whoever looks has a clock on the wall. What is told as "since" is counted on.

const format = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const formatWithDay = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const LONG_S = [[86400, "d"], [3600, "h"], [60, "min"], [0, "s"]];

export function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    show(time, "since" in time.dataset ? `for ${ago(moment)}` : ("day" in time.dataset ? formatWithDay : format).format(moment));
  }
}

function ago(moment) {
  const passed_s = Math.max(0, Math.floor((Date.now() - moment) / 1000));
  const [unit_s, name] = LONG_S.find(([from_s]) => passed_s >= from_s);
  return `${Math.floor(passed_s / (unit_s || 1))} ${name}`;
}

function show(time, words) {
  if (time.textContent !== words) time.textContent = words;
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-since]")) show(time, `for ${ago(new Date(time.dateTime))}`);
}, 1000);
