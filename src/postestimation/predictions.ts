import type { Table } from '../data/table.js'
import { GlmmError, type Warning } from '../errors.js'
import { type PredictOptions, predict as predictRows } from '../fit/predict/predict.js'
import type { PredictedValue, PredictRecord } from '../fit/predict/predict-record.js'
import type { FitSource } from '../fit/predict/predict-source.js'
import { dataOf } from '../fit/record/fitted-data.js'
import { hasInfiniteDeviation } from '../fit/record/running-names.js'
import { studentQuantile } from '../numerics/special.js'
import { orNull } from '../numerics/or-null.js'
import { combinationDf } from './combination-df.js'
import { estimatedMeans } from './estimated-means.js'
import { deltaCovariance, type FittedModel, fittedModel } from './fitted-model.js'
import { quantityNamed } from './mean-function.js'

/**
 * Predictions of a fit, or of one read back from its JSON, for the rows of a table. Limits are made on the link's scale, and taken
 * through its inverse to the response's. Means over the random effects depend on their variances: with the data of the fit, which a
 * fit of this process brings along, their standard errors are the delta method's over all parameters.
 *
 * @param table - the rows to predict for; no response is needed
 * @throws GlmmError USAGE for an option that is none, COLUMN for a level that the fit has no coefficient for
 * @example predict(fit('Reaction ~ Days + (Days | Subject)', table), tableFrom({ Days: [0, 5, 9] }))
 */
export function predict(fit: FitSource, table: Table, options: PredictOptions = {}): PredictRecord {
  const record = predictRows(fit, table, options)
  if (options.kind !== 'average' || fit.random.length === 0) return record
  const fitted = withData(fit, options.original)
  if (!fitted) {
    const message = 'without the data of the fit standard errors count the variances of the random effects as known'
    return { ...record, warnings: [...record.warnings, { code: 'SEPARATE_ERRORS', message } satisfies Warning] }
  }
  return overAllParameters(fitted, table, record)
}

function withData(fit: FitSource, given: Table | undefined): FittedModel | null {
  try {
    return fittedModel(fit, dataOf(fit, given))
  } catch (error) {
    if (error instanceof GlmmError) return null
    throw error
  }
}

function overAllParameters(fitted: FittedModel, table: Table, record: PredictRecord): PredictRecord {
  const { fit, stated, parameters, covariance } = fitted
  const means = estimatedMeans(fitted, table, 'population', quantityNamed(stated, 'response'), true)
  const df = combinationDf(fitted)
  const d = parameters.length
  const { link } = stated
  const unsure = hasInfiniteDeviation(fit)
  const reported = (estimate: number | null, se: number, lower: number, upper: number): PredictedValue =>
    unsure
      ? { estimate, se: null, lower: null, upper: null }
      : { estimate, se: orNull(se), lower: orNull(lower), upper: orNull(upper) }
  const place = new Map(Array.from(means.rows ?? [], (row, i) => [row, i]))
  const predictions = record.predictions.map((one) => {
    if (one.response === null) return one
    const mean = means.row(parameters, place.get(one.row - 1) ?? one.row - 1)
    const se = Math.sqrt(deltaCovariance([mean.inLink], covariance, d)[0])
    const distance = studentQuantile((1 + record.level) / 2, df(mean.inLink))
    const ends = [mean.link - distance * se, mean.link + distance * se]
    const inside = (eta: number): number =>
      eta > (link.above ?? Number.NEGATIVE_INFINITY) ? link.inverse(eta) : Number.NaN
    const [a, b] = ends.map(inside)
    return {
      ...one,
      linear: reported(one.linear?.estimate ?? null, se, ends[0], ends[1]),
      response: reported(
        one.response.estimate,
        Math.sqrt(deltaCovariance([mean.inResponse], covariance, d)[0]),
        Math.min(a, b),
        Math.max(a, b),
      ),
    }
  })
  return { ...record, predictions }
}
