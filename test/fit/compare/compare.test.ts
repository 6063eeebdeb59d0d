import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compare } from '../../../src/fit/compare/compare.js'
import { comparableFit } from '../../../src/fit/compare/compare-input.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import { chiSquareUpper } from '../../../src/numerics/special.js'
import { cbpp, toenail } from '../../reference/data.js'
import { peerTable } from '../../reference/peers.js'

interface Row {
  readonly formula: string
  readonly df: number
  readonly AIC: number
  readonly BIC: number
  readonly logLik: number
  readonly deviance: number
  readonly chisq: number | null
  readonly dfDifference: number | null
  readonly p: number | null
}
type Study = 'sleepstudy' | 'sleepstudyReml' | 'cbpp'
const truth: Readonly<Record<Study, readonly Row[]>> & {
  readonly chiSquareUpper: Readonly<Record<'x' | 'df' | 'p', readonly number[]>>
} = JSON.parse(readFileSync(new URL('../reference/compare.json', import.meta.url), 'utf8'))

const sleepstudy = peerTable('sleepstudy')
const days = (formula: string, options: FitOptions = {}): FitRecord =>
  fit(formula, sleepstudy, { family: 'gaussian', ...options })
const herds = (formula: string, options: FitOptions = {}): FitRecord =>
  fit(formula, cbpp, { family: 'binomial', ...options })

const line = days('Reaction ~ Days')
const intercepts = days('Reaction ~ Days + (1 | Subject)')
const uncorrelated = days('Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)')
const slopes = days('Reaction ~ Days + (Days | Subject)')

it('upper tail of the chi-square, as R has it', () => {
  const { x, df, p } = truth.chiSquareUpper
  x.forEach((at, i) => {
    const got = chiSquareUpper(at, df[i])
    if (p[i] === 0) expect(got).toBeLessThan(1e-300)
    else expect(Math.abs(got - p[i]) / p[i], `${at}, ${df[i]}`).toBeLessThan(1e-11)
  })
  expect([chiSquareUpper(0, 0), chiSquareUpper(1e-9, 0), chiSquareUpper(-1, 3)]).toEqual([1, 0, 1])
})

describe("lme4's anova", () => {
  it.each<[Study, (formula: string) => FitRecord]>([
    ['sleepstudy', days],
    ['sleepstudyReml', (formula) => days(formula, { reml: true })],
    ['cbpp', herds],
  ])('%s', (study, fitted) => {
    const rows = truth[study]
    const { models, warnings } = compare(rows.map(({ formula }) => fitted(formula)))
    expect(warnings).toEqual([])
    rows.forEach((row, i) => {
      const { df, logLik, aic, bic, deviance, test } = models[i]
      expect(df).toBe(row.df)
      expect(logLik).toBeCloseTo(row.logLik, 5)
      expect(deviance).toBeCloseTo(row.deviance, 4)
      expect(aic).toBeCloseTo(row.AIC, 4)
      expect(bic).toBeCloseTo(row.BIC, 4)
      if (row.chisq === null) return expect(test).toBeNull()
      expect(test!.nested).toBe(true)
      expect(test!.chiSquare).toBeCloseTo(row.chisq, 4)
      expect(test!.dfDifference).toBe(row.dfDifference)
      expect(test!.p! / row.p!).toBeCloseTo(1, 3)
    })
  })
})

describe('the boundary of a variance', () => {
  const testOf = (small: FitRecord, large: FitRecord) => compare([small, large]).models[1].test!

  it('one variance: half the p-value with one degree of freedom', () => {
    for (const [small, large] of [
      [line, intercepts],
      [intercepts, uncorrelated],
    ]) {
      const { p, boundaryP, dfDifference, notes } = testOf(small, large)
      expect(dfDifference).toBe(1)
      expect(boundaryP! / p!).toBeCloseTo(0.5, 12)
      expect(notes.join()).toMatch(/boundary .* chi-squares with 0 and 1 degrees of freedom/)
    }
    expect(testOf(line, intercepts).variances).toEqual(['(Intercept) of Subject'])
  })

  it('one variance and its correlation: one and two degrees of freedom', () => {
    const { p, boundaryP, chiSquare, dfDifference, variances } = testOf(intercepts, slopes)
    expect([dfDifference, variances]).toEqual([2, ['Days of Subject']])
    expect(p).toBe(Math.exp(-chiSquare / 2))
    expect(boundaryP).toBe(0.5 * (chiSquareUpper(chiSquare, 1) + chiSquareUpper(chiSquare, 2)))
  })

  it('a correlation alone, or a coefficient, is on no boundary', () => {
    expect(testOf(uncorrelated, slopes)).toMatchObject({ nested: true, boundaryP: null, notes: [] })
    expect(testOf(days('Reaction ~ 1 + (1 | Subject)'), intercepts)).toMatchObject({ boundaryP: null, notes: [] })
  })

  it('two variances: said, without a mixture', () => {
    const { p, boundaryP, notes } = testOf(line, slopes)
    expect(p).toBeGreaterThan(0)
    expect(boundaryP).toBeNull()
    expect(notes.join()).toMatch(/no simple mixture/)
  })

  it('a variance estimated as zero: the whole mass', () => {
    const table = peerTable('Dyestuff2')
    const [small, large] = ['Yield ~ 1', 'Yield ~ 1 + (1 | Batch)'].map((f) => fit(f, table, { family: 'gaussian' }))
    expect(testOf(small, large)).toMatchObject({ p: 1, boundaryP: 1 })
  })
})

