// The program's one connection to its clients. It never comes back by itself: the clients end with it.
//
// Frames wait here until the program takes them. A browser does not notice when the network just vanishes: so the server
// is asked every 4 s, and after three questions without any answer the connection is given up.

const ASK_EVERY_MS = 4000;
const SILENT_QUESTIONS = 3;

export class ProgramSocket {
  isOpen = false;
  isOver = false;
  #frames = [];
  #silent = 0;

  constructor(url, { onHeard }) {
    const address = new URL(url, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this.socket = new WebSocket(address));
    socket.onopen = () => {
      this.isOpen = true;
      onHeard();
    };
    socket.onmessage = ({ data }) => {
      this.#silent = 0;
      if (data === '{"type":"pong"}') return;
      this.#frames.push(data);
      onHeard();
    };
    socket.onclose = () => this.#end();
    this.onHeard = onHeard;
    // The timer stands still while the program computes: questions are counted, and not the time.
    this.timer = setInterval(() => this.#ask(), ASK_EVERY_MS);
  }

  get hasFrames() {
    return this.#frames.length > 0;
  }

  take() {
    return this.#frames.splice(0);
  }

  send(text) {
    if (this.isOpen) this.socket.send(text);
  }

  close() {
    this.#end();
    this.socket.close();
  }

  #ask() {
    if (!this.isOpen) return;
    if (this.#silent >= SILENT_QUESTIONS) return void this.close();
    this.#silent += 1;
    this.send('{"type":"ping"}');
  }

  #end() {
    clearInterval(this.timer);
    if (this.isOver) return;
    this.isOpen = false;
    this.isOver = true;
    this.onHeard();
  }
}
