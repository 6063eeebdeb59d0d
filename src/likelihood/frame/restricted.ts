import { flat } from '../../covariance/flat.js'
import type { Model, RandomTerm } from '../../data/model.js'
import { lowerOrthonormal } from '../../numerics/lower-orthonormal.js'

/** Name of the pseudo-term that carries the fixed effects of a restricted model. */
const group = '(fixed effects)'

/**
 * The model of restricted maximum likelihood: the mean's fixed effects become effects with a flat prior, to be
 * integrated out with the random ones (Harville 1974). For a gaussian with identity link that integral is exact. The effects are integrated in coordinates in which the design's columns are
 * orthogonal and of unit size, so that neither units nor collinearity cost digits.
 */
export function restricted(model: Model): Model {
  const [mean, ...further] = model.predictors
  const { names, x } = mean.fixed
  const { factor } = lowerOrthonormal(x, model.nobs, names.length)
  const term: RandomTerm = {
    group,
    levels: ['all'],
    index: new Int32Array(model.nobs),
    names,
    z: x,
    covariance: flat.name,
    factor,
  }
  const none = { names: [], x: new Float64Array(0), aliased: mean.fixed.aliased }
  const random = names.length > 0 ? [...mean.random, term] : mean.random
  return { ...model, predictors: [{ ...mean, fixed: none, random }, ...further] }
}
