import { GlmmError, type Warning } from '../errors.js'
import type { Role } from '../families/role.js'
import { caretLines } from '../formula/formula-fault.js'
import { type FormulaTerms, formulaTerms } from '../formula/formula-terms.js'
import { formulaText } from '../formula/formula-text.js'
import { parseFormula } from '../formula/parse-formula.js'
import { withPi } from '../formula/pi.js'
import { eachName, type Formula, type SyntaxNode } from '../formula/syntax-tree.js'
import { type Basis, basisOf, type Combination, givenBasis, newBasis } from './basis.js'
import type { Levels } from './level-names.js'
import { columnWarnings } from './column-warnings.js'
import { completeFrame } from './complete-frame.js'
import { checkContrasts } from './contrasts-asked.js'
import { designMatrix } from './design-matrix.js'
import { numericColumn } from './evaluate.js'
import { aliasWarnings, fixedEffects } from './fixed-effects.js'
import { absentColumn, type Frame, namedColumn } from './frame.js'
import { frameOf } from './table-frame.js'
import { type FurtherFormula, furtherTerms } from './further-formula.js'
import type { Model, Predictor } from './model.js'
import { randomTerm } from './random-term.js'
import { cbindOf, type ResponseRule, responseOf } from './response.js'
import { rowTime } from './row-time.js'
import { frequencies, precisionOffset, trialsOf, type WeightColumns } from './row-weights.js'
import type { Column, Table } from './table.js'

export interface ModelOptions extends WeightColumns {
  readonly rule: ResponseRule
  /** Column added to the linear predictor, besides any offset() of the formula. */
  readonly offset?: string | undefined
  /** Column of the times of the rows, for tests of their residuals; rows without one stay. */
  readonly time?: string | undefined
  /** Further predictors of the family, such as 'dispersion', each with its formula (`~ x + (1 | g)`); null for `~ 1`. */
  readonly further?: readonly FurtherFormula[] | undefined
  /** What the data of another model have decided, to be adhered to. */
  readonly basis?: Basis | undefined
  /** Contrasts by factor; those under the empty name stand for all others. */
  readonly contrasts?: Readonly<Record<string, string>> | undefined
}

/**
 * The model of a formula and a table: R's model frame, design matrices and lme4's random terms as plain data. `model` (`stateModel`)
 * looks the family up by its name; here the caller says what its response is.
 *
 * @param formula - R's and lme4's notation, or the formula parsed.
 * @param table - Of `parseTable` or `tableFrom`.
 * @param options - The family's response, columns with a part of their own (weights, trials, offset), and further predictors.
 * @returns The model: plain data that can cross threads.
 * @throws GlmmError FORMULA, COLUMN, RESPONSE, MODEL or USAGE.
 * @example
 * import { buildModel, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 9, 11], x: ['a', 'a', 'b', 'b'] })
 * const rule = { family: 'poisson', link: 'log', response: 'count' }
 * const [mean] = buildModel('y ~ x', table, { rule }).predictors
 * console.log(mean.fixed.names.join(), mean.fixed.x.join()) // (Intercept),xb 1,1,1,1,0,0,1,1
 */
