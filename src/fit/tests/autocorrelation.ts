import type { Direction } from './level-scores.js'
import type { ModelTest } from '../results/model-test.js'
import { notTested } from './not-tested.js'
import type { ScoreDraws } from './score-draws.js'
import { smallestRank } from './smallest-rank.js'

/** The rows of each level in the order of time: rows of one time together, times ascending. */
export interface TimeOrder {
  readonly name: string
  /** Of each row its place among its level's times; -1 where its time is missing. */
  readonly place: Int32Array
  /** Pairs of neighbouring times, over all levels. */
  readonly pairs: number
  /** The most times that a level has. */
  readonly most: number
}

export function timeOrder(name: string, time: Float64Array, index: Int32Array, levels: number): TimeOrder {
  const times = Array.from({ length: levels }, () => new Set<number>())
  time.forEach((value, i) => {
    if (!Number.isNaN(value)) times[index[i]].add(value)
  })
  const places = times.map((set) => new Map([...set].sort((a, b) => a - b).map((value, place) => [value, place])))
  return {
    name,
    place: Int32Array.from(time, (value, i) => places[index[i]].get(value) ?? -1),
    most: times.reduce((most, { size }) => Math.max(most, size), 0),
    pairs: times.reduce((sum, { size }) => sum + Math.max(0, size - 1), 0),
  }
}

/**
 * The score, at zero, of the covariance between disturbances of the linear predictor at neighbouring times:
 * E[sum_t r_t r_(t+1) | y_g], r_t being the sum of l' over the rows of time t. As a score its mean under the model is
 * zero, however far the modes have shrunk the residuals.
 */
export const neighbourDirection = ({ place }: TimeOrder): Direction => ({
  size: 1,
  write: ({ count, share, rows, d1 }, out, at) => {
    let length = 0
    for (const row of rows) length = Math.max(length, place[row] + 1)
    const first = new Float64Array(length)
    let score = 0
    for (let k = 0; k < count; k++) {
      first.fill(0)
      for (let r = 0; r < rows.length; r++) {
        const t = place[rows[r]]
        if (t >= 0) first[t] += d1[0][r * count + k]
      }
      for (let t = 1; t < length; t++) score += share[k] * first[t - 1] * first[t]
    }
    out[at] = score
  },
})

/** Where the estimates leave less than this share of the information there is nothing to see: two times to a level, say. */
const confounded = 0.01

const digits = (value: number): string => Number(value.toPrecision(2)).toString()

/** The test between neighbouring times within levels of `group`, two-sided; its direction stands at `at`. */
export function autocorrelation(
  drawn: ScoreDraws | string,
  at: number,
  { name, pairs, most }: TimeOrder,
  group: string,
): ModelTest {
  if (pairs === 0) return notTested(`no level of ${group} has rows at two times of ${name}`)
  if (typeof drawn === 'string') return notTested(drawn)
  const width = drawn.observed.length
  const score = drawn.observed[at]
  const variance = drawn.variance[at * width + at]
  // Two times to a level are alike by the level's effect; what a nonlinear model makes of the rest is no ground for a test.
  if (most < 3 || !(variance > confounded * drawn.known[at]))
    return notTested(
      `correlation of neighbours cannot be told from the effects of ${group}: more times to a level would tell`,
    )
  const column = Float64Array.from({ length: drawn.count }, (_, s) => drawn.draws[s * width + at])
  const { p } = smallestRank([score], [column], 'both')
  // One step from zero; with equal information in all times the known variance is pairs times its square.
  const correlation = (score / variance) * Math.sqrt(drawn.known[at] / pairs)
  const found = p < 0.05
  const size = digits(Math.max(-1, Math.min(1, correlation)))
  return {
    statistic: score / Math.sqrt(variance),
    p,
    method: 'replicates',
    effect: found
      ? `rows next to each other in ${name} are correlated by about ${size} beyond what ${group} explains`
      : null,
    says: found
      ? `signs that neighbouring rows of a level of ${group}, in the order of ${name}, are correlated by about ${size}; if so, standard errors of effects that change slowly in time are too small`
      : `no correlation of neighbouring rows in the order of ${name} (about ${size} from ${pairs} pairs)`,
    remedy: found ? `try ar1(0 + factor(${name}) | ${group})` : null,
  }
}
