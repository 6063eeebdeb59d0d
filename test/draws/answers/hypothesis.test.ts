import { describe, expect, it } from 'vitest'
import type { Sampled } from '../../../src/draws/drawn-model.js'
import { essMean } from '../../../src/draws/diagnostics/effective-sample-size.js'
import { hypothesis } from '../../../src/draws/answers/hypothesis.js'
import { loo } from '../../../src/draws/answers/loo.js'
import { summarise } from '../../../src/draws/diagnostics/summarise.js'
import { normalCdf } from '../../../src/numerics/special.js'
import { modelOf } from '../../reference/data.js'
import { ar1Chains } from '../ar1-chains.js'

const ndraws = 2000
const sampled = (values: Float64Array[]): Sampled => ({
  sample: { model: modelOf('betablocker'), priorOnly: false, draws: { names: ['b_x', 'b_y'], ndraws, values } },
})
// Two quantities, interleaved: each an AR(1) series with unit innovations; of lag 2 in the chain of both.
const values = ar1Chains(0, 4, 2 * ndraws, 8)
const posterior = sampled(values)

describe('a comparison', () => {
  it('has the share of draws as probability, within its Monte Carlo error of the truth', () => {
    const { comparison, summary } = hypothesis(posterior, 'b_x - b_y < 1')
    const exact = normalCdf(1 / Math.SQRT2)
    expect(Math.abs(comparison!.probability - exact)).toBeLessThan(4 * comparison!.mcse!)
    // Independent draws: the error is the binomial one, and the odds are of the probability.
    const binomial = Math.sqrt((exact * (1 - exact)) / (4 * ndraws))
    expect(comparison!.mcse! / binomial).toBeGreaterThan(0.9)
    expect(comparison!.mcse! / binomial).toBeLessThan(1.1)
    expect(comparison!.evidenceRatio).toBeCloseTo(comparison!.probability / (1 - comparison!.probability), 10)
    expect(summary.name).toBe('b_x - b_y < 1')
    expect(Math.abs(summary.mean + 1)).toBeLessThan(4 * summary.mcse)
  })

  it('has an error that knows of autocorrelation', () => {
    const slow = ar1Chains(0.9, 4, ndraws, 9).map((chain) =>
      Float64Array.from({ length: 2 * ndraws }, (_, i) => chain[i >> 1]),
    )
    const { comparison } = hypothesis(sampled(slow), 'b_x > 0')
    const indicator = slow.map((chain) => Float64Array.from({ length: ndraws }, (_, d) => (chain[2 * d] > 0 ? 1 : 0)))
    expect(comparison!.ess).toBeCloseTo(essMean(indicator), 8)
    expect(comparison!.ess!).toBeLessThan(ndraws)
  })

  it('that all draws obey has no error that could be told', () => {
    expect(hypothesis(posterior, 'exp(b_x) > 0').comparison).toEqual({
      probability: 1,
      mcse: null,
      ess: null,
      evidenceRatio: Number.POSITIVE_INFINITY,
    })
  })
})

it('an expression is summarised as any quantity', () => {
  const { comparison, summary } = hypothesis(posterior, 'exp(b_x) / 2')
  expect(comparison).toBeNull()
  const direct = values.map((chain) => Float64Array.from({ length: ndraws }, (_, d) => Math.exp(chain[2 * d]) / 2))
  expect(summary).toEqual(summarise({ names: ['exp(b_x) / 2'], ndraws, values: direct })[0])
})

it('refuses what is no number', () => {
  expect(() => hypothesis(posterior, 'log(b_x) < 1')).toThrow(
    /number for each draw of 'log\(b_x\) < 1', got none for \d+ of 8000/,
  )
})

it('refuses a posterior without draws', () => {
  const { model } = posterior.sample
  const none = { sample: { model, priorOnly: false, draws: { names: ['b_x'], ndraws: 0, values: [] } } }
  expect(() => hypothesis(none, 'b_x < 1')).toThrow(/posterior with draws/)
  expect(() => loo(none)).toThrow(/posterior with draws/)
  // A posterior by quadrature, from a program without types.
  const integrated = { sample: null } as unknown as typeof none
  expect(() => hypothesis(integrated, 'b_x < 1')).toThrow(/posterior with draws/)
  expect(() => loo(integrated)).toThrow(/posterior with draws/)
})
