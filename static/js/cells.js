// One record as a row of the table. Whatever a record holds is text here, never markup.

import { text } from "./words.js";

const clock = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});
const UNSEEN = /(?![\n\t])[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

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
  element.textContent = value.text === undefined ? (value.kind === "empty" ? text("empty") : value.kind) : visible(value.text);
  if (value.size_bytes) element.append(" ", note(text("bytes-in-all", { count: value.size_bytes.toLocaleString() })));
}

// What has no shape of its own, or turns the text around it (U+202E makes "evil" read "live"), is written out.
function visible(words) {
  return words.replace(UNSEEN, (sign) => {
    const code = sign.codePointAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function headersCell(headers) {
  const cell = document.createElement("td");
  for (const [name, value] of headers) {
    const line = document.createElement("div");
    const shown = document.createElement("span");
    fill(shown, value);
    line.append(`${visible(name)}: `, shown);
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

function note(words) {
  const element = document.createElement("small");
  element.textContent = words;
  return element;
}
