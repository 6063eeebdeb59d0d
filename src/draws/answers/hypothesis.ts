import { GlmmError } from '../../errors.js'
import { drawsBlocks } from '../draw-reader.js'
import { drawnModel, type Sampled } from '../drawn-model.js'
import { chainCount } from '../draws.js'
import { essMean } from '../diagnostics/effective-sample-size.js'
import { type Comparison, type Expression, parseExpression } from './expression.js'
import type { ParameterSummary } from '../parameter-summary.js'
import { summarise } from '../diagnostics/summarise.js'

/** The posterior of an expression, or the probability of a comparison. */
export interface HypothesisRecord {
  /** The text, trimmed. */
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
 * can be written.
 *
 * @param posterior - With draws: of `sample` or `check`.
 * @param text - 'exp(b_treat) < 0.8'; names as the summary of the posterior has them.
 * @returns The summary, and of a comparison its probability and odds.
 * @throws GlmmError USAGE where the text cannot be read, or is not a number for some draws.
 * @example
 * import { hypothesis, sample, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'] })
 * const posterior = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', chains: 2, draws: 200 })
 * console.log(hypothesis(posterior, 'exp(b_Intercept) > 0').comparison.probability) // 1
 */
export function hypothesis(posterior: Sampled, text: string): HypothesisRecord {
  const { draws } = drawnModel(posterior)
  const expression = parseExpression(text, draws.names)
  const { left, comparison } = expression
  const width = draws.names.length
  const chains = (): Float64Array[] => Array.from({ length: chainCount(draws) }, () => new Float64Array(draws.ndraws))
  const quantity = chains()
  const indicator = chains()
  const test = comparison && holds[comparison.operator]
  for (const { chain, first, size, values } of drawsBlocks(draws)) {
    for (let d = 0, at = 0; d < size; d++, at += width) {
      const a = left(values, at)
      const b = comparison ? comparison.right(values, at) : 0
      quantity[chain][first + d] = a - b
      if (test) indicator[chain][first + d] = test(a, b) ? 1 : 0
    }
  }
  checkNumbers(quantity, expression)
  const [summary] = summarise({ names: [expression.text], ndraws: draws.ndraws, values: quantity })
  if (comparison === null) return { hypothesis: expression.text, summary, comparison: null }
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
