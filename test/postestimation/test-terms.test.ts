import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import { stream } from '../../src/random/stream.js'
import { linearHypothesis } from '../../src/postestimation/linear-hypothesis.js'
import { test } from '../../src/postestimation/test-terms.js'
import { readReference } from '../reference/tables.js'

interface Line {
  readonly term: string
  readonly NumDF: number
  readonly DenDF: number
  readonly 'F value': number
  readonly 'Pr(>F)': number
  readonly logLik: number
  readonly LRT: number | null
  readonly Df: number
  readonly 'Pr(>Chisq)': number
  readonly Chisq: number
}
const {
  fits,
  car,
}: Record<'fits' | 'car', Record<string, Record<string, readonly Line[]>>> = JSON.parse(
  readFileSync(new URL('../reference/term-tests.json', import.meta.url), 'utf8'),
)

const near = (value: number | null, told: number, digits: number): void =>
  expect(Math.abs((value as number) / told - 1)).toBeLessThan(digits)

describe('F tests of type III are those of lmerTest and pbkrtest', () => {
  it.each([
    ['sleepstudy', 'Reaction ~ Days + (Days | Subject)'],
    ['sleepstudy_uncor', 'Reaction ~ Days + (Days || Subject)'],
    ['ChickWeight', 'weight ~ Time * factor(Diet) + (Time | Chick)'],
    ['cake', 'angle ~ recipe * factor(temperature) + (1 | recipe:replicate)'],
  ])('%s', (name, formula) => {
    const table = readReference(name.replace(/_.*/, ''))
    for (const df of ['satterthwaite', 'kr'] as const) {
      const own = test(fit(formula, table, { reml: true, df }))
      const told = fits[name][df === 'kr' ? 'anova_III_kenward_roger' : 'anova_III_satterthwaite']
      expect(own.terms.length).toBe(told.length)
      own.terms.forEach((one, t) => {
        expect([one.statistic, one.df]).toEqual(['F', told[t].NumDF])
        // Their covariances end where lmer's search does.
        near(one.value, told[t]['F value'], 5e-6)
        near(one.dfDenominator, told[t].DenDF, 5e-5)
        near(one.p, told[t]['Pr(>F)'], 2e-3)
      })
    }
  })
})

describe('likelihood-ratio tests of random terms are those of lmerTest', () => {
  it.each([
    ['sleepstudy', 'Reaction ~ Days + (Days | Subject)'],
    ['sleepstudy_uncor', 'Reaction ~ Days + (Days || Subject)'],
    ['Penicillin', 'diameter ~ 1 + (1 | plate) + (1 | sample)'],
    ['Pastes', 'strength ~ 1 + (1 | batch) + (1 | sample)'],
  ])('%s', (name, formula) => {
    const table = readReference(name.replace(/_.*/, ''))
    const own = test(fit(formula, table, { reml: true }), { lrt: true })
    const told = fits[name].ranova.slice(1)
    expect(own.random!.length).toBe(told.length)
    own.random!.forEach((one, t) => {
      expect(one.df).toBe(told[t].Df)
      expect(one.logLik).toBeCloseTo(told[t].logLik, 5)
      near(one.p, told[t]['Pr(>Chisq)'], 1e-4)
      if (one.df === 1) expect(one.boundaryP).toBeCloseTo(one.p / 2, 12)
    })
  })
})

describe('Wald chi-squares are those of car', () => {
  it('of type II and III where no term contains another', () => {
    const table = readReference('cbpp')
    const laplace = fit('cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)', table)
    for (const type of [2, 3] as const) {
      const [own] = test(laplace, { type }).terms
      expect([own.statistic, own.df, own.dfDenominator]).toEqual(['chisq', 3, null])
      near(own.value, car.cbpp.type_II[0].Chisq, 1e-5)
    }
  })

  it('of type II under an interaction', () => {
    const table = readReference('Salamanders')
    const own = test(fit('count ~ mined * spp + (1 | site)', table, { family: 'nbinom2' }), { type: 2 })
    own.terms.forEach((one, t) => {
      near(one.value, car.Salamanders.type_II[t].Chisq, 2e-5)
    })
  })
})

