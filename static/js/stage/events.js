// What happened, told to the stage by whichever script of the page heard of it. `model.js` says what there is to tell.

const listeners = new Set();

export function tell(event) {
  for (const listener of listeners) listener(event);
}

// Returns the way out.
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
