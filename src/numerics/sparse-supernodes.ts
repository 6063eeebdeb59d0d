import type { SparsePattern } from './sparse-pattern.js'

type Supernodes = Pick<SparsePattern, 'supernodeOf' | 'firstColumn' | 'rowStart' | 'rowIndex'>

/** Supernodes and their rows from the pattern of the lower triangle, see `symbolic`. */
export function supernodes(q: number, colStart: Int32Array, input: Int32Array): Supernodes {
  const supernodeOf = new Int32Array(q)
  const first: number[] = []
  const start = [0]
  let rows = new Int32Array(Math.max(16, input.length))
  let length = 0
  // The supernode whose rows a row was last seen in.
  const mark = new Int32Array(q).fill(-1)
  // Closed supernodes as lists by parent column: `child` the first, `sibling` the next.
  const child = new Int32Array(q).fill(-1)
  const sibling = new Int32Array(q).fill(-1)
  const push = (row: number, s: number): void => {
    if (mark[row] === s) return
    mark[row] = s
    if (length === rows.length) {
      const grown = new Int32Array(2 * length)
      grown.set(rows)
      rows = grown
    }
    rows[length++] = row
  }
  /** Calls with every row of column j of L, apart from those of a supernode that is still open; stops at false. */
  const everyRow = (j: number, visit: (row: number) => boolean): boolean => {
    for (let p = colStart[j]; p < colStart[j + 1]; p++) if (!visit(input[p])) return false
    for (let c = child[j]; c >= 0; c = sibling[c]) {
      for (let p = start[c + 1] - 1; p >= start[c] && rows[p] >= j; p--) if (!visit(rows[p])) return false
    }
    return true
  }
  const close = (s: number, j: number): void => {
    start.push(length)
    const at = start[s] + j - first[s]
    if (at < length) {
      sibling[s] = child[rows[at]]
      child[rows[at]] = s
    }
  }
  for (let j = 0; j < q; j++) {
    let s = first.length - 1
    const at = s < 0 ? 0 : start[s] + j - first[s]
    const joins = at < length && rows[at] === j && everyRow(j, (row) => mark[row] === s)
    if (!joins) {
      if (s >= 0) close(s, j)
      s = first.push(j) - 1
      everyRow(j, (row) => {
        push(row, s)
        return true
      })
      rows.subarray(start[s], length).sort()
    }
    supernodeOf[j] = s
  }
  if (q > 0) start.push(length)
  first.push(q)
  return {
    supernodeOf,
    firstColumn: Int32Array.from(first),
    rowStart: Int32Array.from(start),
    rowIndex: rows.slice(0, length),
  }
}
