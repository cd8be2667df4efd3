// The student's own consumers: started by one form, each a member of its group with a connection and rows of its own.

import { Consumer } from "./consumer.js";

export function consume(section) {
  const form = section.querySelector("[data-start]");
  const start = form.querySelector("button:not([type='button'])");
  const consumers = [...section.querySelectorAll("[data-consumer]")].map((lane, index, all) => new Consumer(lane, {
    id: `${section.id}-${index}`, number: index > 0 || all.length > 2 ? index + 1 : null, url: section.dataset.url, lesson: section.dataset.lesson ?? "", takeActId, onChange: showState,
  }));
  showState();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const free = consumers.find(({ isRunning }) => !isRunning);
    if (!free) return;
    const missing = [...form.elements].find((field) => field.validity.valueMissing);
    if (missing) return void missing.reportValidity();
    free.start(asked(new FormData(form)));
  });

  function asked(fields) {
    return {
      topic: fields.get("topic") ?? section.dataset.topic ?? "",
      group_id: fields.get("group_id") ?? "",
      auto_offset_reset: fields.get("auto_offset_reset") ?? "earliest",
      session_timeout_ms: wholeNumber(fields.get("session_timeout_ms")),
      enable_auto_commit: !form.elements.enable_auto_commit || fields.has("enable_auto_commit"),
      protocol: fields.get("protocol") ?? "range",
      stop_after: fields.get("stop_after") ? wholeNumber(fields.get("stop_after")) : null,
    };
  }

  function showState() {
    start.setAttribute("aria-disabled", String(consumers.every(({ isRunning }) => isRunning)));
  }

  // The form came with the id of its act; each further start is an act of its own.
  function takeActId() {
    const field = form.elements.act_id;
    const id = field?.value || randomId();
    if (field) field.value = "";
    return id;
  }

  return () => consumers.forEach((consumer) => consumer.close());
}

function wholeNumber(typed) {
  const number = Number(typed);
  return Number.isSafeInteger(number) && typed !== "" ? number : 0; // which is refused in words
}

// crypto.randomUUID is there on secure addresses only.
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
