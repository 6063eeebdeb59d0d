import { quantile } from '../../numerics/quantile.js'
import { sortOrder } from '../../numerics/sort-order.js'
import type { ChainStatistics } from '../chain-statistics.js'
import { chainsOf, type Draws } from '../draws.js'
import type { DivergenceLocation } from '../parameter-summary.js'
import { pooled } from './sorted-draws.js'

/**
 * Where divergent draws lie: the one of the first `outer` quantities in which they differ most from the others, by the
 * probability that a divergent draw is the larger (Mann and Whitney 1947). Null without divergences, and where all draws diverged.
 */
export function divergenceLocation(
  draws: Draws,
  outer: number,
  statistics: readonly ChainStatistics[],
): DivergenceLocation | null {
  const divergent = pooled(statistics.map((chain) => chain.divergent))
  const many = divergent.reduce((sum, flag) => sum + flag, 0)
  const others = divergent.length - many
  if (many === 0 || others === 0) return null
  let worst: DivergenceLocation | null = null
  for (let j = 0; j < outer; j++) {
    const values = pooled(chainsOf(draws, j))
    const order = sortOrder(values)
    const among: number[] = []
    const rest: number[] = []
    /** Pairs of a divergent draw and a smaller other one, equal ones counted half. */
    let above = 0
    for (let from = 0; from < order.length; ) {
      const before = rest.length
      const first = among.length
      let to = from
      while (to < order.length && values[order[to]] === values[order[from]]) {
        if (divergent[order[to]] === 1) among.push(values[order[to]])
        else rest.push(values[order[to]])
        to++
      }
      above += (among.length - first) * (before + (rest.length - before) / 2)
      from = to === from ? from + 1 : to
    }
    const probabilityAbove = above / (many * others)
    if (worst !== null && Math.abs(probabilityAbove - 0.5) <= Math.abs(worst.probabilityAbove - 0.5)) continue
    const standardError = Math.sqrt((many + others + 1) / (12 * many * others))
    worst = {
      name: draws.names[j],
      median: quantile(among, 0.5),
      medianOfOthers: quantile(rest, 0.5),
      probabilityAbove,
      z: (probabilityAbove - 0.5) / standardError,
    }
  }
  return worst
}
