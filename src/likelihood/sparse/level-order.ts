import { addClique, type BitGraph, bitGraph, eliminationWork, minimumDegree } from '../../numerics/elimination-order.js'

/** The levels of one factor, as the order of elimination sees them. */
export interface OrderedFactor {
  /** Level of each row. */
  readonly index: Int32Array
  readonly levels: number
  /** Elements of u that each level has. */
  readonly stride: number
  /** Its elements have a flat prior and meet all rows: they come last. */
  readonly last: boolean
}

/** Between these numbers of levels, those of the first factor left out, an order is looked for. */
const [fewest, most] = [32, 6000]
/** An order is taken where it leaves at most this share of the work. */
const worthIt = 0.5

/**
 * The order in which the levels of crossed factors are eliminated, as pairs (factor, level): the first factor's levels
 * first, which share no row; then the others' by minimum degree, where that at least halves the work of a
 * factorization; those that come last. Null where the order factor by factor may as well stay.
 */
export function levelOrder(factors: readonly OrderedFactor[]): readonly (readonly [number, number])[] | null {
  const [first, ...others] = factors
  const middle = others.filter(({ last }) => !last)
  const count = middle.reduce((sum, { levels }) => sum + levels, 0)
  if (count < fewest || count > most) return null
  const graph = graphAfter(first, middle)
  const natural = Int32Array.from({ length: count }, (_, v) => v)
  const order = minimumDegree(graph)
  if (eliminationWork(graph, order) > worthIt * eliminationWork(graph, natural)) return null
  const numbered: (readonly [number, number])[] = []
  factors.forEach((factor, f) => {
    if (!factor.last && f > 0) for (let level = 0; level < factor.levels; level++) numbered.push([f, level])
  })
  const all = (f: number): (readonly [number, number])[] =>
    Array.from({ length: factors[f].levels }, (_, level) => [f, level] as const)
  return [
    ...all(0),
    ...Array.from(order, (v) => numbered[v]),
    ...factors.flatMap(({ last }, f) => (last && f > 0 ? all(f) : [])),
  ]
}

/** The levels of the middle factors, joined where they share a row or a level of the first factor. */
function graphAfter(first: OrderedFactor, middle: readonly OrderedFactor[]): BitGraph {
  const graph = bitGraph(
    Int32Array.from(middle.flatMap(({ levels, stride }) => new Array<number>(levels).fill(stride))),
  )
  const { words } = graph
  const met = new Uint32Array(first.levels * words)
  for (let i = 0; i < first.index.length; i++) {
    const row = first.index[i] * words
    let node = 0
    for (const { index, levels } of middle) {
      const v = node + index[i]
      met[row + (v >> 5)] |= 1 << (v & 31)
      node += levels
    }
  }
  for (let level = 0; level < first.levels; level++) addClique(graph, met.subarray(level * words, (level + 1) * words))
  return graph
}
