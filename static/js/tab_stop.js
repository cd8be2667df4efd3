// The buttons in the rows of a table are one stop of the Tab key: the newest, or where one was last. Arrow keys lead on.

const BUTTON = ".more";

export class TabStop {
  constructor(table) {
    this.table = table;
    this.button = null;
    table.addEventListener("focusin", ({ target }) => { if (target.matches(BUTTON)) this.put(target) });
    table.addEventListener("keydown", (event) => this.move(event));
  }

  // Newest first.
  add(rows) {
    if (this.table.contains(document.activeElement)) return;
    for (const row of rows) {
      const button = row.querySelector(BUTTON);
      if (button) return this.put(button);
    }
  }

  put(button) {
    if (this.button) this.button.tabIndex = -1;
    this.button = button;
    button.tabIndex = 0;
  }

  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches(BUTTON)) return;
    event.preventDefault();
    const buttons = [...this.table.querySelectorAll(BUTTON)];
    buttons[buttons.indexOf(event.target) + step]?.focus();
  }
}
