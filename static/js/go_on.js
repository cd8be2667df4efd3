// A long re-check goes on by itself, one portion a request, until the page says that it ended or why it stopped.

// Whoever comes back to it by the browser's history wants to see it, and not to begin another portion.
const [how] = performance.getEntriesByType("navigation");
if (how?.type !== "back_forward") document.querySelector("form[data-go-on]")?.requestSubmit();
