import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { laplaceParts } from '../../../src/likelihood/sparse/laplace-parts.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { cholesky, choleskyInverse } from '../../../src/numerics/cholesky.js'
import { uniforms } from '../../reference/uniforms.js'
import { state } from '../../../src/likelihood/frame/stated.js'

/** Series of `times` each, some times missing, rows shuffled, sites crossed with series. */
function series(count: number, times: number, counts: boolean) {
  const next = uniforms(31 + times)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const rows: { y: number; x: number; t: string; g: string; site: string; time: number; series: number }[] = []
  for (let s = 0; s < count; s++) {
    let f = normal()
    for (let t = 0; t < times; t++) {
      f = 0.6 * f + 0.8 * normal()
      // Every time occurs in the first series, so that the columns of the term are all times in their order.
      if (s > 0 && next() < 0.2) continue
      const x = normal()
      const eta = 0.4 + 0.3 * x + 0.7 * f
      const y = counts ? Math.floor(Math.exp(eta + 0.3 * normal())) : eta + 0.5 * normal()
      rows.push({ y, x, t: `t${String(t).padStart(3, '0')}`, g: `g${s}`, site: `s${(s + t) % 3}`, time: t, series: s })
    }
  }
  const shuffled = rows.map((row) => ({ row, at: next() })).sort((a, b) => a.at - b.at)
  const ordered = shuffled.map(({ row }) => row)
  const column = <K extends keyof (typeof rows)[number]>(name: K) => ordered.map((row) => row[name])
  const table = tableFrom({ y: column('y'), x: column('x'), t: column('t'), g: column('g'), site: column('site') })
  return { rows: ordered, table }
}

type Rows = ReturnType<typeof series>['rows']

/** sd^2 rho^|s - t| between rows of one series, as a dense matrix; that of the sites added where given. */
const covarianceOf = (rows: Rows, sd: number, rho: number, site = 0): Float64Array =>
  Float64Array.from(
    rows.flatMap((a) =>
      rows.map(
        (b) =>
          (a.series === b.series ? sd * sd * rho ** Math.abs(a.time - b.time) : 0) +
          (a.site === b.site ? site * site : 0),
      ),
    ),
  )

/** log N(y; mean, V + sigma^2 I). */
function gaussianLogLik(rows: Rows, mean: readonly number[], V: Float64Array, sigma: number): number {
  const n = rows.length
  const factor = V.slice()
  for (let i = 0; i < n; i++) factor[i * (n + 1)] += sigma * sigma
  expect(cholesky(factor, n)).toBe(true)
  const inverse = choleskyInverse(factor, n)
  let value = -0.5 * n * Math.log(2 * Math.PI)
  for (let i = 0; i < n; i++) {
    value -= Math.log(factor[i * (n + 1)])
    for (let j = 0; j < n; j++) value -= 0.5 * (rows[i].y - mean[i]) * inverse[i * n + j] * (rows[j].y - mean[j])
  }
  return value
}

const differences = (value: (x: Float64Array) => number, x: Float64Array, step = 1e-5): number[] =>
  Array.from(x, (_, j) => {
    const at = x.slice()
    at[j] = x[j] + step
    const above = value(at)
    at[j] = x[j] - step
    return (above - value(at)) / (2 * step)
  })

const formula = 'y ~ x + ar1(0 + factor(t) | g)'
const times = 20
const rhoOf = (x: number): number => Math.tanh(x / 2)

