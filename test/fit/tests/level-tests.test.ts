import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model } from '../../../src/data/model.js'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { neighbourDirection, timeOrder } from '../../../src/fit/tests/autocorrelation.js'
import { shapeDirection } from '../../../src/fit/tests/shape-directions.js'
import { type Direction, levelScores } from '../../../src/fit/tests/level-scores.js'
import { levelTests } from '../../../src/fit/tests/level-tests.js'
import { slopeCandidates, slopeDirection } from '../../../src/fit/tests/missing-slopes.js'
import { smallestRank } from '../../../src/fit/tests/smallest-rank.js'
import { fit } from '../../../src/fit/fit.js'
import { levelPosterior } from '../../../src/likelihood/vector/level-posterior.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { logGamma } from '../../../src/numerics/special.js'
import { toenail } from '../../reference/data.js'
import { stream } from '../../../src/random/stream.js'
import { parseTable } from '../../../src/data/parse-table.js'
import { readFileSync } from 'node:fs'
import { state } from '../../../src/likelihood/frame/stated.js'

const sleepstudy = parseTable(readFileSync(new URL('../../reference/sleepstudy.csv', import.meta.url), 'utf8'), {
  source: 'sleepstudy.csv',
})

/** Rows of m levels with n times each; the response of a row from its linear predictor without effects, and a stream. */
function simulated(
  [m, n]: readonly [number, number],
  seed: number,
  draw: (eta: number, rng: ReturnType<typeof stream>) => number,
  of: { effect?: (rng: ReturnType<typeof stream>) => number; slopes?: number; ar?: number } = {},
) {
  const rng = stream({ seed, purpose: 'simulation' })
  const table = { y: [] as number[], x: [] as number[], t: [] as number[], g: [] as string[] }
  for (let g = 0; g < m; g++) {
    const b = 0.7 * (of.effect?.(rng) ?? rng.normal())
    const c = (of.slopes ?? 0) * rng.normal()
    let e = 0
    for (let i = 0; i < n; i++) {
      const x = 2 * rng.uniform() - 1
      e = of.ar === undefined ? 0 : i === 0 ? rng.normal() : of.ar * e + Math.sqrt(1 - of.ar ** 2) * rng.normal()
      table.y.push(draw(0.3 + (0.5 + c) * x + b + e, rng))
      table.x.push(x)
      table.t.push(i)
      table.g.push(`g${g}`)
    }
  }
  return tableFrom(table)
}
const gaussian = (eta: number, rng: ReturnType<typeof stream>): number => eta + rng.normal()
const poisson = (eta: number, rng: ReturnType<typeof stream>): number => {
  let [k, p] = [0, rng.uniform()]
  while (p > Math.exp(-Math.exp(eta))) {
    p *= rng.uniform()
    k++
  }
  return k
}

/** The scores of a model's levels along directions. */
function along(model: Model, x: Float64Array, directions: readonly Direction[]): Float64Array {
  return levelScores(levelPosterior(state(model))!, x, model.response, directions)!.along
}

/** The inverse of a small symmetric matrix, by Gauss-Jordan. */
function inverse(a: number[][]): number[][] {
  const n = a.length
  const m = a.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))])
  for (let k = 0; k < n; k++) {
    const pivot = m[k][k]
    m[k] = m[k].map((value) => value / pivot)
    for (let i = 0; i < n; i++) if (i !== k) m[i] = m[i].map((value, j) => value - m[i][k] * m[k][j])
  }
  return m.map((row) => row.slice(n))
}

/** Means of He_3 and He_4, each times exp(-u^2 / 8), under a density, less those under the standard normal one. */
function tapered(density: (u: number) => number): [number, number] {
  const under = (of: (u: number) => number): [number, number] => {
    const sums: [number, number] = [0, 0]
    for (let u = -9; u <= 9; u += 0.01) {
      const weight = 0.01 * of(u) * Math.exp((-u * u) / 8)
      sums[0] += weight * (u ** 3 - 3 * u)
      sums[1] += weight * (u ** 4 - 6 * u * u + 3)
    }
    return sums
  }
  const [own, plain] = [under(density), under((u) => Math.exp(-0.5 * u * u) / Math.sqrt(2 * Math.PI))]
  return [own[0] - plain[0], own[1] - plain[1]]
}

