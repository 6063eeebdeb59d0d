import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { fit } from '../../../src/fit/fit.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import type { Limits } from '../../../src/fit/results/limits.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { restricted } from '../../../src/likelihood/frame/restricted.js'
import { maximise } from '../../../src/numerics/maximise.js'
import { betablocker, cbpp } from '../../reference/data.js'
import { peerTable } from '../../reference/peers.js'

type Pair = readonly [number, number]
const profiles: Record<string, Record<string, Pair>> = JSON.parse(
  readFileSync(new URL('../../reference/profiles.json', import.meta.url), 'utf8'),
)
const sleepstudy = peerTable('sleepstudy')
const slopes = 'Reaction ~ Days + (Days | Subject)'
const center = 'cbind(r, n - r) ~ treat + (1 | center)'
const chi2 = 3.841458820694124

/** Limits by the names R gives them. */
function limitsOf({ fixed, random, dispersion }: FitRecord): Record<string, Limits> {
  const out: Record<string, Limits> = Object.fromEntries(fixed.map((one) => [one.name, one]))
  for (const { group, names, sdLimits, correlationLimits } of random) {
    names.forEach((name, i) => {
      out[`sd_${name}|${group}`] = sdLimits![i]
      for (let j = 0; j < i; j++) out[`cor_${name}.${names[j]}|${group}`] = correlationLimits![i][j]
    })
  }
  return { ...out, ...dispersion }
}

/** Largest distance of our limits from R's, in widths of R's interval. */
function distance(record: FitRecord, theirs: Record<string, Pair>): number {
  const ours = limitsOf(record)
  expect(record.warnings.filter(({ code }) => code === 'PROFILE')).toEqual([])
  return Math.max(
    ...Object.entries(theirs).flatMap(([name, [lower, upper]]) => [
      Math.abs(ours[name].lower! - lower) / (upper - lower),
      Math.abs(ours[name].upper! - upper) / (upper - lower),
    ]),
  )
}

describe('profile intervals against R', () => {
  const profile = (formula: string, table: Table, options = {}): FitRecord =>
    fit(formula, table, { intervals: 'profile', ...options })

  // lme4 interpolates a profile of some points by splines, and the inner loop of glmer ends at about 1e-5 of the deviance.
  it('lme4: betablocker and cbpp by Laplace, sleepstudy by maximum likelihood, at 95 and 90 %', () => {
    const period = 'cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)'
    const herd = Object.fromEntries(
      Object.entries(profiles.cbpp).map(([name, pair]) => [name.replace(/^period/, 'factor(period)'), pair]),
    )
    expect(distance(profile(center, betablocker), profiles.betablocker)).toBeLessThan(1e-4)
    expect(distance(profile(period, cbpp), herd)).toBeLessThan(1e-4)
    const gaussian = { family: 'gaussian' }
    expect(distance(profile(slopes, sleepstudy, gaussian), profiles.sleepstudy)).toBeLessThan(1e-4)
    const ninety = profile(slopes, sleepstudy, { ...gaussian, level: 0.9 })
    expect(distance(ninety, profiles.sleepstudy90)).toBeLessThan(1e-4)
    expect(ninety.intervals).toEqual({ method: 'profile', level: 0.9 })
  })

  it('glm', () => {
    expect(distance(profile('cbind(r, n - r) ~ treat', betablocker), profiles.betablocker_glm)).toBeLessThan(1e-4)
  })
})

/** The maximum of f over R^n, by a climb with gradients from differences: nothing of the profile's own machinery. */
function top(f: (x: Float64Array) => number, start: readonly number[], steps: readonly number[]): number {
  const n = start.length
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    for (let j = 0; j < n; j++) {
      const h = 1e-4 * steps[j]
      gradient[j] = (f(x.with(j, x[j] + h)) - f(x.with(j, x[j] - h))) / (2 * h)
    }
    return f(x)
  }
  const scale = new Float64Array(n * n)
  steps.forEach((step, j) => {
    scale[j * (n + 1)] = step * step
  })
  return maximise(objective, Float64Array.from(start), scale, { tolerance: 1e-5, maxIterations: 300 }).value
}

