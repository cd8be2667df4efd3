// When the question about a broker is closed, the focus returns to the brokers, not to the top of the page.

document.body.addEventListener("htmx:afterSettle", (event) => {
  const asked = document.getElementById("broker-ask");
  const isClosed = event.detail.requestConfig?.target.id === "broker-ask" && !asked.children.length;
  if (isClosed && document.activeElement === document.body) document.querySelector("#part-broker-panel a")?.focus({ preventScroll: true });
});