describe('scores of levels along directions', () => {
  it('are those of the normal distribution in closed form: gaussian', () => {
    const n = 5
    const table = simulated([6, n], 3, gaussian)
    const model = stateModel('y ~ x + (1 | g)', table, { family: 'gaussian', time: 't' })
    const [beta0, beta1, sigma, sd] = [0.2, 0.6, 1.1, 0.8]
    const x = Float64Array.of(beta0, beta1, Math.log(sigma), sd)
    const posterior = levelPosterior(state(model))!
    const [candidate] = slopeCandidates(model, posterior)
    expect(candidate.name).toBe('x')
    const order = timeOrder('t', model.time!.values, posterior.term.index, 6)
    expect(order.pairs).toBe(6 * (n - 1))
    const found = along(model, x, [shapeDirection, slopeDirection(candidate), neighbourDirection(order)])
    for (let g = 0; g < 6; g++) {
      const rows = Array.from(posterior.term.index.keys()).filter((i) => posterior.term.index[i] === g)
      const residual = rows.map((i) => model.response.y[i] - beta0 - beta1 * model.predictors[0].fixed.x[30 + i])
      const V = rows.map((_, i) => rows.map((__, j) => sd ** 2 + (i === j ? sigma ** 2 : 0)))
      const W = inverse(V)
      const Wr = W.map((row) => row.reduce((sum, value, j) => sum + value * residual[j], 0))
      // u given y is normal.
      const mean = sd * Wr.reduce((a, b) => a + b, 0)
      const v = 1 - sd ** 2 * W.flat().reduce((a, b) => a + b, 0)
      const [third, fourth] = tapered((u) => Math.exp((-0.5 * (u - mean) ** 2) / v) / Math.sqrt(2 * Math.PI * v))
      // Derivatives of log N(0, V + t M) in t: (r'WMWr - tr WM) / 2.
      const z = rows.map((i) => candidate.columns[0][i])
      const zWr = z.reduce((sum, value, i) => sum + value * Wr[i], 0)
      const zWz = z.reduce((sum, value, i) => sum + value * W[i].reduce((s, w, j) => s + w * z[j], 0), 0)
      let neighbours = 0
      for (let i = 1; i < n; i++) neighbours += Wr[i - 1] * Wr[i] - W[i - 1][i]
      const expected = [third, fourth, 0.5 * (zWr ** 2 - zWz), neighbours]
      expected.forEach((value, j) => {
        // The first two to the error of nine nodes.
        expect(found[g * 4 + j]).toBeCloseTo(value, j < 2 ? 4 : 9)
      })
    }
  })

  it('are derivatives of the likelihood of a larger model, by brute force: poisson', () => {
    const table = simulated([4, 4], 8, poisson)
    const model = stateModel('y ~ x + (1 | g)', table, { family: 'poisson', time: 't' })
    const x = Float64Array.of(0.2, 0.5, 0.7)
    const posterior = levelPosterior(state(model))!
    const [candidate] = slopeCandidates(model, posterior)
    const order = timeOrder('t', model.time!.values, posterior.term.index, 4)
    const found = along(model, x, [shapeDirection, slopeDirection(candidate), neighbourDirection(order)])
    const step = 0.05
    const grid = Array.from({ length: 281 }, (_, k) => -7 + step * k)
    const phi = (u: number): number => Math.exp(-0.5 * u * u) / Math.sqrt(2 * Math.PI)
    for (let g = 0; g < 4; g++) {
      const rows = Array.from(model.response.y.keys()).filter((i) => posterior.term.index[i] === g)
      const density = (shift: (i: number) => number): number =>
        Math.exp(
          rows.reduce((sum, i) => {
            const eta = 0.2 + 0.5 * model.predictors[0].fixed.x[16 + i] + shift(i)
            return sum + model.response.y[i] * eta - Math.exp(eta) - logGamma(model.response.y[i] + 1)
          }, 0),
        )
      const integral = (of: (u: number) => number, weight = phi): number =>
        grid.reduce((sum, u) => sum + step * weight(u) * of(u), 0)
      const plain = integral((u) => density(() => 0.7 * u))
      const [third, fourth] = tapered((u) => (phi(u) * density(() => 0.7 * u)) / plain)
      // To the error of nine nodes.
      expect(found[g * 4]).toBeCloseTo(third, 3)
      expect(found[g * 4 + 1]).toBeCloseTo(fourth, 3)
      // A slope with a small variance: half its second moment, by two points (Richardson).
      const withSlope = (t: number): number =>
        integral((u) => {
          const c = Math.sqrt(t)
          const at = (sign: number): number => density((i) => 0.7 * u + sign * c * candidate.columns[0][i])
          return 0.5 * (at(1) + at(-1))
        })
      const slope = (t: number): number => Math.log(withSlope(t) / plain) / t
      expect(found[g * 4 + 2]).toBeCloseTo(2 * slope(1e-4) - slope(2e-4), 3)
      // Disturbances of covariance t between neighbours only: sum of mixed second differences.
      let neighbours = 0
      for (let i = 1; i < rows.length; i++) {
        const h = 1e-3
        const at = (a: number, b: number): number =>
          integral((u) => density((row) => 0.7 * u + (row === rows[i - 1] ? a * h : row === rows[i] ? b * h : 0)))
        neighbours += (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h * h * plain)
      }
      expect(found[g * 4 + 3]).toBeCloseTo(neighbours, 3)
    }
  })

  it('of the parameters are the gradient of the likelihood: nbinom2 with a random slope, dispersion by x', () => {
    const table = simulated([8, 6], 4, poisson)
    const model = stateModel('y ~ x + (x | g)', table, { family: 'nbinom2', dispersion: '~ x' })
    const x = Float64Array.of(0.2, 0.5, 0.9, 0.3, 0.6, 0.4, 0.3)
    const { own } = levelScores(levelPosterior(state(model))!, x, model.response, [])!
    const exact = new Float64Array(x.length)
    likelihood(model).marginal(adaptive(15)).evaluate(x, exact)
    exact.forEach((value, j) => {
      let sum = 0
      for (let g = 0; g < 8; g++) sum += own[g * x.length + j]
      expect(sum).toBeCloseTo(value, 2)
    })
  })
})

