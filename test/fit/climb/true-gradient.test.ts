import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { defineFamily } from '../../../src/families/define-family.js'
import { addFamily, families, familyNamed } from '../../../src/families/registry.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import { glmOf } from '../../../src/fit/start/glm.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import { scoringTop } from '../../../src/fit/climb/scoring-top.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { stream } from '../../../src/random/stream.js'
import { state } from '../../../src/likelihood/frame/stated.js'

const columns = (name: string): Record<string, number[]> => {
  const text = readFileSync(new URL(`../../reference/faults/${name}.csv`, import.meta.url), 'utf8')
  const [head, ...lines] = text.trim().replaceAll('"', '').split(/\r?\n/)
  return Object.fromEntries(
    head.split(',').map((column, j) => [column, lines.map((line) => Number(line.split(',')[j]))]),
  )
}

/**
 * The slope of the log-likelihood at a fit along each parameter without an end, in standard errors, by differences. Least squares'
 * sigma, over n - p, is not where that of the likelihood is: there the fixed effects alone are looked at.
 */
function steepest(record: FitRecord, formula: string, table: Table, options: FitOptions): number {
  const { marginal } = likelihood(stateModel(formula, table, options))
  const { value } = marginal(adaptive(typeof options.nodes === 'number' ? options.nodes : 1))
  const x = Float64Array.from(record.parameters.estimate)
  let steepest = 0
  const leastSquares = record.family === 'gaussian'
  record.parameters.covariance!.forEach((row, j) => {
    if (leastSquares && j >= record.fixed.length) return
    const se = Math.sqrt(row[j])
    if (!(se > 0)) return
    const step = 1e-3 * se
    steepest = Math.max(steepest, Math.abs(value(x.with(j, x[j] + step)) - value(x.with(j, x[j] - step))) / 2e-3)
  })
  return steepest
}

describe('zero-truncated Poisson without random effects', () => {
  it('y ~ x: the roots of its score', () => {
    const { x, y } = columns('tp')
    // Newton's method on sum of y eta - log(exp(mu) - 1), written out.
    let [a, b] = [0, 0]
    let information = [1, 0, 1]
    for (let step = 0; step < 50; step++) {
      const score = [0, 0]
      information = [0, 0, 0]
      x.forEach((at, i) => {
        const mu = Math.exp(a + b * at)
        const mean = mu / -Math.expm1(-mu)
        const weight = mean * (1 + mu - mean)
        score[0] += y[i] - mean
        score[1] += (y[i] - mean) * at
        information[0] += weight
        information[1] += weight * at
        information[2] += weight * at * at
      })
      const [p, q, r] = information
      const determinant = p * r - q * q
      a += (r * score[0] - q * score[1]) / determinant
      b += (p * score[1] - q * score[0]) / determinant
    }
    const [p, q, r] = information
    const se = [Math.sqrt(r / (p * r - q * q)), Math.sqrt(p / (p * r - q * q))]
    const record = fit('y ~ x', tableFrom({ x, y }), { family: 'truncated_poisson' })
    expect([a, b].map((one) => one.toFixed(3))).toEqual(['0.606', '0.550'])
    expect(record.fixed[0].estimate).toBeCloseTo(a, 7)
    expect(record.fixed[1].estimate).toBeCloseTo(b, 7)
    record.fixed.forEach((one, j) => expect(one.se! / se[j]).toBeCloseTo(1, 6))
    expect(record.convergence).toMatchObject({ converged: true })
    expect(record.convergence.gradientNorm).toBeLessThan(1e-4)
  })

  it.each([
    ['z10', columns('z10').z],
    ['of its kind', [1, 1, 1, 2, 1, 3, 1, 1, 2]],
  ])('z ~ 1, %s: the mean is the sample mean', (_, z) => {
    const { fixed } = fit('z ~ 1', tableFrom({ z }), { family: 'truncated_poisson' })
    const mu = Math.exp(fixed[0].estimate)
    expect(mu / -Math.expm1(-mu)).toBeCloseTo(z.reduce((sum, one) => sum + one, 0) / z.length, 8)
  })

  it('with frequencies as with the rows written out, and with an offset', () => {
    const { x, y } = columns('tp')
    const copies = x.map((_, i) => 1 + (i % 3))
    const written = x.flatMap((at, i) => Array.from({ length: copies[i] }, () => ({ x: at, y: y[i] })))
    const options = { family: 'truncated_poisson' }
    const short = fit('y ~ x', tableFrom({ x, y, copies }), { ...options, frequency: 'copies' })
    const long = fit('y ~ x', tableFrom({ x: written.map((row) => row.x), y: written.map((row) => row.y) }), options)
    short.fixed.forEach(({ estimate, se }, j) => {
      expect(estimate).toBeCloseTo(long.fixed[j].estimate, 8)
      expect(se).toBeCloseTo(long.fixed[j].se!, 8)
    })
    const shifted = fit('y ~ x + offset(x)', tableFrom({ x, y }), options)
    expect(shifted.fixed[1].estimate).toBeCloseTo(fit('y ~ x', tableFrom({ x, y }), options).fixed[1].estimate - 1, 6)
  })
})

