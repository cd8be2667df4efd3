// The rows of a table in blocks, the newest on top or at the end: whichever block is out of sight is neither laid out nor
// painted (stream.css).

const ROWS_OF_A_BLOCK = 50;

export class RowBlocks {
  // Of the tbody that the page came with, empty; all others are like it.
  constructor(block, { isOldestFirst = false } = {}) {
    this.blocks = [block]; // newest first, however they stand on the page
    this.isOldestFirst = isOldestFirst;
    this.count = 0;
  }

  // As they came: oldest first.
  add(rows) {
    this.count += rows.length;
    for (let start = 0; start < rows.length; ) {
      const some = rows.slice(start, start + this.makeRoom());
      start += some.length;
      if (this.isOldestFirst) this.blocks[0].append(...some);
      else this.blocks[0].prepend(...some.reverse());
    }
  }

  // How many rows there is room for in the newest block.
  makeRoom() {
    if (this.blocks[0].childElementCount === ROWS_OF_A_BLOCK) {
      this.blocks.unshift(this.blocks[0].cloneNode(false));
      if (this.isOldestFirst) this.blocks[1].after(this.blocks[0]);
      else this.blocks[1].before(this.blocks[0]);
    }
    return ROWS_OF_A_BLOCK - this.blocks[0].childElementCount;
  }

  keepNewest(most) {
    while (this.count > most) {
      const oldest = this.blocks.at(-1);
      (this.isOldestFirst ? oldest.firstElementChild : oldest.lastElementChild).remove();
      this.count -= 1;
      if (!oldest.childElementCount) this.blocks.pop().remove();
    }
  }

  clear() {
    for (const block of this.blocks.splice(1)) block.remove();
    this.blocks[0].replaceChildren();
    this.count = 0;
  }
}
