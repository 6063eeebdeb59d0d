import { GlmmError } from '../../errors.js'
import { pairIndex } from '../../families/derivative-order.js'
import type { LaidTerm } from '../../likelihood/frame/parameter-layout.js'
import { type RowModel, rowModel } from '../../likelihood/frame/row-model.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { Likelihood } from '../../likelihood/likelihood.js'

/** A start but for the random effects. */
export interface FixedStart {
  /** The fixed effects of all predictors, with room for all outer parameters. Length d. */
  readonly parameters: Float64Array
  /** A guess of their covariance, d x d. */
  readonly scale: Float64Array
  /** The most each parameter may move in one iteration of the climb. */
  readonly stepBound: Float64Array
  /**
   * A first standard deviation of the effects in one column of a term, whose values are `z`, and the number of levels whose
   * effects would have the same information on it if they were observed.
   */
  readonly effectSize: (
    term: LaidTerm,
    column: number,
    z: Float64Array,
  ) => { readonly sd: number; readonly known: number }
}

/**
 * The starting values that the family has for its predictors. The working residuals d1 / -d2 of each predictor say how much
 * there is for random effects in it.
 *
 * @throws GlmmError MODEL where the family has none, or not one for each column.
 */
export function familyStart({ stated, dimension: d }: Likelihood): FixedStart {
  const { model, layout } = stated
  const parameters = new Float64Array(d)
  parameters.set(coefficients(stated))
  const rows = rowsAt(stated, parameters)
  const scale = new Float64Array(d * d)
  const stepBound = new Float64Array(d).fill(Number.POSITIVE_INFINITY)
  const spread = new Float64Array(layout.predictors.length)
  for (const { k, kind, stated: of, fixed } of layout.predictors) {
    const weights = rows.d2[pairIndex(k, k)].map((second) => Math.max(0, -second))
    for (let at = fixed.from; at < fixed.to; at++) {
      const column = of.fixed.x.subarray((at - fixed.from) * model.nobs, (at - fixed.from + 1) * model.nobs)
      const information = column.reduce((sum, value, i) => sum + weights[i] * value * value, 0)
      scale[at * (d + 1)] = 1 / (information || 0.5 * model.nobs * meanSquare(column))
      // A leap of a log or a logit can end on a plateau, where the likelihood has no slope to come back by.
      if (kind?.link === 'log' || kind?.link === 'logit') stepBound[at] = 1 / Math.sqrt(meanSquare(column))
    }
    const weight = weights.reduce((sum, one) => sum + one, 0)
    const chi = weights.reduce((sum, one, i) => (one > 0 ? sum + rows.d1[k][i] ** 2 / one : sum), 0)
    spread[k] = Math.sqrt(chi / weight) || 1
  }
  return {
    parameters,
    scale,
    stepBound,
    effectSize: ({ term, predictorOf }, column, z) => {
      const share = (0.5 * spread[predictorOf[column]]) / Math.sqrt(layout.terms.length)
      return { sd: share / Math.sqrt(meanSquare(z)), known: term.levels.length }
    },
  }
}

function coefficients({ model, family, layout }: Stated): Float64Array {
  const designs = layout.predictors.map(({ name, stated: { fixed, offset } }) => ({
    name,
    columns: fixed.names,
    x: fixed.x,
    offset,
  }))
  const found = family.starts?.(model.response, designs, model.link)
  if (found?.length === layout.fixed && found.every(Number.isFinite)) return found
  const message = `expected ${layout.fixed} finite starting values of the ${family.name} family, got ${found ? found.join(', ') : 'none'}`
  throw new GlmmError('MODEL', message, 'a family without one predictor of the mean needs `starts`')
}

/** All derivatives of the rows at these fixed effects, without random ones. */
function rowsAt(stated: Stated, x: Float64Array): RowModel {
  const { model, layout } = stated
  const rows = rowModel(stated)
  for (const { k, stated: of, fixed } of layout.predictors) {
    const { x: design } = of.fixed
    const eta = rows.eta[k]
    if (of.offset) eta.set(of.offset)
    for (let at = fixed.from, j = 0; at < fixed.to; at++)
      for (let i = 0; i < model.nobs; i++, j++) eta[i] += design[j] * x[at]
  }
  rows.evaluate(0, model.nobs)
  return rows
}

/** Mean of the squares of a column, 1 where they are all zero. */
export function meanSquare(column: Float64Array): number {
  let sum = 0
  for (const value of column) sum += value * value
  return sum / column.length || 1
}
