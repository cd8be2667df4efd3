// The playground: one act's card is shown at a time. A card that was shown before is still there, with what was typed and
// answered; htmx brings the others.

const menu = document.querySelector("[data-acts-menu]");
const links = [...menu.querySelectorAll("a[data-place]")];

function show(place) {
  for (const link of links) {
    const isHere = link.dataset.place === place;
    if (isHere) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    const card = document.getElementById(link.dataset.place);
    card.hidden = !isHere || !isLoaded(card);
  }
}

function isLoaded(card) {
  return card.matches(".act");
}

function current() {
  return links.find((link) => link.hasAttribute("aria-current"));
}

let before = current(); // where one goes back to when the other card does not come

for (const link of links) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (isLoaded(document.getElementById(current().dataset.place))) before = current();
    show(link.dataset.place);
    if (menu.matches(":popover-open")) menu.hidePopover();
    history.replaceState(null, "", link.getAttribute("href").split("#")[0]);
  });
}

menu.addEventListener("htmx:beforeRequest", (event) => {
  if (isLoaded(document.getElementById(event.detail.elt.dataset.place))) event.preventDefault();
});
// A refusal is a page of its own; without any answer, what was typed elsewhere must not be lost.
menu.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => setTimeout(() => {
  if (isLoaded(document.getElementById(elt.dataset.place)) || current() !== elt) return;
  if (xhr.status) location.assign(elt.href);
  else show(before.dataset.place);
}));
// Another one may have been picked meanwhile.
document.body.addEventListener("htmx:afterSwap", () => show(current().dataset.place));
