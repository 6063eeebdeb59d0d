import type { RandomStructure } from './random-structure.js'

/**
 * The connected components of the random effects, two of which are joined where they share a row: given the outer parameters they are
 * independent of each other in prior and likelihood, and the integral is a product over them. The levels of one factor, the
 * outermost units of nested ones, the connected parts of crossed ones.
 */
export interface IndependentComponents {
  readonly count: number
  /** Component of each element of u. */
  readonly ofElement: Int32Array
  /** Component of each row. */
  readonly ofRow: Int32Array
  /** Elements of u in each component. */
  readonly sizes: Int32Array
}

export function independentComponents(
  { size, width, columns, chains, border }: RandomStructure,
  rows: number,
): IndependentComponents {
  // All rows meet a border.
  if (border > 0) {
    const one = (length: number): Int32Array => new Int32Array(length)
    return { count: 1, ofElement: one(size), ofRow: one(rows), sizes: Int32Array.of(size) }
  }
  const root = Int32Array.from({ length: size }, (_, c) => c)
  const find = (c: number): number => {
    let at = c
    while (root[at] !== at) {
      root[at] = root[root[at]]
      at = root[at]
    }
    return at
  }
  for (let i = 0; i < rows; i++) {
    const first = find(columns[i * width])
    for (let s = 1; s < width; s++) root[find(columns[i * width + s])] = first
  }
  for (const { term, starts } of chains) {
    const { length } = term.laid.term.names
    for (const first of starts) for (let e = first + 1; e < first + length; e++) root[find(e)] = find(first)
  }
  const number = new Int32Array(size).fill(-1)
  let count = 0
  const ofElement = Int32Array.from({ length: size }, (_, c) => {
    const r = find(c)
    if (number[r] < 0) number[r] = count++
    return number[r]
  })
  const sizes = new Int32Array(count)
  for (const g of ofElement) sizes[g]++
  const ofRow = Int32Array.from({ length: rows }, (_, i) => ofElement[columns[i * width]])
  return { count, ofElement, ofRow, sizes }
}
