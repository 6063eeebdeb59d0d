import { stateModel } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import { isDiscrete, tailOf } from '../../families/tail-of.js'
import { familyPredictors } from '../../likelihood/frame/family-predictors.js'
import { type Stated, state } from '../../likelihood/frame/stated.js'
import { unknownModes } from '../../likelihood/frame/conditional-effects.js'
import { likelihood } from '../../likelihood/likelihood.js'
import { restricted } from '../../likelihood/frame/restricted.js'
import { normalQuantile } from '../../numerics/special.js'
import { checkSeed, stream } from '../../random/stream.js'
import type { FitRecord } from '../record/fit-record.js'
import { type FitSource, modelChoice } from './predict-source.js'

/** The model of a fit and its linear predictors at the estimates, random effects at their modes. */
export function fittedPredictors(fit: FitSource, stated: Stated): readonly Float64Array[] {
  const { estimate } = fit.parameters
  const reml = fit.method === 'reml'
  const x = Float64Array.from(reml ? estimate.slice(fit.fixed.length) : estimate)
  const like = likelihood(reml ? restricted(stated.model) : stated)
  return (like.effectsAt(x) ?? unknownModes(like.stated)).eta
}

/**
 * Randomised quantile residuals of a fit (Dunn and Smyth 1996), given the random effects at their modes: see `rowQuantiles`. As modes
 * lie nearer to the data than the effects do, they vary a little less than a standard normal.
 *
 * @param fit - Of `fit`, or read from its JSON.
 * @param table - The data of the fit.
 * @param options - The seed of the randomisation, 1 where left out.
 * @returns One residual a row that the fit used, standard normal where the model is right.
 * @throws GlmmError COLUMN, RESPONSE or MODEL where the table is not the fit's.
 * @example
 * import { fit, quantileResiduals, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [1, 2, 3, 4, 5] })
 * const residuals = quantileResiduals(fit('y ~ 1', table, { family: 'gaussian' }), table)
 * // Of a normal response nothing is random: (y - 3) / s.
 * console.log(residuals[2].toFixed(6), residuals.length) // 0.000000 5
 */
export function quantileResiduals(
  fit: FitRecord | FitSource,
  table: Table,
  options: { readonly seed?: number | undefined } = {},
): Float64Array {
  const stated = state(stateModel(fit.formula, table, modelChoice(fit), fit.basis))
  return rowQuantiles(stated, fittedPredictors(fit, stated), options.seed ?? 1)
}

/**
 * Randomised quantile residuals (Dunn and Smyth 1996) of the rows at given linear predictors: the normal quantile of
 * F(y), for whole numbers of a uniform number between F(y - 1) and F(y). Standard normal under the model; NaN for a row
 * of no trials. From the shorter tail, so that large residuals keep their digits. The same seed gives the same numbers.
 */
export function rowQuantiles(
  { model, family, links }: Stated,
  linear: readonly Float64Array[],
  seed: number,
): Float64Array {
  const eta = familyPredictors(model, linear)
  const rng = stream({ seed: checkSeed(seed), purpose: 'quantile' })
  const tail = tailOf(family)
  const discrete = isDiscrete(family)
  const { y, trials } = model.response
  return y.map((value, i) => {
    const natural = links.map(({ inverse }, k) => inverse(eta[k][i]))
    const n = trials ? trials[i] : 1
    if (n === 0) return Number.NaN
    const at = discrete ? value - 1 : value
    const upper = tail(at, natural, n, false) > 0.5
    const from = tail(at, natural, n, upper)
    const to = discrete ? tail(value, natural, n, upper) : from
    const p = discrete ? from + (to - from) * (1 - rng.uniform()) : from
    // Where a tail underflows, the most extreme number there is a quantile of.
    const z = normalQuantile(Math.max(Number.MIN_VALUE, Math.min(1 - Number.EPSILON / 2, p)))
    return upper ? -z : z
  })
}
