// Who is who in the feed: records carry seats and no names. Where names are hidden, a seat goes by its slug.

export class Names {
  // json: {names: {seat: name}, students: [seat]}; url: where newer ones are had, or empty; base: of the students' pages, or empty
  constructor(json, { url, base, choice, onLearnt }) {
    Object.assign(this, { url, base, choice, onLearnt });
    this.askedFor = new Set();
    this.take(json);
  }

  take({ names, students }) {
    this.names = new Map(Object.entries(names));
    this.students = new Set(students);
  }

  of(seat) {
    return this.names.get(seat) ?? seat;
  }

  // An element with the name: a link to the student's page, where there is one.
  draw(seat) {
    const isLink = this.base && this.students.has(seat);
    const made = document.createElement(isLink ? "a" : "b");
    if (isLink) made.href = `${this.base}${encodeURIComponent(seat)}/`;
    made.dir = "auto";
    made.textContent = this.of(seat);
    return made;
  }

  // Somebody has joined since the page was loaded.
  async learn(seats) {
    const unknown = seats.filter((seat) => !this.names.has(seat) && !this.askedFor.has(seat));
    if (!unknown.length || !this.url) return;
    for (const seat of unknown) this.askedFor.add(seat);
    const response = await fetch(this.url).catch(() => null);
    if (!response?.ok) return;
    const before = this.students;
    this.take(await response.json());
    for (const seat of this.students) if (!before.has(seat)) this.choice.add(new Option(`${this.of(seat)} · ${seat}`, seat));
    this.onLearnt();
  }
}
