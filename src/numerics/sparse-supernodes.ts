/** Runs of columns of a factor L with the same rows below them, or nearly so. */
export interface Supernodes {
  /** First column of each supernode, then q. */
  readonly firstColumn: Int32Array
  /** The supernode of each column. */
  readonly supernodeOf: Int32Array
  /** Where the rows of each supernode start in rowIndex, then its length. */
  readonly rowStart: Int32Array
  /** The rows of each supernode, ascending, its own columns first. */
  readonly rowIndex: Int32Array
}

/**
 * The share of zeros that a panel may hold so that a column joins it which has all of its rows and some more. Where crossed factors
 * begin to fill in, each column adds rows to those before it; wide panels with some zeros are then the faster.
 */
const zeroShare = 0.1

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
  const push = (row: number): void => {
    const s = first.length - 1
    if (mark[row] === s) return
    mark[row] = s
    if (length === rows.length) {
      const grown = new Int32Array(2 * length)
      grown.set(rows)
      rows = grown
    }
    rows[length++] = row
  }
  /** Adds the rows of column j of L to those of the open supernode. */
  const addColumn = (j: number): void => {
    for (let p = colStart[j]; p < colStart[j + 1]; p++) push(input[p])
    for (let c = child[j]; c >= 0; c = sibling[c]) {
      for (let p = start[c + 1] - 1; p >= start[c] && rows[p] >= j; p--) push(rows[p])
    }
  }
  const close = (s: number, j: number): void => {
    start.push(length)
    const at = start[s] + j - first[s]
    if (at < length) {
      sibling[s] = child[rows[at]]
      child[rows[at]] = s
    }
  }
  let zeros = 0
  for (let j = 0; j < q; j++) {
    const s = first.length - 1
    const width = s < 0 ? 0 : j - first[s]
    const before = length
    let joins = s >= 0 && start[s] + width < length && rows[start[s] + width] === j
    if (joins) {
      addColumn(j)
      zeros += (length - before) * width
      joins = zeros <= zeroShare * (width + 1) * (length - start[s])
    }
    if (!joins) {
      length = before
      zeros = 0
      if (s >= 0) close(s, j)
      first.push(j)
      addColumn(j)
    }
    if (length > before) rows.subarray(start[first.length - 1], length).sort()
    supernodeOf[j] = first.length - 1
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
