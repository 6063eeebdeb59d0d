import type { Model } from '../../data/model.js'
import { copies } from '../../data/response-rows.js'

/** What a row has in one variable of the design, as far as its columns determine it. */
interface Variable {
  readonly name: string
  /** By row; null where the columns do not say. */
  readonly value: (string | null)[]
}

/** Values that a number of the design may have for a warning to name its rows by it. */
const mostValues = 2

/**
 * The cells of the design that make up the marked rows: values of one variable, or of two together, all of whose rows are
 * marked and which leave no marked row over; `among` are the rows that count. Null where there are no such cells, as
 * with a number that changes from row to row. All rows, where they are `alike` in what is reported of them, are one cell.
 */
export function cellsOf(
  model: Model,
  k: number,
  marked: ArrayLike<number>,
  among: ArrayLike<number>,
  alike = false,
): Cell[] | null {
  const variables = variablesOf(model, k)
  const rows = Array.from({ length: model.nobs }, (_, i) => i).filter((i) => among[i])
  if (rows.every((i) => marked[i]) && (alike || responsesOf(model, rows) !== '')) return [{ says: '', rows }]
  for (const variable of variables) {
    const cells = pureCells([variable], rows, marked)
    if (cells) return cells
  }
  for (const [v, one] of variables.entries()) {
    for (const other of variables.slice(v + 1)) {
      const cells = pureCells([one, other], rows, marked)
      if (cells) return cells
    }
  }
  return null
}

/** Rows with the same values, and which these are: `trt = D`. */
export interface Cell {
  readonly says: string
  readonly rows: readonly number[]
}

function pureCells(variables: readonly Variable[], rows: readonly number[], marked: ArrayLike<number>): Cell[] | null {
  const cells = new Map<string, number[]>()
  for (const i of rows) {
    const values = variables.map(({ value }) => value[i])
    if (values.includes(null)) return null
    const says = values.map((value, v) => `${variables[v].name} = ${value}`).join(', ')
    const cell = cells.get(says)
    if (cell) cell.push(i)
    else cells.set(says, [i])
  }
  const pure = [...cells].filter(([, of]) => of.every((i) => marked[i]))
  const reported = pure.reduce((sum, [, of]) => sum + of.length, 0)
  if (reported < rows.filter((i) => marked[i]).length) return null
  return pure.map(([says, of]) => ({ says, rows: of }))
}

/** Factors by the indicators of their levels, and numbers of few values. */
function variablesOf({ predictors, basis, nobs: n }: Model, k: number): Variable[] {
  const { names, x } = predictors[k].fixed
  const column = (name: string): Float64Array | null => {
    const j = names.indexOf(name)
    return j < 0 ? null : x.subarray(j * n, (j + 1) * n)
  }
  const taken = new Set<string>(['(Intercept)'])
  const factors = Object.entries(basis?.levels ?? {}).flatMap(([name, levels]): Variable[] => {
    const indicators = levels.map((level) => column(name + level))
    const absent = indicators.filter((one) => one === null).length
    const binary = indicators.every((one) => one === null || one.every((value) => value === 0 || value === 1))
    if (absent > 1 || absent === levels.length || !binary) return []
    for (const level of levels) taken.add(name + level)
    const other = indicators.indexOf(null)
    const value = Array.from({ length: n }, (_, i) => {
      const at = indicators.findIndex((one) => one !== null && one[i] === 1)
      return at >= 0 ? levels[at] : other >= 0 ? levels[other] : null
    })
    return [{ name, value }]
  })
  const numbers = names.flatMap((name): Variable[] => {
    if (taken.has(name) || name.includes(':')) return []
    const values = column(name)!
    const distinct = new Set<number>()
    for (const value of values) if (distinct.add(value).size > mostValues) return []
    return [{ name, value: Array.from(values, String) }]
  })
  return [...factors, ...numbers]
}

/** `all 12 counts are zero`, of the responses of some rows; '' where there is no such word for them. */
export function responsesOf({ response }: Model, rows: readonly number[]): string {
  const { y, trials } = response
  const all = rows.reduce((sum, i) => sum + copies(response, i), 0)
  const used = rows.filter((i) => !trials || trials[i] > 0)
  const first = used[0]
  if (first === undefined) return ''
  if (trials && used.some((i) => trials[i] !== 1)) {
    const total = used.reduce((sum, i) => sum + copies(response, i) * trials[i], 0)
    if (used.every((i) => y[i] === 0)) return `none of the ${total} trials is a success`
    return used.every((i) => y[i] === trials[i]) ? `all ${total} trials are successes` : ''
  }
  if (!trials && used.every((i) => y[i] !== 0) && !used.every((i) => y[i] === y[first]))
    return `none of the ${all} counts is zero`
  if (!used.every((i) => y[i] === y[first])) return ''
  const what = trials ? 'responses' : 'counts'
  return `all ${all} ${what} are ${y[first] === 0 && !trials ? 'zero' : y[first]}`
}
