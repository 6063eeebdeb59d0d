import { GlmmError } from '../errors.js'
import type { Terms } from '../formula/expand-terms.js'
import { nodeText } from '../formula/formula-text.js'
import type { SyntaxNode } from '../formula/syntax-tree.js'
import type { Levels } from './level-names.js'
import type { CompleteFrame } from './complete-frame.js'
import { contrastColumns } from './contrasts.js'
import { numbersFault } from './disguised-numbers.js'
import { type Coding, factorCoding } from './factor-coding.js'
import { usedLevels } from './factor-levels.js'
import { type Frame, faultAt, placeOf } from './frame.js'
import { levelFinder, numericLevels } from './level-names.js'
import type { FactorValue, MatrixValue, NumericValue } from './value.js'

/** A design matrix before aliased columns are taken out: rows x names.length, column after column. */
export interface Design {
  readonly names: readonly string[]
  readonly x: Float64Array
  /** Term of each column, of the formula's in their order; -1 for the intercept. */
  readonly assign: readonly number[]
}

type Variable = NumericValue | MatrixValue | FactorValue

/** Numbers a design matrix may hold: 1.6 GB. */
const maxCells = 2e8

/** R's model.matrix with treatment contrasts: same columns, same order, same names. */
export function designMatrix(terms: Terms, complete: CompleteFrame): Design {
  const n = complete.frame.nrow
  const variables: (Variable | undefined)[] = new Array(terms.variables.length)
  for (const term of terms.terms) for (const v of term) variables[v] ??= variableOf(terms, v, complete)
  const isFactor = variables.map((variable) => variable?.kind === 'factor')
  const coding = factorCoding(terms, isFactor)
  /** A variable as it stands in a term: a factor with contrasts of its own by their columns. */
  const standing = (v: number, code: Coding): Variable => {
    const variable = variables[v]!
    return variable.kind === 'factor' && code === 'contrasts' && variable.contrasts
      ? contrasted(variable, variable.contrasts)
      : variable
  }
  let width = terms.intercept ? 1 : 0
  const names: string[] = terms.intercept ? ['(Intercept)'] : []
  const assign: number[] = terms.intercept ? [-1] : []
  for (const [t, term] of terms.terms.entries()) {
    const parts = term.map((v, i) => standing(v, coding[t][i]))
    width += parts.reduce((product, part, i) => product * suffixesOf(part, coding[t][i]).length, 1)
    if (width * n > maxCells) throw tooWide(width, n)
    for (const name of columnNames(term, terms, parts, coding[t])) {
      names.push(name)
      assign.push(t)
    }
  }
  const x = new Float64Array(n * width)
  if (terms.intercept) x.fill(1, 0, n)
  let at = terms.intercept ? 1 : 0
  for (const [t, term] of terms.terms.entries()) {
    const parts = term.map((v, i) => standing(v, coding[t][i]))
    at += fillTerm(x, at, n, parts, coding[t])
  }
  return { names, x, assign }
}

const tooWide = (width: number, n: number): GlmmError =>
  new GlmmError(
    'MODEL',
    `a design matrix of at most ${maxCells} numbers was expected, got at least ${width} columns by ${n} rows`,
    'a factor of many levels is a group: write (1 | f); or cross fewer factors',
  )

/** A factor by the columns of its contrasts, in every row. */
function contrasted({ levels, codes }: FactorValue, contrasts: string): MatrixValue {
  const { columns, suffixes } = contrastColumns(contrasts, levels)
  return {
    kind: 'matrix',
    columns: columns.map((values) => Float64Array.from(codes, (code) => values[code])),
    suffixes,
    contrasts: true,
  }
}

/** A variable, its levels as in the fit and its contrasts as asked for. */
function variableOf(terms: Terms, v: number, complete: CompleteFrame): Variable {
  const variable = levelledVariable(terms, v, complete)
  if (variable.kind !== 'factor') return variable
  const { basis } = complete.frame
  const { text } = terms.variables[v]
  const value = complete.values.get(text)!
  const own = value.kind === 'factor' ? value.contrasts : undefined
  const contrasts = own ?? basis.contrasts.get(text) ?? basis.contrasts.get('')
  if (contrasts === undefined || contrasts === 'treatment') return variable
  basis.contrasts.set(text, contrasts)
  return { ...variable, contrasts }
}

