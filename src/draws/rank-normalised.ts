import { normalQuantile } from '../numerics/special.js'
import { pooledAscending } from './pooled.js'

/** Rank transforms of the same draws: of the values (location), and of their distances from the median (scale). */
export interface RankNormalised {
  readonly bulk: Float64Array[]
  readonly folded: Float64Array[]
}

/**
 * Draws replaced by the normal scores of their ranks among all chains: z = Phi^-1((r - 3/8) / (S + 1/4)), ties sharing
 * their average rank (Vehtari et al. 2021, eq. 14). `median` is the centre of the folding. A caller with many parameters
 * hands in `ascending`, the same draws sorted, and `scores`, made once by `normalScores(S)`. Draws must be finite.
 */
export function rankNormalised(
  chains: readonly Float64Array[],
  median: number,
  ascending: Float64Array = pooledAscending(chains),
  scores: Float64Array = normalScores(ascending.length),
): RankNormalised {
  const size = ascending.length
  const ranks = twiceAverageRanks(ascending)
  const foldedRanks = twiceFoldedRanks(ascending, median)
  const bulk: Float64Array[] = []
  const folded: Float64Array[] = []
  for (const chain of chains) {
    const z = new Float64Array(chain.length)
    const zFolded = new Float64Array(chain.length)
    for (let i = 0; i < chain.length; i++) {
      const value = chain[i]
      let low = 0
      let high = size - 1
      while (low < high) {
        const middle = (low + high) >>> 1
        if (ascending[middle] < value) low = middle + 1
        else high = middle
      }
      z[i] = scores[ranks[low]]
      zFolded[i] = scores[foldedRanks[low]]
    }
    bulk.push(z)
    folded.push(zFolded)
  }
  return { bulk, folded }
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
    let to = from + 1
    while (to < ascending.length && ascending[to] === ascending[from]) to++
    ranks.fill(from + to + 1, from, to)
    from = to
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
