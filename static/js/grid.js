// The completion table by arrow keys: left and right along a row, up and down along a column.

const box = document.querySelector("[data-grid]");

box?.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td, th");
  if (!cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = neighbour(cell, event.key)?.querySelector("a");
  if (!link) return;
  event.preventDefault();
  link.focus();
});

function neighbour(cell, key) {
  const row = cell.parentElement;
  const column = [...row.children].indexOf(cell);
  const rows = cell.closest("table").rows;
  switch (key) {
    case "ArrowLeft": return withLink(cell, "previousElementSibling");
    case "ArrowRight": return withLink(cell, "nextElementSibling");
    case "ArrowUp": return rows[row.rowIndex - 1]?.children[column];
    case "ArrowDown": return rows[row.rowIndex + 1]?.children[column];
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
