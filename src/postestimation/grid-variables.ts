import { expressions } from '../data/build-model.js'
import { columnsByName, factorLevels, isMissingCell } from '../data/column-facts.js'
import { furtherTerms } from '../data/further-formula.js'
import type { DesignSource } from '../data/new-design.js'
import type { Column, Table } from '../data/table.js'
import { type FormulaTerms, formulaTerms } from '../formula/formula-terms.js'
import { parseFormula } from '../formula/parse-formula.js'
import { eachName, type SyntaxNode } from '../formula/syntax-tree.js'

/** A column of the data that the predictors are made of. */
export interface GridVariable {
  readonly column: Column
  /** Whether it stands for levels: text, or numbers within factor(). */
  readonly categorical: boolean
  /** The values it has in the rows of the fit: levels in their order, or numbers ascending. */
  readonly values: readonly (number | string)[]
}

/** What the design of a fit is made of, and the rows of its table that the fit used. */
export interface DesignVariables {
  readonly variables: readonly GridVariable[]
  /** Columns of offsets alone: they are no variables of the grid. */
  readonly offsets: readonly Column[]
  readonly rows: Int32Array
}

/** The variables of a fit's fixed effects and of the columns of its random effects, in the order in which they are named. */
export function designVariables(source: DesignSource, response: readonly string[], table: Table): DesignVariables {
  const columns = columnsByName(table)
  const parsed = parseFormula(source.formula)
  const names = source.basis.columns ?? table.columns.map(({ name }) => name)
  const parts: FormulaTerms[] = [
    formulaTerms(parsed, names, source.reserved),
    ...source.further.map(({ name, formula }) => furtherTerms(name, formula, parsed, names, source.reserved).terms),
  ]
  const found = new Map<string, { numeric: boolean }>()
  for (const terms of parts) for (const node of expressions(terms, null)) visit(node, false, found)
  const used = new Set([...found.keys(), ...response])
  const offsets = new Set<string>(source.offset === undefined ? [] : [source.offset])
  for (const { fixed } of parts)
    for (const v of fixed.offsets) eachName(fixed.variables[v].node, ({ name }) => offsets.add(name))
  for (const name of offsets) used.add(name)
  for (const { random } of parts)
    for (const { factors } of random) for (const node of factors) eachName(node, ({ name }) => used.add(name))

  const needed = [...used].map((name) => columns.get(name)).filter((column) => column !== undefined)
  const rows: number[] = []
  for (let i = 0; i < table.nrow; i++) if (!needed.some((column) => isMissingCell(column, i))) rows.push(i)
  const kept = Int32Array.from(rows)
  const variables = [...found].flatMap(([name, { numeric }]) => {
    const column = columns.get(name)
    return column ? [variable(column, column.kind === 'factor' || !numeric, kept)] : []
  })
  const alone = [...offsets].filter((name) => !found.has(name)).map((name) => columns.get(name))
  return { variables, offsets: alone.filter((column) => column !== undefined), rows: kept }
}

/** Functions that make a factor of their first argument. */
const factorMakers = new Set(['factor', 'as.factor', 'relevel', 'C', 'cut', 'interaction'])

function visit(node: SyntaxNode, inFactor: boolean, found: Map<string, { numeric: boolean }>): void {
  if (node.kind === 'name') {
    const before = found.get(node.name)
    found.set(node.name, { numeric: (before?.numeric ?? false) || !inFactor })
  } else if (node.kind === 'call') {
    // The second argument of C is a word.
    for (const { value } of node.name === 'C' ? node.args.slice(0, 1) : node.args)
      visit(value, inFactor || factorMakers.has(node.name), found)
  } else if (node.kind === 'unary') visit(node.operand, inFactor, found)
  else if (node.kind === 'binary') {
    visit(node.left, inFactor, found)
    visit(node.right, inFactor, found)
  } else if (node.kind === 'bracket') visit(node.inner, inFactor, found)
}

function variable(column: Column, categorical: boolean, rows: Int32Array): GridVariable {
  if (column.kind === 'numeric' && !categorical)
    return {
      column,
      categorical,
      values: [...new Set(Array.from(rows, (i) => column.values[i]))].sort((a, b) => a - b),
    }
  const { levels, codes } = factorLevels(column)
  const seen = new Set(Array.from(rows, (i) => codes[i]))
  const present = levels.filter((_, code) => seen.has(code))
  return { column, categorical, values: column.kind === 'numeric' ? present.map(Number) : present }
}
