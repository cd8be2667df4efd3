// Says things to screen readers. The region is there from the start: one that arrives together with its text is often not
// read.

const region = document.getElementById("announcer");
let waiting = [];
let timer = 0;

export function say(words) {
  const text = words.replace(/\s+/g, " ").trim();
  if (!text || waiting.includes(text)) return;
  waiting.push(text);
  clearTimeout(timer);
  timer = setTimeout(speak, 150); // what comes together is said together
}

function speak() {
  region.textContent = "";
  const text = waiting.join(" ");
  waiting = [];
  setTimeout(() => { region.textContent = text }, 20);
}
