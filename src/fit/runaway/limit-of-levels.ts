import { meanOf } from '../../data/roles.js'
import type { Model, RandomTerm } from '../../data/model.js'
import { maximise, type Objective } from '../../numerics/maximise.js'
import { scaledErfc } from '../../numerics/special.js'

/** What the likelihood tends to as a standard deviation grows without bound. */
export interface LimitOfLevels {
  /** The largest limit of the log-likelihood over all ratios, or a lower bound of it to about 1e-6. */
  readonly logLik: number
  /** The ratios of the fixed effects to the standard deviation there. */
  readonly ratios: Float64Array
}

/** Widths of the smoothed minimum, one climb each. */
const widths = [0.3, 0.03, 3e-3, 3e-4]
/** Past this size of every level's share the ratios themselves run away. */
const certain = -1e-5

/**
 * One scalar effect b of a factor, every response at an end of its range. With beta = sigma r and sigma to infinity the
 * density of row i tends to 1 where s_i (x_i'r + z_i b) > 0 and to 0 elsewhere (s_i = 1 for a response at the upper end, -1
 * at the lower), whatever the family and the link. So a level's likelihood tends to the normal probability of the b between the
 * bounds -x_i'r / z_i of its rows: where each level is unanimous that is a probit model of the levels. Its logarithm is
 * concave in r (Prékopa 1973), and is maximised here from each of `starts`, the largest and smallest bounds smoothed from below. Null where
 * no ratios near them give every level a share. z_i must not be zero.
 */
export function limitOfLevels(
  model: Model,
  term: RandomTerm,
  signs: Int8Array,
  starts: readonly Float64Array[],
): LimitOfLevels | null {
  const { nobs: n } = model
  const { fixed } = meanOf(model)
  const p = fixed.names.length
  const rows: { readonly low: number[]; readonly high: number[] }[] = term.levels.map(() => ({ low: [], high: [] }))
  for (let i = 0; i < n; i++) {
    if (signs[i] === 2) continue
    rows[term.index[i]][signs[i] * term.z[i] > 0 ? 'low' : 'high'].push(i)
  }
  const levels = rows.filter(({ low, high }) => low.length + high.length > 0)
  const bound = (r: Float64Array, i: number): number => {
    let eta = 0
    for (let j = 0; j < p; j++) eta += fixed.x[j * n + i] * r[j]
    return -eta / term.z[i]
  }
  /** The largest bound (side 1) or smallest (side -1), smoothed outwards; the weights of the rows in it. */
  const extreme = (
    r: Float64Array,
    among: readonly number[],
    side: 1 | -1,
    width: number,
    weights: number[],
  ): number => {
    if (among.length === 0) return -side * Number.POSITIVE_INFINITY
    let top = Number.NEGATIVE_INFINITY
    for (let k = 0; k < among.length; k++) {
      weights[k] = side * bound(r, among[k])
      if (weights[k] > top) top = weights[k]
    }
    if (width === 0) return side * top
    let sum = 0
    for (let k = 0; k < among.length; k++) {
      weights[k] = Math.exp((weights[k] - top) / width)
      sum += weights[k]
    }
    for (let k = 0; k < among.length; k++) weights[k] /= sum
    return side * (top + width * Math.log(sum))
  }
  const lowWeights: number[] = []
  const highWeights: number[] = []
  const objective =
    (width: number): Objective =>
    (r, gradient) => {
      gradient.fill(0)
      let total = 0
      for (const { low, high } of levels) {
        const from = extreme(r, low, 1, width, lowWeights)
        const to = extreme(r, high, -1, width, highWeights)
        const { log, inFrom, inTo } = logShare(from, to)
        if (log === Number.NEGATIVE_INFINITY) return log
        total += log
        if (width === 0) continue
        low.forEach((i, k) => {
          for (let j = 0; j < p; j++) gradient[j] -= (inFrom * lowWeights[k] * fixed.x[j * n + i]) / term.z[i]
        })
        high.forEach((i, k) => {
          for (let j = 0; j < p; j++) gradient[j] -= (inTo * highWeights[k] * fixed.x[j * n + i]) / term.z[i]
        })
      }
      return total
    }
  const unit = new Float64Array(p * p)
  for (let j = 0; j < p; j++) {
    let square = 0
    for (let i = 0; i < n; i++) square += fixed.x[j * n + i] ** 2
    unit[j * p + j] = n / (square || 1) / levels.length
  }
  const exact = objective(0)
  const none = new Float64Array(p)
  let best = null as LimitOfLevels | null
  const keep = (r: Float64Array): void => {
    const logLik = exact(r, none)
    if (logLik > Number.NEGATIVE_INFINITY && (best === null || logLik > best.logLik))
      best = { logLik, ratios: r.slice() }
  }
  for (const from of starts) {
    let r = from
    keep(r)
    for (const width of widths) {
      const { x, value } = maximise(objective(width), r, unit, { tolerance: 1e-6, maxIterations: 200 })
      if (value === Number.NEGATIVE_INFINITY) continue
      r = x
      keep(r)
    }
  }
  // Where levels share their columns the top is at a kink, where some ratios are zero.
  if (best) keep(best.ratios.map((ratio, j) => (Math.abs(ratio) < 1e-2 * Math.sqrt(unit[j * p + j]) ? 0 : ratio)))
  return best
}

/** Whether the limit says that the fixed effects alone explain every level: the standard deviation is then not determined. */
export const explainsAll = ({ logLik }: LimitOfLevels): boolean => logLik > certain

/** log(Phi(to) - Phi(from)) with its derivatives; -Infinity where there is nothing between. */
function logShare(from: number, to: number): { log: number; inFrom: number; inTo: number } {
  if (!(to > from)) return { log: Number.NEGATIVE_INFINITY, inFrom: 0, inTo: 0 }
  // By the lower tail, where most of it is.
  const mirrored = from + to > 0
  const [a, b] = mirrored ? [-to, -from] : [from, to]
  const upper = logNormalCdf(b)
  const lower = logNormalCdf(a)
  const log = upper + Math.log1p(-Math.exp(lower - upper))
  const inB = Math.exp(logNormalDensity(b) - log)
  const inA = -Math.exp(logNormalDensity(a) - log)
  return mirrored ? { log, inFrom: -inB, inTo: -inA } : { log, inFrom: inA, inTo: inB }
}

const logNormalDensity = (z: number): number =>
  Number.isFinite(z) ? -0.5 * z * z - 0.5 * Math.log(2 * Math.PI) : Number.NEGATIVE_INFINITY

function logNormalCdf(z: number): number {
  if (z === Number.NEGATIVE_INFINITY) return z
  if (z > 0) return Math.log1p(-0.5 * scaledErfc(z / Math.SQRT2) * Math.exp(-0.5 * z * z))
  return Math.log(0.5 * scaledErfc(-z / Math.SQRT2)) - 0.5 * z * z
}
