import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { laplaceParts } from '../../../src/likelihood/sparse/laplace-parts.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { secondOrder } from '../../../src/likelihood/sparse/second-order.js'
import { peerModels, peerTable } from '../../reference/peers.js'
import { crossedLogLik, crossedTable } from '../crossed-brute-force.js'
import { state } from '../../../src/likelihood/frame/stated.js'

describe('at the exact maximum, exact log-likelihood less Laplace', () => {
  /** Greatest relative error of the correction: it is an expansion, good where clusters say much. */
  const cases = { betablocker: 0.02, betablocker_probit: 0.02, cbpp: 0.05, VerbAgg_id: 0.03, Salamanders_pois: 0.1 }
  it.each(Object.entries(cases))('%s', (name, tolerance) => {
    const { data, formula, family, link, exact } = peerModels[name]
    const model = stateModel(formula, peerTable(data), { family, link })
    const beta = model.predictors[0].fixed.names.map((column) => exact!.beta[column])
    const parts = laplaceParts(state(model))
    const { correction, exact: allPairs } = secondOrder(parts)
    const x = Float64Array.of(...beta, ...Object.values(exact!.sd))
    const truth = exact!.logLik - parts.approximation.evaluate(x, null)
    expect(allPairs).toBe(true)
    const got = correction(x)
    expect(Math.abs(got / truth - 1)).toBeLessThan(tolerance)
  })

  it('toenail: of the right sign, and overstated, as it is with seven answers and a standard deviation of 4', () => {
    const { data, formula, exact } = peerModels.toenail
    const model = stateModel(formula, peerTable(data), { family: 'binomial' })
    const beta = model.predictors[0].fixed.names.map((column) => exact!.beta[column])
    const got = secondOrder(laplaceParts(state(model))).correction(
      Float64Array.of(...beta, ...Object.values(exact!.sd)),
    )
    const truth = exact!.logLik - exact!.laplace_logLik_at_exact_mle
    expect(truth).toBeGreaterThan(4)
    expect(got).toBeGreaterThan(truth)
    expect(got).toBeLessThan(2 * truth)
  })
})

describe('crossed factors', () => {
  const { columns, subject, item, y } = crossedTable(30, 3, 5)
  const model = stateModel('y ~ 1 + (1 | subject) + (1 | item)', tableFrom(columns), { family: 'binomial' })
  const parts = laplaceParts(state(model))
  const { correction } = secondOrder(parts)

  it('approaches the error of Laplace as the effects become small', () => {
    const relative = [1, 0.5, 0.25].map((sd) => {
      const x = Float64Array.of(0.4, sd, 0.6 * sd)
      const truth = crossedLogLik(subject, item, y, 0.4, sd, 0.6 * sd, 41) - parts.approximation.evaluate(x, null)
      return Math.abs(correction(x) / truth - 1)
    })
    expect(relative[0]).toBeLessThan(0.35)
    expect(relative[1]).toBeLessThan(0.1)
    expect(relative[2]).toBeLessThan(0.03)
  })

  it('shares it out among the rows', () => {
    const byRow = new Float64Array(model.nobs)
    const total = correction(Float64Array.of(0.4, 1, 0.6), byRow)
    expect(byRow.reduce((sum, one) => sum + one, 0)).toBeCloseTo(total, 12)
  })
})

it('rows of two predictors: effects in the mean and in the zeros, against 25 nodes', () => {
  const n = 240
  const group = Array.from({ length: n }, (_, i) => `g${i % 12}`)
  const count = Array.from({ length: n }, (_, i) => ((i * i * 7 + i) % 11 < 4 ? 0 : (i * 5 + (i % 12)) % 7))
  const table = tableFrom({ count, group })
  const model = stateModel('count ~ 1 + (1 | group)', table, { family: 'poisson', zi: '~ 1 + (1 | group)' })
  const like = likelihood(model)
  const x = Float64Array.of(1, -0.8, 0.3, 0.4)
  const truth = like.marginal(adaptive(25)).value(x) - like.marginal(adaptive(1)).value(x)
  const got = secondOrder(laplaceParts(state(model))).correction(x)
  expect(Math.abs(got / truth - 1)).toBeLessThan(0.15)
})

it('is zero where the log density is quadratic', () => {
  const model = stateModel('diameter ~ 1 + (1 | plate) + (1 | sample)', peerTable('Penicillin'), { family: 'gaussian' })
  const { correction } = secondOrder(laplaceParts(state(model)))
  // Second derivatives in the mean are constant; those across mean and dispersion do not enter without effects there.
  expect(Math.abs(correction(Float64Array.of(22.97, Math.log(0.55), 0.85, 1.93)))).toBeLessThan(1e-8)
})

it('many rows: sampled directions agree with the sum over all pairs', () => {
  const { formula, data } = peerModels.VerbAgg
  const whole = stateModel(formula, peerTable(data), { family: 'binomial' })
  const part = stateModel('y ~ 1 + (1 | subject) + (1 | item)', tableFrom(crossedTable(60, 24, 3).columns), {
    family: 'binomial',
  })
  const [sampled, all] = [secondOrder(laplaceParts(state(whole))), secondOrder(laplaceParts(state(part)))]
  expect(sampled.exact).toBe(false)
  expect(all.exact).toBe(true)
  const forced = secondOrder(laplaceParts(state(part)), 0)
  expect(forced.exact).toBe(false)
  const x = Float64Array.of(0.2, 1.5, 0.8)
  // 200 directions know the sampled third of the correction to about a fifth.
  expect(Math.abs(forced.correction(x) / all.correction(x) - 1)).toBeLessThan(0.15)
})
