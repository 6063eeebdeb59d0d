import { flat } from '../../covariance/flat.js'
import type { Model } from '../../data/model.js'
import { sameFactor } from '../frame/level-structure.js'
import { entryOf, type SparsePattern, symbolic } from '../../numerics/sparse-pattern.js'
import { heap, type Space } from '../../numerics/space.js'
import type { ChainTerm } from '../frame/chain-terms.js'
import { type EffectsPrior, effectsPrior, type PlacedChain } from './effects-prior.js'
import { levelOrder } from './level-order.js'
import type { Slot } from '../frame/slots.js'
import type { LaidTerm, ParameterLayout } from '../frame/parameter-layout.js'

/**
 * How the rows of a model touch its spherical random effects u. Each row touches the same number of them, `width`, in
 * slots: slot s belongs to one column of one term, and columns[i * width + s] is the element of u that row i meets there.
 *
 * The elements are numbered factor by factor, the one with the most levels first, and within a factor level by level:
 * for one factor or nested ones the Cholesky factor of H then has no fill-in, and for crossed ones the fill-in is the
 * Schur complement of the smaller factors. Where it saves work, the smaller factors' levels come by minimum degree.
 */
export interface RandomStructure {
  /** Elements of u. */
  readonly size: number
  readonly width: number
  readonly columns: Int32Array
  /** Prior precision of each element of u: 1, or 0 where its prior is flat. */
  readonly precision: Float64Array
  /** Log of the volume, in the effects with a flat prior, of a unit of u: log |Lambda| of their terms. */
  readonly logFlat: number
  /** The Cholesky factor's pattern. */
  readonly symbolic: SparsePattern
  /** Where each diagonal element of H stands among its values, and then their number. */
  readonly diagonal: Int32Array
  /** Where the pair of slots (s, t), s >= t, of row i stands among the values of H: [i * perRow + s (s + 1) / 2 + t]. */
  readonly pairs: Int32Array
  /** The same pairs' places in the Cholesky factor and in the inverse on its pattern. */
  readonly places: Int32Array
  /**
   * Elements that all rows meet, the last so many: dense columns. They have no slots. Where that of dense column d meets
   * element e in the factor and in the inverse: borderPlace[e] + d * borderStride[e], for itself and elements before it.
   */
  readonly border: number
  readonly borderPlace: Int32Array
  readonly borderStride: Int32Array
  /** Elements of u by term: first element of each level. */
  readonly starts: readonly Int32Array[]
  readonly prior: EffectsPrior
  /** The terms among them that are chains. */
  readonly chains: readonly PlacedChain[]
}

/** `chained` are the terms that are taken as chains, by position, as in the slots; `dense` are those that have no slots. */
export function randomStructure(
  model: Model,
  layout: ParameterLayout,
  slots: readonly Slot[],
  chained: readonly (ChainTerm | undefined)[] = [],
  dense: readonly number[] = [],
  space: Space = heap,
): RandomStructure {
  const n = model.nobs
  const { size, starts } = numbered(layout.terms, chained, dense)
  const border = dense.reduce((sum, t) => sum + layout.terms[t].term.names.length, 0)
  const width = slots.length
  const columns = space.integers(n * width)
  slots.forEach(({ term, column, inChain }, s) => {
    const { index } = layout.terms[term].term
    const first = starts[term]
    for (let i = 0; i < n; i++) columns[i * width + s] = first[index[i]] + (inChain ? inChain.columns[i] : column)
  })
  const neighbours = layout.terms.flatMap(({ term }, t) =>
    chained[t] ? [{ starts: starts[t], length: term.names.length }] : [],
  )
  const { colStart, rowIndex } = pairPattern(size, n, width, columns, neighbours, border)
  const perRow = (width * (width + 1)) / 2
  const pairs = space.integers(n * perRow)
  for (let i = 0, at = 0; i < n; i++) {
    for (let s = 0; s < width; s++) {
      for (let t = 0; t <= s; t++, at++) {
        const a = columns[i * width + s]
        const b = columns[i * width + t]
        pairs[at] = find(rowIndex, colStart[Math.min(a, b)], colStart[Math.min(a, b) + 1], Math.max(a, b))
      }
    }
  }
  const factor = symbolic(size, colStart, rowIndex, space)
  const precision = space.vector(size).fill(1)
  let logFlat = 0
  layout.terms.forEach(({ term, covariance }, t) => {
    if (covariance !== flat) return
    const q = term.names.length
    for (let j = 0; term.factor && j < q; j++) logFlat += term.levels.length * Math.log(term.factor[j * (q + 1)])
    for (const first of starts[t]) precision.fill(0, first, first + term.names.length)
  })
  const places = space.integers(pairs.length)
  for (let at = 0; at < pairs.length; at++) places[at] = factor.target[pairs[at]]
  const chains = chained.flatMap((chain, t): PlacedChain[] => {
    if (!chain) return []
    const length = layout.terms[t].term.names.length - 1
    const beside = space.integers(starts[t].length * length)
    starts[t].forEach((first, level) => {
      for (let e = 0; e < length; e++) beside[level * length + e] = entryOf(factor, first + e, first + e + 1)
    })
    return [{ term: chain, starts: starts[t], beside }]
  })
  const prior = effectsPrior(precision, factor.diagonal, chains)
  return {
    size,
    width,
    columns,
    precision,
    prior,
    chains,
    logFlat,
    symbolic: factor,
    diagonal: colStart,
    pairs,
    places,
    starts,
    border,
    ...borderPlaces(factor, border, space),
  }
}

