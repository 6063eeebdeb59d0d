import type { Model } from '../../data/model.js'
import type { Family, RowKernel } from '../../families/family.js'
import type { ResponseData } from '../../families/response-data.js'
import { boundDensity, boundKernel } from '../../families/repeated-rows.js'
import type { RowDensity } from '../../families/row-density.js'
import { byRow, mappedDensity } from './mapped-density.js'

/** Whether the rows' log density is the family's as a function of one linear predictor, each column having a coefficient of its own. */
export const isPlain = ({ predictors, map }: Model): boolean =>
  predictors.length === 1 && !map && !predictors[0].fixed.shares

/** The fused loops of the family over the rows of a model, where it has some and the model is plain. */
export const rowKernel = (
  model: Model,
  family: Family,
  response: ResponseData = model.response,
): RowKernel | undefined => (isPlain(model) ? boundKernel(family, model.link, response) : undefined)

/** The log density of each row as a function of the model's linear predictors. */
export function rowDensity(
  { link, predictors, map, response: own }: Model,
  family: Family,
  response: ResponseData = own,
): RowDensity {
  const density = boundDensity(family, link, response)
  return map ? byRow(mappedDensity(density, map, predictors.length)) : density
}
