import type { Model } from '../data/model.js'
import { type Laplace, laplace } from './laplace.js'
import { type LinearPredictors, linearPredictors } from './linear-predictors.js'
import { type ParameterLayout, parameterLayout } from './parameter-layout.js'
import { type RandomStructure, randomStructure } from './random-structure.js'
import { type RowModel, rowModel } from './row-model.js'

/** Laplace's approximation with all that it is made of, for what goes on from there. */
export interface LaplaceParts {
  readonly layout: ParameterLayout
  readonly linear: LinearPredictors
  readonly structure: RandomStructure
  readonly rows: RowModel
  readonly approximation: Laplace
}

export function laplaceParts(model: Model): LaplaceParts {
  const layout = parameterLayout(model)
  const linear = linearPredictors(model, layout)
  const structure = randomStructure(model, layout, linear.slots)
  const rows = rowModel(model.family, model.link, model.predictors.length, model.response)
  return { layout, linear, structure, rows, approximation: laplace(structure, linear, rows) }
}
