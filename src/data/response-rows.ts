import { responseColumns } from '../families/response-data.js'
import type { Model, Response } from './model.js'

/** A response with each of its columns rearranged by `of`. */
export const responseRows = (response: Response, of: (column: Float64Array) => Float64Array): Response => ({
  ...response,
  ...Object.fromEntries(responseColumns(response).map(([name, column]) => [name, of(column)])),
})

/** How many rows row i stands for. */
export const copies = ({ frequency }: Pick<Response, 'frequency'>, i: number): number => (frequency ? frequency[i] : 1)

/** Observations: the rows, each as often as its frequency says. */
export const observations = ({ nobs, response: { frequency } }: Pick<Model, 'nobs' | 'response'>): number =>
  frequency ? frequency.reduce((sum, count) => sum + count, 0) : nobs