describe('at each limit the maximum over the other parameters is lower by half the quantile of chi-square', () => {
  const falls = (logLik: number, best: number): void => expect(2 * (logLik - best)).toBeCloseTo(chi2, 5)

  it('a standard deviation and a coefficient, 9 nodes', () => {
    const got = fit(center, betablocker, { nodes: 9, intervals: 'profile' })
    const { value } = likelihood(stateModel(center, betablocker, {})).marginal(adaptive(9))
    for (const sd of Object.values(got.random[0].sdLimits![0]))
      falls(
        got.logLik,
        top(([a, b]) => value(Float64Array.of(a, b, sd)), [-2.2, -0.26], [0.1, 0.05]),
      )
    for (const b of [got.fixed[1].lower!, got.fixed[1].upper!])
      falls(
        got.logLik,
        top(([a, sd]) => value(Float64Array.of(a, b, sd)), [-2.2, 0.5], [0.1, 0.1]),
      )
  })

  it('standard deviations, a correlation and sigma, in restricted maximum likelihood', () => {
    const got = fit(slopes, sleepstudy, { family: 'gaussian', reml: true, intervals: 'profile' })
    const { value } = likelihood(restricted(stateModel(slopes, sleepstudy, { family: 'gaussian' }))).marginal(
      adaptive(1),
    )
    const at = (a: number, b: number, rho: number, logSigma: number): number =>
      value(Float64Array.of(logSigma, a, b * rho, b * Math.sqrt(1 - rho * rho)))
    const start = [24.7, 5.9, 0.07, 3.24]
    const steps = [5, 1, 0.2, 0.06]
    const without = <T>(values: readonly T[], k: number): T[] => values.filter((_, j) => j !== k)
    const held = (k: number, value: number): number =>
      top(
        (x) => at(...([...x.slice(0, k), value, ...x.slice(k)] as [number, number, number, number])),
        without(start, k),
        without(steps, k),
      )
    const { sdLimits, correlationLimits } = got.random[0]
    const { lower, upper } = got.dispersion.sigma
    const told = [
      sdLimits![0],
      sdLimits![1],
      correlationLimits![0][1],
      { lower: Math.log(lower!), upper: Math.log(upper!) },
    ]
    told.forEach((limits, k) => {
      falls(got.logLik, held(k, limits.lower!))
      falls(got.logLik, held(k, limits.upper!))
    })
    // Fixed effects under --reml have the limits of maximum likelihood.
    const ml = fit(slopes, sleepstudy, { family: 'gaussian', intervals: 'profile' })
    got.fixed.forEach(({ lower, upper }, j) => {
      expect(lower).toBeCloseTo(ml.fixed[j].lower!, 5)
      expect(upper).toBeCloseTo(ml.fixed[j].upper!, 5)
    })
  })

  it('the dispersion of a negative binomial', () => {
    const table = peerTable('epil')
    const formula = 'y ~ trt + (1 | subject)'
    const got = fit(formula, table, { family: 'nbinom2', intervals: 'profile' })
    const { value } = likelihood(stateModel(formula, table, { family: 'nbinom2' })).marginal(adaptive(1))
    const beta = got.fixed.map(({ estimate }) => estimate)
    const { lower, upper } = got.dispersion.phi
    for (const phi of [lower!, upper!])
      falls(
        got.logLik,
        top(
          ([a, b, sd]) => value(Float64Array.of(a, b, Math.log(phi), sd)),
          [...beta, got.random[0].sd[0]],
          [0.1, 0.1, 0.1],
        ),
      )
  })

  it('the correlations of compound symmetry and of an autoregression', () => {
    const table = peerTable('sleepstudy')
    for (const structure of ['cs', 'ar1']) {
      const columns = structure === 'cs' ? '1 + Days' : '0 + factor(Days)'
      const formula = `Reaction ~ Days + ${structure}(${columns} | Subject)`
      const got = fit(formula, table, { family: 'gaussian', intervals: 'profile' })
      const { value } = likelihood(stateModel(formula, table, { family: 'gaussian' })).marginal(adaptive(1))
      const { lower, upper } = got.random[0].correlationLimits![1][0]
      for (const end of [lower!, upper!]) {
        const sds = structure === 'cs' ? got.random[0].sd : [got.random[0].sd[0]]
        const start = [251, 10.5, Math.log(got.dispersion.sigma.estimate), ...sds]
        const steps = [5, 1.5, 0.1, ...sds.map((sd) => sd / 5)]
        const best = top((x) => value(Float64Array.of(...x, 2 * Math.atanh(end))), start, steps)
        if (Math.abs(end) < 1) falls(got.logLik, best)
        else expect(2 * (got.logLik - best)).toBeLessThan(chi2)
      }
    }
  })
})

describe('ends of profiles', () => {
  it('a variance whose likelihood does not fall far towards zero has the limit zero; one estimated at zero too', () => {
    const { random, warnings } = fit('Yield ~ 1 + (1 | Batch)', peerTable('Dyestuff2'), {
      family: 'gaussian',
      intervals: 'profile',
    })
    expect(random[0].sd[0]).toBe(0)
    expect(random[0].sdLimits![0].lower).toBe(0)
    expect(random[0].sdLimits![0].upper).toBeCloseTo(2.084, 3)
    expect(warnings.map(({ code }) => code)).toEqual(['SINGULAR'])
    const pastes = fit('strength ~ 1 + (1 | batch) + (1 | sample)', peerTable('Pastes'), {
      family: 'gaussian',
      intervals: 'profile',
    })
    expect(pastes.random.find(({ group }) => group === 'batch')!.sdLimits![0].lower).toBe(0)
  })

  it('a limit that is not there is null and named; separated data keep the limits of Wald', () => {
    const table = peerTable('epil')
    const got = fit('y ~ trt', table, { family: 'zero_inflated_nbinom2', zi: '~ 1', intervals: 'profile' })
    const zi = got.further.find(({ predictor }) => predictor === 'zi')!.fixed[0]
    expect(zi.lower).toBeNull()
    expect(got.warnings.filter(({ code }) => code === 'PROFILE')[0].message).toMatch(/\(Intercept\) of zi: .* infinite/)
  })

  it('refuses other kinds and levels', () => {
    expect(() => fit(center, betablocker, { intervals: 'exact' as 'wald' })).toThrow(/expected wald or profile/)
    for (const level of [0, 1, 95, Number.NaN])
      expect(() => fit(center, betablocker, { level })).toThrow(/expected a level between 0 and 1/)
  })

  it('Wald limits have the level', () => {
    const [{ estimate, se, lower, upper }] = fit(center, betablocker, { level: 0.5 }).fixed
    expect((upper! - estimate) / se!).toBeCloseTo(0.6744897501960817, 12)
    expect((estimate - lower!) / se!).toBeCloseTo(0.6744897501960817, 12)
  })
})
