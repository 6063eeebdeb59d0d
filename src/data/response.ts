import { GlmmError } from '../errors.js'
import { type ResponseKind, responseKinds } from '../families/response-kinds.js'
import { caretLines } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import { numberText } from '../formula/number-text.js'
import { type CallNode, eachName, type SyntaxNode } from '../formula/syntax-tree.js'
import { isZeroOne } from './column-facts.js'
import { evaluate, numericColumn } from './evaluate.js'
import { type Frame, namedColumn, placeOf, valuesAt } from './frame.js'
import { alikeText } from './like-levels.js'
import type { Response } from './model.js'
import type { Column } from './table.js'
import type { FactorValue } from './value.js'

/** What a family asks of its response; the part of a family that the data need to know. */
export interface ResponseRule {
  /** The least value of the support, where it is not that of the kind. */
  readonly least?: number | undefined
  readonly family: string
  readonly link: string
  /** The support: successes of trials; 0, 1, 2, ...; any number; above 0; strictly between 0 and 1. */
  readonly response: ResponseKind
}

/** A call cbind(successes, failures), through any brackets. */
export function cbindOf(node: SyntaxNode): CallNode | null {
  let at = node
  while (at.kind === 'bracket') at = at.inner
  return at.kind === 'call' && at.name === 'cbind' ? at : null
}

/** The response in the rows of the frame. `trials` are those of a proportion, from the weights. */
export function responseOf(node: SyntaxNode, frame: Frame, rule: ResponseRule, trials: Column | null): Response {
  const name = nodeText(node)
  const pair = cbindOf(node)
  if (trials !== null && (rule.response !== 'binomial' || pair !== null))
    throw new GlmmError(
      'USAGE',
      `trials are those of a binomial proportion, got trials ${trials.name} with ${pair === null ? `the ${rule.family} family` : name}`,
      pair === null
        ? 'leave the trials out; rows that stand for several have --frequency, measurements of unlike precision --precision'
        : 'leave the trials out: cbind has them',
    )
  if (pair !== null) {
    if (rule.response === 'binomial') return { name, ...successesAndFailures(pair, frame) }
    throw new GlmmError(
      'RESPONSE',
      `one column was expected as ${rule.family} response, got ${name}`,
      'choose the binomial family, or name one column',
      caretLines(frame.source, pair.start),
    )
  }
  const value = evaluate(node, frame)
  const { support } = responseKinds[rule.response]
  if (support === null) {
    if (value.kind === 'factor') return { name, ...secondLevel(value, node, frame, trials) }
    const y = numericColumn(node, frame)
    return { name, ...(trials === null ? zeroOne(y, node, frame) : proportion(y, node, trials, frame)) }
  }
  if (value.kind === 'factor' && !value.logical) throw textResponse(value, node, frame, rule)
  const y = numericColumn(node, frame)
  for (let i = 0; i < y.length; i++) {
    if (support.has(y[i]) && y[i] >= (rule.least ?? Number.NEGATIVE_INFINITY)) continue
    throw new GlmmError(
      'RESPONSE',
      `the ${rule.family} family expects ${support.name}${rule.least === undefined ? '' : ` from ${rule.least} on`}, got ${name} = ${numberText(y[i])} in ${placeOf(frame, i)}`,
      support.hint,
    )
  }
  return { name, y, trials: null }
}

/** A response of words where a family wants numbers. */
function textResponse({ levels }: FactorValue, node: SyntaxNode, frame: Frame, { family }: ResponseRule): GlmmError {
  const name = nodeText(node)
  const shown = levels.length > 6 ? `${levels.slice(0, 6).join(', ')}, ...` : levels.join(', ')
  return new GlmmError(
    'RESPONSE',
    `numbers were expected as ${family} response, ${name} is text of ${levels.length} levels: ${shown}`,
    oneAgainstOthers(name, levels),
    caretLines(frame.source, node.start),
  )
}

/** What helps where a response has words or codes: a condition is a response of two levels. */
const oneAgainstOthers = (name: string, levels: readonly string[]): string =>
  levels.length === 2
    ? `name the binomial family; the success is the second level, ${levels[1]}`
    : `for one level against the others write I(${name} == ${JSON.stringify(levels.at(-1))}) with the binomial family; ordered or unordered categories as a whole are not fitted`

type Binomial = Pick<Response, 'y' | 'trials'>

function successesAndFailures(pair: CallNode, frame: Frame): Binomial {
  if (pair.args.length !== 2)
    throw new GlmmError(
      'FORMULA',
      `cbind(successes, failures) was expected, got ${pair.args.length} arguments`,
      'such as cbind(r, n - r) for r successes in n trials',
      caretLines(frame.source, pair.start),
    )
  const successes = numericColumn(pair.args[0].value, frame)
  const failures = numericColumn(pair.args[1].value, frame)
  const trials = new Float64Array(frame.nrow)
  for (let i = 0; i < trials.length; i++) {
    trials[i] = successes[i] + failures[i]
    if (!isCount(successes[i]) || !isCount(failures[i])) throw notCounts(pair, [successes, failures], i, frame)
  }
  return { y: successes, trials }
}

const isCount = (value: number): boolean => value >= 0 && Number.isInteger(value)