describe('what a test of terms must not depend on', () => {
  const n = 96
  const { normal } = stream({ seed: 5, purpose: 'tests' })
  const data = {
    y: Array.from({ length: n }, (_, i) => normal() + (i % 3)),
    a: Array.from({ length: n }, (_, i) => 'uvw'[i % 3]),
    b: Array.from({ length: n }, (_, i) => 'pq'[(i >> 2) % 2]),
    x: Array.from({ length: n }, () => normal()),
    g: Array.from({ length: n }, (_, i) => `g${i % 12}`),
  }
  const lines = (formula: string, of: typeof data, type: 2 | 3) => {
    const table = tableFrom(of)
    return test(fit(formula, table), { type }).terms.map(({ value }) => value!)
  }
  it.each([2, 3] as const)('type %d: coding, names and order of levels, order of rows', (type) => {
    const first = lines('y ~ a * b + x + (1 | g)', data, type)
    const renamed = { ...data, a: data.a.map((one) => ({ u: 'z', v: 'y', w: 'x' })[one]!) }
    const turned = Object.fromEntries(Object.entries(data).map(([name, of]) => [name, of.toReversed()])) as typeof data
    for (const other of [
      lines('y ~ C(a, sum) * C(b, helmert) + x + (1 | g)', data, type),
      lines('y ~ a * b + x + (1 | g)', renamed, type),
      lines('y ~ a * b + x + (1 | g)', turned, type),
    ])
      first.forEach((value, t) => near(other[t], value, 1e-5))
  })

  it('type 2: where a covariate has its zero', () => {
    const first = lines('y ~ a * x + (1 | g)', data, 2)
    const moved = lines('y ~ a * x + (1 | g)', { ...data, x: data.x.map((one) => one + 10) }, 2)
    first.forEach((value, t) => near(moved[t], value, 1e-5))
  })

  it('a test of one coefficient is the square of its t', () => {
    const table = tableFrom(data)
    const fitted = fit('y ~ a + x + (1 | g)', table)
    const own = test(fitted, { hypotheses: ['x = 0', 'av - aw = 0.1'] })
    const x = fitted.fixed.find(({ name }) => name === 'x')!
    near(own.terms[1].value, x.z! ** 2, 1e-9)
    near(own.terms[1].p, x.p!, 1e-6)
    near(own.hypotheses[0].statistic, x.z!, 1e-9)
    const [v, w] = ['av', 'aw'].map((name) => fitted.fixed.findIndex((one) => one.name === name))
    const c = fitted.fixedCovariance
    near(own.hypotheses[1].se, Math.sqrt(c[v][v] + c[w][w] - 2 * c[v][w]), 1e-9)
    expect(own.joint!.df).toBe(2)
    const more = test(fitted, { hypotheses: ['x = 0', '2*x + av - aw = 0.1', 'av - aw = 0.1'] })
    expect(more.joint!.df).toBe(2)
    near(more.joint!.value, own.joint!.value!, 1e-8)
    expect(() => test(fitted, { hypotheses: ['x = 0', '2*x = 1'] })).toThrow(/contradict/)
  })
})

describe('linear hypotheses', () => {
  const names = ['(Intercept)', 'treat', 'treatB', 'I(x^2)', 'a:b', 'log(x)2']
  it.each([
    ['treatB - treat = 0', [0, -1, 1, 0, 0, 0], 0],
    ['2 * a:b + (Intercept) = treatB + 1', [1, 0, -1, 0, 2, 0], 1],
    ['I(x^2)/2 - 3', [0, 0, 0, 0.5, 0, 0], 3],
    ['`I(x^2)` - treat', [0, -1, 0, 1, 0, 0], 0],
    ['-log(x)2 = -1e-2', [0, 0, 0, 0, 0, -1], -0.01],
  ])('%s', (text, weights, value) => {
    const read = linearHypothesis(text, names)
    expect(Array.from(read.weights)).toEqual(weights)
    expect(read.value).toBe(value)
  })
  it.each([
    ['treatC = 0', /got 'treatC'/],
    ['1 = 1', /expected a hypothesis on coefficients/],
    ['treat = 0 = 1', /expected a linear combination/],
    ['treat * treatB', /expected a linear combination/],
    ['', /expected a linear combination/],
  ])('refuses %s', (text, message) => {
    expect(() => linearHypothesis(text, names)).toThrow(message)
  })
})
