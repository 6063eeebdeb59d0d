import type { Warning } from '../errors.js'
import { type Block, heading, list } from './document.js'

/** The warnings of any record, under their own heading; nothing when there are none. */
export function warningBlocks(warnings: readonly Warning[]): Block[] {
  if (warnings.length === 0) return []
  return [heading('Warnings'), list(warnings.map((w) => `${w.code}: ${w.message}`))]
}

interface DataDescription {
  readonly call: Readonly<Record<string, unknown>>
  readonly nobs: number
  readonly dropped: number
  readonly groups?: Readonly<Record<string, number>>
}

/** `betablocker.csv, 44 rows; center: 22 levels`. */
export function dataLine({ call, nobs, dropped, groups = {} }: DataDescription): string {
  const file = typeof call.data === 'string' ? `${call.data}, ` : ''
  const missing = dropped > 0 ? ` (${dropped} more dropped: values missing)` : ''
  const levels = Object.entries(groups).map(([name, count]) => `; ${name}: ${count} levels`)
  return `${file}${nobs} rows${missing}${levels.join('')}`
}
