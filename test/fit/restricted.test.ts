import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import { peerModels, peerTable } from '../reference/peers.js'
import { uniforms } from '../reference/uniforms.js'

/** Balanced one-way layout, for which restricted maximum likelihood has closed forms (Searle, Casella and McCulloch 1992). */
describe('restricted maximum likelihood', () => {
  const groups = 6
  const each = 5
  const g = Array.from({ length: groups * each }, (_, i) => `g${i % groups}`)
  const y = g.map((_, i) => 10 + 3 * Math.sin(2 * (i % groups)) + Math.cos(7 * i))
  const means = Array.from(
    { length: groups },
    (_, k) => y.filter((__, i) => i % groups === k).reduce((a, b) => a + b) / each,
  )
  const grand = means.reduce((a, b) => a + b) / groups
  const within = y.reduce((sum, value, i) => sum + (value - means[i % groups]) ** 2, 0) / (groups * (each - 1))
  const between = (each * means.reduce((sum, mean) => sum + (mean - grand) ** 2, 0)) / (groups - 1)

  it('a balanced one-way layout: the estimates of the analysis of variance', () => {
    const got = fit('y ~ 1 + (1 | g)', tableFrom({ y, g }), { family: 'gaussian', reml: true })
    expect(got.method).toBe('reml')
    expect(got.dispersion.sigma.estimate).toBeCloseTo(Math.sqrt(within), 8)
    expect(got.random[0].sd[0]).toBeCloseTo(Math.sqrt((between - within) / each), 7)
    expect(got.fixed[0].estimate).toBeCloseTo(grand, 10)
    expect(got.fixed[0].se).toBeCloseTo(Math.sqrt(between / (groups * each)), 7)
    expect(got.warnings).toEqual([])
  })

  it('maximum likelihood divides by all degrees of freedom', () => {
    const got = fit('y ~ 1 + (1 | g)', tableFrom({ y, g }), { family: 'gaussian' })
    const ml = (between * (groups - 1)) / groups
    expect(got.dispersion.sigma.estimate).toBeCloseTo(Math.sqrt(within), 8)
    expect(got.random[0].sd[0]).toBeCloseTo(Math.sqrt((ml - within) / each), 7)
  })

  it('is for gaussian models', () => {
    const table = tableFrom({ k: y.map(Math.round), g })
    expect(() => fit('k ~ 1 + (1 | g)', table, { family: 'poisson', reml: true })).toThrow('expected a gaussian family')
  })
})

describe('restricted maximum likelihood as lme4 has it', () => {
  for (const [name, { data, formula, family, engines }] of Object.entries(peerModels)) {
    const peer = engines.lme4_reml
    if (!peer || family !== 'gaussian') continue
    it(name, () => {
      const got = fit(formula, peerTable(data), { family: 'gaussian', reml: true })
      // 1e-6 of the log-likelihood; lme4's optimizer leaves its estimates about 1e-6 of themselves from the top.
      expect(Math.abs(got.logLik - peer.logLik!) / Math.abs(peer.logLik!)).toBeLessThan(1e-8)
      const beta = Object.values(peer.beta)
      const se = Object.values(peer.se)
      got.fixed.forEach((row, j) => {
        expect(Math.abs(row.estimate - beta[j]) / se[j]).toBeLessThan(1e-4)
        expect(Math.abs(row.se! - se[j]) / se[j]).toBeLessThan(1e-4)
      })
      expect(Math.abs(got.dispersion.sigma.estimate - peer.sigma!) / peer.sigma!).toBeLessThan(1e-4)
      // Of two terms of one factor lme4 calls the second Subject.1.
      for (const { group, names, sd } of got.random) {
        const key = Object.keys(peer.sd).find((other) => other.startsWith(group) && names[0] in peer.sd[other])!
        names.forEach((column, j) => {
          const theirs = peer.sd[key][column]
          expect(Math.abs(sd[j] - theirs)).toBeLessThan(1e-4 * (theirs + peer.sigma! * 1e-2))
        })
      }
    })
  }
})

describe('units and origins of the columns', () => {
  const n = 240
  const next = uniforms(11)
  const g = Array.from({ length: n }, (_, i) => `g${i % 4}`)
  const x = Array.from({ length: n }, (_, i) => i + 1)
  const level = [-3, 1, 4, -2]
  const y = x.map((value, i) => 1 + 0.02 * value + level[i % 4] + (next() + next() + next() - 1.5) * 2)
  const fitted = (scale: number, origin: number) =>
    fit('y ~ x + (1 | g)', tableFrom({ y, g, x: x.map((value) => origin + scale * value) }), { reml: true })
  const plain = fitted(1, 0)

  it.each([
    [1e4, 0],
    [1e-7, 0],
    [1, 1e6],
    [100, -1e5],
  ])(
    'x * %d + %d takes as few evaluations, and the restricted likelihood moves by the log of the unit',
    (scale, origin) => {
      const one = fitted(scale, origin)
      expect(one.convergence.converged).toBe(true)
      expect(one.convergence.evaluations).toBeLessThanOrEqual(plain.convergence.evaluations + 6)
      expect(one.logLik - plain.logLik).toBeCloseTo(-Math.log(scale), 6)
      expect(one.fixed[1].estimate * scale).toBeCloseTo(plain.fixed[1].estimate, 8)
      expect(one.fixed[1].se! * scale).toBeCloseTo(plain.fixed[1].se!, 8)
      expect(one.random[0].sd[0]).toBeCloseTo(plain.random[0].sd[0], 5)
    },
  )

  it('a column of 1 to 10,000 is climbed as quickly as any', () => {
    const long = Array.from({ length: 10_000 }, (_, i) => i + 1)
    const table = tableFrom({
      x: long,
      g: long.map((i) => `g${i % 4}`),
      y: long.map((i) => 2 * i + level[i % 4] + (next() + next() + next() - 1.5) * 2),
    })
    const { convergence, fixed } = fit('y ~ x + (1 | g)', table, { reml: true })
    expect(convergence.converged).toBe(true)
    expect(convergence.evaluations).toBeLessThan(40)
    expect(Math.abs(fixed[1].estimate - 2)).toBeLessThan(5 * fixed[1].se!)
  })
})
