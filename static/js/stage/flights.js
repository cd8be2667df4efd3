// A record travels from where it was to where it is now. Only what has happened is shown: the flight ends in a cell that is
// there. With reduced motion, and when many come at once, a cell is only tinted.

const MOST_AT_ONCE = 12;
const LONG_MS = 520;
const STAGGER_MS = 45;
const still = matchMedia("(prefers-reduced-motion: reduce)");

let inFlight = 0;

// `flights` are [{element, from}]: the new cell, and the element that its record comes from.
export function fly(flights) {
  if (still.matches || document.hidden || flights.length + inFlight > MOST_AT_ONCE) return;
  const ways = flights.map(({ element, from }) => [element, wayBetween(from, element)]); // measured first, then moved
  ways.forEach(([element, way], index) => {
    inFlight += 1;
    const flight = element.animate([{ transform: way, zIndex: 2 }, { transform: "none", zIndex: 2 }], {
      duration: LONG_MS, delay: index * STAGGER_MS, easing: "cubic-bezier(.3, 0, .2, 1)", fill: "backwards",
    });
    flight.finished.catch(() => {}).then(() => { inFlight -= 1 });
  });
}

function wayBetween(from, to) {
  const [a, b] = [from, to].map((each) => each.getBoundingClientRect());
  return `translate(${a.left + a.width / 2 - b.left - b.width / 2}px, ${a.top + a.height / 2 - b.top - b.height / 2}px)`;
}