describe('a family of one predictor that is only its log density', () => {
  const geometric = defineFamily({
    name: 'geometric_rate',
    response: 'count',
    links: ['log'],
    logDensity: (y, _, [mu]) => y * Math.log(mu) - (y + 1) * Math.log1p(mu),
  })
  const shifted = defineFamily({
    name: 'shifted_poisson',
    response: 'count',
    links: ['log'],
    // 1 + a Poisson number: the mean is mu + 1, which scoring as for Poisson takes for mu.
    logDensity: (y, _, [mu]) => {
      let logFactorial = 0
      for (let k = 2; k < y; k++) logFactorial += Math.log(k)
      return y < 1 ? Number.NaN : (y - 1) * Math.log(mu) - mu - logFactorial
    },
  })
  const known = new Set(families.map(({ name }) => name))
  for (const family of [geometric, shifted]) if (!known.has(family.name)) addFamily(family)

  it('ends at its own maximum', () => {
    const y = [1, 2, 1, 4, 3, 1, 2, 2, 6, 1]
    const mean = y.reduce((sum, one) => sum + one, 0) / y.length
    expect(fit('y ~ 1', tableFrom({ y }), { family: 'geometric_rate' }).fixed[0].estimate).toBeCloseTo(
      Math.log(mean),
      5,
    )
    const { fixed } = fit('y ~ 1', tableFrom({ y }), { family: 'shifted_poisson' })
    expect(fixed[0].estimate).toBeCloseTo(Math.log(mean - 1), 5)
    expect(fixed[0].se).toBeCloseTo(1 / Math.sqrt(y.length * (mean - 1)), 4)
  })
})

/** Every family and link on data that it has made. */
describe('the gradient of the log-likelihood is zero at every fit without random effects', () => {
  const built = families.filter(({ name }) => !['geometric_rate', 'shifted_poisson'].includes(name))
  const cases = built.flatMap(({ name, links }) => links.map((link) => [name, link] as const))
  it.each(cases)('%s, %s', (name, link) => {
    const { family } = familyNamed(name)
    const rng = stream({ seed: 5, purpose: 'response' })
    const n = 150
    const binomial = family.response === 'binomial'
    const x = Array.from({ length: n }, () => rng.uniform())
    const unit = family.response === 'unit-interval' || binomial
    const natural = family.further.map(({ reports }) =>
      reports === 'pi' ? 0.25 : reports === 'df' ? 5 : reports === 'sigma' ? 0.6 : 2,
    )
    const y = x.map((at) => {
      const mu = unit ? 0.3 + 0.4 * at : 1.5 + at
      return family.simulate!({ uniform: rng.uniform, normal: rng.normal }, [mu, ...natural], binomial ? 12 : 1)
    })
    const w = x.map((_, i) => 1 + (i % 2))
    const o = x.map((at) => 0.1 * at)
    const table = tableFrom({ y, x, w, o, n: x.map(() => 12) })
    const left = binomial ? 'cbind(y, n - y)' : 'y'
    for (const [formula, more] of [
      [`${left} ~ x`, {}],
      [`${left} ~ x + offset(o)`, {}],
      [`${left} ~ x`, { frequency: 'w' }],
    ] as const) {
      const options = { family: name, link, ...more }
      const record = fit(formula, table, options)
      expect(record.convergence.converged, formula).toBe(true)
      expect(record.convergence.gradientNorm, formula).toBeLessThan(1e-4)
      expect(steepest(record, formula, table, options), formula).toBeLessThan(2e-4)
    }
  })
})

describe('scoring that stops short', () => {
  const rng = stream({ seed: 8, purpose: 'response' })
  const x = Array.from({ length: 80 }, () => rng.normal())
  it.each([
    ['poisson', 'log', x.map((at) => Math.floor(-Math.log(rng.uniform()) * Math.exp(1 + at)))],
    ['poisson', 'sqrt', x.map((at) => Math.floor(-3 * Math.log(rng.uniform()) * (1 + at * at)))],
    ['binomial', 'cauchit', x.map((at) => (rng.uniform() < 1 / (1 + Math.exp(-at)) ? 1 : 0))],
  ])('%s, %s: goes on with the gradient, wherever it stopped', (family, link, y) => {
    const model = stateModel('y ~ x', tableFrom({ x, y }), { family, link })
    const like = likelihood(model)
    const glm = glmOf(state(model))!
    const whole = scoringTop(like, glm)
    expect(whole.gradientNorm).toBeLessThan(1e-4)
    for (const converged of [true, false]) {
      const off = glm.beta.map((value, j) => value + (j === 0 ? 0.4 : -0.3) * Math.sqrt(glm.covariance[j * 3]))
      const { top, logLik, gradientNorm } = scoringTop(like, { ...glm, beta: off, converged })
      expect(top.converged).toBe(true)
      expect(gradientNorm).toBeLessThan(1e-4)
      expect(logLik).toBeCloseTo(whole.logLik, 8)
      top.beta.forEach((value, j) => expect(value).toBeCloseTo(whole.top.beta[j], 5))
      top.covariance.forEach((value, j) => expect(value / whole.top.covariance[j]).toBeCloseTo(1, 2))
    }
  })
})
