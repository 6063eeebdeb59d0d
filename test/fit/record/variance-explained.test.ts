import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import type { Table } from '../../../src/data/table.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord, ShareOfVariance } from '../../../src/fit/record/fit-record.js'
import { cases, cbpp } from '../../reference/data.js'
import { faultTable } from '../../reference/fault-table.js'
import { peerModels, peerTable } from '../../reference/peers.js'

const numbers = (data: string, name: string): number[] => {
  const table = data === 'cbpp' ? cbpp : peerTable(data)
  const column = table.columns.find((one) => one.name === name)!
  if (column.kind !== 'numeric') throw new Error(`${name} is no number`)
  return Array.from(column.values)
}
const text = (table: Table, name: string): string[] => {
  const column = table.columns.find((one) => one.name === name)!
  if (column.kind === 'numeric') return Array.from(column.values, String)
  return Array.from(column.codes, (code) => column.levels[code])
}
const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length
const variance = (x: readonly number[]): number =>
  x.reduce((sum, value) => sum + (value - mean(x)) ** 2, 0) / (x.length - 1)

/** Marginal and conditional R-squared and the adjusted ICC from the three variances. */
function expectShares(got: ShareOfVariance, fixed: number, random: number, residual: number): void {
  expect(got.variances.fixed / fixed).toBeCloseTo(1, 3)
  expect(got.variances.random / random).toBeCloseTo(1, 3)
  expect(got.variances.residual / residual).toBeCloseTo(1, 3)
  const total = fixed + random + residual
  expect(got.marginal).toBeCloseTo(fixed / total, 4)
  expect(got.conditional).toBeCloseTo((fixed + random) / total, 4)
  expect(got.icc).toBeCloseTo(random / (random + residual), 4)
}

const peerFit = (id: string, options: FitOptions = {}): FitRecord => {
  const { formula, data, family, link } = peerModels[id]
  return fit(formula, peerTable(data), { family, link, ...options })
}

