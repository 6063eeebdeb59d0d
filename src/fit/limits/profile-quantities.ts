import type { Held } from '../../covariance/held.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Estimate } from '../results/estimate.js'

/** A quantity to profile, a function of the outer parameters, on the scale on which it is searched. */
export interface ProfileQuantity {
  readonly name: string
  readonly value: (x: Float64Array) => number
  /** Overwrites x by the nearest parameters that have the quantity at `value`. */
  readonly hold: (x: Float64Array, value: number) => void
  /** Turns the gradient at what `hold` makes of x into that in x, in place. */
  readonly pullback: (x: Float64Array, value: number, gradient: Float64Array) => void
  readonly range: readonly [number, number]
  /** About its standard error on that scale. */
  readonly se: number
  /** From that scale to the one it is reported on. */
  readonly reported: (value: number) => number
}

const everywhere: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]

/** Outer parameter `at` itself, such as a fixed effect. */
export const parameterQuantity = (name: string, at: number, se: number): ProfileQuantity => ({
  name,
  value: (x) => x[at],
  hold: (x, value) => {
    x[at] = value
  },
  pullback: (_x, _value, gradient) => {
    gradient[at] = 0
  },
  range: everywhere,
  se,
  reported: (value) => value,
})

/**
 * A standard deviation or a correlation of term `t`. Correlations are searched on Fisher's scale, where their profile is
 * nearly a parabola: atanh of the correlation stretched to (-1, 1) from its range.
 */
export function covarianceQuantity(
  { layout }: Likelihood,
  { parameters, covariance }: Estimate,
  t: number,
  held: Held,
  unit: number,
): ProfileQuantity {
  const { term, start, size } = layout.terms[t]
  const theta = (x: Float64Array): Float64Array => x.subarray(start, start + size)
  const names = held.effects.map((effect) => term.names[effect]).join(', ')
  const [low, high] = held.range
  const isCorrelation = held.kind === 'correlation'
  const reported = (value: number): number =>
    isCorrelation ? low + ((high - low) * (Math.tanh(value) + 1)) / 2 : value
  const value = (x: Float64Array): number =>
    isCorrelation ? Math.atanh(clamped((2 * (held.value(theta(x)) - low)) / (high - low) - 1)) : held.value(theta(x))
  const se = deltaError(value, parameters, covariance, start, size)
  return {
    name: `${held.kind === 'sd' ? 'the standard deviation' : 'the correlation'} of ${names} by ${term.group}`,
    value,
    hold: (x, at) => held.hold(theta(x), reported(at)),
    pullback: (x, at, gradient) => held.pullback(theta(x), reported(at), theta(gradient)),
    range: isCorrelation ? [-edge, edge] : held.range,
    se: se > 0 ? Math.min(se, isCorrelation ? 1 : se) : isCorrelation ? 0.5 : unit,
    // At the edge the covariance is singular to the precision of the likelihood.
    reported: (at) => (isCorrelation && Math.abs(at) >= edge ? (at < 0 ? low : high) : reported(at)),
  }
}

/** atanh of a correlation this far out stands for the end of its range: 1 - rho is 1e-8 there. */
const edge = 9.5
const clamped = (rho: number): number => Math.max(-Math.tanh(edge), Math.min(Math.tanh(edge), rho))

/** Standard error of a function of theta by the delta method; NaN where the fit has no covariance. */
function deltaError(
  value: (x: Float64Array) => number,
  x: Float64Array,
  covariance: Float64Array | null,
  start: number,
  size: number,
): number {
  if (!covariance) return Number.NaN
  const d = x.length
  const slopes = Float64Array.from({ length: size }, (_, k) => {
    const j = start + k
    const step = 1e-4 * Math.sqrt(covariance[j * d + j])
    return (value(x.with(j, x[j] + step)) - value(x.with(j, x[j] - step))) / (2 * step)
  })
  let variance = 0
  for (let j = 0; j < size; j++)
    for (let k = 0; k < size; k++) variance += slopes[j] * slopes[k] * covariance[(start + j) * d + start + k]
  return Math.sqrt(variance)
}
