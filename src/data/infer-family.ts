import { nodeText } from '../formula/formula-text.js'
import { parseFormula } from '../formula/parse-formula.js'
import type { Formula } from '../formula/syntax-tree.js'
import { frameOf } from './table-frame.js'
import { looksBinomial } from './response.js'
import type { Table } from './table.js'

export interface InferredFamily {
  readonly family: 'binomial' | 'gaussian'
  /** A clause that says why, for the reader of the output. */
  readonly why: string
}

/** The family for a call that names none: binomial for cbind, 0/1, two levels or a column of trials; gaussian otherwise. */
export function inferFamily(formula: string | Formula, table: Table, trials?: string): InferredFamily {
  const { left, source } = typeof formula === 'string' ? parseFormula(formula) : formula
  if (left === null) return { family: 'gaussian', why: 'the formula has no response' }
  if (trials !== undefined) return { family: 'binomial', why: `${trials} are the trials of ${nodeText(left)}` }
  const why = looksBinomial(left, frameOf(table, null, source))
  if (why !== null) return { family: 'binomial', why }
  return { family: 'gaussian', why: `the response ${nodeText(left)} is numeric` }
}
