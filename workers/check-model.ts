import type { Model, Predictor, RandomTerm, Response } from '../src/data/model.js'
import type { PredictorMap } from '../src/data/predictor-map.js'
import { covarianceNamed } from '../src/covariance/registry.js'
import { GlmmError } from '../src/errors.js'
import { familyOf } from '../src/families/registry.js'
import { numberOf, type Tape } from '../src/numerics/expression-tape.js'
import { linkNamed } from '../src/links/registry.js'

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
  const { formula, family, link, nobs, response, predictors, map } = found as Partial<Model>
  expectFound(typeof formula === 'string' && typeof family === 'string' && typeof link === 'string', 'texts of a model')
  familyOf(family)
  linkNamed(link)
  expectFound(isCount(nobs, mostRows), 'a number of rows in a model')
  checkResponse(response, nobs)
  const sound = Array.isArray(predictors) && predictors.length > 0 && predictors.length <= mostPredictors
  expectFound(sound, 'predictors of a model')
  predictors!.forEach((predictor, k) => {
    checkPredictor(predictor, nobs, predictors!.length, predictors!.slice(0, k))
  })
  if (map !== undefined) checkMap(map, nobs, predictors!.length)
}

function checkResponse(response: Response | undefined, nobs: number): void {
  const sound =
    isRecord(response) &&
    isColumn(response.y, nobs) &&
    isColumnOrNone(response.trials, nobs) &&
    isColumnOrNone(response.frequency, nobs)
  expectFound(sound, `a response of ${nobs} rows`)
}

function checkPredictor(predictor: Predictor, nobs: number, K: number, before: readonly Predictor[]): void {
  const { fixed, offset, random } = isRecord(predictor) ? (predictor as Predictor) : ({} as Partial<Predictor>)
  const design = isRecord(fixed) && areTexts(fixed.names) && isColumn(fixed.x, nobs * fixed.names.length)
  expectFound(design, `a design matrix of ${nobs} rows`)
  expectFound(areShared(fixed.shares, fixed.names.length, before), 'columns that share earlier coefficients')
  expectFound(isColumnOrNone(offset, nobs), `an offset of ${nobs} rows`)
  expectFound(Array.isArray(random), 'random terms of a predictor')
  for (const term of random) checkTerm(term, nobs, K)
}

function checkTerm(term: RandomTerm, nobs: number, K: number): void {
  const { group, levels, index, names, z, predictorOf, covariance } = isRecord(term)
    ? (term as RandomTerm)
    : ({} as RandomTerm)
  expectFound(typeof group === 'string' && areTexts(levels) && areTexts(names), 'names of a random term')
  expectFound(isColumn(z, nobs * names.length), `random effects of ${nobs} rows`)
  const within = index instanceof Int32Array && index.length === nobs
  expectFound(within && index.every((level) => level >= 0 && level < levels.length), 'a level for each row')
  const placed = predictorOf === undefined || (predictorOf instanceof Int32Array && predictorOf.length === names.length)
  expectFound(placed && (predictorOf?.every((k) => k >= 0 && k < K) ?? true), 'a predictor for each column')
  expectFound(typeof covariance === 'string', 'the covariance of a random term')
  covarianceNamed(covariance)
}

/** A map whose steps refer to earlier ones, to the model's predictors and to columns that are there. */
function checkMap(map: PredictorMap, nobs: number, K: number): void {
  const { tape, columns, outputs } = isRecord(map) ? (map as unknown as PredictorMap) : ({} as Partial<PredictorMap>)
  expectFound(Array.isArray(columns) && columns.every((one) => isColumn(one, nobs)), `columns of ${nobs} rows`)
  const { steps, results } = isRecord(tape) ? (tape as unknown as Tape) : ({} as Partial<Tape>)
  expectFound(Array.isArray(steps) && steps.every((step, s) => isStep(step, s, K, columns.length)), 'steps of a tape')
  const isPlace = (one: unknown, count: number): boolean => isCount(one, count - 1)
  expectFound(Array.isArray(results) && results.every((one) => isPlace(one, steps.length)), 'results of a tape')
  const sound = (one: unknown): boolean =>
    isRecord(one) && ('result' in one ? isPlace(one.result, results.length) : isPlace(one.predictor, K))
  expectFound(Array.isArray(outputs) && outputs.length > 0 && outputs.every(sound), 'outputs of a map')
}

function isStep(step: unknown, s: number, K: number, columns: number): boolean {
  if (!isRecord(step) || !Array.isArray(step.args)) return false
  const { op, args, index, value } = step
  if (op === 'constant') return typeof value === 'number'
  if (op === 'predictor' || op === 'column') return isCount(index, (op === 'column' ? columns : K) - 1)
  const known = typeof op === 'string' && Object.hasOwn(numberOf, op)
  return (
    known && args.length === numberOf[op as keyof typeof numberOf].length && args.every((arg) => isCount(arg, s - 1))
  )
}

/** Null, or a column before it, for each of p columns of a predictor that has some before it. */
function areShared(shares: unknown, p: number, before: readonly Predictor[]): boolean {
  if (shares === undefined) return true
  const isBefore = (one: unknown, j: number): boolean => {
    if (!isRecord(one) || !isCount(one.predictor, before.length)) return false
    const columns = one.predictor === before.length ? j : before[one.predictor].fixed.names.length
    return isCount(one.column, columns - 1)
  }
  return Array.isArray(shares) && shares.length === p && shares.every((one, j) => one === null || isBefore(one, j))
}
