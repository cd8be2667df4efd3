// The code of one cell: as it came ([data-source], which the server may draw anew), and, once somebody edits it, what stands in
// its place ([data-editor]). The editor itself is loaded when the code is first focused.

import { text } from "../words.js";

export class Code {
  // onChange() when it is edited, onRun(goesOn) when the editor's keys ask for it.
  constructor({ onChange, onRun }) {
    Object.assign(this, { onChange, onRun });
    this.element = null;
    this.editor = null;
    this.edited = null; // the source, once it is another than the one it came with
    this.undone = null; // what a reset has thrown away
    this.base = ""; // the original of which it is an edit
  }

  // In the cell's element, or in one that has taken its place.
  attach(element, name) {
    if (this.element) element.querySelector("[data-editor]").replaceWith(this.place);
    this.element = element;
    this.name = name;
    element.addEventListener("focusin", ({ target }) => { if (this.isFrame(target)) loadEditor() });
    element.addEventListener("click", ({ target }) => { if (target.closest("[data-source], [data-editor]") && !hasSelection()) this.edit() });
    this.show();
  }

  get place() {
    return this.element.querySelector("[data-editor]");
  }

  get still() {
    return this.element.querySelector("[data-source]");
  }

  get isOpen() {
    return this.editor !== null || this.edited !== null;
  }

  // What has the focus while nobody types.
  get frame() {
    return this.isOpen ? this.place : this.still;
  }

  isFrame(target) {
    return target.matches("[data-source], [data-editor]");
  }

  get original() {
    return this.still?.textContent.replace(/\n$/, "") ?? ""; // a form that is not filled in yet has no code
  }

  get source() {
    return this.editor?.text() ?? this.edited ?? this.original;
  }

  // The form above it has been filled in otherwise since.
  get isBehind() {
    return this.edited !== null && this.base !== this.original;
  }

  // `html` is the server's highlighting of an edited source; null is the source it came with.
  put(source, html) {
    this.close();
    this.edited = source;
    this.base = this.original;
    if (source !== null) this.showStill(source, html);
    this.show();
  }

  showStill(source, html) {
    const still = document.createElement("pre");
    const code = document.createElement("code");
    if (html) code.innerHTML = html;
    else code.textContent = source;
    still.append(code);
    this.place.replaceChildren(still);
  }

  async edit() {
    const { createEditor } = await loadEditor();
    if (!this.editor) {
      const { source } = this;
      this.place.replaceChildren();
      this.editor = createEditor(this.place, {
        source,
        label: text("code-of", { cell: this.name }),
        onChange: () => this.typed(),
        onRun: this.onRun,
        onLeave: () => this.frame.focus(),
      });
    }
    this.show();
    this.editor.focus();
  }

  typed() {
    const { source } = this;
    if (this.edited === null) this.base = this.original;
    this.edited = source === this.original ? null : source;
    this.undone = null;
    this.onChange();
  }

  reset() {
    this.undone = this.source;
    this.put(null);
    this.onChange();
  }

  undo() {
    this.put(this.undone);
    this.undone = null;
    this.onChange();
  }

  close() {
    const hadFocus = this.place.contains(document.activeElement);
    this.editor?.destroy();
    this.editor = null;
    this.place.replaceChildren();
    if (hadFocus) this.still?.focus();
  }

  // The line at which it failed, from 1; null: none.
  mark(line) {
    this.editor?.mark(line);
    for (const failing of this.element.querySelectorAll(".line.failing")) if (!this.editor) failing.classList.remove("failing");
    if (line && !this.editor) this.frame.querySelectorAll(".line")[line - 1]?.classList.add("failing");
  }

  show() {
    this.element.classList.toggle("edited", this.isOpen);
    this.place.hidden = !this.isOpen;
  }
}

function hasSelection() {
  return getSelection()?.isCollapsed === false; // somebody copies
}

let editor = null;

function loadEditor() {
  editor ??= import("./editor.js");
  return editor;
}
