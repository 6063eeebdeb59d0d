import { designSlopes, type NewDesign, newDesign } from '../data/new-design.js'
import type { Table } from '../data/table.js'
import { estimableParts } from '../fit/predict/estimable.js'
import { designSource } from '../fit/predict/predict-source.js'
import { covarianceDerivative, vectorCovariance } from '../likelihood/normal/vector-covariance.js'
import type { FittedModel } from './fitted-model.js'

/** The predictors of a row of a table at given parameters. K predictors, d parameters. */
export interface Cell {
  /** Without random effects. Length K. */
  readonly eta: Float64Array
  /** The row of each predictor's design, by the fixed effects it has. */
  readonly x: readonly Float64Array[]
  /** Standard deviations of what random effects add to each predictor. Length K. */
  readonly sd: Float64Array
  /** Their derivatives in all parameters: K arrays of length d. */
  readonly sdInTheta: readonly Float64Array[]
  /** Columns of the design on which the row depends and that are not estimable from the data. */
  readonly missing: readonly string[]
}

/** How a cell moves with a covariate. */
export interface CellSlope {
  readonly eta: Float64Array
  readonly x: readonly Float64Array[]
  /** Of the variances of what random effects add, and their derivatives in all parameters. */
  readonly variance: Float64Array
  readonly varianceInTheta: readonly Float64Array[]
}

/** The rows of a table as cells of a fit. */
export interface Cells {
  readonly size: number
  readonly design: NewDesign
  readonly at: (row: number, parameters: Float64Array) => Cell
}

/**
 * The design of a fit in the rows of a table. Offsets stand at their mean over the rows of the fit unless `ownOffsets` are asked for.
 *
 * @param random - whether the random effects' columns are needed
 */
export function cellsOf(fitted: FittedModel, table: Table, random: boolean, ownOffsets = false): Cells {
  const { fit, stated } = fitted
  const { layout, model } = stated
  const d = layout.dimension
  const design = newDesign(designSource(fit), table, random ? 'columns' : 'none')
  const parts = estimableParts(fit, design)
  const n = design.nrow
  const K = design.predictors.length
  const means = model.predictors.map(({ offset }) =>
    offset ? offset.reduce((sum, one) => sum + one, 0) / offset.length : 0,
  )
  const offset = (k: number, i: number): number => (ownOffsets ? (design.predictors[k].offset?.[i] ?? 0) : means[k])
  return {
    size: n,
    design,
    at: (i, parameters) => {
      const x = design.predictors.map(({ fixed }, k) => Float64Array.from(parts[k].at, (j) => fixed.x[j * n + i]))
      const eta = Float64Array.from(x, (row, k) =>
        row.reduce((sum, value, j) => sum + value * parameters[layout.fixedStart[k] + j], offset(k, i)),
      )
      const sd = new Float64Array(K)
      const sdInTheta = Array.from({ length: K }, () => new Float64Array(d))
      if (random)
        eachTerm(fitted, parameters, (laid, sigma, derivative) => {
          const columns = design.predictors[laid.predictor].random[laid.at].x
          const z = Float64Array.from(laid.term.names, (_, j) => columns[j * n + i])
          sd[laid.predictor] += bilinear(sigma, z, z)
          for (let j = 0; j < laid.size; j++) sdInTheta[laid.predictor][laid.start + j] += bilinear(derivative(j), z, z)
        })
      sdInTheta.forEach((slope, k) => {
        sd[k] = Math.sqrt(sd[k])
        for (let j = 0; j < d; j++) slope[j] = sd[k] > 0 ? slope[j] / (2 * sd[k]) : 0
      })
      return { eta, x, sd, sdInTheta, missing: parts.flatMap((part) => part.missing(i)) }
    },
  }
}

/** The derivatives of the cells of a table in one of its columns. */
export function cellSlopes(
  fitted: FittedModel,
  table: Table,
  name: string,
): (row: number, parameters: Float64Array) => CellSlope {
  const { fit, stated } = fitted
  const { layout } = stated
  const d = layout.dimension
  const source = designSource(fit)
  const slopes = designSlopes(source, table, name)
  const { design } = cellsOf(fitted, table, true)
  const parts = estimableParts(fit, design)
  const n = design.nrow
  const K = design.predictors.length
  return (i, parameters) => {
    const x = slopes.predictors.map(({ fixed }, k) => Float64Array.from(parts[k].at, (j) => fixed[j * n + i]))
    const eta = Float64Array.from(x, (row, k) =>
      row.reduce(
        (sum, value, j) => sum + value * parameters[layout.fixedStart[k] + j],
        slopes.predictors[k].offset?.[i] ?? 0,
      ),
    )
    const variance = new Float64Array(K)
    const varianceInTheta = Array.from({ length: K }, () => new Float64Array(d))
    eachTerm(fitted, parameters, (laid, sigma, derivative) => {
      const of = (columns: Float64Array): Float64Array =>
        Float64Array.from(laid.term.names, (_, j) => columns[j * n + i])
      const z = of(design.predictors[laid.predictor].random[laid.at].x)
      const dz = of(slopes.predictors[laid.predictor].random[laid.at])
      // d (z' S z) = 2 z' S dz.
      variance[laid.predictor] += 2 * bilinear(sigma, z, dz)
      for (let j = 0; j < laid.size; j++)
        varianceInTheta[laid.predictor][laid.start + j] += 2 * bilinear(derivative(j), z, dz)
    })
    return { eta, x, variance, varianceInTheta }
  }
}

type PlacedTerm = FittedModel['stated']['layout']['terms'][number] & {
  /** Its position among the random terms of its predictor. */
  readonly at: number
}

/** Each random term with the covariance of its effects, q x q, and that covariance's derivative in each of its theta. */
function eachTerm(
  { stated }: FittedModel,
  parameters: Float64Array,
  visit: (laid: PlacedTerm, sigma: Float64Array, derivative: (j: number) => Float64Array) => void,
): void {
  const seen = new Map<number, number>()
  for (const laid of stated.layout.terms) {
    const at = seen.get(laid.predictor) ?? 0
    seen.set(laid.predictor, at + 1)
    const q = laid.term.names.length
    const theta = parameters.slice(laid.start, laid.start + laid.size)
    visit({ ...laid, at }, vectorCovariance({ laid, q, theta }), (j) =>
      covarianceDerivative({ laid, q, theta }, theta, j),
    )
  }
}

function bilinear(matrix: Float64Array, a: Float64Array, b: Float64Array): number {
  const q = a.length
  let sum = 0
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) sum += a[i] * b[j] * matrix[i * q + j]
  return sum
}

/** Some rows of a table. */
export function rowsOf(table: Table, rows: Int32Array): Table {
  return {
    source: table.source,
    nrow: rows.length,
    firstLine: 1,
    lines: null,
    columns: table.columns.map((column) =>
      column.kind === 'numeric'
        ? { kind: 'numeric', name: column.name, values: Float64Array.from(rows, (i) => column.values[i]) }
        : {
            kind: 'factor',
            name: column.name,
            levels: column.levels,
            codes: Int32Array.from(rows, (i) => column.codes[i]),
          },
    ),
  }
}