function notCounts(pair: CallNode, sides: readonly Float64Array[], row: number, frame: Frame): GlmmError {
  const side = isCount(sides[0][row]) ? 1 : 0
  const names = new Set<string>()
  eachName(pair, (node) => names.add(node.name))
  const got = `${nodeText(pair.args[side].value)} = ${numberText(sides[side][row])}`
  const given = valuesAt(frame, names, row)
  const hint =
    sides[side][row] < 0 && side === 1
      ? 'correct the cell: there are more successes than trials'
      : 'correct the cell: counts are whole and not negative'
  return new GlmmError(
    'RESPONSE',
    `${nodeText(pair)} expects counts of successes and failures, got ${got} (${given}) in ${placeOf(frame, row)}`,
    hint,
    caretLines(frame.source, pair.args[side].value.start),
  )
}

/** R's rule: the second level is the success. */
function secondLevel(value: FactorValue, node: SyntaxNode, frame: Frame, trials: Column | null): Binomial {
  const name = nodeText(node)
  if (trials !== null)
    throw new GlmmError(
      'RESPONSE',
      `a proportion was expected with trials ${trials.name}, got the factor ${name}`,
      'leave the trials out, or name a column of proportions',
    )
  const column = node.kind === 'name' ? frame.columns.get(node.name) : undefined
  const alike = column?.kind === 'factor' ? alikeText(column) : null
  if (value.levels.length !== 2)
    throw new GlmmError(
      'RESPONSE',
      `a binomial response of two levels was expected, ${name} has ${value.levels.length}: ${value.levels.slice(0, 6).join(', ')}`,
      alike !== null
        ? `write levels alike that differ in blanks or capitals alone: ${alike}`
        : value.levels.length > 2
          ? oneAgainstOthers(name, value.levels)
          : 'a response needs both levels: correct the column, or name another one',
      caretLines(frame.source, node.start),
    )
  return { y: Float64Array.from(value.codes), trials: new Float64Array(frame.nrow).fill(1) }
}

function zeroOne(y: Float64Array, node: SyntaxNode, frame: Frame): Binomial {
  const codes = twoCodes(y)
  for (let i = 0; i < y.length; i++) {
    if (y[i] === 0 || y[i] === 1) continue
    const name = nodeText(node)
    throw new GlmmError(
      'RESPONSE',
      `a binomial response of 0 and 1 was expected, got ${name} = ${numberText(y[i])} in ${placeOf(frame, i)}`,
      codes !== null
        ? `the column has the codes ${codes.map(numberText).join(' and ')}: write I(${name} == ${numberText(codes[1])}) if ${numberText(codes[1])} is the success`
        : y[i] > 0 && y[i] < 1
          ? 'a proportion needs --trials, the column with the number of trials'
          : `for counts of successes in n trials write cbind(${name}, n - ${name})`,
    )
  }
  return { y, trials: new Float64Array(frame.nrow).fill(1) }
}

/** The two whole numbers that are all there is in a column, such as 1 and 2; null for others. */
function twoCodes(y: Float64Array): readonly [number, number] | null {
  const [first, second, ...more] = new Set(y)
  if (second === undefined || more.length > 0 || !Number.isInteger(first) || !Number.isInteger(second)) return null
  return first < second ? [first, second] : [second, first]
}

/** A product of proportion and trials may be off a whole number by this share of the trials. */
const wholeWithin = 1e-6

function proportion(p: Float64Array, node: SyntaxNode, column: Column, frame: Frame): Binomial {
  const trials = numericColumn({ kind: 'name', name: column.name, start: 0, end: 0 }, frame)
  const y = new Float64Array(frame.nrow)
  for (let i = 0; i < y.length; i++) {
    const place = placeOf(frame, i)
    if (!isCount(trials[i]))
      throw new GlmmError(
        'RESPONSE',
        `whole numbers of trials were expected, got ${column.name} = ${numberText(trials[i])} in ${place}`,
        'trials are those of a proportion; correct the cell',
      )
    y[i] = Math.round(p[i] * trials[i])
    const off = Math.abs(p[i] * trials[i] - y[i])
    if (p[i] >= 0 && p[i] <= 1 && off <= wholeWithin * trials[i]) continue
    const given = `${nodeText(node)} = ${numberText(p[i])} with ${column.name} = ${numberText(trials[i])} in ${place}`
    throw new GlmmError(
      'RESPONSE',
      p[i] >= 0 && p[i] <= 1
        ? `a whole number of successes was expected, proportion times trials gives ${numberText(p[i] * trials[i])}: ${given}`
        : `a proportion from 0 to 1 was expected, got ${given}`,
      'give more digits of the proportion, or the counts: cbind(successes, failures)',
    )
  }
  return { y, trials }
}

/** Whether a response column alone says binomial: 0 and 1, or two levels. */
export function looksBinomial(node: SyntaxNode, frame: Frame): string | null {
  if (cbindOf(node) !== null) return `the response is ${nodeText(node)}`
  if (node.kind !== 'name') {
    const value = evaluate(node, frame)
    return value.kind === 'factor' && value.levels.length === 2 ? `the response ${nodeText(node)} has two levels` : null
  }
  const column = namedColumn(frame, node)
  if (column.kind === 'factor')
    return column.levels.length === 2 ? `the response ${node.name} has two levels: ${column.levels.join(', ')}` : null
  return isZeroOne(column) ? `the response ${node.name} is 0 or 1 throughout` : null
}
