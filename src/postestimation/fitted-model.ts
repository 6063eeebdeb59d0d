import { responseChecksum } from '../data/response-checksum.js'
import { stateModel } from '../data/state-model.js'
import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import { type FitSource, modelChoice } from '../fit/predict/predict-source.js'
import { type Stated, state } from '../likelihood/frame/stated.js'

/** A fit together with its data: what everything that is asked after a fit starts from. */
export interface FittedModel {
  readonly fit: FitSource
  readonly table: Table
  readonly stated: Stated
  /** All outer parameters, the fixed effects of the mean first also after restricted maximum likelihood. Length d. */
  readonly parameters: Float64Array
  /**
   * Their covariance, d x d: 0 for what is fixed at an end of its range, NaN for coefficients without a finite maximum, or
   * throughout where the fit has none.
   */
  readonly covariance: Float64Array
}

/**
 * Puts a fit and its data together.
 *
 * @throws GlmmError FILE where the data are not those of the fit
 */
export function fittedModel(fit: FitSource, table: Table): FittedModel {
  const model = stateModel(fit.formula, table, modelChoice(fit))
  const checksum = responseChecksum(model.response)
  if (fit.responseChecksum !== null && checksum !== fit.responseChecksum) {
    const message = `expected the data of the fit, got others in ${table.source}: their responses have the checksum ${checksum}, the fit's ${fit.responseChecksum}`
    throw new GlmmError('FILE', message, 'fit again with these data, or name those of the fit with --data')
  }
  const stated = state(model)
  const d = stated.layout.dimension
  if (fit.parameters.estimate.length !== d) {
    const message = `expected ${d} parameters in the fit of ${fit.formula}, got ${fit.parameters.estimate.length}`
    throw new GlmmError('FILE', message, 'fit again with this version: glmm fit ... --out FIT.json')
  }
  return {
    fit,
    table,
    stated,
    parameters: Float64Array.from(fit.parameters.estimate),
    covariance: parameterCovariance(fit, d),
  }
}

/** After restricted maximum likelihood the fixed effects of the mean are independent of the other parameters. */
function parameterCovariance(fit: FitSource, d: number): Float64Array {
  const { fixed, further, fixedCovariance, method, parameters } = fit
  const restricted = method === 'reml' || parameters.covariance?.length !== d
  const first = restricted ? fixed.length : 0
  const runs = [...fixed, ...further.flatMap((one) => one.fixed)].map(({ runsTo }) => runsTo !== null)
  const out = new Float64Array(d * d)
  const known = (value: number | null | undefined, i: number, j: number): number =>
    typeof value === 'number' && Number.isFinite(value)
      ? value
      : runs[i] || runs[j] || value === undefined
        ? Number.NaN
        : 0
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      const inFixed = i < fixed.length && j < fixed.length
      if (inFixed) out[i * d + j] = known(fixedCovariance[i]?.[j], i, j)
      else if (i >= first && j >= first) out[i * d + j] = known(parameters.covariance?.[i - first]?.[j - first], i, j)
    }
  return out
}

/**
 * The covariance of quantities with these gradients, m x m: G C G'. A parameter that a quantity does not depend on may have no
 * covariance.
 */
export function deltaCovariance(gradients: readonly Float64Array[], covariance: Float64Array, d: number): Float64Array {
  const m = gradients.length
  const moved = gradients.map((g) => {
    const out = new Float64Array(d)
    for (let i = 0; i < d; i++) if (g[i] !== 0) for (let j = 0; j < d; j++) out[j] += g[i] * covariance[i * d + j]
    return out
  })
  const out = new Float64Array(m * m)
  for (let a = 0; a < m; a++)
    for (let b = 0; b < m; b++) {
      let sum = 0
      for (let j = 0; j < d; j++) if (gradients[b][j] !== 0) sum += moved[a][j] * gradients[b][j]
      out[a * m + b] = sum
    }
  return out
}
