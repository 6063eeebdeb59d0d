import { GlmmError } from '../errors.js'
import { nodeText } from '../formula/formula-text.js'
import { numberText } from '../formula/number-text.js'
import type { SyntaxNode } from '../formula/syntax-tree.js'
import { evaluate, numericColumn } from './evaluate.js'
import { type Frame, placeOf } from './frame.js'
import { cbindOf, type ResponseRule } from './response.js'
import type { Column } from './table.js'

/** Columns of weights by what they mean. */
export interface WeightColumns {
  /** Trials of a binomial proportion. */
  readonly trials?: string | undefined
  /** How many identical rows each one stands for. */
  readonly frequency?: string | undefined
  /** The dispersion is divided by it. */
  readonly precision?: string | undefined
  /** Trials, where the response is a proportion; refused where that is not certain. */
  readonly weights?: string | undefined
}

const meanings =
  'say which: --trials (of a proportion), --frequency (so many identical rows) or --precision (dispersion divided by it)'

/** The trials' column: that of `trials`, or of `weights` where the response is a proportion, as nothing else has trials. */
export function trialsOf(
  { trials, weights }: { readonly trials: Column | null; readonly weights: Column | null },
  response: SyntaxNode,
  frame: Frame,
  rule: ResponseRule,
): Column | null {
  if (weights === null) return trials
  if (trials !== null)
    throw new GlmmError(
      'USAGE',
      `expected one column of trials, got trials ${trials.name} and weights ${weights.name}`,
      'give --trials alone',
    )
  if (rule.response === 'binomial' && isProportion(response, frame)) return weights
  throw new GlmmError(
    'USAGE',
    `expected a binomial proportion beside weights ${weights.name}, got ${nodeText(response)} with the ${rule.family} family: weights may mean three things`,
    meanings,
  )
}

/** Whether some value is neither 0 nor 1. */
function isProportion(response: SyntaxNode, frame: Frame): boolean {
  if (cbindOf(response) !== null || evaluate(response, frame).kind === 'factor') return false
  return numericColumn(response, frame).some((y) => y !== 0 && y !== 1)
}

const columnOf = ({ name }: Column, frame: Frame): Float64Array =>
  numericColumn({ kind: 'name', name, start: 0, end: 0 }, frame)

/** Frequencies of the rows: whole numbers from 1 on. */
export function frequencies(column: Column, frame: Frame): Float64Array {
  const counts = columnOf(column, frame)
  const row = counts.findIndex((count) => !(count >= 1 && Number.isSafeInteger(count)))
  if (row < 0) return counts
  throw new GlmmError(
    'RESPONSE',
    `whole numbers from 1 on were expected as frequencies, got ${column.name} = ${numberText(counts[row])} in ${placeOf(frame, row)}`,
    counts[row] === 0
      ? 'leave rows that stand for none out of the table'
      : 'a frequency counts identical rows; for measurements of unlike precision use --precision',
  )
}

/** What precision weights add to a log-linear predictor of dispersion: `power` log w. */
export function precisionOffset(column: Column, power: number, frame: Frame): Float64Array {
  const weights = columnOf(column, frame)
  const row = weights.findIndex((weight) => !(weight > 0 && weight < Number.POSITIVE_INFINITY))
  if (row < 0) return weights.map((weight) => power * Math.log(weight))
  throw new GlmmError(
    'RESPONSE',
    `numbers above 0 were expected as precision weights, got ${column.name} = ${numberText(weights[row])} in ${placeOf(frame, row)}`,
    'leave rows of no precision out of the table',
  )
}
