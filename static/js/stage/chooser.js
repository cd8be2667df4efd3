// Which of several topics the stage shows: those used last, until somebody chooses; it is remembered as long as the tab lives.

const STORE = "topics-on-stage";

export class Chooser {
  // In the section: [data-choices] for the boxes to tick, with data-most; [data-none-yet] for when there is no topic.
  constructor(section, { onChosen }) {
    this.list = section.querySelector("[data-choices]");
    this.fold = this.list.closest("details");
    this.count = section.querySelector("[data-chosen]");
    this.noneYet = section.querySelector("[data-none-yet]");
    this.most = Number(this.list.dataset.most);
    this.key = `${STORE} ${location.pathname}`;
    this.onChosen = onChosen;
    this.offered = [];
    this.chosen = remembered(this.key); // null: nobody has chosen
    this.list.addEventListener("change", () => this.choose());
  }

  // The topics that there are, those used last first.
  offer(topics) {
    const fresh = topics.filter((each) => !this.offered.includes(each));
    if (this.chosen && this.offered.length) this.chosen = [...this.chosen, ...fresh].slice(0, this.most);
    this.offered = topics;
    this.show();
  }

  choose() {
    this.chosen = [...this.list.querySelectorAll("input:checked")].map(({ value }) => value);
    try { sessionStorage.setItem(this.key, JSON.stringify(this.chosen)) } catch { /* it may be switched off */ }
    this.show();
  }

  show() {
    const wanted = this.chosen?.filter((each) => this.offered.includes(each)) ?? this.offered.slice(0, this.most);
    const names = wanted.toSorted();
    this.drawChoices(names);
    this.onChosen(names);
  }

  drawChoices(names) {
    const all = this.offered.toSorted();
    const drawn = [...this.list.querySelectorAll("input")].map(({ value }) => value);
    if (drawn.join("\n") !== all.join("\n")) this.list.replaceChildren(...all.map(choiceOf));
    for (const box of this.list.querySelectorAll("input")) {
      box.checked = names.includes(box.value);
      box.disabled = !box.checked && names.length >= this.most;
    }
    this.fold.hidden = all.length < 2;
    this.count.textContent = `${names.length} / ${all.length}`;
    this.noneYet.hidden = names.length > 0;
  }
}

function remembered(key) {
  try { return JSON.parse(sessionStorage.getItem(key) ?? "null") } catch { return null }
}

function choiceOf(topic) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = topic;
  const name = document.createElement("span");
  name.textContent = topic;
  label.append(box, name);
  return label;
}
