// A form that is sent again while its answer is awaited. The same again is a double click, and goes nowhere; anything else is
// sent as soon as the answer is there, as it stands in the form then.

const contents = new Map(); // id of a form → what it was sent with
const waiting = new Set(); // ids of forms

export function watchPresses() {
  document.addEventListener("submit", ({ target: form }) => {
    if (!form.matches("form[id][hx-post]")) return;
    if (!form.matches(".htmx-request")) contents.set(form.id, contentOf(form));
    else if (contentOf(form) !== contents.get(form.id)) waiting.add(form.id);
  }, true);
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { id } = detail.elt;
    if (waiting.delete(id) && detail.xhr.status) setTimeout(() => document.getElementById(id)?.requestSubmit()); // the answer first
  });
}

function contentOf(form) {
  const data = new FormData(form);
  data.delete("act_id"); // the answer renews it
  return JSON.stringify([...data].map(([name, value]) => [name, String(value)]));
}
