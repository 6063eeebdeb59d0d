import type { ChainStatistics } from '../chain-statistics.js'
import type { Standstill } from './diagnostic-warnings.js'

/** The longest run of draws at which a chain's log density is the same to the last bit. */
export function standstill({ logDensity, acceptRate }: ChainStatistics): Standstill {
  let longest = { draws: 0, from: 0 }
  for (let from = 0; from < logDensity.length; ) {
    let to = from + 1
    while (to < logDensity.length && logDensity[to] === logDensity[from]) to++
    if (to - from > longest.draws) longest = { draws: to - from, from }
    from = to
  }
  let sum = 0
  for (let d = longest.from; d < longest.from + longest.draws; d++) sum += acceptRate[d]
  return { ...longest, acceptRate: sum / longest.draws }
}
