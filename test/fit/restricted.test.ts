import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import { peerModels, peerTable } from '../reference/peers.js'

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