describe('a chain over many times', () => {
  const { rows, table } = series(4, times, false)
  const model = stateModel(formula, table, { family: 'gaussian' })
  const like = likelihood(model)

  it('meets a row in one slot and has a tridiagonal prior', () => {
    const { structure } = laplaceParts(state(model))
    expect(structure.width).toBe(1)
    expect(structure.chains).toHaveLength(1)
    // Two elements of the factor an effect, and one at the end of each series.
    expect(structure.symbolic.size).toBeLessThan(5 * structure.size)
  })

  it.each([
    [0.3, 0.2, -0.8, 0.9, 0.7],
    [-0.1, 0.5, 0.1, 0.4, -1.2],
    [0.4, 0.3, -0.3, 1.4, 4],
  ])('gaussian at %s, %s, %s, %s, %s: the dense density, and its gradient', (a, b, logSigma, sd, x) => {
    const at = Float64Array.of(a, b, logSigma, sd, x)
    const dense = (p: Float64Array): number =>
      gaussianLogLik(
        rows,
        rows.map((row) => p[0] + p[1] * row.x),
        covarianceOf(rows, p[3], rhoOf(p[4])),
        Math.exp(p[2]),
      )
    const gradient = new Float64Array(5)
    const value = like.marginal(adaptive(1)).evaluate(at, gradient)
    expect(value).toBeCloseTo(dense(at), 8)
    const numeric = differences(dense, at)
    gradient.forEach((slope, j) => {
      expect(Math.abs(slope - numeric[j])).toBeLessThan(1e-5 * (1 + Math.abs(numeric[j])))
    })
    // Importance sampling of a normal integral has no error, nor has its gradient.
    const sampled = likelihood(model).marginal({ by: 'importance', draws: 200, seed: 1, around: at })
    const inSampled = new Float64Array(5)
    expect(sampled.evaluate(at, inSampled)).toBeCloseTo(value, 7)
    inSampled.forEach((slope, j) => {
      expect(Math.abs(slope - gradient[j])).toBeLessThan(1e-6 * (1 + Math.abs(gradient[j])))
    })
  })

  it('conditional modes and their covariance are those of the dense normal', () => {
    const at = Float64Array.of(0.3, 0.2, -0.8, 0.9, 1.1)
    const { terms } = like.effectsAt(at)!
    // E and Var of b given y in one series, from the precision R^-1 / sd^2 + I / sigma^2 of its times.
    const own = rows.filter(({ series: s }) => s === 0)
    const R = Float64Array.from({ length: times * times }, (_, e) => {
      return 0.81 * rhoOf(1.1) ** Math.abs(Math.floor(e / times) - (e % times))
    })
    expect(cholesky(R, times)).toBe(true)
    const precision = choleskyInverse(R, times)
    const pull = new Float64Array(times)
    const weight = Math.exp(1.6)
    for (const { time, y, x } of own) {
      precision[time * (times + 1)] += weight
      pull[time] += weight * (y - 0.3 - 0.2 * x)
    }
    expect(cholesky(precision, times)).toBe(true)
    const covariance = choleskyInverse(precision, times)
    for (let i = 0; i < times; i++) {
      let mode = 0
      for (let j = 0; j < times; j++) {
        mode += covariance[i * times + j] * pull[j]
        expect(terms[0].covariance[i * times + j]).toBeCloseTo(covariance[i * times + j], 10)
      }
      expect(terms[0].mode[i]).toBeCloseTo(mode, 9)
      expect(terms[0].sd[i]).toBeCloseTo(Math.sqrt(covariance[i * (times + 1)]), 10)
    }
  })

  it('beside a crossed factor and an intercept of its own series', () => {
    const crossed = stateModel('y ~ x + ar1(0 + factor(t) | g) + (1 | site) + (1 | g)', table, { family: 'gaussian' })
    const at = Float64Array.of(0.3, 0.2, -0.8, 0.9, 0.7, 0.6, 0.5)
    const gradient = new Float64Array(7)
    const value = likelihood(crossed).marginal(adaptive(1)).evaluate(at, gradient)
    const dense = (p: Float64Array): number => {
      const V = covarianceOf(rows, p[3], rhoOf(p[4]), p[5])
      rows.forEach((a, i) => {
        rows.forEach((b, j) => {
          if (a.series === b.series) V[i * rows.length + j] += p[6] ** 2
        })
      })
      return gaussianLogLik(
        rows,
        rows.map((row) => p[0] + p[1] * row.x),
        V,
        Math.exp(p[2]),
      )
    }
    expect(value).toBeCloseTo(dense(at), 8)
    const numeric = differences(dense, at)
    gradient.forEach((slope, j) => {
      expect(Math.abs(slope - numeric[j])).toBeLessThan(1e-5 * (1 + Math.abs(numeric[j])))
    })
  })

  it('a correlation that runs to 1 ends at the random intercept', () => {
    const next = uniforms(5)
    const steady = rows.map((row) => ({ ...row, y: row.series + 0.4 * (next() + next() + next() - 1.5) }))
    const constant = tableFrom({
      y: steady.map(({ y }) => y),
      t: steady.map(({ t }) => t),
      g: steady.map(({ g }) => g),
    })
    const chain = fit('y ~ 1 + ar1(0 + factor(t) | g)', constant, { family: 'gaussian' })
    const intercept = fit('y ~ 1 + (1 | g)', constant, { family: 'gaussian' })
    expect(chain.convergence.converged).toBe(true)
    expect(chain.logLik).toBeGreaterThan(intercept.logLik - 1e-4)
    expect(chain.random[0].correlation[0][1]).toBeGreaterThan(0.99)
  })

  it('a variance of zero is an ordinary point', () => {
    const at = Float64Array.of(0.3, 0.2, -0.3, 0, 0.7)
    const none = gaussianLogLik(
      rows,
      rows.map((row) => 0.3 + 0.2 * row.x),
      new Float64Array(rows.length ** 2),
      Math.exp(-0.3),
    )
    expect(like.marginal(adaptive(1)).value(at)).toBeCloseTo(none, 9)
  })
})

