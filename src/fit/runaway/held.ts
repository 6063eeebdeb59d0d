import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Runaway } from '../results/runaway.js'

/** The constant of a further predictor that is at its limit, as what runs to it. */
export function atLimit({ layout }: Likelihood, at: number): Runaway {
  const { name, stated, kind } = layout.further.find(({ fixed }) => fixed.from <= at && at < fixed.to)!
  return { at, predictor: name, name: stated.fixed.names[0], to: kind!.limit!.at < 0 ? '-Inf' : 'Inf' }
}

/** A d x d matrix with the rows and columns of the parameters `held` zero: a climb with it leaves them where they are. */
export function without(scale: Float64Array, held: readonly number[]): Float64Array {
  if (held.length === 0) return scale
  const d = Math.sqrt(scale.length)
  const out = scale.slice()
  for (const j of held) for (let i = 0; i < d; i++) out[i * d + j] = out[j * d + i] = 0
  return out
}

/** A covariance without that of running parameters, which is none. */
export function unknownWhere(covariance: Float64Array, runs: readonly Runaway[]): Float64Array {
  if (runs.length === 0) return covariance
  const d = Math.sqrt(covariance.length)
  for (const { at } of runs) for (let i = 0; i < d; i++) covariance[i * d + at] = covariance[at * d + i] = Number.NaN
  return covariance
}
