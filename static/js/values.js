// A key, a value or a header as an element. What is long is cut, and a button beside it shows all of it; JSON is then indented.

import { indented, isJson } from "./indented.js";
import { text } from "./words.js";

const LONG = 160; // characters
const CUT = 120;
const MOST_LINES = 5;
const ONE_LINE = 40; // characters; JSON that is longer can be indented
const UNSEEN = /(?![\n\t])[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const values = new WeakMap(); // button → its value

// null, empty and bytes look different from a text that says "null", "empty" or "ff".
export function fill(element, value) {
  if (value.kind !== "text") element.classList.add(value.kind);
  const shown = document.createElement("bdi");
  element.append(shown);
  if (value.text === undefined) {
    shown.textContent = value.kind === "empty" ? text("empty") : value.kind;
    return;
  }
  shown.textContent = visible(cut(value.text));
  if (isLong(value.text) || isOpenable(value)) element.append(" ", buttonOf(value));
}

// What has no shape of its own, or turns the text around it (U+202E makes "evil" read "live"), is written out.
export function visible(words) {
  return words.replace(UNSEEN, (sign) => {
    const code = sign.codePointAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function isLong(words) {
  return words.length > LONG || words.split("\n", MOST_LINES + 1).length > MOST_LINES;
}

function isOpenable({ kind, text: words, size_bytes }) {
  return kind === "text" && words.length > ONE_LINE && !size_bytes && isJson(words);
}

function cut(words) {
  if (!isLong(words)) return words;
  const head = words.slice(0, CUT).split("\n").slice(0, MOST_LINES).join("\n");
  return `${head.replace(/[\ud800-\udbff]$/, "")}…`;
}

function buttonOf(value) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "more";
  button.tabIndex = -1; // tab_stop.js makes one stop of all
  button.setAttribute("aria-expanded", "false");
  button.textContent = offer(value);
  values.set(button, value);
  return button;
}

function offer(value) {
  const { kind, text: words, size_bytes } = value;
  if (size_bytes) return text("show-first", { count: size_bytes.toLocaleString() });
  if (kind === "hex") return text("show-bytes", { count: ((words.length + 1) / 3).toLocaleString() });
  const count = [...words].length.toLocaleString();
  if (!isOpenable(value)) return text("show-all", { count });
  return isLong(words) ? text("show-json", { count }) : text("indent");
}

function wayBack({ size_bytes }) {
  return text(size_bytes ? "show-less-of-first" : "show-less", { count: size_bytes?.toLocaleString() });
}

function toggle(button) {
  const value = values.get(button);
  const isOpen = button.getAttribute("aria-expanded") === "false";
  button.setAttribute("aria-expanded", String(isOpen));
  button.textContent = isOpen ? wayBack(value) : offer(value);
  button.parentElement.querySelector("bdi").textContent = visible(isOpen ? whole(value) : cut(value.text));
}

function whole(value) {
  return isOpenable(value) ? indented(value.text) : value.text;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.more");
  if (values.has(button)) toggle(button);
});
