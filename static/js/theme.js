// Runs before the first paint, so that nothing flashes: the theme, and which of the two code tabs is shown.
{
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];

  const stored = (name) => {
    try { return localStorage.getItem(name) } catch { return null } // storage may be switched off
  };
  const store = (name, value) => {
    try { localStorage.setItem(name, value) } catch { /* then it lasts as long as the page */ }
  };
  const show = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };

  root.classList.add("js");
  root.dataset.code = stored("code") === "command" ? "command" : "python";
  let theme = themes.includes(stored("theme")) ? stored("theme") : "auto";
  show(theme);

  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    const label = () => {
      button.textContent = button.dataset[theme];
    };
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      store("theme", theme);
      show(theme);
      label();
    });
    label();
    button.hidden = false;
  });
}
