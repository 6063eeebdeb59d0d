import type { Model } from '../data/model.js'
import type { Table } from '../data/table.js'
import { GlmmError, type Warning } from '../errors.js'
import { fitModel } from '../fit/fit-model.js'
import { dataOf } from '../fit/record/fitted-data.js'
import type { FitSource } from '../fit/predict/predict-source.js'
import type { Nodes } from '../fit/record/fit-record.js'
import { runningWarning } from '../fit/record/running-names.js'
import { state } from '../likelihood/frame/stated.js'
import { chiSquareUpper, fUpper } from '../numerics/special.js'
import { orNull } from '../numerics/or-null.js'
import { version } from '../version.js'
import { combinationDf, smallSampleOf } from './combination-df.js'
import { estimateLine } from './estimate-line.js'
import { type FittedModel, fittedModel } from './fitted-model.js'
import { type LinearHypothesis, linearHypothesis } from './linear-hypothesis.js'
import { type SmallerModel, withoutColumns, withoutRandom } from './smaller-models.js'
import { termHypotheses, termOfCoefficients } from './term-hypotheses.js'
import type { HypothesisTest, JointTest, LikelihoodRatioLine, TermTest, TestRecord } from './test-record.js'
import { wald } from './wald.js'
import { checkLevel } from '../fit/results/limits.js'

/** Which tests. */
export interface TestOptions {
  /** The data of the fit; needed where it was read from a document, and not made in this process. */
  readonly data?: Table | undefined
  /** Of the tests of terms: 3 where left out. */
  readonly type?: 2 | 3 | undefined
  /** Likelihood-ratio tests as well, by fitting without each term in turn: of the mean's, and of random ones. */
  readonly lrt?: boolean | undefined
  /** Linear hypotheses on coefficients: 'treatB - treatA = 0'. */
  readonly hypotheses?: readonly string[] | undefined
  /** Probability that limits are to cover with, 0.95 where left out. */
  readonly level?: number | undefined
}

/**
 * Tests a fit's terms, a line each: F with the degrees of freedom of the fit's own method where the response is gaussian, the
 * Wald chi-square elsewhere; likelihood-ratio tests with `lrt`; and linear hypotheses on its coefficients.
 *
 * @param fit - Of `fit`, or read from its JSON; then `options.data` has its table.
 * @param options - Type of the tests, whether to refit without each term, linear hypotheses, level.
 * @returns The record that `glmm test --json` prints.
 * @throws GlmmError USAGE for a hypothesis on what is no coefficient, FILE where the data are not those of the fit.
 * @example
 * import { fit, tableFrom, test } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], f: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const [{ term, value, dfDenominator }] = test(fit('y ~ f', table, { family: 'gaussian' })).terms
 * // The square of the t statistic of two groups of three: (13 / 3)^2 / (2 / 3 * 5 / 3).
 * console.log(term, value.toFixed(4), dfDenominator) // f 16.9000 4
 */
export function test(fit: FitSource, options: TestOptions = {}): TestRecord {
  const table = dataOf(fit, options.data)
  const { type = 3, lrt = false, hypotheses = [], level = 0.95 } = options
  if (type !== 2 && type !== 3)
    throw new GlmmError('USAGE', `expected 2 or 3 for --type, got ${type}`, '3 is the usual one')
  checkLevel(level)
  const fitted = fittedModel(fit, table)
  const names = fit.fixed.map(({ name }) => name)
  const linear = hypotheses.map((text) => linearHypothesis(text, names))
  const joint = jointTest(fitted)
  const terms = termHypotheses(fitted, type).map(({ term, rows, lost }) => ({
    lost,
    line: {
      term,
      ...joint(
        rows,
        rows.map(() => 0),
      ),
    } satisfies TermTest,
  }))
  const lost = terms.filter((one) => one.lost > 0).map(({ line }) => line.term)
  const warnings: Warning[] = [
    ...(table.warnings ?? []),
    ...runningWarning(fit, 'the fit', 'tests of these are not known'),
    ...(lost.length > 0
      ? [
          {
            code: 'NOT_ESTIMABLE' as const,
            message: `cells without data leave out part of the hypothesis of ${lost.join(', ')}: take --type 2`,
          },
        ]
      : []),
  ]
  const test = oneHypothesis(fitted, level)
  return {
    schema: 'glmm/test@1',
    version,
    call: { command: 'test', type, lrt, hypotheses, level, fit: fit.call },
    warnings,
    formula: fit.formula,
    family: fit.family,
    link: fit.link,
    type,
    terms: terms.map(({ line }) => line),
    random: lrt ? ratios(fitted, withoutRandom(fitted.stated.model, sizeIn(fitted)), fit.method === 'reml') : null,
    dropped: lrt ? ratios(fitted, withoutTerms(fitted), false) : null,
    hypotheses: linear.map(test),
    joint:
      linear.length > 1
        ? joint(
            linear.map(({ weights }) => weights),
            linear.map(({ value }) => value),
          )
        : null,
  }
}