describe("by hand from lme4's and glmmTMB's estimates", () => {
  it.each(['lme4_ml', 'lme4_reml'] as const)('sleepstudy, a gaussian with random slopes, %s', (engine) => {
    const { beta, sd, cor, sigma } = peerModels.sleepstudy.engines[engine]!
    const [s0, s1] = Object.values(sd.Subject)
    const [rho] = Object.values(cor.Subject!)
    const days = numbers('sleepstudy', 'Days')
    const random = s0 ** 2 + 2 * rho * s0 * s1 * mean(days) + s1 ** 2 * mean(days.map((x) => x * x))
    const { varianceExplained: got } = peerFit('sleepstudy', { reml: engine === 'lme4_reml' })
    expectShares(got!, beta.Days ** 2 * variance(days), random, sigma! ** 2)
    expect(got!.latent).toBeNull()
  })

  it('cbpp, a binomial with logit', () => {
    const { beta, sd } = peerModels.cbpp.engines.glmmTMB_ml!
    const coefficients = [0, ...Object.values(beta).slice(1)]
    const size = numbers('cbpp', 'size')
    const fixed = variance(
      numbers('cbpp', 'period').flatMap((period, i) => new Array(size[i]).fill(coefficients[period - 1])),
    )
    const sum = (name: string): number => numbers('cbpp', name).reduce((total, value) => total + value, 0)
    const p = sum('incidence') / sum('size')
    const random = Object.values(sd.herd)[0] ** 2
    const { varianceExplained: got } = fit(cases.cbpp.formula, cbpp, { family: 'binomial' })
    expectShares(got!, fixed, random, 1 / (p * (1 - p)))
    expectShares(got!.latent!, fixed, random, Math.PI ** 2 / 3)
  })

  it('betablocker, probit and cloglog', () => {
    const sum = (name: string): number => numbers('betablocker', name).reduce((total, value) => total + value, 0)
    const p = sum('r') / sum('n')
    const patients = numbers('betablocker', 'n')
    const treat = numbers('betablocker', 'treat').flatMap((arm, i) => new Array<number>(patients[i]).fill(arm))
    const quantile = quantileOf(p)
    const delta = {
      probit: 2 * Math.PI * p * (1 - p) * Math.exp(quantile ** 2),
      cloglog: p / ((1 - p) * Math.log(1 - p) ** 2),
    }
    const latent = { probit: 1, cloglog: Math.PI ** 2 / 6 }
    for (const link of ['probit', 'cloglog'] as const) {
      const { beta, sd } = peerModels[`betablocker_${link}`].engines.glmmTMB_ml!
      const fixed = beta[Object.keys(beta)[1]] ** 2 * variance(treat)
      const random = Object.values(sd.center)[0] ** 2
      const { varianceExplained: got } = peerFit(`betablocker_${link}`)
      expectShares(got!, fixed, random, delta[link])
      expectShares(got!.latent!, fixed, random, latent[link])
    }
  })

  it('counts and Gamma with a log link', () => {
    const table = peerTable('Salamanders')
    const mu = mean(numbers('Salamanders', 'count'))
    const of = (family: string): FitRecord => fit('count ~ mined + (1 | site)', table, { family })
    const residual = ({ varianceExplained: got }: FitRecord): number => got!.variances.residual
    expect(residual(of('poisson'))).toBeCloseTo(1 / mu, 12)
    const nb2 = of('nbinom2')
    const [[name, { estimate: size }]] = Object.entries(nb2.dispersion)
    expect(residual(nb2), name).toBeCloseTo(1 / mu + 1 / size, 10)
    const nb1 = of('nbinom1')
    expect(residual(nb1)).toBeCloseTo((1 + Object.values(nb1.dispersion)[0].estimate) / mu, 10)
    const root = fit('count ~ mined + (1 | site)', table, { family: 'poisson', link: 'sqrt' })
    expect(residual(root)).toBeCloseTo(0.25, 12)
  })

  it('an effect of each observation is overdispersion', () => {
    const table = peerTable('Salamanders')
    const row = Array.from({ length: table.nrow }, (_, i) => `r${i}`)
    const columns = { count: numbers('Salamanders', 'count'), site: text(table, 'site'), row }
    const got = fit('count ~ 1 + (1 | site) + (1 | row)', tableFrom(columns), { family: 'poisson' })
    const [site, each] = ['site', 'row'].map((group) => got.random.find((term) => term.group === group)!.sd[0] ** 2)
    const { variances } = got.varianceExplained!
    expect(variances.random).toBeCloseTo(site, 12)
    expect(variances.residual).toBeCloseTo(1 / mean(columns.count) + each, 10)
  })
})

