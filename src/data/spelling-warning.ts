import type { Warning } from '../errors.js'
import type { NumericColumn } from './table.js'

/** Numbers that are written out. */
const shown = 3

/** The warning about the levels of a column of numbers where cells of one number are written in several ways. */
export function spellingWarning({ name, values, spellings, exact }: NumericColumn): Warning | null {
  if (exact !== undefined || spellings === undefined || spellings.size === 0) return null
  const times = new Map<number, number>()
  for (const value of values) if (spellings.has(value)) times.set(value, (times.get(value) ?? 0) + 1)
  const several = [...spellings].filter(([value, { text, cells }]) => text === null || cells < times.get(value)!)
  if (several.length === 0) return null
  const examples = several.slice(0, shown).map(([value, { text, cells }]) => {
    return text === null ? String(value) : `${text} (${cells}) beside ${value} (${times.get(value)! - cells})`
  })
  const message = `cells of ${name} write one number in several ways, and are one level: ${examples.join(', ')}${several.length > shown ? ', ...' : ''}; write them with a letter (s007) if they are not one`
  return { code: 'LEVELS', message }
}
