import { deviations } from '../../covariance/chart.js'
import type { LaidTerm, ParameterLayout } from './parameter-layout.js'

/** Where a random term stands among the coordinates. */
export interface TermCoordinates {
  readonly laid: LaidTerm
  /** q, columns of the term. */
  readonly q: number
  /** Log standard deviations: `deviations` of them, from `start`. */
  readonly start: number
  readonly deviations: number
  /** Free coordinates of the correlations: so many, from `correlationStart`. */
  readonly correlationStart: number
  readonly correlations: number
  /** Which standard deviation each effect has, length q. */
  readonly deviationOf: Int32Array
  /** The term's first effect among all effects: level after level, each with its q. */
  readonly effects: number
}

/**
 * The unconstrained vector that priors and samplers see: the fixed effects of each predictor, then of each term the
 * logarithms of its standard deviations and the free coordinates of its correlations; together `outer` of them, as
 * many as the fit's parameters. A joint density goes on with `effects` random effects.
 */
export interface Coordinates {
  readonly fixed: number
  readonly terms: readonly TermCoordinates[]
  readonly outer: number
  readonly effects: number
  /** The fit's parameters (fixed effects, theta) at outer coordinates. */
  readonly toParameters: (x: Float64Array, out: Float64Array) => void
  /** Turns a gradient in the fit's parameters into one in the coordinates, in place; x are the coordinates. */
  readonly pull: (x: Float64Array, gradient: Float64Array) => void
  /** Coordinates of the fit's parameters; a standard deviation of zero becomes a very small one. */
  readonly fromParameters: (parameters: Float64Array) => Float64Array
}

/** The outer coordinates alone, as where the effects are integrated out. */
export const withoutEffects = (at: Coordinates): Coordinates => ({ ...at, terms: [], effects: 0 })

/** Smallest standard deviation in coordinates, which are logarithms. */
const leastDeviation = 1e-6

export function coordinates(layout: ParameterLayout): Coordinates {
  let start = layout.fixed
  let effects = 0
  const terms = layout.terms.map((laid): TermCoordinates => {
    const q = laid.term.names.length
    const { chart } = laid.covariance
    const count = deviations(chart, q)
    const correlations = chart.correlationSize(q)
    const term = {
      laid,
      q,
      start,
      deviations: count,
      correlationStart: start + count,
      correlations,
      deviationOf: chart.deviationOf(q),
      effects,
    }
    start += count + correlations
    effects += laid.term.levels.length * q
    return term
  })
  const outer = start
  const sd = terms.map((term) => new Float64Array(term.deviations))
  const sdGradient = terms.map((term) => new Float64Array(term.deviations))
  const yGradient = terms.map((term) => new Float64Array(term.correlations))
  const read = (x: Float64Array, t: number): Float64Array => {
    const term = terms[t]
    for (let k = 0; k < term.deviations; k++) sd[t][k] = Math.exp(x[term.start + k])
    return sd[t]
  }
  const yOf = (x: Float64Array, { correlationStart, correlations }: TermCoordinates): Float64Array =>
    x.subarray(correlationStart, correlationStart + correlations)
  return {
    fixed: layout.fixed,
    terms,
    outer,
    effects,
    toParameters: (x, out) => {
      for (let j = 0; j < layout.fixed; j++) out[j] = x[j]
      terms.forEach((term, t) => {
        const { laid, q } = term
        laid.covariance.chart.theta(read(x, t), yOf(x, term), q, out.subarray(laid.start, laid.start + laid.size))
      })
    },
    pull: (x, gradient) => {
      terms.forEach((term, t) => {
        const { laid, q } = term
        const inSd = sdGradient[t].fill(0)
        const inY = yGradient[t].fill(0)
        const inTheta = gradient.subarray(laid.start, laid.start + laid.size)
        laid.covariance.chart.pull(read(x, t), yOf(x, term), q, inTheta, inSd, inY)
        for (let k = 0; k < term.deviations; k++) gradient[term.start + k] = inSd[k] * sd[t][k]
        for (let k = 0; k < term.correlations; k++) gradient[term.correlationStart + k] = inY[k]
      })
    },
    fromParameters: (parameters) => {
      const x = new Float64Array(outer)
      for (let j = 0; j < layout.fixed; j++) x[j] = parameters[j]
      for (const { laid, q, start: at, correlationStart, deviationOf } of terms) {
        const theta = parameters.subarray(laid.start, laid.start + laid.size)
        const of = laid.covariance.standardDeviations(theta, q)
        for (let i = 0; i < q; i++) x[at + deviationOf[i]] = Math.log(Math.max(of[i], leastDeviation))
        const correlations = laid.covariance.correlations(theta, q).map((r) => (Number.isNaN(r) ? 0 : r))
        x.set(laid.covariance.chart.fromCorrelations(correlations, q), correlationStart)
      }
      return x
    },
  }
}