describe('ranks of several statistics', () => {
  it('are those of one where there is one, on one side and on both', () => {
    const draws = Float64Array.from({ length: 99 }, (_, i) => i + 1)
    expect(smallestRank([95.5], [draws], 'upper').p).toBeCloseTo(0.05, 12)
    expect(smallestRank([2.5], [draws], 'both').p).toBeCloseTo(0.06, 12)
  })

  it('need half the share where two are independent, none less where they are the same', () => {
    const rng = stream({ seed: 1, purpose: 'simulation' })
    const [a, b] = [0, 1].map(() => Float64Array.from({ length: 1999 }, () => rng.normal()))
    expect(smallestRank([1.96, 0], [a, b], 'upper').p).toBeCloseTo(0.05, 1)
    expect(smallestRank([1.96, 1.96], [a, a], 'upper').p).toBeCloseTo(0.025, 2)
  })
})

const testsOf = (formula: string, table: Table, family: string, time = 't') => {
  const { parameters } = fit(formula, table, { family })
  const model = stateModel(formula, table, { family, time })
  return levelTests(state(model), Float64Array.from(parameters.estimate), { seed: 1 })
}

describe('tests of levels', () => {
  it('reject true models at their level', () => {
    const sets = 40
    const rejected = { effectsNormality: 0, randomSlopes: 0, autocorrelation: 0 }
    for (let seed = 0; seed < sets; seed++) {
      const draw = seed % 2 === 0 ? gaussian : poisson
      const table = simulated([40, 4], 100 + seed, draw)
      const told = testsOf('y ~ x + (1 | g)', table, seed % 2 === 0 ? 'gaussian' : 'poisson')
      for (const key of Object.keys(rejected) as (keyof typeof rejected)[])
        if (told[key] !== null && told[key].p !== null && told[key].p < 0.05) rejected[key]++
    }
    // Three standard errors of a share of 5 %.
    const most = sets * (0.05 + 3 * Math.sqrt((0.05 * 0.95) / sets))
    for (const count of Object.values(rejected)) expect(count).toBeLessThanOrEqual(most)
  })

  it('keep it where levels are so far apart that few nodes would not do', () => {
    const sets = 16
    let [tested, rejected] = [0, 0]
    for (let seed = 0; seed < sets; seed++) {
      const g = stream({ seed: 700 + seed, purpose: 'response' })
      const rows = Array.from({ length: 60 }, () => 6 * g.normal()).flatMap((b, level) =>
        Array.from({ length: 8 }, () => {
          const x = g.normal()
          return { g: `g${level}`, x, y: g.uniform() < 1 / (1 + Math.exp(5.6 - 2 * x - b)) ? 1 : 0 }
        }),
      )
      const column = <K extends 'g' | 'x' | 'y'>(name: K) => rows.map((row) => row[name])
      const table = tableFrom({ g: column('g'), x: column('x'), y: column('y') })
      const told = fit('y ~ x + (1 | g)', table, { family: 'binomial', nodes: 49, tests: true })
      const { p } = told.tests!.normality
      expect(p === null).toBe(told.certificate!.verdict === 'inadequate')
      if (p !== null) tested++
      if (p !== null && p < 0.05) rejected++
    }
    // With nine nodes nine in sixteen were rejected; three of sixteen at 5 % have a chance of 4 %, four of 0.7 %.
    expect(tested).toBeGreaterThan(12)
    expect(rejected).toBeLessThanOrEqual(3)
  })

  it('are not made on estimates of an integral that is not adequate', () => {
    const told = fit('y ~ treatment * time + (1 | patient)', toenail, { family: 'binomial', tests: true })
    expect(told.certificate!.verdict).toBe('inadequate')
    expect(told.tests!.normality).toMatchObject({ p: null, method: 'not tested' })
    expect(told.tests!.normality.says).toContain('the integral is not adequate')
  })

  it('find effects that are not normal, and name the shape', () => {
    const skew = simulated([150, 8], 2, gaussian, { effect: (rng) => -Math.log(1 - rng.uniform()) - 1 })
    const { effectsNormality } = testsOf('y ~ x + (1 | g)', skew, 'gaussian')
    expect(effectsNormality.p).toBeLessThan(0.01)
    expect(effectsNormality.effect).toMatch(/the effects of g have a long upper tail/)
    const two = simulated([150, 8], 2, poisson, { effect: (rng) => (rng.uniform() < 0.5 ? -1 : 1) * 1.5 })
    expect(testsOf('y ~ x + (1 | g)', two, 'poisson').effectsNormality.effect).toMatch(/light tails or two groups/)
  })

  it('find slopes and neighbours that the model leaves out, with what to try', () => {
    const slopes = testsOf('y ~ x + (1 | g)', simulated([40, 8], 6, poisson, { slopes: 0.8 }), 'poisson')
    expect(slopes.randomSlopes.p).toBeLessThan(0.01)
    expect(slopes.randomSlopes.remedy).toBe('try (1 + x | g)')
    const size = Number(/about ([\d.]+) a unit/.exec(slopes.randomSlopes.effect!)?.[1])
    expect(size).toBeGreaterThan(0.4)
    expect(size).toBeLessThan(1.6)
    const times = testsOf(
      'y ~ x + (1 | g)',
      simulated([40, 8], 6, (eta) => eta, { ar: 0.6 }),
      'gaussian',
    )
    expect(times.autocorrelation!.p).toBeLessThan(0.01)
    expect(times.autocorrelation!.remedy).toBe('try ar1(0 + factor(t) | g)')
    const r = Number(/by about ([\d.]+)/.exec(times.autocorrelation!.effect!)?.[1])
    expect(r).toBeGreaterThan(0.35)
    expect(r).toBeLessThan(0.8)
  })

  it('see the slopes of sleepstudy, whose likelihood they raise by 21, and its neighbouring days', () => {
    const told = testsOf('Reaction ~ Days + (1 | Subject)', sleepstudy, 'gaussian', 'Days')
    expect(told.randomSlopes.remedy).toBe('try (1 + Days | Subject)')
    expect(told.randomSlopes.p).toBeLessThan(0.002)
    expect(told.autocorrelation!.p).toBeLessThan(0.05)
    const with1 = testsOf('Reaction ~ Days + (Days | Subject)', sleepstudy, 'gaussian', 'Days')
    expect(with1.randomSlopes.says).toMatch(/^no covariate without a slope of its own varies within Subject/)
    expect(with1.effectsNormality.says).toMatch(/^only for one random intercept/)
  })

  it('see that the patients of toenail are not normal: half of them never have the infection', () => {
    const { effectsNormality } = testsOf('y ~ treatment * time + (1 | patient)', toenail, 'binomial', 'time')
    expect(effectsNormality.p).toBeLessThan(0.05)
    // The distribution of greatest likelihood has half of its mass at minus infinity.
    expect(effectsNormality.effect).toMatch(/long lower tail/)
  })

  it('say where few levels cannot show a departure, and where there is nothing to test', () => {
    const few = testsOf('y ~ x + (1 | g)', simulated([8, 3], 12, poisson), 'poisson')
    expect(few.effectsNormality.says).toMatch(/cannot show even a plain departure|standard deviation of g is zero/)
    const crossed = stateModel('y ~ x + (1 | g) + (1 | t)', simulated([8, 5], 2, poisson), { family: 'poisson' })
    const told = levelTests(state(crossed), Float64Array.of(0.3, 0.5, 0.5, 0.1), { seed: 1 })
    expect(told.randomSlopes.says).toMatch(/^only for random effects of one factor/)
    expect(told.autocorrelation).toBeNull()
  })

  it('do not tell two times to a level from the effect of the level: gaussian', () => {
    const { autocorrelation } = testsOf('y ~ 1 + (1 | g)', simulated([30, 2], 5, gaussian), 'gaussian')
    expect(autocorrelation).toMatchObject({ p: null, method: 'not tested' })
    expect(autocorrelation!.says).toMatch(/cannot be told from the effects of g/)
  })

  it('pair the times of a level in their order, whatever that of the rows, and leave missing ones out', () => {
    const order = timeOrder('t', Float64Array.of(3, 1, 2, 1, Number.NaN, 5), Int32Array.of(0, 0, 0, 1, 1, 1), 2)
    expect(Array.from(order.place)).toEqual([2, 0, 1, 0, -1, 1])
    expect(order.pairs).toBe(3)
  })
})
