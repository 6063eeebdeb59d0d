import { expect, it } from 'vitest'
import { integratePosterior } from '../../../samplers/quadrature/quadrature.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { ParameterSummary } from '../../../src/draws/parameter-summary.js'
import { cholesky, forwardSolve } from '../../../src/numerics/cholesky.js'
import { normalCdf } from '../../../src/numerics/special.js'

const groups = 4
const x = [-1.5, -0.5, 0.5, 1.5]
const y = [1.2, 0.4, 0.9, 1.9, -0.8, 0.1, -0.3, 0.9, 2.1, 1.5, 1.1, 0.4, 0.2, -0.6, 0.7, -1.9]
const r = [3, 5, 6, 9, 1, 2, 5, 9, 7, 6, 4, 3, 2, 1, 3, 5]
const table = tableFrom({
  y,
  r,
  n: y.map(() => 10),
  x: y.map((_, i) => x[i % 4]),
  g: y.map((_, i) => `g${Math.floor(i / 4)}`),
})

/** log density of a standard deviation's logarithm under lognormal(-0.3, 0.4). */
const logSdPrior = (log: number): number =>
  -0.5 * ((log + 0.3) / 0.4) ** 2 - Math.log(0.4) - 0.5 * Math.log(2 * Math.PI)
/** log density of y = atanh(r) under lkj(4): (1 - r^2)^3 dr, whose integral is 32 / 35. */
const logCorPrior = (y: number): number => 4 * Math.log(1 - Math.tanh(y) ** 2) - Math.log(32 / 35)
const priors = ['sd ~ lognormal(-0.3, 0.4)', 'cor ~ lkj(4)', 'sigma ~ lognormal(-0.3, 0.4)', 'b ~ normal(0, 2)']

/** Equally spaced points around a center. */
const line = (center: number, reach: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => center - reach + (2 * reach * k) / (count - 1))

/** Weighted sums of quantities and their squares. */
function moments(size: number) {
  const first = new Float64Array(size)
  const second = new Float64Array(size)
  let mass = 0
  return {
    add: (weight: number, mean: readonly number[], variance: readonly number[]): void => {
      mass += weight
      for (let j = 0; j < size; j++) {
        first[j] += weight * mean[j]
        second[j] += weight * (variance[j] + mean[j] ** 2)
      }
    },
    mass: () => mass,
    mean: (j: number) => first[j] / mass,
    sd: (j: number) => Math.sqrt(second[j] / mass - (first[j] / mass) ** 2),
  }
}

it('quadrature of correlated slopes of a binomial response, against sums over two effects a level and three scales', () => {
  // Each level's likelihood on a lattice of its own two effects, once for all scales.
  const [reach, size] = [5.25, 51]
  const h = (2 * reach) / (size - 1)
  const b = line(0, reach, size)
  const rows = Array.from({ length: groups }, (_, g) => {
    const logs = new Float64Array(size * size)
    b.forEach((b0, i) => {
      b.forEach((b1, j) => {
        x.forEach((at, k) => {
          const successes = r[4 * g + k]
          let log = 0
          for (let c = 1; c <= successes; c++) log += Math.log((10 - successes + c) / c)
          const eta = b0 + b1 * at
          logs[i * size + j] += log + successes * eta - 10 * Math.log1p(Math.exp(eta))
        })
      })
    })
    return logs.map(Math.exp)
  })
  const sums = moments(3 + 2 * groups)
  const marginal = new Float64Array(size) // of the third level's slope
  const prior = new Float64Array(size * size)
  const [at0, at1, atCor] = [line(-0.35, 1.8, 11), line(-0.2, 1.7, 11), line(0, 1.75, 12)]
  const cell = ((3.6 / 10) * (3.4 / 10) * 3.5) / 11
  for (const log0 of at0) {
    for (const log1 of at1) {
      for (const free of atCor) {
        const [s0, s1, cor] = [Math.exp(log0), Math.exp(log1), Math.tanh(free)]
        const rest = 1 - cor * cor
        for (let i = 0; i < size; i++) {
          const z0 = b[i] / s0
          for (let j = 0; j < size; j++) {
            const z1 = b[j] / s1
            prior[i * size + j] = Math.exp((-0.5 * (z0 * z0 - 2 * cor * z0 * z1 + z1 * z1)) / rest)
          }
        }
        const density = (h * h) / (2 * Math.PI * s0 * s1 * Math.sqrt(rest))
        let weight = Math.exp(logSdPrior(log0) + logSdPrior(log1) + logCorPrior(free)) * cell
        const mean = [s0, s1, cor]
        const variance = [0, 0, 0]
        const along = new Float64Array(size)
        rows.forEach((likelihood, g) => {
          const sum = new Float64Array(5)
          const own = new Float64Array(size)
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              const p = prior[i * size + j] * likelihood[i * size + j]
              sum[0] += p
              sum[1] += p * b[i]
              sum[2] += p * b[i] * b[i]
              own[j] += p
            }
          }
          for (let j = 0; j < size; j++) {
            sum[3] += own[j] * b[j]
            sum[4] += own[j] * b[j] * b[j]
            if (g === 2) along[j] = own[j] / sum[0]
          }
          mean.push(sum[1] / sum[0], sum[3] / sum[0])
          variance.push(sum[2] / sum[0] - (sum[1] / sum[0]) ** 2, sum[4] / sum[0] - (sum[3] / sum[0]) ** 2)
          weight *= sum[0] * density
        })
        sums.add(weight, mean, variance)
        for (let j = 0; j < size; j++) marginal[j] += weight * along[j]
      }
    }
  }
  const model = stateModel('cbind(r, n - r) ~ 0 + (1 + x | g)', table, { family: 'binomial' })
  const found = integratePosterior(model, priors.slice(0, 2))
  expect(found.settled).toBe(true)
  expect(Math.abs(found.logMarginalLikelihood - Math.log(sums.mass()))).toBeLessThan(1e-4)
  agree(found.summary, sums)
  // The distribution function of a density on a lattice, by its sinc interpolation (Whittaker and Shannon).
  const below = (t: number): number =>
    marginal.reduce(
      (sum, weight, j) => sum + (weight / sums.mass()) * (0.5 + sineIntegral((Math.PI * (t - b[j])) / h) / Math.PI),
      0,
    )
  const slope = found.summary[3 + 2 * 2 + 1]
  for (const [t, p] of [
    [slope.q2_5, 0.025],
    [slope.q25, 0.25],
    [slope.q50, 0.5],
    [slope.q97_5, 0.975],
  ]) {
    expect(Math.abs(below(t) - p)).toBeLessThan(2e-5)
  }
})

