import { meanIn } from '../../likelihood/frame/parameter-layout.js'
import type { Model } from '../../data/model.js'
import type { Warning } from '../../errors.js'
import { free } from '../../numerics/recession-cone.js'
import { cellsOf, responsesOf } from './cells.js'
import type { LimitModel } from './limit-model.js'
import type { Runaway } from '../results/runaway.js'

/** Cells that a warning lists one by one. */
const mostTold = 4

/** The warnings about a limit: on the mean's coefficients, and on predictors without information in any row. */
export const limitWarnings = (limit: LimitModel): Warning[] => {
  const mean = meanWarning(limit)
  return [...(mean ? [mean] : []), ...silentWarnings(limit)]
}

/** Columns of further predictors whose rows do not depend on them, whatever the mean. */
const silentWarnings = (limit: LimitModel): Warning[] =>
  limit.full.layout.further.flatMap(({ k, name, stated: { fixed } }): Warning[] => {
    const says = silentOf(limit, k)
    if (says === null) return []
    const lost = list([...limit.columns[k].ends.keys()].map((j) => `${fixed.names[j]} of ${name}`))
    return [{ code: 'NOT_IDENTIFIED', message: `not identified: the data say nothing of ${lost}: ${says}` }]
  })

/** What the family says where predictor k has lost columns and some rows never depend on it; else null. */
function silentOf({ full: { model, layout }, columns }: LimitModel, k: number): string | null {
  const silent = layout.predictors[k].kind?.silent
  if (!silent || columns[k].ends.size === 0) return null
  return model.response.y.some((_, i) => silent.row(model.response, i)) ? silent.says : null
}

/** The warning about coefficients of a mean without a finite maximum: columns, cells, and what helps. Null where there are none. */
export function meanWarning(limit: LimitModel): Warning | null {
  const {
    full: { model: full, layout },
    columns,
    cone: { cone, sides },
  } = limit
  const among = Uint8Array.from(sides, (side) => (side === free ? 0 : 1))
  const mean = meanIn(layout)
  const { names } = mean.stated.fixed
  const runs = [...columns[mean.k].ends].map(([j, to]) => ({ name: names[j], to }))
  const unsaid = [
    ...layout.further.flatMap(({ k, name, stated: { fixed } }) =>
      silentOf(limit, k) !== null ? [] : [...columns[k].ends.keys()].map((j) => `${fixed.names[j]} of ${name}`),
    ),
    ...effectsLost(limit),
  ]
  if (!cone.moved.includes(1)) {
    const silent = Uint8Array.from(sides, (side) => (side === free ? 1 : 0))
    const reported = [...runs.map(({ name }) => name), ...unsaid]
    if (reported.length === 0) return null
    const message =
      `not identified: the data say nothing of ${list(reported)}${cellText(full, mean.k, silent, null)}; ` +
      remedy(reported, runs.length > 0)
    return { code: 'NOT_IDENTIFIED', message }
  }
  const complete = sides.every((side, i) => side === free || cone.moved[i] === 1)
  const cells = cellsOf(full, mean.k, cone.moved, among)
  const cell = cells ? cellText(full, mean.k, cone.moved, among) : ''
  const alike = cells?.[0]?.says === ''
  const others = runs.filter(({ name }) => name !== '(Intercept)')
  const leading = (others.length === 0 || (alike && others.length < runs.length) ? runs.slice(0, 1) : others).map(
    ({ name }) => name,
  )
  const [tells, whose] = leading.length === 1 ? ['predicts', 'its estimate'] : ['together predict', 'their estimates']
  const notIdentified =
    unsaid.length > 0 ? `; ${list(unsaid)} ${unsaid.length === 1 ? 'is' : 'are'} then not identified` : ''
  const message =
    `${complete ? 'complete' : 'quasi-complete'} separation: ${leading.join(', ')} ${tells} ` +
    `${complete ? 'every response' : 'some of the responses'} without error${cell}, so that the likelihood has no maximum and ` +
    `${whose} no standard error: ${runsText(runs)}${notIdentified}; ` +
    (alike ? 'give a prior (glmm sample)' : remedy(leading, cell !== '')) +
    profileHint(runs)
  return { code: 'SEPARATION', message }
}

/** Standard deviations of effects that no row is left to say anything of. */
const effectsLost = ({ full: { model: full }, terms }: LimitModel): string[] =>
  full.predictors.flatMap(({ random }, k) =>
    random.flatMap(({ group, names }, t) => {
      const columns = terms[k].find(({ term }) => term === t)?.columns ?? []
      return names.filter((_, j) => !columns.includes(j)).map((name) => `the standard deviation of ${name} by ${group}`)
    }),
  )

/** `a runs to -Inf and b to Inf`, those last whose direction the data leave open. */
export function runsText(runs: readonly Pick<Runaway, 'name' | 'to'>[]): string {
  const going = runs.filter(({ to }) => to).map(({ name, to }, i) => `${name} ${i === 0 ? 'runs ' : ''}to ${to}`)
  const open = runs.filter(({ to }) => !to).map(({ name }) => name)
  const whither = `${list(open)} ${open.length === 1 ? 'runs' : 'run'} to an end that the data do not determine`
  return [...(going.length > 0 ? [list(going)] : []), ...(open.length > 0 ? [whither] : [])].join('; ')
}

/** What helps against coefficients that run. */
export const remedy = (columns: readonly string[], cell: boolean): string => {
  if (cell) return 'give a prior (glmm sample), or merge the cell with another'
  return `give a prior (glmm sample), or leave ${columns.length === 1 ? 'it' : 'one'} out`
}

/** Where to find the one limit that a parameter with a known end has; nothing where none has one. */
export const profileHint = (runs: readonly Pick<Runaway, 'to'>[]): string =>
  runs.some(({ to }) => to !== null) ? '; --intervals profile gives the limit that is finite' : ''

/** ` (trt = D: all 12 counts are zero)`, what there is to say of a cell being given or looked up, or nothing where the marked rows of predictor k make no cells. */
export function cellText(
  model: Model,
  k: number,
  marked: ArrayLike<number>,
  among: ArrayLike<number> | null,
  known: ((rows: readonly number[]) => string) | null = null,
): string {
  const cells = cellsOf(model, k, marked, among ?? new Uint8Array(model.nobs).fill(1), known !== null)
  if (!cells) return ''
  const texts = cells.slice(0, mostTold).flatMap(({ says, rows }) => {
    const what = known ? known(rows) : responsesOf(model, rows)
    return what === '' ? [says] : [says === '' ? what : `${says}: ${what}`]
  })
  const more = cells.length > mostTold ? [`${cells.length - mostTold} more cells`] : []
  return texts.join('') === '' ? '' : ` (${[...texts, ...more].join('; ')})`
}

/** `a`, `a and b`, `a, b and c`. */
export const list = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts[texts.length - 1]}`
