import { GlmmError } from '../errors.js'
import type { Model, Predictor } from './model.js'

/** The predictor of a model's location; null where there is none, and where several predictors make it. */
export function locationOf({ predictors }: Pick<Model, 'predictors'>): Predictor | null {
  const [one, another] = predictors.filter(({ role }) => role === 'location')
  return one && !another ? one : null
}

/**
 * The predictor of the mean, for what is defined for models with one only: scoring, residual degrees of freedom, tests of the
 * mean's columns.
 *
 * @throws GlmmError MODEL where the mean has several predictors, or is a function of several.
 */
export function meanOf(model: Pick<Model, 'predictors'>): Predictor {
  const found = locationOf(model)
  if (found) return found
  throw noMean(model.predictors)
}

/** The refusal of a model without one predictor of the mean. */
export const noMean = (predictors: readonly { readonly name: string }[]): GlmmError =>
  new GlmmError(
    'MODEL',
    `expected a model with one predictor of the mean, got ${predictors.map(({ name }) => name).join(', ')}`,
    'leave out what needs one, such as degrees of freedom and restricted likelihood',
  )

/** The predictors beside that of the location: all of them, where there is no one location. */
export function furtherOf(model: Pick<Model, 'predictors'>): readonly Predictor[] {
  const location = locationOf(model)
  return model.predictors.filter((predictor) => predictor !== location)
}
