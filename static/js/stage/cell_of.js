// Of a record what a cell shows. What is large is left behind: a minute of states holds what they hold.

const MOST_LETTERS = 24;

export function cellOf({ partition, offset, key, value }) {
  return { partition, offset, key: cut(key), value: cut(value) };
}

function cut({ kind, text }) {
  return text === undefined ? { kind } : { kind, text: text.slice(0, MOST_LETTERS) };
}

export function recordsIn(cells) {
  return cells.filter(({ gap }) => !gap).length;
}