it('quadrature of independent slopes of a gaussian response, against sums over three scales of a closed form', () => {
  const n = y.length
  const effects = 2 * groups
  // The intercept of all, normal(0, 2), and the effects are normal given the scales, jointly with y. Theirs stand as the
  // intercepts of all levels, then the slopes.
  const Z = Array.from({ length: n }, (_, i) =>
    Array.from({ length: 1 + effects }, (_, e) => {
      if (e === 0) return 1
      return (e - 1) % groups === Math.floor(i / 4) ? (e <= groups ? 1 : x[i % 4]) : 0
    }),
  )
  const sums = moments(4 + effects)
  const parts: [number, number, number][] = [] // of the first level's intercept: weights, means, standard deviations
  const [atSigma, at0, at1] = [line(-0.35, 1.3, 12), line(-0.2, 1.9, 12), line(-0.55, 1.9, 12)]
  const cell = ((2.6 / 11) * (3.8 / 11) * 3.8) / 11
  for (const logSigma of atSigma) {
    for (const log0 of at0) {
      for (const log1 of at1) {
        const [sigma, s0, s1] = [logSigma, log0, log1].map(Math.exp)
        const scale = (e: number): number => (e === 0 ? 2 : e <= groups ? s0 : s1)
        const V = new Float64Array(n * n)
        for (let i = 0; i < n; i++) {
          for (let j = 0; j <= i; j++) {
            for (let e = 0; e <= effects; e++) V[i * n + j] += Z[i][e] * Z[j][e] * scale(e) ** 2
          }
          V[i * (n + 1)] += sigma * sigma
        }
        cholesky(V, n)
        const white = Float64Array.from(y)
        forwardSolve(V, n, white)
        let log = logSdPrior(logSigma) + logSdPrior(log0) + logSdPrior(log1) - 0.5 * n * Math.log(2 * Math.PI)
        for (let i = 0; i < n; i++) log -= Math.log(V[i * (n + 1)]) + 0.5 * white[i] ** 2
        const given = Array.from({ length: 1 + effects }, (_, e) => {
          const c = Float64Array.from({ length: n }, (_, i) => Z[i][e] * scale(e) ** 2)
          forwardSolve(V, n, c)
          let [mean, variance] = [0, scale(e) ** 2]
          for (let i = 0; i < n; i++) {
            mean += c[i] * white[i]
            variance -= c[i] ** 2
          }
          return { mean, variance }
        })
        const [intercept, ...rest] = given
        parts.push([Math.exp(log) * cell, rest[0].mean, Math.sqrt(rest[0].variance)])
        sums.add(
          Math.exp(log) * cell,
          [intercept.mean, sigma, s0, s1, ...rest.map(({ mean }) => mean)],
          [intercept.variance, 0, 0, 0, ...rest.map(({ variance }) => variance)],
        )
      }
    }
  }
  const model = stateModel('y ~ 1 + (1 + x || g)', table, { family: 'gaussian' })
  const found = integratePosterior(model, [priors[0], ...priors.slice(2)])
  expect(found.settled).toBe(true)
  expect(Math.abs(found.logMarginalLikelihood - Math.log(sums.mass()))).toBeLessThan(1e-4)
  agree(found.summary, sums)
  const below = (t: number): number =>
    parts.reduce((sum, [weight, mean, sd]) => sum + weight * normalCdf((t - mean) / sd), 0) / sums.mass()
  const first = found.summary[4]
  for (const [t, p] of [
    [first.q2_5, 0.025],
    [first.q25, 0.25],
    [first.q50, 0.5],
    [first.q97_5, 0.975],
  ]) {
    expect(Math.abs(below(t) - p), `${first.name} ${p}`).toBeLessThan(2e-4)
  }
})

function agree(
  summary: readonly ParameterSummary[],
  truth: { readonly mean: (j: number) => number; readonly sd: (j: number) => number },
): void {
  summary.forEach(({ name, mean, sd }, j) => {
    expect(Math.abs(mean - truth.mean(j)) / truth.sd(j), `${name} mean`).toBeLessThan(1e-4)
    expect(Math.abs(sd / truth.sd(j) - 1), `${name} sd`).toBeLessThan(1e-4)
  })
}

/** The integral of sin(s) / s from 0 to t, by Simpson's rule. */
function sineIntegral(t: number): number {
  const cells = 2 * Math.ceil(10 * Math.abs(t) + 2)
  let sum = 0
  for (let k = 0; k <= cells; k++) {
    const s = (t * k) / cells
    const weight = k === 0 || k === cells ? 1 : k % 2 === 1 ? 4 : 2
    sum += weight * (s === 0 ? 1 : Math.sin(s) / s)
  }
  return (sum * t) / cells / 3
}
