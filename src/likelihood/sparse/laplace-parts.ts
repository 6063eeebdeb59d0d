import { chainTerms } from '../frame/chain-terms.js'
import { denseColumns, denseTerms } from '../frame/dense-columns.js'
import { type Laplace, laplace } from './laplace.js'
import { type LinearPredictors, linearPredictors } from '../frame/linear-predictors.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import { type RandomStructure, randomStructure } from './random-structure.js'
import { type RowModel, rowModel } from '../frame/row-model.js'
import type { Stated } from '../frame/stated.js'

/** Laplace's approximation with its parts: structure, linear predictors, rows. */
export interface LaplaceParts {
  readonly layout: ParameterLayout
  readonly linear: LinearPredictors
  readonly structure: RandomStructure
  readonly rows: RowModel
  readonly approximation: Laplace
}

/**
 * Chains over many columns are taken by their precision, all other effects as spherical. Terms of one level with many columns are
 * `dense`, by their positions; none where every column is to have slots.
 */
export function laplaceParts(stated: Stated, dense: readonly number[] = denseTerms(stated.layout)): LaplaceParts {
  const { model, layout, space } = stated
  const chains = chainTerms(layout)
  const linear = linearPredictors(stated, chains, denseColumns(layout, dense, space))
  const structure = randomStructure(model, layout, linear.slots, chains, dense, space)
  const rows = rowModel(stated)
  return { layout, linear, structure, rows, approximation: laplace(structure, linear, rows) }
}