/** The test that several combinations have the values given. */
function jointTest(fitted: FittedModel): (rows: readonly Float64Array[], values: readonly number[]) => JointTest {
  const { fit, stated, covariance } = fitted
  const d = stated.layout.dimension
  const beta = fit.fixed.map(({ estimate }) => estimate)
  const small = smallSampleOf(fitted)
  const residual = fit.call.df === 'residual' ? (fit.fixed[0]?.df ?? null) : null
  return (rows, values) => {
    const apart = rows.map((row, k) =>
      row.reduce((sum, weight, j) => (weight === 0 ? sum : sum + weight * beta[j]), -values[k]),
    )
    const { chiSquare, rank, contradictory, rows: kept } = wald(rows, apart, covariance, d)
    if (contradictory) {
      const message = 'expected hypotheses that can all hold, got some that contradict each other'
      throw new GlmmError('USAGE', message, 'test them one at a time')
    }
    if (rank === 0 || !Number.isFinite(chiSquare))
      return { statistic: small ? 'F' : 'chisq', value: null, df: rank, dfDenominator: null, p: null }
    const against = small ? small.joint(kept) : residual !== null ? { df: residual, scale: 1 } : null
    if (against === null)
      return { statistic: 'chisq', value: chiSquare, df: rank, dfDenominator: null, p: chiSquareUpper(chiSquare, rank) }
    const value = (against.scale * chiSquare) / rank
    return { statistic: 'F', value, df: rank, dfDenominator: orNull(against.df), p: fUpper(value, rank, against.df) }
  }
}

function oneHypothesis(fitted: FittedModel, level: number): (of: LinearHypothesis) => HypothesisTest {
  const { fit, stated, covariance } = fitted
  const d = stated.layout.dimension
  const p = fit.fixed.length
  const degrees = combinationDf(fitted)
  return ({ text, weights, value }) => {
    const estimate = weights.reduce((sum, weight, j) => (weight === 0 ? sum : sum + weight * fit.fixed[j].estimate), 0)
    let variance = 0
    for (let i = 0; i < p; i++)
      for (let j = 0; j < p; j++)
        if (weights[i] !== 0 && weights[j] !== 0) variance += weights[i] * covariance[i * d + j] * weights[j]
    const se = Math.sqrt(variance)
    const whole = new Float64Array(d)
    whole.set(weights)
    return { hypothesis: text, ...estimateLine(estimate, se, degrees(whole), level, value) }
  }
}

const sizeIn =
  ({ stated }: FittedModel) =>
  (term: Model['predictors'][number]['random'][number]): number =>
    stated.layout.terms.find((laid) => laid.term.covariance === term.covariance)!.covariance.size(term.names.length)

/** The model without each term of the mean that no other term contains. */
function withoutTerms(fitted: FittedModel): SmallerModel[] {
  const assign = termOfCoefficients(fitted)
  return termHypotheses(fitted, 2).flatMap(({ term }, t, all) => {
    const parts = term.split(':')
    const contained = all.some((other, s) => s !== t && parts.every((part) => other.term.split(':').includes(part)))
    const columns = [...assign.keys()].filter((j) => assign[j] === t)
    return contained || columns.length === 0 ? [] : [withoutColumns(fitted.stated.model, columns, term)]
  })
}

/** Likelihood-ratio tests of smaller models, all fitted as the fit was but for what restricted likelihoods do not compare. */
function ratios({ fit, stated }: FittedModel, smaller: readonly SmallerModel[], reml: boolean): LikelihoodRatioLine[] {
  if (smaller.length === 0) return []
  const nodes = (fit.call.nodes ?? 1) as Nodes
  const logLikOf = (model: Model): number => {
    const none = model.predictors.every(({ random }) => random.length === 0)
    return fitModel(state(model), none ? 1 : nodes, reml && !none, { ...fit.call }).logLik
  }
  const whole = logLikOf(stated.model)
  return smaller.map(({ dropped, model, df, variances }) => {
    const logLik = logLikOf(model)
    const chiSquare = Math.max(0, 2 * (whole - logLik))
    return {
      dropped,
      logLik,
      chiSquare,
      df,
      p: chiSquareUpper(chiSquare, df),
      boundaryP: variances === 1 ? 0.5 * (chiSquareUpper(chiSquare, df - 1) + chiSquareUpper(chiSquare, df)) : null,
    }
  })
}
