import type { Model, Predictor, RandomTerm, Response } from '../src/data/model.js'
import { covarianceNamed } from '../src/covariance/registry.js'
import { GlmmError } from '../src/errors.js'
import { familyNamed } from '../src/families/registry.js'
import { links } from '../src/links/registry.js'

const mostRows = 1e9
const mostPredictors = 16

/** Throws QUEUE unless `found` is so. */
export function expectFound(sound: boolean, what: string): asserts sound {
  if (sound) return
  throw new GlmmError('QUEUE', `expected ${what} from the queue`, 'run the same version of glmm everywhere')
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)

export const isCount = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most

export const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

const isColumn = (value: unknown, length: number): value is Float64Array =>
  value instanceof Float64Array && value.length === length

const isColumnOrNone = (value: unknown, length: number): boolean =>
  value === null || value === undefined || isColumn(value, length)

/** Throws QUEUE unless a record is a model whose arrays have the lengths and whose indices the ranges they must have. */
export function checkModel(found: Readonly<Record<string, unknown>>): void {
  const { formula, family, link, nobs, response, predictors } = found as Partial<Model>
  expectFound(typeof formula === 'string' && typeof family === 'string' && typeof link === 'string', 'texts of a model')
  familyNamed(family)
  expectFound(
    links.some(({ name }) => name === link),
    'a link that there is',
  )
  expectFound(isCount(nobs, mostRows), 'a number of rows in a model')
  checkResponse(response, nobs)
  const sound = Array.isArray(predictors) && predictors.length > 0 && predictors.length <= mostPredictors
  expectFound(sound, 'predictors of a model')
  for (const predictor of predictors!) checkPredictor(predictor, nobs)
}

function checkResponse(response: Response | undefined, nobs: number): void {
  const sound =
    isRecord(response) &&
    isColumn(response.y, nobs) &&
    isColumnOrNone(response.trials, nobs) &&
    isColumnOrNone(response.frequency, nobs)
  expectFound(sound, `a response of ${nobs} rows`)
}

function checkPredictor(predictor: Predictor, nobs: number): void {
  const { fixed, offset, random } = isRecord(predictor) ? (predictor as Predictor) : ({} as Partial<Predictor>)
  const design = isRecord(fixed) && areTexts(fixed.names) && isColumn(fixed.x, nobs * fixed.names.length)
  expectFound(design, `a design matrix of ${nobs} rows`)
  expectFound(isColumnOrNone(offset, nobs), `an offset of ${nobs} rows`)
  expectFound(Array.isArray(random), 'random terms of a predictor')
  for (const term of random) checkTerm(term, nobs)
}

function checkTerm(term: RandomTerm, nobs: number): void {
  const { group, levels, index, names, z, covariance } = isRecord(term) ? (term as RandomTerm) : ({} as RandomTerm)
  expectFound(typeof group === 'string' && areTexts(levels) && areTexts(names), 'names of a random term')
  expectFound(isColumn(z, nobs * names.length), `random effects of ${nobs} rows`)
  const within = index instanceof Int32Array && index.length === nobs
  expectFound(within && index.every((level) => level >= 0 && level < levels.length), 'a level for each row')
  expectFound(typeof covariance === 'string', 'the covariance of a random term')
  covarianceNamed(covariance)
}
