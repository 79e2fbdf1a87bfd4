// How wide the blocks of columns are in which gradients are summed from lists of entries.
import { floats, type Slot } from './arena.js'

/** Floats of the tokens' rows that a core keeps near while it passes over the features. */
const NEAR_FLOATS = 2 ** 19
const BLOCK_MULTIPLE = 32

/** Columns of a block for rows [tokens, d]: the whole row where those of all tokens stay near. */
export const columnBlock = (tokens: number, d: number): number =>
  Math.min(d, Math.max(1, Math.floor(NEAR_FLOATS / tokens / BLOCK_MULTIPLE)) * BLOCK_MULTIPLE)

/** Where a block is copied together. */
export const blockRoom = (tokens: number, d: number): Slot => floats(tokens * columnBlock(tokens, d))
