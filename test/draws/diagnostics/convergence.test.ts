import { describe, expect, it } from 'vitest'
import { essBulk, essMean, essQuantileOf, essTail } from '../../../src/draws/diagnostics/effective-sample-size.js'
import { mcseMean, mcseQuantile, mcseSd } from '../../../src/draws/diagnostics/monte-carlo-error.js'
import { rhat } from '../../../src/draws/diagnostics/rhat.js'
import { sortedDraws } from '../../../src/draws/diagnostics/sorted-draws.js'
import { summarise } from '../../../src/draws/diagnostics/summarise.js'
import { betaQuantile } from '../../../src/numerics/beta-quantile.js'
import { expectClose, type ReferenceSummary, reference, referenceDraws } from '../posterior-reference.js'

const relative = 1e-10

// posterior 1.4.0 agrees with Vehtari et al. (2021) in all that is tested here.
const shapes = {
  full: (chains: Float64Array[]) => chains,
  single: (chains: Float64Array[]) => chains.slice(0, 1),
  odd: (chains: Float64Array[]) => chains.map((chain) => chain.slice(0, 201)),
}

describe.each(Object.entries(shapes))('%s chains against R posterior', (shape, cut) => {
  const variables = Object.entries(reference[shape as keyof typeof shapes])
  it.each(variables)('%s', (variable, expected) => {
    const chains = cut(referenceDraws.get(variable) ?? [])
    const check = (what: string, actual: number, value: number | null) =>
      expectClose(actual, value, relative, `${variable} ${what}`)
    check('rhat', rhat(chains), expected.rhat)
    check('ess_bulk', essBulk(chains), expected.essBulk)
    check('ess_tail', essTail(chains), expected.essTail)
    check('ess_mean', essMean(chains), expected.essMean)
    const { ascending } = sortedDraws(chains)
    for (const [i, p] of [0.1, 0.5, 1].entries())
      check(`ess_quantile ${p}`, essQuantileOf(chains, ascending, p), expected.essQuantile[i])
    check('mcse_mean', mcseMean(chains), expected.mcseMean)
    check('mcse_sd', mcseSd(chains), expected.mcseSd)
    for (const [i, p] of [0.05, 0.5, 0.9].entries())
      check(`mcse_quantile ${p}`, mcseQuantile(chains, p), expected.mcseQuantile[i])
    checkSummary(variable, chains, expected)
  })
})

function checkSummary(name: string, chains: Float64Array[], expected: ReferenceSummary): void {
  // Two parameters, so that the interleaving of the values matters.
  const values = chains.map((chain) =>
    Float64Array.from({ length: 2 * chain.length }, (_, i) => chain[i >> 1] * ((i & 1) + 1)),
  )
  const [once, twice] = summarise({ names: [name, 'twice'], ndraws: chains[0].length, values })
  expect([once.name, twice.name]).toEqual([name, 'twice'])
  const check = (what: string, actual: number, value: number | null) =>
    expectClose(actual, value, relative, `${name} summary ${what}`)
  check('mean', once.mean, expected.mean)
  check('sd', once.sd, expected.sd)
  const locations = [once.q2_5, once.q5, once.q25, once.q50, once.q75, once.q95, once.q97_5]
  for (const [i, value] of expected.quantiles.entries()) check(`quantile ${reference.probs[i]}`, locations[i], value)
  check('mcse', once.mcse, expected.mcseMean)
  check('mcseSd', once.mcseSd, expected.mcseSd)
  for (const summary of [once, twice]) {
    check('rhat', summary.rhat, expected.rhat)
    check('essBulk', summary.essBulk, expected.essBulk)
    check('essTail', summary.essTail, expected.essTail)
  }
  check('twice mean', twice.mean, 2 * expected.mean)
  check('twice sd', twice.sd, 2 * expected.sd)
}

describe('draws without a statement about mixing', () => {
  const good = Float64Array.from({ length: 100 }, (_, i) => Math.sin(i * i))
  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
  ])('%s among them', (_, bad) => {
    const chains = [good, good.with(50, bad)]
    for (const estimate of [rhat, essBulk, essTail, essMean, mcseMean, mcseSd])
      expect(estimate(chains), estimate.name).toBeNaN()
    expect(mcseQuantile(chains, 0.5)).toBeNaN()
  })

  it('knows a constant by its value, not by an absolute tolerance', () => {
    const tiny = [good.map((x) => x * 1e-30), good.toReversed().map((x) => x * 1e-30)]
    expectClose(essBulk(tiny), essBulk([good, good.toReversed()]), relative, 'bulk ESS at scale 1e-30')
  })

  it.each([1, 2, 3, 4, 5])('%i draws a chain throw nothing', (length) => {
    const [summary] = summarise({
      names: ['x'],
      ndraws: length,
      values: [good.slice(0, length), good.slice(9, 9 + length)],
    })
    expect(summary.mean).not.toBeNaN()
    if (length < 4) expect(summary.essBulk).toBeNaN()
  })
})

it('beta quantiles agree with R', () => {
  for (const { p, a, b, quantile } of reference.beta)
    expectClose(betaQuantile(p, a, b), quantile, 1e-9, `qbeta(${p}, ${a}, ${b})`)
})
