// A record travels from where it was to where it is now. Only what has happened is shown: the flight ends in a cell that is
// there. With reduced motion, and when many come at once or within a second, a cell is only tinted: to measure where it is
// lays the whole page out.

const MOST_IN_A_SECOND = 12;
const LONG_MS = 520;
const STAGGER_MS = 45;
const still = matchMedia("(prefers-reduced-motion: reduce)");

let begun = []; // when, within the last second: also those that were too many

// `flights` are [{element, from}]: the new cell, and the element that its record comes from.
export function fly(flights) {
  if (still.matches || document.hidden || !flights.length) return;
  const now = performance.now();
  begun = [...begun.filter((at) => at > now - 1000), ...flights.map(() => now)].slice(-2 * MOST_IN_A_SECOND);
  if (begun.length > MOST_IN_A_SECOND) return;
  const ways = flights.map(({ element, from }) => [element, wayBetween(from, element)]); // measured first, then moved
  ways.forEach(([element, way], index) => {
    element.animate([{ transform: way, zIndex: 2 }, { transform: "none", zIndex: 2 }], {
      duration: LONG_MS, delay: index * STAGGER_MS, easing: "cubic-bezier(.3, 0, .2, 1)", fill: "backwards",
    });
  });
}

function wayBetween(from, to) {
  const [a, b] = [from, to].map((each) => each.getBoundingClientRect());
  const zoom = to.currentCSSZoom ?? 1; // on a wall
  return `translate(${(a.left + a.width / 2 - b.left - b.width / 2) / zoom}px, ${(a.top + a.height / 2 - b.top - b.height / 2) / zoom}px)`;
}
