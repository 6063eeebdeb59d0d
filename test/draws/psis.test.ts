import { describe, expect, it } from 'vitest'
import { pooled } from '../../src/draws/diagnostics/sorted-draws.js'
import { fitGeneralisedPareto, generalisedParetoQuantile } from '../../src/numerics/generalised-pareto.js'
import { psis } from '../../src/numerics/psis.js'
import { expectClose, reference, referenceDraws } from './posterior-reference.js'

describe('against R loo', () => {
  it.each(Object.entries(reference.psis))('%s', (variable, expected) => {
    const { paretoK, logWeights, ess } = psis(pooled(referenceDraws.get(variable) ?? []))
    if (expected.paretoK === null) expect(paretoK).toBe(Number.POSITIVE_INFINITY)
    else expectClose(paretoK, expected.paretoK, 1e-10, 'Pareto k')
    expectClose(ess, expected.ess, 1e-10, 'ess')
    for (const [s, weight] of expected.first.entries()) expectClose(logWeights[s], weight, 1e-10, `log weight ${s}`)
    expect(Math.abs(Math.max(...logWeights) - expected.maximum)).toBeLessThan(1e-10)
    expect(Math.abs(logWeights.reduce((sum, w) => sum + Math.exp(w), 0) - 1)).toBeLessThan(1e-12)
  })
})

describe('generalised Pareto fit', () => {
  it.each([-0.4, 0, 0.3, 1.2])('finds k = %f from its quantiles', (k) => {
    const n = 4000
    const exact = Float64Array.from({ length: n }, (_, i) => generalisedParetoQuantile((i + 0.5) / n, { k, sigma: 2 }))
    const fit = fitGeneralisedPareto(exact)
    // Asymptotic SD of the maximum likelihood k is (1 + k) / sqrt(n); exact quantiles scatter less.
    expect(Math.abs(fit.k - k)).toBeLessThan((1 + k) / Math.sqrt(n))
    expect(Math.abs(fit.sigma / 2 - 1)).toBeLessThan(2 / Math.sqrt(n))
  })
})

describe('edges', () => {
  it('equal ratios are an exact proposal', () => {
    const { paretoK, ess, logWeights } = psis(new Float64Array(200).fill(-3))
    expect(paretoK).toBe(Number.NEGATIVE_INFINITY)
    expectClose(ess, 200, 1e-12, 'ess')
    expectClose(logWeights[7], -Math.log(200), 1e-12, 'weight')
  })
  it('too few draws cannot be judged, but are weighted', () => {
    const { paretoK, logWeights } = psis([0, Math.log(3)])
    expect(paretoK).toBe(Number.POSITIVE_INFINITY)
    expectClose(logWeights[1], Math.log(0.75), 1e-12, 'weight')
  })
  it('-Infinity is a weight of zero', () => {
    const ratios = Float64Array.from({ length: 400 }, (_, s) =>
      s % 4 === 0 ? Number.NEGATIVE_INFINITY : Math.sin(s * s),
    )
    const { paretoK, logWeights } = psis(ratios)
    expect(logWeights[0]).toBe(Number.NEGATIVE_INFINITY)
    expect(paretoK).toBeLessThan(0.5)
  })
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('%f never passes for a good proposal', (bad) => {
    const ratios = Float64Array.from({ length: 400 }, (_, s) => (s === 3 ? bad : Math.sin(s * s)))
    expect(psis(ratios).paretoK).toBe(Number.POSITIVE_INFINITY)
    expect(psis(new Float64Array(400).fill(Number.NEGATIVE_INFINITY)).paretoK).toBe(Number.POSITIVE_INFINITY)
  })
})