export function buildModel(formula: string | Formula, table: Table, options: ModelOptions): Model {
  const parsed = typeof formula === 'string' ? parseFormula(formula) : formula
  const { weights, trials, frequency, precision } = options
  const named = [weights, trials, frequency, precision, options.offset].filter((name) => name !== undefined)
  const names = options.basis?.columns ?? table.columns.map((column) => column.name)
  const terms = formulaTerms(parsed, names, named)
  const { response } = terms
  if (response === null)
    throw new GlmmError(
      'FORMULA',
      'a response was expected before ~, got none',
      'write response ~ terms, such as y ~ x + (1 | g)',
      caretLines(parsed.source, 0),
    )
  const whole = frameOf(table, null, parsed.source)
  const given = {
    weights: optionColumn(weights, 'weights', whole),
    trials: optionColumn(trials, 'trials', whole),
    frequency: optionColumn(frequency, 'frequencies', whole),
    precision: optionColumn(precision, 'precision weights', whole),
  }
  const offset = optionColumn(options.offset, 'an offset', whole)
  const further = (options.further ?? []).map(({ precisionPower: power = 0, role = 'shape', ...one }) => ({
    ...furtherTerms(one.name, one.formula, parsed, names, named),
    power,
    role,
  }))
  const columns = usedColumns(withPi(parsed, names), terms, whole)
  for (const column of [...Object.values(given), offset]) if (column !== null) columns.add(column)
  for (const { parsed, terms } of further) {
    for (const column of usedColumns(withPi(parsed, names), terms, frameOf(table, null, parsed.source)))
      columns.add(column)
  }
  const dotted = [parsed, ...further.map((one) => one.parsed)].some(hasDot)
  const parts = [terms, ...further.map((one) => one.terms)]
  const groupings = parts.flatMap(({ random }) => random.flatMap((part) => part.factors))
  const computed = [...expressions(terms, response), ...further.flatMap((one) => expressions(one.terms, null))]
  const basis = options.basis ? givenBasis(options.basis) : newBasis(options.contrasts)
  const complete = completeFrame(table, parsed.source, [...columns], computed, groupings, basis)
  const { frame, dropped } = complete
  const made = new Map<string, Levels>()
  const combined: Combination[] = []
  const predictor = (name: string, role: Role, of: FormulaTerms, column: Column | null): Predictor => {
    const { fixed, combinations } = fixedEffects(designMatrix(of.fixed, complete), frame.nrow, name)
    combined.push(...combinations)
    const random = of.random.map((part) => randomTerm(part, complete, made))
    return { name, role, fixed, offset: offsetOf(of, column, frame), random }
  }
  const predictors = [
    predictor('mean', 'location', terms, offset),
    ...further.map(({ name, role, terms, power }) => {
      const one = predictor(name, role, terms, null)
      if (given.precision === null || power === 0) return one
      const added = precisionOffset(given.precision, power, frame)
      return { ...one, offset: one.offset ? added.map((value, i) => value + one.offset![i]) : added }
    }),
  ]
  if (options.contrasts) checkContrasts(options.contrasts, basis)
  const counted = trialsOf(given, response, frame, options.rule)
  const reported = responseOf(response, frame, options.rule, counted)
  const warnings: readonly Warning[] = [
    ...(table.warnings ?? []),
    ...columnWarnings(columns, computed, complete, table.semicolon === true),
    ...complete.warnings,
    ...predictors.flatMap(({ fixed }) => aliasWarnings(fixed)),
  ]
  return {
    formula: formulaText(parsed),
    family: options.rule.family,
    link: options.rule.link,
    nobs: frame.nrow,
    dropped,
    response: given.frequency ? { ...reported, frequency: frequencies(given.frequency, frame) } : reported,
    predictors,
    ...(options.time !== undefined && { time: rowTime(options.time, frame) }),
    basis: basisOf(basis, dotted ? names : null, combined),
    warnings,
  }
}

function hasDot({ right }: Formula): boolean {
  let dotted = false
  eachName(right, ({ name }) => {
    dotted ||= name === '.'
  })
  return dotted
}

export function optionColumn(name: string | undefined, what: string, frame: Frame): Column | null {
  if (name === undefined) return null
  const column = frame.columns.get(name)
  if (column === undefined) throw absentColumn(frame.table, name, `a column of ${what}`)
  return column
}

/** Every column the formula names, those of terms taken out again included (as in R), and what `.` stands for. */
function usedColumns(formula: Formula, terms: FormulaTerms, frame: Frame): Set<Column> {
  const used = new Set<Column>()
  const use = (node: SyntaxNode): void => {
    eachName(node, (name) => {
      if (name.name !== '.') used.add(namedColumn(frame, name))
    })
  }
  if (formula.left !== null) use(formula.left)
  use(formula.right)
  for (const { variables } of [terms.fixed, ...terms.random.map((part) => part.effects)])
    for (const { node } of variables) if (node.kind === 'name') use(node)
  return used
}

/** The variables to compute: those of terms that are left, and the response where it is one variable. */
export function expressions(terms: FormulaTerms, response: SyntaxNode | null): SyntaxNode[] {
  const nodes: SyntaxNode[] = response !== null && cbindOf(response) === null ? [response] : []
  for (const part of [terms.fixed, ...terms.random.map((r) => r.effects)]) {
    const needed = new Set(part.terms.flat())
    for (const [v, { node }] of part.variables.entries()) if (needed.has(v)) nodes.push(node)
  }
  return nodes
}

/** The sum of the formula's offsets and the offset column, or null for none. */
export function offsetOf(terms: FormulaTerms, column: Column | null, frame: Frame): Float64Array | null {
  const nodes = terms.fixed.offsets.map((v) => terms.fixed.variables[v].node)
  if (column !== null) nodes.push({ kind: 'name', name: column.name, start: 0, end: 0 })
  if (nodes.length === 0) return null
  const sum = new Float64Array(frame.nrow)
  for (const node of nodes) {
    const values = numericColumn(node, frame)
    for (let i = 0; i < sum.length; i++) sum[i] += values[i]
  }
  return sum
}
