import { GlmmError } from '../errors.js'
import { nameText } from '../formula/formula-text.js'
import { parseFormula } from '../formula/parse-formula.js'
import type { Formula } from '../formula/syntax-tree.js'
import type { Table } from './table.js'

/**
 * Parses a formula over a table. Where it cannot be parsed because a column's name has spaces or signs, the hint shows
 * that name in backquotes.
 */
export function parsedOver(formula: string, table: Table): Formula {
  try {
    return parseFormula(formula)
  } catch (error) {
    if (!(error instanceof GlmmError)) throw error
    const [longest] = table.columns
      .map(({ name }) => name)
      .filter(
        (name) => name !== '' && nameText(name) !== name && formula.includes(name) && !formula.includes(nameText(name)),
      )
      .sort((a, b) => b.length - a.length)
    if (longest === undefined) throw error
    const hint = `the column ${JSON.stringify(longest)} goes in backquotes: ${nameText(longest)}`
    throw new GlmmError(error.code, error.message, hint, error.detail)
  }
}
