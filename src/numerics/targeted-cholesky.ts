import { dense } from './elimination-order.js'
import { invertTransposed, multiplyTransposed } from './sparse-inverse.js'
import { factorPanel } from './sparse-panel.js'

/**
 * A sparse symmetric matrix whose first columns, the head, are eliminated one by one and whose last ones, the tail, are one
 * dense block. For each pair of rows of a head column the place that their product goes to is listed once, so that a
 * factorization searches for nothing: the target list of up-looking codes (Duff, Erisman and Reid 2017, section 10.5).
 *
 * Values: of each head column its diagonal element and then the elements below, then the tail, row after row, of which the
 * lower triangle counts.
 */
export interface TargetedPattern {
  /** Columns of the matrix. */
  readonly q: number
  /** Columns of the head. */
  readonly head: number
  /** Columns of the tail, q - head. */
  readonly tail: number
  /** First value of each head column, and where the tail's values begin: length head + 1. */
  readonly start: Int32Array
  /** Row of each value of the head. */
  readonly rowIndex: Int32Array
  /** For each head column, for each of its rows j below the diagonal and each row i from j on, the place of (i, j). */
  readonly targets: Int32Array
  /** Values in all. */
  readonly size: number
  /** First column of each node. */
  readonly first: Int32Array
}

/** Pairs beyond which a list of places costs more memory than it saves time: 120 MB. */
const mostPairs = 3e7
/** The largest tail: its values are 128 MB. */
const mostTail = 4000

/**
 * The pattern of nodes of `strides` columns each in the order of their elimination; `later[k]` are the nodes after k that share
 * an element with it. From node `from` on the tail begins where a node meets a large share of what is left. Null where the pattern is too large to be listed.
 */
export function targetedPattern(
  strides: Int32Array,
  later: readonly ArrayLike<number>[],
  from: number,
): TargetedPattern | null {
  const nodes = strides.length
  const first = new Int32Array(nodes + 1)
  for (let k = 0; k < nodes; k++) first[k + 1] = first[k] + strides[k]
  const q = first[nodes]
  const below: Int32Array[] = []
  let pairs = 0
  for (const joined of structures(later)) {
    const k = below.length
    let wide = 0
    for (const node of joined) wide += strides[node]
    if (k >= from && wide + strides[k] > dense * (q - first[k])) break
    for (let j = 0; j < strides[k]; j++) {
      const rows = strides[k] - 1 - j + wide
      pairs += (rows * (rows + 1)) / 2
    }
    if (pairs > mostPairs) return null
    below.push(joined)
  }
  const head = first[below.length]
  const tail = q - head
  if (tail > mostTail) return null
  const { start, rowIndex } = columnsOf(below, strides, first)
  const targets = targetsOf(start, rowIndex, head, tail, pairs)
  return { q, head, tail, start, rowIndex, targets, size: start[head] + tail * tail, first: first.subarray(0, nodes) }
}

/** The nodes below each one in the factor, ascending: those it meets, and those its children in the elimination tree meet. */
function* structures(later: readonly ArrayLike<number>[]): Generator<Int32Array> {
  const nodes = later.length
  const mark = new Int32Array(nodes).fill(-1)
  const firstChild = new Int32Array(nodes).fill(-1)
  const sibling = new Int32Array(nodes).fill(-1)
  const found: Int32Array[] = []
  const list = new Int32Array(nodes)
  for (let k = 0; k < nodes; k++) {
    let count = 0
    const add = (from: ArrayLike<number>): void => {
      for (let e = 0; e < from.length; e++) {
        const node = from[e]
        if (node <= k || mark[node] === k) continue
        mark[node] = k
        list[count++] = node
      }
    }
    add(later[k])
    for (let child = firstChild[k]; child >= 0; child = sibling[child]) add(found[child])
    const joined = list.slice(0, count).sort()
    found.push(joined)
    if (count > 0) {
      sibling[k] = firstChild[joined[0]]
      firstChild[joined[0]] = k
    }
    yield joined
  }
}

/** The columns of the head: where each begins and its rows. */
function columnsOf(
  below: readonly Int32Array[],
  strides: Int32Array,
  first: Int32Array,
): Pick<TargetedPattern, 'start' | 'rowIndex'> {
  const start = new Int32Array(first[below.length] + 1)
  const wide = below.map((nodes) => nodes.reduce((sum, node) => sum + strides[node], 0))
  let at = 0
  for (let k = 0, c = 0; k < below.length; k++) {
    for (let j = 0; j < strides[k]; j++) {
      start[c++] = at
      at += strides[k] - j + wide[k]
    }
    start[c] = at
  }
  const rowIndex = new Int32Array(at)
  for (let k = 0, e = 0; k < below.length; k++) {
    const end = first[k] + strides[k]
    for (let c = first[k]; c < end; c++) {
      for (let row = c; row < end; row++) rowIndex[e++] = row
      for (const node of below[k]) for (let j = 0; j < strides[node]; j++) rowIndex[e++] = first[node] + j
    }
  }
  return { start, rowIndex }
}

function targetsOf(start: Int32Array, rowIndex: Int32Array, head: number, tail: number, pairs: number): Int32Array {
  const targets = new Int32Array(pairs)
  for (let c = 0, t = 0; c < head; c++) {
    const end = start[c + 1]
    for (let j = start[c] + 1; j < end; j++) {
      const column = rowIndex[j]
      if (column >= head) {
        const at = start[head] + column - head
        for (let i = j; i < end; i++) targets[t++] = at + (rowIndex[i] - head) * tail
        continue
      }
      // Both lists of rows ascend.
      let place = start[column]
      for (let i = j; i < end; i++) {
        while (rowIndex[place] !== rowIndex[i]) place++
        targets[t++] = place
      }
    }
  }
  return targets
}

