// Whoever has closed the question about a broker is back at the brokers, and not at the top of the page.

document.body.addEventListener("htmx:afterSettle", (event) => {
  const asked = document.getElementById("broker-ask");
  const isClosed = event.detail.requestConfig?.target.id === "broker-ask" && !asked.children.length;
  if (isClosed && document.activeElement === document.body) document.querySelector("#part-broker-panel a")?.focus({ preventScroll: true });
});
