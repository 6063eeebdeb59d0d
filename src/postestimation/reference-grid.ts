import { factorLevels } from '../data/column-facts.js'
import { tableFrom } from '../data/table-from.js'
import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import { quantile } from '../numerics/quantile.js'
import type { DesignVariables, GridVariable } from './grid-variables.js'

/** How a numeric variable stands in a grid that does not name its values. */
export type Reduction = 'mean' | 'median' | 'range' | 'all'

/** A variable of the grid with its values there. */
export interface GridAxis {
  readonly name: string
  readonly values: readonly (number | string)[]
  readonly categorical: boolean
}

/** Every combination of values of the variables of a fit, the first variable varying fastest. */
export interface ReferenceGrid {
  readonly axes: readonly GridAxis[]
  readonly size: number
  /** A row a cell, with the columns that the design needs. */
  readonly table: Table
  /** Rows of the fit in the cell, by its categorical variables: what proportional weights are made of. */
  readonly counts: Float64Array
  /** Values of a cell, one a variable. */
  readonly at: (cell: number) => readonly (number | string)[]
}

/** More cells than that are a slip. */
const largest = 200_000

/**
 * The reference grid of a fit (as in R's emmeans): all levels of its factors, both values of a numeric variable that has two,
 * and else its mean, unless `at` says otherwise.
 *
 * @param at - values by variable; a variable without entry stands as `reduce` says
 * @param separate - variables that are to have their own means, so that a numeric one among them is reported
 * @throws GlmmError USAGE for a variable or level that the fit has not, and for a grid of more than 200,000 cells
 */
export function referenceGrid(
  { variables, offsets, rows }: DesignVariables,
  at: Readonly<Record<string, readonly (number | string)[]>>,
  reduce: Reduction = 'mean',
): ReferenceGrid {
  const names = variables.map(({ column }) => column.name)
  for (const name of Object.keys(at)) if (!names.includes(name)) throw noVariable(name, names)
  const axes = variables.map((variable): GridAxis => {
    const { column, categorical } = variable
    const asked = at[column.name]
    return {
      name: column.name,
      categorical,
      values: asked ? [...new Set(checkValues(variable, asked))] : standing(variable, rows, reduce),
    }
  })
  const size = axes.reduce((product, { values }) => product * values.length, 1)
  if (!(size <= largest)) {
    const widest = axes.reduce((a, b) => (b.values.length > a.values.length ? b : a))
    const message = `expected a grid of at most ${largest} cells, got ${size}: ${axes.map((axis) => `${axis.name} ${axis.values.length}`).join(' x ')}`
    throw new GlmmError(
      'USAGE',
      message,
      `name fewer values: --at "${widest.name}=${widest.values.slice(0, 2).join(',')}"`,
    )
  }
  const strides = axes.map((_, k) => axes.slice(0, k).reduce((product, { values }) => product * values.length, 1))
  const place = (cell: number, k: number): number => Math.floor(cell / strides[k]) % axes[k].values.length
  const cells = Array.from({ length: size }, (_, cell) => cell)
  const columns = Object.fromEntries([
    ...axes.map(({ name, values }, k) => [name, cells.map((cell) => values[place(cell, k)])]),
    ...offsets.map((column) => [
      column.name,
      cells.map(() => (column.kind === 'numeric' ? meanOf(column.values, rows) : column.levels[0])),
    ]),
  ])
  return {
    axes,
    size,
    table: axes.length + offsets.length > 0 ? tableFrom(columns, 'the reference grid') : oneRow,
    counts: countsOf(axes, strides, variables, rows, size),
    at: (cell) => axes.map(({ values }, k) => values[place(cell, k)]),
  }
}

const oneRow: Table = { source: 'the reference grid', nrow: 1, columns: [], firstLine: 1, lines: null }

export function noVariable(name: string, names: readonly string[]): GlmmError {
  const near = nearestName(name, names)
  const list = names.length > 0 ? `the variables are ${names.join(', ')}` : 'the model has none'
  return new GlmmError(
    'USAGE',
    `expected a variable of the model's predictors, got '${name}'`,
    near === null ? list : `did you mean ${near}? ${list}`,
  )
}

function checkValues(
  { column, categorical, values }: GridVariable,
  asked: readonly (number | string)[],
): (number | string)[] {
  if (asked.length === 0)
    throw new GlmmError(
      'USAGE',
      `expected values for ${column.name}, got none`,
      `write ${column.name}=${values.slice(0, 2).join(',')}`,
    )
  if (!categorical) {
    const wrong = asked.find((value) => !Number.isFinite(Number(value)) || value === '')
    if (wrong === undefined) return asked.map(Number)
    throw new GlmmError(
      'USAGE',
      `expected numbers for ${column.name}, got '${wrong}'`,
      `it goes from ${values[0]} to ${values.at(-1)}`,
    )
  }
  return asked.map((value) => {
    const known = values.find((level) => String(level) === String(value))
    if (known !== undefined) return known
    const near = nearestName(String(value), values.map(String))
    const list = `the levels are ${values.slice(0, 12).join(', ')}${values.length > 12 ? ', ...' : ''}`
    throw new GlmmError(
      'USAGE',
      `expected levels of ${column.name}, got '${value}', which the fit has not`,
      near ? `did you mean ${near}? ${list}` : list,
    )
  })
}

/** The values of a variable that nobody named. */
function standing(
  { column, categorical, values }: GridVariable,
  rows: Int32Array,
  reduce: Reduction,
): readonly (number | string)[] {
  if (categorical || column.kind === 'factor' || values.length <= 2 || reduce === 'all') return values
  switch (reduce) {
    case 'mean':
      return [meanOf(column.values, rows)]
    case 'median':
      return [quantile(Float64Array.from(rows, (i) => column.values[i]).sort(), 0.5)]
    case 'range':
      return [values[0], values.at(-1)!]
  }
}

function meanOf(values: Float64Array, rows: Int32Array): number {
  let sum = 0
  for (const i of rows) sum += values[i]
  return sum / rows.length
}

/** Rows of the fit by the cells of its categorical variables and of the numeric ones whose values are all in the grid. */
function countsOf(
  axes: readonly GridAxis[],
  strides: readonly number[],
  variables: readonly GridVariable[],
  rows: Int32Array,
  size: number,
): Float64Array {
  const counts = new Float64Array(size)
  const crossed = axes.map(
    ({ values }, k) => values.length > 1 && (variables[k].categorical || variables[k].values.length === values.length),
  )
  const codes = axes.map(({ values }, k): ((row: number) => number) => {
    if (!crossed[k]) return () => 0
    const places = new Map(values.map((value, at) => [String(value), at]))
    const { column } = variables[k]
    if (column.kind === 'numeric') return (row) => places.get(String(column.values[row])) ?? -1
    const { levels, codes: of } = factorLevels(column)
    return (row) => places.get(levels[of[row]]) ?? -1
  })
  for (const row of rows) {
    let cell = 0
    for (let k = 0; k < axes.length && cell >= 0; k++) {
      const at = codes[k](row)
      cell = at < 0 ? -1 : cell + at * strides[k]
    }
    if (cell >= 0) counts[cell]++
  }
  // A variable that stands for its mean or for values of one's own has the same rows at each of its values.
  for (let cell = 0; cell < size; cell++) {
    let base = 0
    for (let k = 0; k < axes.length; k++)
      if (crossed[k]) base += (Math.floor(cell / strides[k]) % axes[k].values.length) * strides[k]
    if (base !== cell) counts[cell] = counts[base]
  }
  return counts
}