describe('counts', () => {
  const { rows, table } = series(3, 17, true)
  const model = stateModel(formula, table, { family: 'poisson' })
  const like = likelihood(model)
  const at = Float64Array.of(0.2, 0.3, 0.8, 0.9)

  /** Laplace's approximation in the effects of the rows themselves, by dense Newton steps. */
  function denseLaplace([a, b, sd, x]: Float64Array): number {
    const seen = [...new Set(rows.map(({ series: s, time }) => 100 * s + time))].sort((p, q) => p - q)
    const m = seen.length
    const R = Float64Array.from({ length: m * m }, (_, e) => {
      const [p, q] = [seen[Math.floor(e / m)], seen[e % m]]
      return Math.floor(p / 100) === Math.floor(q / 100) ? sd * sd * rhoOf(x) ** Math.abs(p - q) : 0
    })
    expect(cholesky(R, m)).toBe(true)
    const logPrior = Array.from({ length: m }, (_, i) => Math.log(R[i * (m + 1)])).reduce((s, v) => s + v, 0)
    const prior = choleskyInverse(R, m)
    const place = rows.map(({ series: s, time }) => seen.indexOf(100 * s + time))
    const effects = new Float64Array(m)
    let H = new Float64Array(0)
    for (let step = 0; step < 50; step++) {
      const gradient = new Float64Array(m)
      H = prior.slice()
      for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) gradient[i] -= prior[i * m + j] * effects[j]
      rows.forEach(({ y, x: z }, r) => {
        const mu = Math.exp(a + b * z + effects[place[r]])
        gradient[place[r]] += y - mu
        H[place[r] * (m + 1)] += mu
      })
      expect(cholesky(H, m)).toBe(true)
      const inverse = choleskyInverse(H, m)
      for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) effects[i] += inverse[i * m + j] * gradient[j]
    }
    let value = -logPrior
    for (let i = 0; i < m; i++) {
      value -= Math.log(H[i * (m + 1)])
      for (let j = 0; j < m; j++) value -= 0.5 * effects[i] * prior[i * m + j] * effects[j]
    }
    rows.forEach(({ y, x: z }, r) => {
      const eta = a + b * z + effects[place[r]]
      value += y * eta - Math.exp(eta)
      for (let k = 2; k <= y; k++) value -= Math.log(k)
    })
    return value
  }

  it('Laplace as by dense algebra over the effects themselves', () => {
    const gradient = new Float64Array(4)
    const value = like.marginal(adaptive(1)).evaluate(at, gradient)
    expect(value).toBeCloseTo(denseLaplace(at), 7)
    const numeric = differences((x) => like.marginal(adaptive(1)).value(x), at)
    gradient.forEach((slope, j) => {
      expect(Math.abs(slope - numeric[j])).toBeLessThan(1e-5 * (1 + Math.abs(numeric[j])))
    })
  })

  it('the gradient of importance sampling is that of its value', () => {
    const density = likelihood(model).marginal({ by: 'importance', draws: 200, seed: 1, around: at })
    const gradient = new Float64Array(4)
    density.evaluate(at, gradient)
    const numeric = differences((x) => density.value(x), at)
    gradient.forEach((slope, j) => {
      expect(Math.abs(slope - numeric[j])).toBeLessThan(2e-5 * (1 + Math.abs(numeric[j])))
    })
  })

  it('what integrates the effects of a series is Laplace with one node, series by series', () => {
    const shares = like.marginal(adaptive(1)).byLevel(at)!
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(like.marginal(adaptive(1)).value(at), 7)
  })
})

describe('a trend in time', () => {
  it('long series are fitted in time linear in them', () => {
    // The number of elements of the factor, which all work is in proportion to.
    const sizes = [100, 200].map((length) => {
      const { table } = series(3, length, false)
      return laplaceParts(state(stateModel(formula, table, { family: 'gaussian' }))).structure.symbolic.size
    })
    expect(sizes[1] / sizes[0]).toBeLessThan(2.1)
  })
})