/** Where the element (row, column), row >= column, stands among the values. */
export function placeOf({ head, tail, start, rowIndex }: TargetedPattern, row: number, column: number): number {
  if (column >= head) return start[head] + (row - head) * tail + column - head
  let low = start[column]
  let high = start[column + 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rowIndex[middle] < row) low = middle + 1
    else high = middle
  }
  return low
}

/** The factor L of a matrix, A = L L', in place of its values; false, with these spoilt, where A is not positive definite. */
export function factorizeTargeted({ head, tail, start, targets }: TargetedPattern, v: Float64Array): boolean {
  for (let c = 0, t = 0; c < head; c++) {
    const at = start[c]
    const end = start[c + 1]
    if (!(v[at] > 0 && v[at] < Number.POSITIVE_INFINITY)) return false
    const diagonal = Math.sqrt(v[at])
    const inverse = 1 / diagonal
    v[at] = diagonal
    for (let i = at + 1; i < end; i++) v[i] *= inverse
    for (let j = at + 1; j < end; j++) {
      const y = v[j]
      for (let i = j; i < end; i++) v[targets[t++]] -= y * v[i]
    }
  }
  return tail === 0 || factorPanel(v, start[head], tail, tail)
}

/** log |A| from the factor. */
export function targetedLogDeterminant({ head, tail, start }: TargetedPattern, l: Float64Array): number {
  let sum = 0
  for (let c = 0; c < head; c++) sum += Math.log(l[start[c]])
  for (let c = 0; c < tail; c++) sum += Math.log(l[start[head] + c * (tail + 1)])
  return 2 * sum
}

/** Solves L X = B in place, for B with m columns, row after row. */
export function targetedForward(
  { head, tail, start, rowIndex }: TargetedPattern,
  l: Float64Array,
  b: Float64Array,
  m: number,
): void {
  for (let c = 0; c < head; c++) {
    const own = c * m
    const inverse = 1 / l[start[c]]
    for (let k = 0; k < m; k++) b[own + k] *= inverse
    for (let e = start[c] + 1; e < start[c + 1]; e++) subtract(b, rowIndex[e] * m, own, l[e], m)
  }
  for (let i = 0, row = start[head]; i < tail; i++, row += tail) {
    const own = (head + i) * m
    for (let j = 0; j < i; j++) subtract(b, own, (head + j) * m, l[row + j], m)
    const inverse = 1 / l[row + i]
    for (let k = 0; k < m; k++) b[own + k] *= inverse
  }
}

/** Solves L'X = B in place, for B with m columns, row after row. */
export function targetedBackward(
  { head, tail, start, rowIndex }: TargetedPattern,
  l: Float64Array,
  b: Float64Array,
  m: number,
): void {
  for (let i = tail - 1, row = start[head] + i * tail; i >= 0; i--, row -= tail) {
    const own = (head + i) * m
    const inverse = 1 / l[row + i]
    for (let k = 0; k < m; k++) b[own + k] *= inverse
    for (let j = 0; j < i; j++) subtract(b, (head + j) * m, own, l[row + j], m)
  }
  for (let c = head - 1; c >= 0; c--) {
    const own = c * m
    for (let e = start[c] + 1; e < start[c + 1]; e++) subtract(b, own, rowIndex[e] * m, l[e], m)
    const inverse = 1 / l[start[c]]
    for (let k = 0; k < m; k++) b[own + k] *= inverse
  }
}

/** b[to ...] -= by * b[from ...], m elements. */
function subtract(b: Float64Array, to: number, from: number, by: number, m: number): void {
  for (let k = 0; k < m; k++) b[to + k] -= by * b[from + k]
}

/**
 * The elements of Z = A^-1 on the pattern of L, by Takahashi's recursion (Erisman and Tinney 1975): the list of a
 * factorization from its end, each target read in place of written. `work` has q elements.
 */
export function targetedInverse(
  { head, tail, start, targets }: TargetedPattern,
  l: Float64Array,
  out: Float64Array,
  work: Float64Array,
): void {
  const tailAt = start[head]
  if (tail > 0) {
    out.fill(0, tailAt)
    invertTransposed(l, out, tailAt, tail)
    multiplyTransposed(out, tailAt, tail)
  }
  for (let c = head - 1, last = targets.length; c >= 0; c--) {
    const at = start[c]
    const rows = start[c + 1] - at - 1
    let t = last - (rows * (rows + 1)) / 2
    last = t
    for (let i = 0; i < rows; i++) work[i] = 0
    for (let j = 0; j < rows; j++) {
      const y = l[at + 1 + j]
      let sum = out[targets[t++]] * y
      for (let i = j + 1; i < rows; i++) {
        const z = out[targets[t++]]
        work[i] += z * y
        sum += z * l[at + 1 + i]
      }
      work[j] += sum
    }
    const inverse = 1 / l[at]
    let sum = inverse
    for (let i = 0; i < rows; i++) {
      const z = -work[i] * inverse
      out[at + 1 + i] = z
      sum -= l[at + 1 + i] * z
    }
    out[at] = sum * inverse
  }
}
