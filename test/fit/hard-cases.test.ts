import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import type { FitRecord } from '../../src/fit/record/fit-record.js'
import { uniforms } from '../reference/uniforms.js'

const u = uniforms(3)
const normal = (): number => Array.from({ length: 12 }, u).reduce((sum, one) => sum + one - 0.5, 0)
const codes = ({ warnings }: FitRecord): string[] =>
  warnings.map(({ code }) => code).filter((code) => code !== 'INTEGRATION')

/** Forty groups of twelve rows whose slope is half their intercept. */
const groups = Array.from({ length: 480 }, (_, i) => `g${Math.floor(i / 12)}`)
const intercepts = Array.from({ length: 40 }, normal)
const x = groups.map(() => normal())
const effect = groups.map((g, i) => intercepts[Number(g.slice(1))] * (1 + 0.5 * x[i]))
const y = x.map((value, i) => 1 + value + effect[i] + 0.5 * normal())
const k = x.map((value, i) => Math.floor(Math.exp(0.5 + 0.2 * value + 0.5 * effect[i]) + u()))
const half = x.map((value) => 1 + 0.5 * value)

describe('a slope that is a multiple of the intercept is a singular fit', () => {
  it.each([
    ['gaussian', 'y', 1],
    ['poisson', 'k', 1],
    ['poisson', 'k', 7],
  ] as const)('%s: %s with %d nodes', (family, response, nodes) => {
    const got = fit(`${response} ~ x + (1 + x | g)`, tableFrom({ y, k, x, g: groups }), { family, nodes })
    expect(got.convergence.converged).toBe(true)
    expect(got.convergence.singular).toBe(true)
    expect(codes(got)).toEqual(['SINGULAR'])
    const [{ sd, sdSe, correlation }] = got.random
    expect(correlation[1][0]).toBe(1)
    expect(sdSe.every((se) => se! > 0)).toBe(true)
    // The same model with one effect on the combination.
    const both = x.map((value) => sd[0] + sd[1] * value)
    const scalar = fit(`${response} ~ x + (0 + both | g)`, tableFrom({ y, k, x, both, g: groups }), { family, nodes })
    expect(scalar.random[0].sd[0]).toBeCloseTo(1, 6)
    expect(scalar.logLik).toBeCloseTo(got.logLik, 7)
    got.fixed.forEach(({ estimate }, j) => expect(estimate).toBeCloseTo(scalar.fixed[j].estimate, 6))
  })
})

describe('what the data cannot tell is said', () => {
  const table = tableFrom({ y, k, x, g: groups, row: groups.map((_, i) => `r${i}`), two: x.map(() => 2) })

  it.each([
    ['a slope on a constant', 'y ~ x + (1 + two | g)', 'gaussian'],
    ['a slope on a constant, uncorrelated', 'y ~ x + (1 + two || g)', 'gaussian'],
    ['a slope on a constant, counts', 'k ~ x + (1 + two | g)', 'poisson'],
  ])('%s', (_, formula, family) => {
    const got = fit(formula, table, { family })
    expect(got.convergence.converged).toBe(false)
    expect(codes(got)).toContain('NO_CONVERGENCE')
  })

  it('no rows differ: a variance of the counts is zero', () => {
    const got = fit('k ~ half + (1 | g)', tableFrom({ k: x.map((_, i) => 2 + (i % 3)), half, g: groups }), {
      family: 'poisson',
    })
    expect(got.random[0].sd).toEqual([0])
    expect(codes(got)).toEqual(['SINGULAR'])
  })

  it('one row a group is named as the reason', () => {
    const each = fit('y ~ x + (1 | row)', table, { family: 'gaussian' })
    expect(codes(each)).toEqual(['NOT_IDENTIFIED', 'LIMIT'])
    // The residual's variance and the rows' add up to that of least squares, whatever each is.
    const plain = fit('y ~ x', table, { family: 'gaussian' })
    expect(each.logLik).toBeCloseTo(plain.logLik, 4)
    expect(codes(fit('y ~ x + (1 | g)', table, { family: 'gaussian' }))).toEqual([])
  })

  it('a mean that starts out of the support of its link is drawn in', () => {
    const got = fit('k ~ x + (1 | g)', table, { family: 'poisson', link: 'identity' })
    expect(Number.isFinite(got.logLik)).toBe(true)
  })
})

describe('units of the response', () => {
  const at = (change: (value: number) => number): FitRecord =>
    fit('y ~ x + (1 | g)', tableFrom({ y: y.map(change), x, g: groups }), { family: 'gaussian' })
  const truth = at((value) => value)

  it.each([1e-8, 1e-4, 1e4, 1e8])('times %s', (by) => {
    const got = at((value) => by * value)
    expect(got.convergence.converged).toBe(true)
    expect(got.logLik + y.length * Math.log(by)).toBeCloseTo(truth.logLik, 6)
    expect(got.random[0].sd[0] / by).toBeCloseTo(truth.random[0].sd[0], 8)
    expect(got.convergence.evaluations).toBeLessThan(200)
  })

  it.each([1e3, 1e5, 1e6])('plus %s', (by) => {
    const got = at((value) => by + value)
    expect(got.convergence.converged).toBe(true)
    expect(got.logLik).toBeCloseTo(truth.logLik, 6)
    expect(got.random[0].sd[0]).toBeCloseTo(truth.random[0].sd[0], 6)
  })

  it.each([1e-2, 1e-3, 1e-4])('a residual of %s beside a standard deviation of 1', (size) => {
    const small = groups.map((g, i) => intercepts[Number(g.slice(1))] + size * x[i])
    const got = fit('z ~ 1 + (1 | g)', tableFrom({ z: small, g: groups }), { family: 'gaussian' })
    expect(got.convergence.converged).toBe(true)
    expect(got.dispersion.sigma.estimate / size).toBeGreaterThan(0.9)
    expect(got.dispersion.sigma.estimate / size).toBeLessThan(1.1)
  })
})

describe('many groups', () => {
  it('5,000 groups with an intercept and a slope each: seconds', () => {
    const next = uniforms(41)
    const about = (): number => next() + next() + next() - 1.5
    const n = 30_000
    const g = new Float64Array(n)
    const t = new Float64Array(n)
    const count = new Float64Array(n)
    let [b0, b1] = [0, 0]
    for (let i = 0; i < n; i++) {
      if (i % 6 === 0) [b0, b1] = [about(), 0.6 * about()]
      g[i] = Math.floor(i / 6)
      t[i] = 2 * next() - 1
      // The inverse of the distribution function of a Poisson.
      const mean = Math.exp(0.3 + 0.4 * t[i] + b0 + b1 * t[i])
      const chance = next()
      let p = Math.exp(-mean)
      for (let sum = p; chance > sum && count[i] < 200; sum += p) p *= mean / ++count[i]
    }
    const before = process.cpuUsage()
    const got = fit('count ~ t + (1 + t | g)', tableFrom({ count, t, g }), { family: 'poisson' })
    const { user, system } = process.cpuUsage(before)
    expect(got.convergence.converged).toBe(true)
    expect(got.modes).toHaveLength(10_000)
    expect(got.random[0].sd[0]).toBeCloseTo(0.5, 1)
    expect(got.random[0].sd[1]).toBeCloseTo(0.3, 1)
    expect((user + system) / 1e6).toBeLessThan(5)
  })
})
