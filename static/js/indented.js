// JSON over several lines. Only the space between its signs is changed: a number of 20 digits keeps them all.

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const BEGINS = new Set(["{", "["]);
const ENDS = new Set(["}", "]"]);

export function indented(words) {
  let depth = 0;
  let lines = "";
  let before = "";
  for (const [token] of words.matchAll(TOKEN)) {
    if (ENDS.has(token)) depth -= 1;
    if (before === "," || BEGINS.has(before) !== ENDS.has(token)) lines += `\n${"  ".repeat(depth)}`;
    lines += token === ":" ? ": " : token;
    if (BEGINS.has(token)) depth += 1;
    before = token;
  }
  return lines;
}

// Whether it is an object or a list.
export function isJson(words) {
  if (!/^\s*[{[]/.test(words)) return false;
  try {
    JSON.parse(words);
    return true;
  } catch {
    return false;
  }
}
