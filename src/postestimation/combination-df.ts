import type { FittedModel } from './fitted-model.js'

/** Degrees of freedom of a combination of parameters; Infinity for the normal. */
export function combinationDf({ fit }: FittedModel): (l: Float64Array) => number {
  const df = fit.call.df === 'residual' ? fit.fixed[0]?.df : null
  return () => df ?? Number.POSITIVE_INFINITY
}
