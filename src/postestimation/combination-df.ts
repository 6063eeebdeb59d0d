import { smallSample } from '../fit/df/degrees-of-freedom.js'
import type { SmallSample } from '../fit/df/satterthwaite.js'
import { restricted } from '../likelihood/frame/restricted.js'
import { likelihood } from '../likelihood/likelihood.js'
import type { FittedModel } from './fitted-model.js'

/**
 * The tests in small samples of a fit's fixed effects by the method of its call; null where they are those of large samples or of
 * the residual's degrees of freedom.
 */
export function smallSampleOf({ fit, stated, parameters }: FittedModel): SmallSample | null {
  const { df: method } = fit.call
  if (method !== 'satterthwaite' && method !== 'kr') return null
  const reml = fit.method === 'reml'
  const p = fit.fixed.length
  const like = likelihood(reml ? restricted(stated.model) : stated.model)
  const normal = like.normal?.(reml ? parameters.slice(p) : parameters)
  const covariance = fit.parameters.covariance
  if (!normal || !covariance) return null
  const first = reml ? 0 : p
  const W = (a: number, b: number): number => covariance[first + a]?.[first + b] ?? Number.NaN
  const zeroed = [...parameters.keys()].slice(p).filter((j) => parameters[j] === 0)
  const noResidual = fit.further.some(({ fixed }) => fixed.some(({ runsTo }) => runsTo !== null))
  return smallSample(method, normal, W, reml ? zeroed.map((j) => j - p) : zeroed, noResidual)
}

/** Degrees of freedom of combinations of a fit's parameters (length d), of which those of the mean's fixed effects count; Infinity: normal. */
export function combinationDf(fitted: FittedModel): (l: Float64Array) => number {
  const { fit } = fitted
  const p = fit.fixed.length
  const residual = fit.call.df === 'residual' ? fit.fixed[0]?.df : null
  if (typeof residual === 'number') return () => residual
  let small: SmallSample | null | undefined
  return (l) => {
    small ??= smallSampleOf(fitted)
    return small?.of(l.slice(0, p)) ?? Number.POSITIVE_INFINITY
  }
}
