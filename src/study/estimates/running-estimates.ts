import { isOneNumber, type LaidPredictor } from '../../likelihood/frame/parameter-layout.js'
import type { Warning } from '../../errors.js'
import { flat } from '../../covariance/flat.js'
import type { Refit } from './refit.js'

/**
 * Puts infinities in place of the numbers that stand for estimates without a finite maximum, in the order of
 * `parameterNames`: Infinity or -Infinity on the parameter's own scale where it runs there, NaN where the data leave it open.
 * Returns the positions, with the end each runs to.
 */
export function tellRunning(
  { like: { layout }, fitted: { runs } }: Refit,
  estimates: Float64Array | number[],
): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  if (runs.length === 0) return found
  const ends = new Map(runs.map(({ at, to }) => [at, to === null ? Number.NaN : to === 'Inf' ? 1 / 0 : -1 / 0]))
  let position = 0
  const tell = (end: number | undefined, reported = end): void => {
    if (end !== undefined) {
      estimates[position] = reported!
      found.set(position, reported!)
    }
    position++
  }
  const columns = ({ fixed: { from, to } }: LaidPredictor): void => {
    for (let at = from; at < to; at++) tell(ends.get(at))
  }
  if (layout.location) columns(layout.location)
  for (const of of layout.further) if (!isOneNumber(of)) columns(of)
  for (const { term, covariance, start, size } of layout.terms) {
    if (covariance === flat) continue
    const q = term.names.length
    const units = covariance.units(q)
    for (let i = 0; i < q; i++) {
      const at = Array.from({ length: size }, (_, j) => j).find((j) => units[j] === i && ends.has(start + j))
      tell(at === undefined ? undefined : ends.get(start + at))
    }
    const open = units.some((unit, j) => unit < 0 && ends.has(start + j))
    for (let pair = 0; pair < (q * (q - 1)) / 2; pair++) tell(open ? Number.NaN : undefined)
  }
  for (const of of layout.further) {
    if (!isOneNumber(of)) continue
    const end = ends.get(of.fixed.from)
    tell(end, end === undefined ? end : of.link.inverse(end))
  }
  return found
}

/** Whether an estimate of a fit that did not fail says that the likelihood has no finite maximum in the parameter. */
export const hasNoMaximum = (parameter: string, estimate: number): boolean =>
  Number.isNaN(estimate) ? !parameter.startsWith('cor(') : !Number.isFinite(estimate)

/** A number of a measure: null where there is none, and its name where it is infinite. */
export const numberOrEnd = (value: number): number | string | null =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? null : value > 0 ? 'Inf' : '-Inf'

/** A parameter without a finite maximum in the data. */
export interface RunningParameter {
  readonly name: string
  readonly to: string | null
}

/** Of a fit of the data, as facts of a study. */
export const runningParameters = (names: readonly string[], found: ReadonlyMap<number, number>): RunningParameter[] =>
  [...found].flatMap(([position, end]) =>
    Number.isFinite(end) ? [] : [{ name: names[position], to: Number.isNaN(end) ? null : String(numberOrEnd(end)) }],
  )

/** What a study says of parameters without a finite maximum in its data; nothing where all have one. */
export function runningInData(running: readonly RunningParameter[], consequence: string): Warning[] {
  if (running.length === 0) return []
  const each = running.map(({ name, to }) =>
    to === null ? `${name} (its direction left open)` : `${name} (runs to ${to})`,
  )
  const message = `the likelihood of the data has no finite maximum in ${each.join(', ')}: ${consequence}`
  return [{ code: 'SEPARATION', message }]
}

/** How often parameters had no finite maximum among fits that did not fail. */
export interface RunningCount {
  readonly label: string
  readonly runs: number
  readonly of: number
}

const mostTold = 8

/** What a study says of its rows; nothing where all had a maximum. */
export function runningInRows(counts: readonly RunningCount[], consequence: string, rows = 'replicates'): Warning[] {
  const some = counts.filter(({ runs }) => runs > 0)
  if (some.length === 0) return []
  const each = some.slice(0, mostTold).map(({ label, runs, of }) => `${label} in ${runs} of ${of}`)
  const more = some.length > mostTold ? `, and ${some.length - mostTold} more` : ''
  return [
    {
      code: 'SEPARATION',
      message: `no finite maximum among the ${rows}: ${each.join('; ')}${more}; ${consequence}`,
    },
  ]
}
