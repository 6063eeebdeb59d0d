import { normalQuantile } from '../../numerics/special.js'
import { type SortedDraws, sortedDraws } from './sorted-draws.js'

/** Rank transforms of the same draws: of the values (location), and of their distances from the median (scale). */
export interface RankNormalised {
  readonly bulk: Float64Array[]
  readonly folded: Float64Array[]
}

/**
 * Draws replaced by the normal scores of their ranks among all chains: z = Phi^-1((r - 3/8) / (S + 1/4)), ties sharing
 * their average rank (Vehtari et al. 2021, eq. 14). `median` is the centre of the folding. A caller with many parameters
 * hands in the same draws `sorted` and the `scores`, made once by `normalScores(S)`. Draws must be finite.
 */
export function rankNormalised(
  chains: readonly Float64Array[],
  median: number,
  sorted: SortedDraws = sortedDraws(chains),
  scores: Float64Array = normalScores(sorted.order.length),
): RankNormalised {
  const { ascending, order } = sorted
  const ranks = twiceAverageRanks(ascending)
  const foldedRanks = twiceFoldedRanks(ascending, median)
  const bulk = new Float64Array(order.length)
  const folded = new Float64Array(order.length)
  for (let k = 0; k < order.length; k++) {
    bulk[order[k]] = scores[ranks[k]]
    folded[order[k]] = scores[foldedRanks[k]]
  }
  const length = chains[0].length
  const cut = (all: Float64Array) => chains.map((_, c) => all.subarray(c * length, (c + 1) * length))
  return { bulk: cut(bulk), folded: cut(folded) }
}

/** The normal score of every rank and half rank among `size` draws; that of rank r stands at 2r, r = 1, 1.5, ... size. */
export function normalScores(size: number): Float64Array {
  const scores = new Float64Array(2 * size + 1)
  for (let twice = 2; twice <= size + 1; twice++) {
    const score = normalQuantile((twice / 2 - 0.375) / (size + 0.25))
    scores[twice] = score
    scores[2 * size + 2 - twice] = -score
  }
  return scores
}

/** Twice the average rank (1 to n) of each of the ascending values. */
function twiceAverageRanks(ascending: Float64Array): Int32Array {
  const ranks = new Int32Array(ascending.length)
  for (let from = 0; from < ascending.length; ) {
    const first = from
    let to = from + 1
    while (to < ascending.length && ascending[to] === ascending[from]) to++
    for (; from < to; from++) ranks[from] = first + to + 1
  }
  return ranks
}

/** Twice the average rank of |x - median| for each of the ascending values x, by walking outwards from the median. */
function twiceFoldedRanks(ascending: Float64Array, median: number): Int32Array {
  const size = ascending.length
  const distances = new Float64Array(size)
  const position = new Int32Array(size)
  let right = 0
  while (right < size && ascending[right] < median) right++
  let left = right - 1
  for (let k = 0; k < size; k++) {
    const toLeft = left >= 0 ? Math.abs(ascending[left] - median) : Number.POSITIVE_INFINITY
    const toRight = right < size ? Math.abs(ascending[right] - median) : Number.POSITIVE_INFINITY
    position[k] = toLeft <= toRight && left >= 0 ? left-- : right++
    distances[k] = Math.min(toLeft, toRight)
  }
  const sorted = twiceAverageRanks(distances)
  const ranks = new Int32Array(size)
  for (let k = 0; k < size; k++) ranks[position[k]] = sorted[k]
  return ranks
}
