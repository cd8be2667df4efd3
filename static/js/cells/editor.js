// The editor of one cell, made of CodeMirror. It is loaded when somebody first edits a cell, and not before.
//
//   createEditor(parent, { source, label, onChange(), onRun(goesOn), onLeave() })
//     → { text(), focus(), mark(line), destroy() }
//
// Tab indents, so there has to be a way out: Escape puts the focus on the cell itself, from where Tab goes on.

import {
  Decoration, EditorState, EditorView, Prec, StateEffect, StateField, autocompletion, bracketMatching, classHighlighter,
  closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus, history, historyKeymap, indentLess, indentMore,
  indentOnInput, indentUnit, keymap, pythonLanguage, standardKeymap, syntaxHighlighting, toggleComment,
} from "../../vendor/codemirror/6.43.15/codemirror.js";
import { clientNames, localNames } from "./completion.js";
import { text } from "../words.js";

const INDENT = 4;
const DEEPEST = 3; // for which there is a style
const setMark = StateEffect.define();

export function createEditor(parent, { source, label, onChange, onRun, onLeave }) {
  const view = new EditorView({
    parent,
    state: EditorState.create({ doc: source, extensions: [keys(onRun, onLeave), language(), looks(label), changes(onChange)] }),
  });
  return {
    text: () => view.state.doc.toString(),
    focus: () => view.focus(),
    mark: (line) => view.dispatch({ effects: setMark.of(line) }),
    destroy: () => view.destroy(),
  };
}

function keys(onRun, onLeave) {
  const run = (goesOn) => () => { onRun(goesOn); return true };
  const leave = (view) => completionStatus(view.state) !== "active" && (onLeave(), true); // a list that is open is closed first
  return Prec.high(keymap.of([
    { key: "Shift-Enter", run: run(true) },
    { key: "Mod-Enter", run: run(false) },
    { key: "Tab", run: indentMore, shift: indentLess },
    { key: "Mod-/", run: toggleComment },
    { key: "Escape", run: leave },
    ...completionKeymap,
    ...closeBracketsKeymap, ...historyKeymap, ...standardKeymap,
  ]));
}

function language() {
  return [
    pythonLanguage, syntaxHighlighting(classHighlighter), indentUnit.of(" ".repeat(INDENT)), indentOnInput(), bracketMatching(),
    closeBrackets(), history(), autocompletion({ override: [clientNames, localNames], icons: false, defaultKeymap: false }),
  ];
}

function looks(label) {
  return [
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      "aria-label": label, "aria-description": text("leave-editor"), tabindex: "-1", spellcheck: "false",
      contenteditable: "plaintext-only", // or Chromium puts styles of its own beside what is typed, which our policy forbids
    }),
    depths, marked,
  ];
}

function changes(onChange) {
  return EditorView.updateListener.of((update) => { if (update.docChanged) onChange() });
}

// A line that is too long goes on further in than it begins, as in every other box of code (code.css).
const depths = StateField.define({
  create: ({ doc }) => indented(doc),
  update: (lines, { docChanged, newDoc }) => docChanged ? indented(newDoc) : lines,
  provide: (field) => EditorView.decorations.from(field),
});

function indented(doc) {
  const ranges = [];
  for (let number = 1; number <= doc.lines; number++) {
    const line = doc.line(number);
    const depth = Math.min(Math.floor(line.text.search(/[^ ]|$/) / INDENT), DEEPEST);
    ranges.push(Decoration.line({ class: `line in-${depth}` }).range(line.from));
  }
  return Decoration.set(ranges);
}

// The line at which the cell has failed; editing takes the mark away.
const marked = StateField.define({
  create: () => Decoration.none,
  update(mark, { effects, docChanged, newDoc }) {
    for (const effect of effects) {
      if (effect.is(setMark)) return at(newDoc, effect.value);
    }
    return docChanged ? Decoration.none : mark;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function at(doc, line) {
  if (!line || line > doc.lines) return Decoration.none;
  return Decoration.set([Decoration.line({ class: "failing" }).range(doc.line(line).from)]);
}
