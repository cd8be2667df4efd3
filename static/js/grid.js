// The completion table by arrow keys: left and right along a row, up and down along a column.

const box = document.querySelector("[data-grid]");

box?.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td, th");
  if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = neighbour(cell, event.key)?.querySelector("a");
  if (!next) return;
  event.preventDefault();
  next.focus();
});

function neighbour(cell, key) {
  const row = cell.parentElement;
  const index = [...row.children].indexOf(cell);
  switch (key) {
    case "ArrowLeft": return withLink(cell, "previousElementSibling");
    case "ArrowRight": return withLink(cell, "nextElementSibling");
    case "ArrowUp": return (row.previousElementSibling ?? lastOfHead(row))?.children[index];
    case "ArrowDown": return (row.nextElementSibling ?? firstOfBody(row))?.children[index];
    case "Home": return row.firstElementChild;
    case "End": return row.lastElementChild;
  }
  return null;
}

function withLink(cell, side) {
  let next = cell[side];
  while (next && !next.querySelector("a")) next = next[side];
  return next;
}

const lastOfHead = (row) => (row.closest("tbody") ? row.closest("table").tHead.rows[1] : null);
const firstOfBody = (row) => (row.closest("thead") ? row.closest("table").tBodies[0].rows[0] : null);
