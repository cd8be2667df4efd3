// The news on a page: what was closed stays closed in this tab, also on the next page and when the part is drawn anew.

const KEY = "notifications-closed";
const closed = new Set(stored());

function stored() {
  try { return JSON.parse(sessionStorage.getItem(KEY)) ?? [] } catch { return [] }
}

function store() {
  try { sessionStorage.setItem(KEY, JSON.stringify([...closed].slice(-50))) } catch { /* then it lasts as long as the page */ }
}

function show() {
  const section = document.getElementById("part-notifications");
  const items = [...(section?.querySelectorAll("[data-notification]") ?? [])];
  for (const item of items) {
    item.hidden = closed.has(item.dataset.notification);
    item.querySelector("[data-dismiss]").hidden = false;
    const link = item.querySelector("a");
    if (link) link.hidden = link.pathname === location.pathname && !link.hash; // this is that page
  }
  if (section) section.hidden = items.every((item) => item.hidden);
}

document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-dismiss]")?.closest("[data-notification]");
  if (!item) return;
  const next = item.nextElementSibling ?? item.previousElementSibling;
  closed.add(item.dataset.notification);
  store();
  show();
  (next && !next.hidden ? next.querySelector("[data-dismiss]") : document.getElementById("content"))?.focus({ preventScroll: true });
});
document.addEventListener("htmx:load", show); // a part may have been drawn anew
show();
