// The rows of a table, newest first, in blocks: whichever block is out of sight is neither laid out nor painted (stream.css).

const ROWS_OF_A_BLOCK = 50;

export class RowBlocks {
  // Of the tbody that the page came with, empty; all others are like it.
  constructor(block) {
    this.blocks = [block]; // newest first
    this.count = 0;
  }

  // Newest first.
  prepend(rows) {
    this.count += rows.length;
    for (let end = rows.length; end > 0; ) {
      const begin = Math.max(0, end - this.makeRoom());
      this.blocks[0].prepend(...rows.slice(begin, end));
      end = begin;
    }
  }

  // How many rows there is room for in the first block.
  makeRoom() {
    if (this.blocks[0].childElementCount === ROWS_OF_A_BLOCK) {
      this.blocks.unshift(this.blocks[0].cloneNode(false));
      this.blocks[1].before(this.blocks[0]);
    }
    return ROWS_OF_A_BLOCK - this.blocks[0].childElementCount;
  }

  keepNewest(most) {
    while (this.count > most) {
      const last = this.blocks.at(-1);
      last.lastElementChild.remove();
      this.count -= 1;
      if (!last.childElementCount) this.blocks.pop().remove();
    }
  }

  clear() {
    for (const block of this.blocks.splice(1)) block.remove();
    this.blocks[0].replaceChildren();
    this.count = 0;
  }
}
