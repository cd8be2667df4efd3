// Draws the API's description; it is dark when the page is.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const place = document.getElementById("api-docs");

function follow() {
  root.classList.toggle("dark-mode", root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
}

new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
dark.addEventListener("change", follow);
follow();

window.SwaggerUIBundle({
  url: place.dataset.openapi,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // nobody else is asked about it
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    return request;
  },
});
