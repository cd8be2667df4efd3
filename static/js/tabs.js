// Python or command line: one choice for all cards of all pages. Which panel is seen is CSS's matter (html[data-code]).

const root = document.documentElement;

function choose(kind) {
  root.dataset.code = kind;
  try { localStorage.setItem("code", kind) } catch { /* then it lasts as long as the page */ }
  mark(document);
}

function mark(within) {
  for (const tab of within.querySelectorAll("[data-tab]")) {
    const isChosen = tab.dataset.tab === root.dataset.code;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab) choose(tab.dataset.tab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tab]");
  if (!tab || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
  const tabs = [...tab.parentElement.querySelectorAll("[data-tab]")];
  const step = { ArrowLeft: tabs.indexOf(tab) - 1, ArrowRight: tabs.indexOf(tab) + 1, Home: 0, End: -1 }[event.key];
  const next = tabs.at(step % tabs.length);
  event.preventDefault();
  choose(next.dataset.tab);
  next.focus();
});

document.body.addEventListener("htmx:load", (event) => mark(event.detail.elt.parentElement ?? document));
mark(document);
