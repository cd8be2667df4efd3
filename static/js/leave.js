// Escape leaves a page that is made for a projector.

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.localName !== "select") document.querySelector("[data-leave]")?.click();
});
