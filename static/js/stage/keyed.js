// The children of a box by their keys: who stays is brought up to date, who is new is made, who is gone is removed.

const known = new WeakMap(); // box → Map of key → child

// Returns the new children as [element, item].
export function keyed(box, items, keyOf, make, update = () => {}) {
  const before = known.get(box) ?? new Map();
  const now = new Map(items.map((item, index) => [keyOf(item, index), item]));
  for (const [key, element] of before) if (!now.has(key)) element.remove();
  const fresh = [];
  const after = new Map();
  let place = box.firstElementChild;
  for (const [key, item] of now) {
    const element = before.get(key) ?? make(item);
    if (!before.has(key)) fresh.push([element, item]);
    if (element === place) place = place.nextElementSibling;
    else box.insertBefore(element, place);
    update(element, item);
    after.set(key, element);
  }
  known.set(box, after);
  return fresh;
}

export function element(tag, className = "", words = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (words !== "") made.textContent = words;
  return made;
}

// An element that is as it should be is left alone: nothing is laid out anew.
export function setText(of, words) {
  if (of.textContent !== String(words)) of.textContent = words;
}
