// A long re-check goes on by itself, one portion a request, until the page says that it ended or why it stopped.

document.querySelector("form[data-go-on]")?.requestSubmit();
