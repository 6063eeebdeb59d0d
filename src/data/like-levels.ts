import type { Warning } from '../errors.js'
import { surelyLooksMissing } from './cell-looks.js'
import { disguiseOf } from './disguised-numbers.js'
import { levelCounts } from './level-counts.js'
import type { FactorColumn } from './table.js'

/** Sets of levels that are written out. */
const shown = 3

/**
 * Levels that are the same text but for blanks or capitals: 'control' and 'control ', 'Yes' and 'yes'. Those of a
 * factor all of whose levels would be one (the genotypes AA, Aa and aa) are meant so.
 */
export function alikeLevels(column: FactorColumn): readonly (readonly number[])[] {
  const counts = levelCounts(column)
  const byText = new Map<string, number[]>()
  for (const [i, level] of column.levels.entries()) {
    if (counts[i] === 0) continue
    const key = /[^a-z0-9]/.test(level) ? spaced(level).toLowerCase() : level
    const same = byText.get(key)
    if (same === undefined) byText.set(key, [i])
    else same.push(i)
  }
  const sets = [...byText.values()].filter((same) => same.length > 1)
  if (byText.size > 1) return sets
  return sets.filter((same) => new Set(same.map((i) => spaced(column.levels[i]))).size < same.length)
}

/** A text with single spaces inside and none around, its letters composed. */
const spaced = (level: string): string =>
  level
    .normalize('NFKC')
    .replace(/[\s\u200b\u200e\u200f\ufeff]+/g, ' ')
    .trim()

const found = new WeakMap<FactorColumn, readonly Warning[]>()

/** The warnings about the levels of a factor that a model uses; one line a kind of surprise. */
export function levelWarnings(column: FactorColumn): readonly Warning[] {
  const known = found.get(column)
  if (known !== undefined) return known
  const warnings = surprises(column)
  found.set(column, warnings)
  return warnings
}

/** The levels that look alike with their cells: '"Yes" (60) beside "yes" (20)'; null where there are none. */
export function alikeText(column: FactorColumn): string | null {
  const alike = alikeLevels(column)
  if (alike.length === 0) return null
  const sets = alike.slice(0, shown).map((same) => same.map((i) => countedLevel(column, i)).join(' beside '))
  return `${sets.join('; ')}${alike.length > shown ? `, and ${alike.length - shown} more such sets` : ''}`
}

const countedLevel = (column: FactorColumn, i: number): string =>
  `${JSON.stringify(column.levels[i])} (${levelCounts(column)[i]})`

function surprises(column: FactorColumn): readonly Warning[] {
  const counts = levelCounts(column)
  const warnings: Warning[] = []
  const alike = alikeText(column)
  if (alike !== null) {
    const message = `levels of ${column.name} differ in blanks or capitals alone: ${alike}; each is a level of its own: write them alike if they are one`
    warnings.push({ code: 'LEVELS', message })
  }
  const codes = column.levels.flatMap((level, i) => (counts[i] > 0 && surelyLooksMissing(level) ? [i] : []))
  if (codes.length > 0 && codes.length < column.levels.length && disguiseOf(column)?.kind !== 'missing') {
    const list = codes.map((i) => column.levels[i]).join(',')
    const message = `${codes.map((i) => countedLevel(column, i)).join(', ')} of ${column.name} counts as a level; if it stands for a missing value, say so: --na ${JSON.stringify(list)}`
    warnings.push({ code: 'LEVELS', message })
  }
  return warnings
}
