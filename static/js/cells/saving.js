// Saves what the cells of a page have become: a moment after an edit or a run, and when the page goes.
//
// Each save names the version that it is based on. When another page of the same seat was quicker, nothing is overwritten:
// `onConflict(theirs)` hears what that page saved, and saving waits until one of the two is chosen.

const AFTER_MS = 1500;
const AGAIN_MS = 5000;
const KEPT_ALIVE = 60_000; // bytes that a browser sends for a page that has gone

export class Saving {
  // onState("pending" | "saved" | "waiting" | "failed", words); cellOf(id) has the cell's `work`.
  constructor({ save_url: url, version }, { cellOf, token, onState, onConflict }) {
    Object.assign(this, { url, version, cellOf, token, onState, onConflict });
    this.changed = new Set(); // ids
    this.timer = 0;
    this.isSending = false;
    this.theirs = null;
    addEventListener("pagehide", () => this.hurry());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.hurry() });
  }

  note(id) {
    this.changed.add(id);
    if (!this.theirs) this.onState("pending");
    this.soon(AFTER_MS);
  }

  soon(ms) {
    clearTimeout(this.timer);
    if (!this.theirs) this.timer = setTimeout(() => this.send(), ms);
  }

  hurry() {
    clearTimeout(this.timer);
    this.send({ isLast: true });
  }

  async send({ isLast = false } = {}) {
    if (this.isSending || this.theirs || !this.changed.size) return;
    const ids = [...this.changed];
    const body = JSON.stringify({ version: this.version, cells: Object.fromEntries(ids.map((id) => [id, this.cellOf(id).work])) });
    this.changed.clear();
    this.isSending = true;
    const answer = await this.post(body, isLast && body.length < KEPT_ALIVE);
    this.isSending = false;
    this.take(answer, ids);
  }

  async post(body, keepalive) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token };
    try {
      const answer = await fetch(this.url, { method: "POST", body, headers, keepalive });
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
      return { status: answer.status, ...(isJson ? await answer.json() : {}) };
    } catch {
      return { status: 0 };
    }
  }

  take({ status, version, work, words }, ids) {
    if (status === 200) {
      this.version = version;
      if (this.changed.size) this.soon(AFTER_MS);
      else this.onState("saved");
      return;
    }
    for (const id of ids) this.changed.add(id);
    if (status === 409) {
      this.theirs = { version, work };
      this.onConflict(this.theirs);
    } else if (status === 0 || status === 429 || status >= 500) {
      this.onState("waiting");
      this.soon(AGAIN_MS);
    } else {
      this.onState("failed", words); // it is tried again with the next change
    }
  }

  // What this page has is saved over what the other one has: all cells, and those that only the other one has changed.
  keepOurs(ids) {
    this.version = this.theirs.version;
    this.theirs = null;
    for (const id of ids) this.changed.add(id);
    this.send();
  }

  // The cells have taken what the other page saved.
  tookTheirs() {
    this.version = this.theirs.version;
    this.theirs = null;
    this.changed.clear();
    this.onState("saved");
  }
}
