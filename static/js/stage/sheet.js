// On a narrow screen the stage is a sheet at the bottom, of which the head and the newest sentence are always in sight.

export class Sheet {
  constructor(section) {
    this.section = section;
    this.button = section.querySelector("[data-sheet]");
    this.button.addEventListener("click", () => this.open(!this.isOpen));
    section.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOpen) this.open(false);
    });
  }

  get isOpen() {
    return this.section.classList.contains("open");
  }

  open(isOpen) {
    this.section.classList.toggle("open", isOpen);
    this.button.setAttribute("aria-expanded", String(isOpen));
    this.button.textContent = isOpen ? this.button.dataset.hide : this.button.dataset.show;
    if (!isOpen) this.button.focus({ preventScroll: true });
  }
}
