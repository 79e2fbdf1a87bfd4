// Arithmetic of byte ranges: what is done, what is missing, cut into pieces. Pure. Ranges are half-open: [start, end).

export interface Piece {
  readonly start: number
  readonly end: number
}

/** Sorted, with overlaps and neighbours joined. */
export function merged(pieces: readonly Piece[]): Piece[] {
  const result: { start: number; end: number }[] = []
  for (const { start, end } of [...pieces].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else if (end > start) result.push({ start, end })
  }
  return result
}

export const totalOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { start, end }) => sum + end - start, 0)

/** What of [0, size) is not in `done`, in pieces of at most `pieceBytes`. */
export function missing(done: readonly Piece[], size: number, pieceBytes: number): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const { start, end } of [...merged(done), { start: size, end: size }]) {
    for (let at = from; at < start; at += pieceBytes) pieces.push({ start: at, end: Math.min(at + pieceBytes, start) })
    from = Math.max(from, end)
  }
  return pieces
}
