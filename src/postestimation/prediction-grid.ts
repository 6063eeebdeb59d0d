import { columnLevels } from '../data/column-facts.js'
import { tableFrom } from '../data/table-from.js'
import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import { designSource, type FitSource } from '../fit/predict/predict-source.js'
import { designVariables } from './grid-variables.js'
import { noVariable, referenceGrid } from './reference-grid.js'

/** A table to predict for, and its columns that vary. */
export interface PredictionGrid {
  readonly table: Table
  readonly varying: readonly string[]
  /** Where the other variables stand. */
  readonly held: Readonly<Record<string, number | string>>
}

/**
 * The rows of every combination of the values asked for: of a variable those named, or 'all' it has in the data of the fit; others
 * stand at their mean, or at their first level. A grouping factor may be named too.
 *
 * @param table - the data of the fit
 * @returns the rows, and the variables that `at` names
 * @throws GlmmError USAGE for what is no variable or level of the fit
 * @example
 * import { fit, predict, predictionGrid, tableFrom } from 'glmm/core'
 * const data = tableFrom({ y: [1, 3, 2, 5], x: [0, 1, 2, 3] })
 * const line = fit('y ~ x', data)
 * const { table, varying } = predictionGrid(line, data, { x: [0, 1.5] })
 * console.log(predict(line, table, { show: varying }).predictions[1].response.estimate.toFixed(4)) // 2.7500
 */
export function predictionGrid(
  fit: FitSource,
  table: Table,
  at: Readonly<Record<string, readonly (number | string)[]>>,
): PredictionGrid {
  const design = designVariables(designSource(fit), [], table)
  const groups = [...new Set(fit.random.flatMap(({ group }) => group.split(':')))]
  const names = [...design.variables.map(({ column }) => column.name), ...groups]
  for (const name of Object.keys(at)) if (!names.includes(name)) throw noVariable(name, names)
  const values = Object.fromEntries(
    design.variables.map((variable) => {
      const { column, categorical } = variable
      const asked = at[column.name]
      if (asked) return [column.name, asked.length === 1 && asked[0] === 'all' ? variable.values : asked]
      if (categorical || column.kind === 'factor') return [column.name, variable.values.slice(0, 1)]
      const of = Float64Array.from(design.rows, (i) => column.values[i])
      return [column.name, [of.reduce((sum, one) => sum + one, 0) / of.length]]
    }),
  )
  const grid = referenceGrid(design, values)
  let rows: Record<string, (number | string)[]> = Object.fromEntries(
    grid.table.columns.map((column) => [
      column.name,
      column.kind === 'numeric' ? Array.from(column.values) : Array.from(column.codes, (code) => column.levels[code]),
    ]),
  )
  let size = grid.size
  for (const group of groups) {
    if (at[group] === undefined) continue
    const levels = levelsAsked(group, at[group], table)
    rows = Object.fromEntries(Object.entries(rows).map(([name, of]) => [name, levels.flatMap(() => of)]))
    rows[group] = levels.flatMap((level) => new Array(size).fill(level))
    size *= levels.length
  }
  const made = size > 0 && Object.keys(rows).length > 0 ? tableFrom(rows, 'the grid') : grid.table
  const held = Object.fromEntries(
    grid.axes.filter(({ name }) => at[name] === undefined).map(({ name, values: of }) => [name, of[0]]),
  )
  return { table: made, varying: Object.keys(at), held }
}

function levelsAsked(group: string, asked: readonly (number | string)[], table: Table): (number | string)[] {
  const column = table.columns.find(({ name }) => name === group)
  if (!column)
    throw noVariable(
      group,
      table.columns.map(({ name }) => name),
    )
  const { levels } = columnLevels(column)
  const known = asked.length === 1 && asked[0] === 'all' ? levels : asked.map(String)
  const wrong = known.find((level) => !levels.includes(level))
  if (wrong !== undefined) {
    const near = nearestName(wrong, levels)
    throw new GlmmError(
      'USAGE',
      `expected levels of ${group}, got '${wrong}', which the fit has not`,
      near ? `did you mean ${near}?` : `it has ${levels.slice(0, 12).join(', ')}`,
    )
  }
  return column.kind === 'numeric' ? known.map(Number) : [...known]
}