describe('order, weights and warnings', () => {
  it('from few to many degrees of freedom, whatever the order given', () => {
    const { models } = compare([slopes, line, uncorrelated, intercepts], ['d', 'a', 'c', 'b'])
    expect(models.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd'])
    expect(models.map(({ test }) => test?.against)).toEqual([undefined, 'a', 'b', 'c'])
    const weights = models.map(({ weight }) => weight)
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 14)
    expect(weights[3] / weights[2]).toBeCloseTo(Math.exp((models[2].aic - models[3].aic) / 2), 12)
    expect(Math.min(...models.map(({ deltaAic }) => deltaAic))).toBe(0)
  })

  it('models that are not nested by their names have no p-value, and a warning', () => {
    const other = days('Reaction ~ I(Days^2) + (Days | Subject)')
    const { models, warnings } = compare([intercepts, other])
    expect(models[1].test).toMatchObject({ nested: false, p: null, boundaryP: null, dfDifference: 2 })
    expect(warnings).toEqual([{ code: 'NOT_NESTED', message: expect.stringMatching(/Days is in the smaller/) }])
    const counts = (family: string) => fit('count ~ mined + (1 | site)', peerTable('Salamanders'), { family })
    expect(compare([counts('poisson'), counts('nbinom2')]).models[1].test).toMatchObject({ p: null })
    expect(compare([slopes, slopes]).models[1].test).toMatchObject({ p: null, chiSquare: 0 })
  })

  it('other nodes, an inadequate approximation and a fit that did not converge are said', () => {
    const codes = (...fits: FitRecord[]) => compare(fits).warnings.map(({ code }) => code)
    const one = fit('y ~ time + (1 | patient)', toenail, { family: 'binomial' })
    const many = fit('y ~ treatment * time + (1 | patient)', toenail, { family: 'binomial', nodes: 25 })
    expect(codes(one, many)).toEqual(['INTEGRATION', 'NODES'])
    const stopped = { ...intercepts, convergence: { ...intercepts.convergence, converged: false } }
    expect(codes(line, stopped)).toEqual(['NO_CONVERGENCE'])
    expect(codes(intercepts, { ...slopes, logLik: intercepts.logLik - 1 })).toEqual(['LOWER'])
  })
})

describe('what does not compare is refused', () => {
  const refused = (a: FitRecord, b: FitRecord, says: RegExp): void => {
    for (const pair of [
      [a, b],
      [b, a],
    ]) {
      expect(() => compare(pair)).toThrow(says)
    }
  }

  it('one fit', () => {
    expect(() => compare([line])).toThrow(/two fits or more/)
  })

  it('other rows, other responses, another scale of the response', () => {
    refused(line, herds('cbind(incidence, size - incidence) ~ 1'), /of the same rows/)
    refused(line, days('log(Reaction) ~ Days'), /of the same response/)
    refused(
      herds('cbind(incidence, size - incidence) ~ 1'),
      herds('cbind(size - incidence, incidence) ~ 1'),
      /same response/,
    )
    const without = (fitted: FitRecord) => comparableFit({ ...fitted, responseChecksum: undefined }, 'old.json')
    expect(() => compare([without(line), without(days('log(Reaction) ~ Days'))])).toThrow(/of the same response/)
    expect(compare([without(line), slopes]).models).toHaveLength(2)
  })

  it('the same response in other words is the same', () => {
    const named = herds('cbind(incidence, size - incidence) ~ 1')
    const proportion = herds('incidence / size ~ factor(period)', { weights: 'size' })
    expect(compare([named, proportion]).models[1].test!.nested).toBe(true)
  })

  it('restricted likelihoods with other fixed effects, or beside unrestricted ones', () => {
    const restricted = days('Reaction ~ Days + (1 | Subject)', { reml: true })
    refused(restricted, slopes, /by one method/)
    refused(restricted, days('Reaction ~ 1 + (1 | Subject)', { reml: true }), /same fixed effects/)
  })

  it('a log-likelihood that is none', () => {
    refused(line, { ...slopes, logLik: Number.NEGATIVE_INFINITY }, /a log-likelihood that is a number/)
  })
})

describe('a document from anywhere', () => {
  const document = JSON.parse(JSON.stringify(slopes))

  it('says what the fit said', () => {
    expect(compare([line, comparableFit(document, 'x')]).models).toEqual(compare([line, slopes]).models)
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', [document]],
    ['another schema', { ...document, schema: 'glmm/posterior@1' }],
    ['no schema of its own', Object.create(document)],
    ['an infinite log-likelihood', { ...document, logLik: null }],
    ['half a degree of freedom', { ...document, df: 3.5 }],
    ['a negative number of rows', { ...document, nobs: -1 }],
    ['a number for a formula', { ...document, formula: 7 }],
    ['a long formula', { ...document, formula: 'x'.repeat(200_000) }],
    ['an unknown method', { ...document, method: 'magic' }],
    ['coefficients that are none', { ...document, fixed: [1] }],
    ['too many coefficients', { ...document, fixed: Array(20_000).fill(document.fixed[0]) }],
    ['a correlation of another size', { ...document, random: [{ ...document.random[0], correlation: [[1]] }] }],
    ['texts for standard deviations', { ...document, random: [{ ...document.random[0], sd: ['a', 'b'] }] }],
    ['no convergence', { ...document, convergence: undefined }],
    ['a call that is a text', { ...document, call: 'rm -rf' }],
  ])('%s is refused', (_, value) => {
    expect(() => comparableFit(value, 'x.json')).toThrow(/^expected .* in x\.json, got/)
  })
})
