// After a reload, or back from another page, the browser puts back what was typed and tells nobody: the code follows it here.

import { isChanged } from "./parts.js";

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll(".act > form")) {
    if ([...form.querySelectorAll("input, select, textarea")].some(isChanged)) form.dispatchEvent(new Event("input"));
  }
});
