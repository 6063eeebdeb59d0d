import { GlmmError } from '../errors.js'
import { requireDraws, type Sampled } from './drawn-model.js'
import { essMean } from './effective-sample-size.js'
import { type Comparison, type Expression, parseExpression } from './expression.js'
import type { ParameterSummary } from './posterior-record.js'
import { summarise } from './summarise.js'

/** What the draws say of an expression or a comparison. */
export interface HypothesisRecord {
  readonly hypothesis: string
  /** Of the expression; of a comparison, of its left side less its right one. */
  readonly summary: ParameterSummary
  /** Null where nothing is compared. */
  readonly comparison: ComparisonRecord | null
}

export interface ComparisonRecord {
  readonly probability: number
  /** Monte Carlo standard error of the probability; null where it is 0 or 1 in the draws: then it is below about 3 / (number of draws) away. */
  readonly mcse: number | null
  /** Effective number of draws of the indicator; null where it does not vary. */
  readonly ess: number | null
  /** Odds of the comparison: probability / (1 - probability). */
  readonly evidenceRatio: number
}

const holds: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
}

/**
 * An expression of drawn quantities, summarised as any of them; of a comparison also its probability. See parseExpression for what
 * can be written. Throws USAGE where it cannot be read, or is not a number for some draws.
 */
export function hypothesis({ sample: { draws } }: Sampled, text: string): HypothesisRecord {
  requireDraws(draws)
  const expression = parseExpression(text, draws.names)
  const { left, comparison } = expression
  const width = draws.names.length
  const over = (of: (values: Float64Array, at: number) => number): Float64Array[] =>
    draws.values.map((values) => Float64Array.from({ length: draws.ndraws }, (_, d) => of(values, d * width)))
  const quantity = over((values, at) =>
    comparison ? left(values, at) - comparison.right(values, at) : left(values, at),
  )
  checkNumbers(quantity, expression)
  const [summary] = summarise({ names: [expression.text], ndraws: draws.ndraws, values: quantity })
  if (comparison === null) return { hypothesis: expression.text, summary, comparison: null }
  const test = holds[comparison.operator]
  const indicator = over((values, at) => (test(left(values, at), comparison.right(values, at)) ? 1 : 0))
  return {
    hypothesis: expression.text,
    summary,
    comparison: { ...probabilityOf(indicator), evidenceRatio: odds(indicator) },
  }
}

/** Share of ones among indicators, with its Monte Carlo error by their effective number. */
export function probabilityOf(indicator: readonly Float64Array[]): Omit<ComparisonRecord, 'evidenceRatio'> {
  const [ones, count] = countOnes(indicator)
  const probability = ones / count
  const ess = essMean(indicator)
  if (Number.isNaN(ess)) return { probability, mcse: null, ess: null }
  return { probability, mcse: Math.sqrt((probability * (1 - probability) * count) / (count - 1) / ess), ess }
}

function odds(indicator: readonly Float64Array[]): number {
  const [ones, count] = countOnes(indicator)
  return ones / (count - ones)
}

function countOnes(indicator: readonly Float64Array[]): [ones: number, count: number] {
  let ones = 0
  let count = 0
  for (const chain of indicator) {
    count += chain.length
    for (const value of chain) ones += value
  }
  return [ones, count]
}

function checkNumbers(chains: readonly Float64Array[], { text }: Expression): void {
  let bad = 0
  let count = 0
  for (const chain of chains) {
    count += chain.length
    for (const value of chain) if (Number.isNaN(value)) bad++
  }
  if (bad === 0) return
  const message = `expected a number for each draw of '${text}', got none for ${bad} of ${count}`
  throw new GlmmError('USAGE', message, 'check for logarithms and roots of negative numbers, and 0 / 0')
}
