// One record as a row of the table. Whatever a record holds is text here, never markup.

import { fill } from "./values.js";

const clock = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});

export function rowOf(record) {
  const row = document.createElement("tr");
  row.className = "fresh";
  row.setAttribute("role", "row"); // said, because the style sheet lays rows out as grids
  row.append(
    textCell(record.partition), textCell(record.offset), filled("td", record.key), filled("td", record.value),
    headersCell(record.headers), timeCell(record.at_ms),
  );
  for (const cell of row.children) cell.setAttribute("role", "cell");
  return row;
}

function textCell(value) {
  const cell = document.createElement("td");
  cell.textContent = value;
  return cell;
}

function filled(tag, value) {
  const element = document.createElement(tag);
  fill(element, value);
  return element;
}

function headersCell(headers) {
  const cell = document.createElement("td");
  for (const [name, value] of headers) {
    const line = document.createElement("div");
    line.append(filled("span", { kind: "text", text: name }), ": ", filled("span", value));
    cell.append(line);
  }
  return cell;
}

function timeCell(atMs) {
  const cell = document.createElement("td");
  if (atMs !== null) {
    const moment = new Date(atMs);
    const time = document.createElement("time");
    if (Number.isNaN(moment.getTime())) {
      cell.className = "odd";
      cell.textContent = atMs; // a producer may have counted nanoseconds: no calendar goes that far
    } else {
      time.dateTime = moment.toISOString();
      time.textContent = clock.format(moment);
      cell.append(time);
    }
  }
  return cell;
}
