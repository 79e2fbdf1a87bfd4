// The assignment problem (Kuhn–Munkres with potentials, O(n² m)).

/**
 * Pairs rows with columns at the least total cost; every row (or every column, if there are fewer) is used once. `cost` [rows, columns].
 * Returns `[row, column]` in order of rows.
 */
export function assign(cost: ArrayLike<number>, rows: number, columns: number): [number, number][] {
  if (rows <= columns) return solve((i, j) => cost[i * columns + j]!, rows, columns).map((j, i) => [i, j])
  const flipped = solve((i, j) => cost[j * columns + i]!, columns, rows)
  return flipped.map((row, column): [number, number] => [row, column]).sort((a, b) => a[0] - b[0])
}

/** Column of each row, for n <= m. Rows and columns are counted from 1 inside; 0 stands for none. */
function solve(cost: (i: number, j: number) => number, n: number, m: number): number[] {
  const u = new Float64Array(n + 1)
  const v = new Float64Array(m + 1)
  const rowOf = new Int32Array(m + 1)
  const previous = new Int32Array(m + 1)
  for (let i = 1; i <= n; i++) {
    const slack = new Float64Array(m + 1).fill(Number.POSITIVE_INFINITY)
    const used = new Uint8Array(m + 1)
    rowOf[0] = i
    let column = 0
    do {
      used[column] = 1
      column = grow(column)
    } while (rowOf[column] !== 0)
    while (column !== 0) {
      const before = previous[column]!
      rowOf[column] = rowOf[before]!
      column = before
    }

    /** Extends the tree of alternating paths by its cheapest column. */
    function grow(from: number): number {
      const row = rowOf[from]!
      let [delta, next] = [Number.POSITIVE_INFINITY, 0]
      for (let j = 1; j <= m; j++) {
        if (used[j]) continue
        const reduced = cost(row - 1, j - 1) - u[row]! - v[j]!
        if (reduced < slack[j]!) {
          slack[j] = reduced
          previous[j] = from
        }
        if (slack[j]! < delta) [delta, next] = [slack[j]!, j]
      }
      for (let j = 0; j <= m; j++) {
        if (used[j]) {
          u[rowOf[j]!]! += delta
          v[j]! -= delta
        } else slack[j]! -= delta
      }
      return next
    }
  }
  const columnOf = new Array<number>(n).fill(-1)
  for (let j = 1; j <= m; j++) if (rowOf[j]! > 0) columnOf[rowOf[j]! - 1] = j - 1
  return columnOf
}
