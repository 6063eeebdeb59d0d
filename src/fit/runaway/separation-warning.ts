import type { Warning } from '../../errors.js'
import { free } from '../../numerics/recession-cone.js'
import type { Model } from '../../data/model.js'
import { cellsOf, responsesOf } from './cells.js'
import type { LimitModel } from './limit-model.js'

/** Cells that are told one by one. */
const mostTold = 4

/** What the running coefficients of a mean have to be told by: columns, cells, and what helps. */
export function meanWarning({ full, columns, cone: { cone, sides } }: LimitModel): Warning {
  const among = Uint8Array.from(sides, (side) => (side === free ? 0 : 1))
  const ends = [...columns[0].ends]
  const { names } = full.predictors[0].fixed
  const nothing = ends.every(([j]) => cone.direction[j] === 0)
  const told = nothing ? ends : ends.filter(([j]) => cone.direction[j] !== 0)
  const run = told.map(([j]) => names[j])
  const leading = run.length > 1 ? run.filter((name) => name !== '(Intercept)') : run
  const unsaid = full.predictors
    .slice(1)
    .flatMap(({ name, fixed }, k) => [...columns[k + 1].ends.keys()].map((j) => `${fixed.names[j]} of ${name}`))
  const notIdentified =
    unsaid.length > 0 ? `; there ${unsaid.join(', ')} ${unsaid.length === 1 ? 'is' : 'are'} not identified` : ''
  if (nothing) {
    const message = `not identified: the data say nothing of ${list(run)}${cellText(full, 0, silentRows(sides), null)}${notIdentified}; ${remedy(leading, true)}`
    return { code: 'NOT_IDENTIFIED', message }
  }
  const complete = sides.every((side, i) => side === free || cone.moved[i] === 1)
  const cells = cellText(full, 0, cone.moved, among)
  const [tells, whose] = leading.length === 1 ? ['predicts', 'its estimate'] : ['together predict', 'their estimates']
  const going = told.flatMap(([j, to]) => (to ? [`${names[j]} to ${to}`] : []))
  const open = told.flatMap(([j, to]) => (to ? [] : [names[j]]))
  const runs = [...going, ...(open.length > 0 ? [`${list(open)} without a direction that the data determine`] : [])]
  const message =
    `${complete ? 'complete' : 'quasi-complete'} separation: ${leading.join(', ')} ${tells} ` +
    `${complete ? 'every response' : 'some of the responses'} without error${cells}, so that the likelihood has no maximum and ` +
    `${whose} no standard error: ${list(runs)} ${runs.length === 1 && going.length === 1 ? 'runs' : 'run'}${notIdentified}; ` +
    remedy(leading, cells !== '')
  return { code: 'SEPARATION', message }
}

/** What helps against coefficients that run. */
export const remedy = (columns: readonly string[], cell: boolean): string => {
  if (cell) return 'give a prior (glmm sample), or merge the cell with another'
  return `give a prior (glmm sample), or leave ${columns.length === 1 ? 'it' : 'one'} out`
}

/** ` (trt = D: all 12 counts are zero)`, or nothing where the marked rows of predictor k make no cells. */
export function cellText(model: Model, k: number, marked: ArrayLike<number>, among: ArrayLike<number> | null): string {
  const cells = cellsOf(model, k, marked, among ?? new Uint8Array(model.nobs).fill(1))
  if (!cells) return ''
  const texts = cells.slice(0, mostTold).flatMap(({ says, rows }) => {
    const what = responsesOf(model, rows)
    return what === '' ? [says] : [says === '' ? what : `${says}: ${what}`]
  })
  const more = cells.length > mostTold ? [`${cells.length - mostTold} more cells`] : []
  return texts.join('') === '' ? '' : ` (${[...texts, ...more].join('; ')})`
}

/** Rows that say nothing of the mean. */
const silentRows = (sides: Int8Array): Uint8Array => Uint8Array.from(sides, (side) => (side === free ? 1 : 0))

/** `a`, `a and b`, `a, b and c`. */
export const list = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts[texts.length - 1]}`
