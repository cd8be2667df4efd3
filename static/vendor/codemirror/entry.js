// What codemirror.js exports: no more of CodeMirror 6 than the cells need. README.md says how it is built.

import { StyleModule } from "style-mod";

export { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus } from "@codemirror/autocomplete";
export { history, historyKeymap, indentLess, indentMore, standardKeymap, toggleComment } from "@codemirror/commands";
export { localCompletionSource, pythonLanguage } from "@codemirror/lang-python";
export { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting, syntaxTree } from "@codemirror/language";
export { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
export { Decoration, EditorView, keymap } from "@codemirror/view";
export { classHighlighter } from "@lezer/highlight";

// CodeMirror brings its styles along and puts them into a <style> element, which the Content-Security-Policy forbids. A
// style sheet that a script constructs is none of those.
const sheets = new Map(); // style module → its style sheet, in the order in which they apply

StyleModule.mount = (root, modules) => {
  for (const module of [modules].flat()) {
    if (sheets.has(module)) continue;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(module.getRules());
    sheets.set(module, sheet);
  }
  const others = root.adoptedStyleSheets.filter((sheet) => ![...sheets.values()].includes(sheet));
  root.adoptedStyleSheets = [...sheets.values(), ...others];
};
