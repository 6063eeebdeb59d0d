import { expandTerms, type Terms } from './expand-terms.js'
import { formulaFault } from './formula-fault.js'
import { nodeText } from './formula-text.js'
import { withPi } from './pi.js'
import { divide, type RandomPart, randomParts } from './random-parts.js'
import { eachName, type Formula, type SyntaxNode } from './syntax-tree.js'

/** A formula expanded: what R's terms and lme4's findbars give together. */
export interface FormulaTerms {
  readonly response: SyntaxNode | null
  readonly fixed: Terms
  readonly random: readonly RandomPart[]
}

/**
 * Expands a formula. `columns` are the table's, for `.`: it stands for all that are neither in the response, nor a
 * group, nor in `reserved` (weights and offset columns).
 */
export function formulaTerms(
  formula: Formula,
  columns: readonly string[] | null = null,
  reserved: readonly string[] = [],
): FormulaTerms {
  const { source, left, right } = withPi(formula, columns)
  const division = divide(right, source)
  const expansion = {
    source,
    others: columns === null ? null : otherColumns(formula, division.bars, columns, reserved),
  }
  const fixed = expandTerms(division.fixed, expansion)
  const response = left === null ? null : nodeText(left)
  const again = fixed.terms.find((term) => term.length === 1 && fixed.variables[term[0]].text === response)
  if (again !== undefined)
    throw formulaFault(
      source,
      fixed.variables[again[0]].node.start,
      `terms other than the response were expected on the right of ~, got ${response} on both sides`,
      'remove it on the right',
    )
  return { response: left, fixed, random: division.bars.length === 0 ? [] : randomParts(division, expansion) }
}

/** What `.` stands for; null when the formula has none, to save the work. */
function otherColumns(
  formula: Formula,
  bars: readonly { readonly bar: { readonly right: SyntaxNode } }[],
  columns: readonly string[],
  reserved: readonly string[],
): readonly string[] | null {
  let dotted = false
  eachName(formula.right, (node) => {
    if (node.name === '.') dotted = true
  })
  if (!dotted) return null
  const named = new Set(reserved)
  if (formula.left !== null) eachName(formula.left, (node) => named.add(node.name))
  for (const { bar } of bars) eachName(bar.right, (node) => named.add(node.name))
  return columns.filter((name) => !named.has(name))
}