describe('responses with trials and the same as rows of 0 and 1', () => {
  /** One row for each trial, all other columns repeated. */
  function expanded(successes: number[], trials: number[], columns: Record<string, (string | number)[]>): Table {
    const rows = successes.flatMap((count, i) =>
      Array.from({ length: trials[i] }, (_, k) => ({ i, y: k < count ? 1 : 0 })),
    )
    const others = Object.entries(columns).map(([name, values]) => [name, rows.map(({ i }) => values[i])])
    return tableFrom({ ...Object.fromEntries(others), y: rows.map(({ y }) => y) })
  }

  function expectSame(summed: FitRecord, single: FitRecord, icc?: number): void {
    const parts = [summed, single].map(({ varianceExplained: got }) => [got!, got!.latent!])
    for (const k of [0, 1]) {
      const [a, b] = parts.map((part) => part[k])
      for (const share of ['marginal', 'conditional', 'icc'] as const) expect(a[share]).toBeCloseTo(b[share], 5)
      for (const part of ['fixed', 'random', 'residual'] as const)
        expect(a.variances[part]).toBeCloseTo(b.variances[part], 4)
    }
    if (icc !== undefined) expect(summed.varianceExplained!.icc).toBeCloseTo(icc, 2)
  }

  it('a row a level: survival of eggs', () => {
    const options = { family: 'binomial' }
    const summed = fit('cbind(s, f) ~ 1 + (1 | nobs)', faultTable('survagg'), options)
    expectSame(summed, fit('y ~ 1 + (1 | nobs)', faultTable('survlong'), options), 0.53)
  })

  it('two rows a level and a covariate: betablocker, logit and probit', () => {
    const [r, n, treat, center] = ['r', 'n', 'treat', 'center'].map((name) => numbers('betablocker', name))
    const long = expanded(r, n, { treat, center })
    for (const link of ['logit', 'probit']) {
      const summed = fit('cbind(r, n - r) ~ treat + (1 | center)', peerTable('betablocker'), {
        family: 'binomial',
        link,
      })
      expectSame(summed, fit('y ~ treat + (1 | center)', long, { family: 'binomial', link }))
    }
  })

  it('an effect of each row of sums beside one of herds, and slopes', () => {
    const summed = peerFit('cbpp_obs')
    const [y, n, herd, period] = ['incidence', 'size', 'herd', 'period'].map((name) => numbers('cbpp', name))
    const columns = { herd, period, obs: y.map((_, i) => `o${i}`) }
    const long = expanded(y, n, columns)
    const formula = 'y ~ factor(period) + (1 | herd) + (1 | obs)'
    expectSame(summed, fit(formula, long, { family: 'binomial' }))
    const slopes = 'period + (period | herd)'
    const short = fit(`cbind(incidence, size - incidence) ~ ${slopes}`, cbpp, { family: 'binomial' })
    expectSame(short, fit(`y ~ ${slopes}`, long, { family: 'binomial' }))
  })

  it('a beta-binomial has the variance of one trial, whatever the size of its rows', () => {
    const { varianceExplained: got, random } = fit(cases.cbpp.formula, cbpp, { family: 'betabinomial' })
    const sum = (name: string): number => numbers('cbpp', name).reduce((total, value) => total + value, 0)
    const p = sum('incidence') / sum('size')
    expect(got!.variances.residual).toBeCloseTo(1 / (p * (1 - p)), 10)
    expect(got!.variances.random).toBeCloseTo(random[0].sd[0] ** 2, 12)
  })
})

describe('where there is none', () => {
  const sleep = peerTable('sleepstudy')
  const counts = peerTable('Salamanders')
  it.each<[string, FitRecord]>([
    ['a glm', fit('cbind(incidence, size - incidence) ~ factor(period)', cbpp, { family: 'binomial' })],
    ['a linear model', fit('Reaction ~ Days', sleep, { family: 'gaussian' })],
    [
      'a dispersion that varies',
      fit('Reaction ~ Days + (1 | Subject)', sleep, { family: 'gaussian', dispersion: '~ Days' }),
    ],
    ['zero inflation', fit('count ~ mined + (1 | site)', counts, { family: 'zero_inflated_poisson' })],
  ])('%s', (_, { varianceExplained }) => {
    expect(varianceExplained).toBeNull()
  })

  it('a variance of zero is a share of zero', () => {
    const { varianceExplained: got } = fit('Yield ~ 1 + (1 | Batch)', peerTable('Dyestuff2'), { family: 'gaussian' })
    expect([got!.marginal, got!.conditional, got!.icc]).toEqual([0, 0, 0])
  })
})

/** Standard normal quantile by bisection of a sum of the series of the distribution function. */
function quantileOf(p: number): number {
  const cdf = (z: number): number => {
    let term = z
    let sum = z
    for (let k = 1; k < 200; k++) {
      term *= (z * z) / (2 * k + 1)
      sum += term
    }
    return 0.5 + (sum * Math.exp(-(z * z) / 2)) / Math.sqrt(2 * Math.PI)
  }
  let [low, high] = [-6, 6]
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (cdf(middle) < p) low = middle
    else high = middle
  }
  return low
}