function levelledVariable(terms: Terms, v: number, complete: CompleteFrame): Variable {
  const { frame } = complete
  const { node, text } = terms.variables[v]
  const value = complete.values.get(text)!
  const known = frame.basis.given ? frame.basis.levels.get(text) : undefined
  if (known !== undefined && (value.kind === 'factor' || value.kind === 'numeric'))
    return releveled(value.kind === 'factor' ? value : numericLevels(value.values), known, node, frame)
  if (value.kind === 'constant')
    throw faultAt(frame, node, `a column was expected as a term, got the constant ${text}`, 'remove that term')
  if (value.kind !== 'factor') return value
  const column = node.kind === 'name' ? frame.columns.get(node.name) : undefined
  const fault = frame.basis.given && column?.kind === 'factor' ? numbersFault(column, frame.table) : null
  if (fault !== null) throw faultAt(frame, node, fault.message, fault.hint)
  if (frame.basis.given)
    throw faultAt(frame, node, `numbers were expected in ${text}, as in the fit, got text`, textHint)
  const used = usedLevels(value)
  if (used.levels.length < 2)
    throw faultAt(
      frame,
      node,
      `at least two levels were expected in ${text}, got only ${JSON.stringify(used.levels[0])}`,
      'leave that term out: a column that does not vary explains nothing',
    )
  frame.basis.levels.set(text, used.levels)
  return used === value ? value : { kind: 'factor', ...used }
}

const textHint = 'correct the cells, or write NA for a missing value'

/** A factor with the levels of the fit. A COLUMN error names a level that the fit has no coefficient for. */
function releveled({ levels, codes }: Levels, known: readonly string[], node: SyntaxNode, frame: Frame): FactorValue {
  const moved = Int32Array.from(levels, levelFinder(known))
  const at = codes.findIndex((code) => moved[code] < 0)
  if (at >= 0) {
    const shown = known.length > 12 ? `${known.slice(0, 12).join(', ')}, ... (${known.length})` : known.join(', ')
    throw faultAt(
      frame,
      node,
      `a level of ${nodeText(node)} in the fit was expected, got ${JSON.stringify(levels[codes[at]])} in ${placeOf(frame, at)}`,
      `the levels are ${shown}; write NA to pass the row over`,
    )
  }
  return { kind: 'factor', levels: known, codes: codes.map((code) => moved[code]) }
}

/** What each column of a variable adds to its name. */
function suffixesOf(variable: Variable, coding: Coding): readonly string[] {
  if (variable.kind === 'numeric') return ['']
  if (variable.kind === 'matrix') return variable.columns.length === 1 && !variable.contrasts ? [''] : variable.suffixes
  return coding === 'full' ? variable.levels : variable.levels.slice(1)
}

/** Names of a term's columns, the first variable running fastest. */
function columnNames(
  term: readonly number[],
  terms: Terms,
  parts: readonly Variable[],
  coding: readonly Coding[],
): string[] {
  let names: string[] = []
  for (const [i, v] of term.entries()) {
    const own = suffixesOf(parts[i], coding[i]).map((suffix) => terms.variables[v].text + suffix)
    names = i === 0 ? own : own.flatMap((name) => names.map((before) => `${before}:${name}`))
  }
  return names
}

/**
 * Fills the columns of one term from column `at` and returns how many they are. A row has entries only where its
 * levels lead (`place`), times the product of the numeric variables; columns of matrices are gone through in turn.
 */
function fillTerm(
  x: Float64Array,
  at: number,
  n: number,
  parts: readonly Variable[],
  coding: readonly Coding[],
): number {
  const only = parts.length === 1 ? parts[0] : undefined
  if (only?.kind === 'numeric') {
    x.set(only.values, at * n)
    return 1
  }
  const place = new Int32Array(n)
  const product = new Float64Array(n).fill(1)
  let blocks: { shift: number; values: Float64Array }[] = [{ shift: 0, values: product }]
  let stride = 1
  for (const [k, variable] of parts.entries()) {
    if (variable.kind === 'numeric') {
      for (let i = 0; i < n; i++) product[i] *= variable.values[i]
    } else if (variable.kind === 'factor') {
      const first = coding[k] === 'full' ? 0 : 1
      for (let i = 0; i < n; i++) {
        const level = variable.codes[i] - first
        place[i] = level < 0 || place[i] < 0 ? -1 : place[i] + level * stride
      }
      stride *= variable.levels.length - first
    } else {
      const step = stride
      const before = blocks
      blocks = variable.columns.flatMap((column, c) =>
        before.map(({ shift, values }) => ({
          shift: shift + c * step,
          values: values === product ? column : values.map((value, i) => value * column[i]),
        })),
      )
      stride *= variable.columns.length
    }
  }
  for (const { shift, values } of blocks) {
    for (let i = 0; i < n; i++) {
      if (place[i] < 0) continue
      x[(at + shift + place[i]) * n + i] = values === product ? product[i] : product[i] * values[i]
    }
  }
  return stride
}
