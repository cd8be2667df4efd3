// Completion of the client's names: what `confluent_kafka` offers (names.js), and Python's own words.

import { localCompletionSource, syntaxTree } from "../../vendor/codemirror/6.43.15/codemirror.js";
import { CLASSES, MODULES, PYTHON } from "./names.js";

const IMPORT = /from\s+[\w.]+\s+import\s[\w\s,(]*/;
const NO_NAMES = new Set(["String", "FormatString", "Comment"]);

const members = new Map(); // name → the classes that have it
for (const [owner, names] of Object.entries(CLASSES)) {
  for (const name of names) members.set(name, [...(members.get(name) ?? []), owner]);
}
const MEMBERS = [...members].map(([label, owners]) => ({ label, type: "method", detail: owners.slice(0, 2).join(", ") }));
const ALL = [
  ...Object.entries(MODULES).flatMap(([module, names]) => names.map((label) => ({ label, type: "class", detail: module }))),
  ...PYTHON.map((label) => ({ label, type: "keyword" })),
];

export function clientNames(context) {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (NO_NAMES.has(node.name)) return null;
  const imported = context.matchBefore(IMPORT);
  if (imported) return named(context, optionsOf(imported.text));
  const attribute = context.matchBefore(/[\w)\]]\.(?!\d)\w*/);
  if (attribute) return { from: attribute.from + 2, options: MEMBERS, validFor: /^\w*$/ };
  return named(context, ALL);
}

// Variables and the like. What an import brings is not there yet, and to Python's grammar is.
export function localNames(context) {
  return context.matchBefore(IMPORT) ? null : localCompletionSource(context);
}

function named(context, options) {
  const word = context.matchBefore(/[A-Za-z_]\w*/);
  if (!word && !context.explicit) return null;
  return { from: word?.from ?? context.pos, options, validFor: /^\w*$/ };
}

function optionsOf(statement) {
  const [, module] = statement.match(/from\s+([\w.]+)/);
  return (MODULES[module] ?? []).map((label) => ({ label, type: "class", detail: module }));
}
