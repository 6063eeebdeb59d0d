import { describe, expect, it } from 'vitest'
import { type FitOptions, fit } from '../../src/fit/fit.js'
import type { FitRecord, ShareOfVariance } from '../../src/fit/fit-record.js'
import { cases, cbpp } from '../reference/data.js'
import { peerModels, peerTable } from '../reference/peers.js'

const numbers = (data: string, name: string): number[] => {
  const table = data === 'cbpp' ? cbpp : peerTable(data)
  const column = table.columns.find((one) => one.name === name)!
  if (column.kind !== 'numeric') throw new Error(`${name} is no number`)
  return Array.from(column.values)
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
    const fixed = variance(numbers('cbpp', 'period').map((period) => coefficients[period - 1]))
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
    const treat = numbers('betablocker', 'treat')
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

  it('an effect of each row is overdispersion', () => {
    const got = peerFit('cbpp_obs')
    const [row, herd] = ['obs', 'herd'].map((group) => got.random.find((term) => term.group === group)!.sd[0] ** 2)
    const { variances } = got.varianceExplained!.latent!
    expect(variances.random).toBeCloseTo(herd, 12)
    expect(variances.residual).toBeCloseTo(Math.PI ** 2 / 3 + row, 12)
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
