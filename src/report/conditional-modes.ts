import type { ConditionalMode } from '../fit/record/fit-record.js'
import { type Block, heading, table } from './document.js'
import { formatBeside, formatNumber } from './format-number.js'

/** Levels shown in full; of more than these, the first few. */
const MOST = 30
const FEW = 10

/** A table for each grouping factor: a row for each level, mode and SD for each of the term's effects. */
export function conditionalModes(modes: readonly ConditionalMode[]): Block[] {
  const groups = [...new Set(modes.map((m) => m.group))]
  return groups.flatMap((group) => {
    const own = modes.filter((m) => m.group === group)
    const names = [...new Set(own.map((m) => m.name))]
    const levels = [...new Set(own.map((m) => m.level))]
    const byKey = new Map(own.map((m) => [JSON.stringify([m.level, m.name]), m]))
    const shown = levels.length > MOST ? levels.slice(0, FEW) : levels
    const rows = shown.map((level) => [
      level,
      ...names.flatMap((name) => {
        const m = byKey.get(JSON.stringify([level, name]))
        return [formatBeside(m?.mode, m?.sd, 4), formatNumber(m?.sd, 4)]
      }),
    ])
    const more = levels.length - shown.length
    return [
      heading(`Conditional modes of ${group}`),
      table(
        [`<${group}`, ...names.flatMap((name) => [name, 'SD'])],
        rows,
        ...(more > 0 ? [`The first ${shown.length} of ${levels.length} levels; --json has them all.`] : []),
      ),
    ]
  })
}
