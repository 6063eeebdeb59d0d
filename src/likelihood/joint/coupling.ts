import { symbolic, type SparsePattern } from '../../numerics/sparse-pattern.js'
import type { Coordinates } from '../frame/coordinates.js'
import { sameFactor } from '../frame/level-structure.js'
import { pairPattern } from '../sparse/random-structure.js'

/**
 * Which coordinates of a joint density meet in its Hessian: two effects that share a row of the data do, and every outer
 * coordinate meets everything. The elements are numbered anew: the effects of the factor with the most levels first,
 * then those of the others, the outer coordinates last, so that their Cholesky factor has little fill-in.
 */
export interface Coupling {
  readonly size: number
  /** Effects among the elements: the first so many. */
  readonly effects: number
  /** The coordinate of each element. */
  readonly coordinateOf: Int32Array
  /** Lower triangle of the Hessian, column after column; the diagonal first in each. */
  readonly colStart: Int32Array
  readonly rowIndex: Int32Array
  /**
   * A colouring of the elements (Coleman and More 1984): columns of the Hessian of one colour are differenced together. An element
   * meets at most one of a colour, elements of earlier colours aside, whose columns are known by then.
   */
  readonly sets: readonly Int32Array[]
  readonly symbolic: SparsePattern
}

export function coupling(at: Coordinates): Coupling {
  const { outer, effects } = at
  const size = outer + effects
  const coordinateOf = new Int32Array(size)
  const order = at.terms.map((_, t) => t).sort((a, b) => levelsOf(at, b) - levelsOf(at, a))
  const startOf = new Int32Array(at.terms.length)
  let next = 0
  for (const t of order) {
    const { q, laid, effects: first } = at.terms[t]
    startOf[t] = next
    const count = laid.term.levels.length * q
    for (let i = 0; i < count; i++) coordinateOf[next++] = outer + first + i
  }
  for (let j = 0; j < outer; j++) coordinateOf[next++] = j

  const inner = pairPattern(effects, ...columnsOf(at, startOf))
  const colStart = new Int32Array(size + 1)
  for (let c = 0; c < size; c++) {
    colStart[c + 1] = colStart[c] + (c < effects ? inner.colStart[c + 1] - inner.colStart[c] + outer : size - c)
  }
  const rowIndex = new Int32Array(colStart[size])
  for (let c = 0; c < size; c++) {
    let place = colStart[c]
    if (c < effects) {
      for (let p = inner.colStart[c]; p < inner.colStart[c + 1]; p++) rowIndex[place++] = inner.rowIndex[p]
    }
    for (let r = Math.max(c, effects); r < size; r++) rowIndex[place++] = r
  }
  const sets: Int32Array[] = Array.from({ length: outer }, (_, j) => Int32Array.of(effects + j))
  const [largest] = order
  let clustered = 0
  if (largest !== undefined) {
    for (const t of order) {
      if (!sameFactor(at.terms[t].laid.term, at.terms[largest].laid.term)) break
      clustered += at.terms[t].q * levelsOf(at, t)
    }
    sets.push(...coloured(inner, clustered, effects))
    // Levels of one factor never meet: one column of each at a time.
    for (const t of order) {
      if (startOf[t] >= clustered) break
      const { q } = at.terms[t]
      for (let k = 0; k < q; k++) {
        sets.push(Int32Array.from({ length: levelsOf(at, t) }, (_, level) => startOf[t] + level * q + k))
      }
    }
  }
  return { size, effects, coordinateOf, colStart, rowIndex, sets, symbolic: symbolic(size, colStart, rowIndex) }
}

const levelsOf = (at: Coordinates, t: number): number => at.terms[t].laid.term.levels.length

/** The elements each row of the data meets: rows, elements a row, and their numbers row after row. */
function columnsOf(at: Coordinates, startOf: Int32Array): [n: number, width: number, columns: Int32Array] {
  const width = at.terms.reduce((sum, { q }) => sum + q, 0)
  const n = at.terms.length > 0 ? at.terms[0].laid.term.index.length : 0
  const columns = new Int32Array(n * width)
  let slot = 0
  at.terms.forEach(({ laid, q }, t) => {
    for (let k = 0; k < q; k++, slot++) {
      for (let i = 0; i < n; i++) columns[i * width + slot] = startOf[t] + laid.term.index[i] * q + k
    }
  })
  return [n, width, columns]
}

/** Greedy colouring of the elements from `from` on: two of one colour have no neighbour in common. */
function coloured(
  { colStart, rowIndex }: { colStart: Int32Array; rowIndex: Int32Array },
  from: number,
  to: number,
): Int32Array[] {
  if (from === to) return []
  const neighbours: number[][] = Array.from({ length: to }, () => [])
  for (let c = 0; c < to; c++) {
    for (let p = colStart[c]; p < colStart[c + 1]; p++) {
      const r = rowIndex[p]
      neighbours[c].push(r)
      if (r !== c) neighbours[r].push(c)
    }
  }
  const colour = new Int32Array(to).fill(-1)
  const classes: number[][] = []
  const taken = new Int32Array(to - from).fill(-1)
  for (let c = from; c < to; c++) {
    for (const r of neighbours[c]) {
      for (const other of neighbours[r]) if (other >= from && colour[other] >= 0) taken[colour[other]] = c
    }
    let own = 0
    while (own < classes.length && taken[own] === c) own++
    if (own === classes.length) classes.push([])
    colour[c] = own
    classes[own].push(c)
  }
  return classes.map((members) => Int32Array.from(members))
}
