// One record as a row of the table. Whatever a record holds is text here, never markup.

import { text } from "./words.js";

const clock = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});

export function rowOf(record) {
  const row = document.createElement("tr");
  row.className = "fresh";
  row.append(
    textCell(record.partition), textCell(record.offset), valueCell(record.key), valueCell(record.value),
    headersCell(record.headers), timeCell(record.at_ms),
  );
  return row;
}

function textCell(value) {
  const cell = document.createElement("td");
  cell.textContent = value;
  return cell;
}

function valueCell(value) {
  const cell = document.createElement("td");
  fill(cell, value);
  return cell;
}

// null, empty and bytes look different from a text that says "null", "empty" or "ff".
function fill(element, value) {
  if (value.kind !== "text") element.classList.add(value.kind);
  element.textContent = value.text ?? (value.kind === "empty" ? text("empty") : value.kind);
  if (value.size_bytes) element.append(" ", note(text("bytes-in-all", { count: value.size_bytes.toLocaleString() })));
}

function headersCell(headers) {
  const cell = document.createElement("td");
  for (const [name, value] of headers) {
    const line = document.createElement("div");
    const shown = document.createElement("span");
    fill(shown, value);
    line.append(`${name}: `, shown);
    cell.append(line);
  }
  return cell;
}

function timeCell(atMs) {
  const cell = document.createElement("td");
  if (atMs !== null) {
    const time = document.createElement("time");
    const moment = new Date(atMs);
    time.dateTime = moment.toISOString();
    time.textContent = clock.format(moment);
    cell.append(time);
  }
  return cell;
}

function note(words) {
  const element = document.createElement("small");
  element.textContent = words;
  return element;
}