/** Where the rows of a border of so many elements stand in the panels: the last ones of each. */
function borderPlaces(
  { q, firstColumn, supernodeOf, rowStart, panelStart }: SparsePattern,
  border: number,
  { integers }: Space,
): Pick<RandomStructure, 'borderPlace' | 'borderStride'> {
  const borderPlace = integers(border > 0 ? q : 0)
  const borderStride = integers(border > 0 ? q : 0)
  for (let e = 0; e < borderPlace.length; e++) {
    const s = supernodeOf[e]
    const width = firstColumn[s + 1] - firstColumn[s]
    const rows = rowStart[s + 1] - rowStart[s]
    borderPlace[e] = panelStart[s] + (rows - border) * width + e - firstColumn[s]
    borderStride[e] = width
  }
  return { borderPlace, borderStride }
}

/** Position of `row` among the ascending rowIndex[from ... to - 1]. */
function find(rowIndex: Int32Array, from: number, to: number, row: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >> 1
    if (rowIndex[middle] < row) low = middle + 1
    else high = middle
  }
  return low
}

/** Gives each (term, level) its first element of u. */
function numbered(
  terms: readonly LaidTerm[],
  chained: readonly (ChainTerm | undefined)[],
  dense: readonly number[],
): { size: number; starts: Int32Array[] } {
  const factors: { terms: number[]; levels: number; name: string }[] = []
  terms.forEach(({ term }, t) => {
    if (dense.includes(t)) return
    const same = factors.find((factor) => sameFactor(terms[factor.terms[0]].term, term))
    if (same) same.terms.push(t)
    else factors.push({ terms: [t], levels: term.levels.length, name: term.group })
  })
  // Chains come first, in a level and, with all their elements, among the factors: whatever is eliminated before them
  // would join all of a chain that it meets.
  for (const factor of factors)
    factor.terms.sort((a, b) => Number(chained[b] !== undefined) - Number(chained[a] !== undefined))
  const extent = ({ terms: own, levels }: (typeof factors)[number]): number =>
    levels * own.reduce((most, t) => Math.max(most, chained[t] ? terms[t].term.names.length : 1), 1)
  factors.sort((a, b) => extent(b) - extent(a))
  const strides = factors.map((factor) => factor.terms.reduce((sum, t) => sum + terms[t].term.names.length, 0))
  const ordered = chained.some((chain) => chain !== undefined)
    ? null
    : levelOrder(
        factors.map(({ terms: own, levels }, f) => {
          const { term, covariance } = terms[own[0]]
          return { index: term.index, levels, stride: strides[f], last: covariance === flat }
        }),
      )
  const starts = terms.map(({ term }) => new Int32Array(term.levels.length))
  let size = 0
  const number = (f: number, level: number): void => {
    for (const t of factors[f].terms) {
      starts[t][level] = size
      size += terms[t].term.names.length
    }
  }
  if (ordered) for (const [f, level] of ordered) number(f, level)
  else
    factors.forEach(({ levels }, f) => {
      for (let level = 0; level < levels; level++) number(f, level)
    })
  for (const t of dense) {
    starts[t][0] = size
    size += terms[t].term.names.length
  }
  return { size, starts }
}

/** The pattern of the lower triangle of H: one entry for each pair of elements that share a row. */
export function pairPattern(
  size: number,
  n: number,
  width: number,
  columns: Int32Array,
  /** Runs of `length` elements from each of `starts`, of which neighbours make pairs whether they share a row or not. */
  runs: readonly { readonly starts: Int32Array; readonly length: number }[] = [],
  /** The last so many elements meet all. */
  border = 0,
): { colStart: Int32Array; rowIndex: Int32Array } {
  const below: Set<number>[] = Array.from({ length: size }, (_, c) => new Set([c]))
  for (let i = 0; i < n; i++) {
    // Rows in a run often touch the same elements.
    if (i > 0 && sameColumns(columns, width, i - 1, i)) continue
    for (let s = 0; s < width; s++) {
      const a = columns[i * width + s]
      for (let t = 0; t < s; t++) {
        const b = columns[i * width + t]
        below[Math.min(a, b)].add(Math.max(a, b))
      }
    }
  }
  for (const { starts, length } of runs)
    for (const first of starts) for (let e = first + 1; e < first + length; e++) below[e - 1].add(e)
  const inner = size - border
  const colStart = new Int32Array(size + 1)
  for (let c = 0; c < size; c++) colStart[c + 1] = colStart[c] + (c < inner ? below[c].size + border : size - c)
  const rowIndex = new Int32Array(colStart[size])
  for (let c = 0; c < size; c++) {
    if (c < inner) rowIndex.set(Int32Array.from(below[c]).sort(), colStart[c])
    for (let e = Math.max(c, inner), at = colStart[c + 1] - (size - e); e < size; e++) rowIndex[at++] = e
  }
  return { colStart, rowIndex }
}

function sameColumns(columns: Int32Array, width: number, a: number, b: number): boolean {
  for (let s = 0; s < width; s++) if (columns[a * width + s] !== columns[b * width + s]) return false
  return true
}
