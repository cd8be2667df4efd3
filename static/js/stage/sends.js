// The forms of this page that send records to a topic: what is under way, and the reports that Kafka's answer brought.

import { tell } from "./events.js";

// Returns the way out.
export function watchSends(topic) {
  const begin = ({ detail }) => {
    const values = valuesOf(detail.elt, topic);
    if (values) tell({ type: "sending", topic, values });
  };
  const end = ({ detail }) => {
    if (valuesOf(detail.elt, topic)) tell({ type: "reports", topic, ...reportsIn(detail.xhr?.responseText ?? "", valuesOf(detail.elt, topic).length) });
  };
  document.body.addEventListener("htmx:beforeSend", begin);
  document.body.addEventListener("htmx:afterRequest", end);
  return () => {
    document.body.removeEventListener("htmx:beforeSend", begin);
    document.body.removeEventListener("htmx:afterRequest", end);
  };
}

// One record for each line, as `lessons.course.acts.produce` reads the field.
function valuesOf(form, topic) {
  if (!form.matches?.(".act > form") || form.elements.topic?.value !== topic || !form.elements.values) return null;
  return form.elements.tombstone?.checked ? [""] : form.elements.values.value.replace(/\n$/, "").split("\n");
}

function reportsIn(html, count) {
  const answer = new DOMParser().parseFromString(html, "text/html").querySelector(".answer[data-reports]");
  if (!answer) return { delivered: [], failed: 0, isKnown: false };
  const delivered = JSON.parse(answer.dataset.reports);
  return { delivered, failed: Math.max(0, count - delivered.length) };
}
