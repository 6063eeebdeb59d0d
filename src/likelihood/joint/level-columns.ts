import type { Model } from '../../data/model.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import type { Coordinates } from '../frame/coordinates.js'

/** A random intercept: the term, its column of ones, and the fixed columns that are constant within each of its levels. */
export interface LevelIntercept {
  readonly term: number
  readonly column: number
  readonly levels: number
  /** Positions of the coefficients among all fixed ones. */
  readonly positions: readonly number[]
  /** The columns' values, levels x columns, column after column. */
  readonly x: Float64Array
}

/** The fixed columns of one predictor that must be met row by row. */
export interface RowColumns {
  readonly positions: readonly number[]
  /** n x columns, column after column. */
  readonly x: Float64Array
}

/**
 * Sorts fixed columns by where a joint density has to meet them. One that is constant within the levels of a random
 * intercept, as a patient's age is, can be added to the levels' effects, and its gradient is a sum over levels of what
 * the effects' gradient has summed over rows already.
 */
export function levelColumns(
  model: Model,
  { parameterOf }: ParameterLayout,
  { terms }: Pick<Coordinates, 'terms'>,
): { readonly intercepts: readonly LevelIntercept[]; readonly rows: readonly RowColumns[] } {
  const n = model.nobs
  const intercepts = terms.flatMap(({ laid, q }, term) => {
    const { index, z, levels } = laid.term
    for (let column = 0; column < q; column++) {
      if (z.subarray(column * n, (column + 1) * n).every((value) => value === 1))
        return [{ term, column, levels: levels.length, index, predictor: laid.predictorOf[column] }]
    }
    return []
  })
  const columns = intercepts.map((): { position: number; values: Float64Array }[] => [])
  const rows = model.predictors.map(({ fixed }, k): RowColumns => {
    const rest = fixed.names.flatMap((_, j) => {
      const column = fixed.x.subarray(j * n, (j + 1) * n)
      const fits = intercepts.flatMap((one, at) => {
        const values = one.predictor === k ? byLevel(column, one.index, one.levels) : null
        return values ? [{ at, values }] : []
      })
      // Of several factors the one with the fewest levels.
      const best = fits.sort((a, b) => a.values.length - b.values.length)[0]
      if (best) columns[best.at].push({ position: parameterOf[k][j], values: best.values })
      return best ? [] : [{ position: parameterOf[k][j], values: column }]
    })
    return packed(rest, n)
  })
  return {
    rows,
    intercepts: intercepts.map(({ term, column, levels }, at) => ({
      term,
      column,
      levels,
      ...packed(columns[at], levels),
    })),
  }
}

/** The value of a column in each level; null where it is not the same in all rows of one. */
function byLevel(column: Float64Array, index: Int32Array, levels: number): Float64Array | null {
  const values = new Float64Array(levels)
  const seen = new Uint8Array(levels)
  for (let i = 0; i < index.length; i++) {
    const level = index[i]
    if (seen[level] === 0) {
      seen[level] = 1
      values[level] = column[i]
    } else if (values[level] !== column[i]) return null
  }
  return values
}

function packed(columns: readonly { position: number; values: Float64Array }[], length: number): RowColumns {
  const x = new Float64Array(columns.length * length)
  columns.forEach(({ values }, j) => {
    x.set(values, j * length)
  })
  return { positions: columns.map(({ position }) => position), x }
}
