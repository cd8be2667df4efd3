// "Raise a hand" at an exercise: opens the form of this page with that exercise chosen, and nothing that was typed is lost.

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-hand-for]");
  const part = document.getElementById("part-hand");
  if (!link || !part || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const details = part.querySelector("details");
  if (details) {
    details.open = true;
    details.querySelector("select").value = link.dataset.handFor;
  } else {
    part.tabIndex = -1; // the hand is up already
  }
  part.scrollIntoView({ block: "center" });
  (details?.querySelector("textarea") ?? part).focus({ preventScroll: true });
});
