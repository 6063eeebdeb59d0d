import type { Table } from '../data/table.js'
import { GlmmError, type Warning } from '../errors.js'
import { type PredictOptions, predict as predictRows } from '../fit/predict/predict.js'
import type { PredictRecord } from '../fit/predict/predict-record.js'
import type { FitSource } from '../fit/predict/predict-source.js'
import { dataOf } from '../fit/record/fitted-data.js'
import { combinationDf } from './combination-df.js'
import { estimatedMeans } from './estimated-means.js'
import { type FittedModel, fittedModel } from './fitted-model.js'
import { meanLimits } from './mean-limits.js'
import { quantityNamed } from './mean-function.js'

/**
 * Predictions of a fit, or of one read back from its JSON, for the rows of a table. Limits are made on the link's scale, and taken
 * through its inverse to the response's. Means over the random effects depend on their variances: with the data of the fit, which a
 * fit of this process brings along, their standard errors are the delta method's over all parameters.
 *
 * @param fit - Of `fit`, or read from its JSON.
 * @param table - With the columns of the formula's right-hand side; no response is needed.
 * @param options - Whose mean is predicted (population, conditional or average), level and kind of the limits, the data of the fit.
 * @returns One prediction a row of the table, on the link's scale and on the response's.
 * @throws GlmmError USAGE for options, COLUMN for a column that is missing or of another type, FILE where the parts of the fit do
 *   not belong together.
 * @example
 * import { fit, predict, tableFrom } from 'glmm/core'
 * const fitted = fit('y ~ x', tableFrom({ y: [4, 6, 5, 9, 11, 8], x: [0, 0, 0, 1, 1, 1] }), { family: 'poisson' })
 * const { predictions } = predict(fitted, tableFrom({ x: [0, 2] }))
 * // 5 times (28 / 15)^x.
 * console.log(predictions.map(({ response }) => response.estimate.toFixed(4)).join()) // 5.0000,17.4222
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
  const { stated, parameters } = fitted
  const means = estimatedMeans(fitted, table, 'population', quantityNamed(stated, 'response'), true)
  const df = combinationDf(fitted)
  const place = new Map(Array.from(means.rows ?? [], (row, i) => [row, i]))
  const predictions = record.predictions.map((one) => {
    if (one.response === null) return one
    const mean = means.row(parameters, place.get(one.row - 1) ?? one.row - 1)
    const { linear, response } = meanLimits(fitted, mean, stated.link, df(mean.inLink), record.level)
    return {
      ...one,
      linear: { estimate: one.linear?.estimate ?? null, ...linear },
      response: { estimate: one.response.estimate, ...response },
    }
  })
  return { ...record, predictions }
}
