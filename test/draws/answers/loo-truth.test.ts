import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { drawnCoordinates } from '../../../src/draws/drawn-coordinates.js'
import type { Sampled } from '../../../src/draws/drawn-model.js'
import { looClusters } from '../../../src/draws/answers/loo-clusters.js'
import { loo } from '../../../src/draws/answers/loo.js'
import { eachRowLogLik } from '../../../src/draws/answers/row-log-likelihood.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { stream } from '../../../src/random/stream.js'
import { cases } from '../../reference/data.js'

/** 4 Monte Carlo standard errors: about 60 figures are compared here, the seeds are fixed. */
const limit = 4

const logNormal = (x: number, mean: number, variance: number): number =>
  -0.5 * (Math.log(2 * Math.PI * variance) + (x - mean) ** 2 / variance)

/** Log density of y with independent errors of variance `within` and a shared one of variance `between` about `mean`. */
function logShared(y: readonly number[], mean: number, within: number, between: number): number {
  let sum = 0
  let total = 0
  for (const value of y) {
    total += logNormal(value, mean, within)
    sum += value - mean
  }
  // Sherman and Morrison, and the determinant beside it.
  const share = 1 + (y.length * between) / within
  return total - 0.5 * Math.log(share) + (0.5 * between * (sum / within) ** 2) / share
}

/** Four chains of independent draws of the quantities that `draw` gives. */
function independent(
  names: readonly string[],
  ndraws: number,
  draw: (z: number) => readonly number[],
): Sampled['sample']['draws'] {
  const values = [1, 2, 3, 4].map((chain) => {
    const rng = stream({ seed: 31, chain, purpose: 'chain' })
    return Float64Array.from(Array.from({ length: ndraws }, () => draw(rng.normal())).flat())
  })
  return { names, ndraws, values }
}

describe('normal models with known variances, whose mean has an exact posterior', () => {
  const y = [1.2, -0.4, 0.3, 2.9, 0.8, 1.7, -1.1, 0.2, 1.9, 0.6]
  const sigma = 0.9

  it('rows', () => {
    const model = stateModel('y ~ 1', tableFrom({ y }), { family: 'gaussian' })
    const n = y.length
    const mean = y.reduce((a, b) => a + b, 0) / n
    const draws = independent(['b_Intercept', 'sigma'], 1000, (z) => [mean + (z * sigma) / Math.sqrt(n), sigma])
    const found = loo({ sample: { model, draws, priorOnly: false } })
    found.pointwise.forEach(({ elpd, mcse, paretoK }, i) => {
      const without = (n * mean - y[i]) / (n - 1)
      const exact = logNormal(y[i], without, sigma ** 2 * (1 + 1 / (n - 1)))
      expect(paretoK).toBeLessThan(0.7)
      expect(Math.abs(elpd - exact)).toBeLessThan(limit * mcse)
    })
    expect(found.mcse).toBeLessThan(0.05)
  })

  const g = ['a', 'a', 'a', 'b', 'b', 'c', 'c', 'd', 'e', 'e']
  const h = ['u', 'v', 'w', 'u', 'v', 'v', 'w', 'u', 'v', 'w']
  const tau = 0.7
  const levels = ['a', 'b', 'c', 'd', 'e']

  /** Exact elpd of each cluster, of a response that is y less what is known of it. */
  function exactClusters(known: readonly number[]): { precision: number; mean: number; elpd: number[] } {
    const rest = y.map((value, i) => value - known[i])
    const of = (level: string): number[] => rest.filter((_, i) => g[i] === level)
    const weight = (level: string): number => of(level).length / (sigma ** 2 + of(level).length * tau ** 2)
    const average = (level: string): number => of(level).reduce((a, b) => a + b, 0) / of(level).length
    const posterior = (kept: readonly string[]): { precision: number; mean: number } => {
      const precision = kept.reduce((sum, level) => sum + weight(level), 0)
      return { precision, mean: kept.reduce((sum, level) => sum + weight(level) * average(level), 0) / precision }
    }
    const elpd = levels.map((level) => {
      const { precision, mean } = posterior(levels.filter((other) => other !== level))
      return logShared(of(level), mean, sigma ** 2, tau ** 2 + 1 / precision)
    })
    return { ...posterior(levels), elpd }
  }

  it('clusters, their effects integrated out', () => {
    const model = stateModel('y ~ 1 + (1 | g)', tableFrom({ y, g }), { family: 'gaussian' })
    const { precision, mean, elpd } = exactClusters(y.map(() => 0))
    const names = ['b_Intercept', 'sigma', 'sd_g__Intercept', ...levels.map((level) => `r_g[${level},Intercept]`)]
    // The draws' own effects, of which nothing may depend, are nonsense.
    const draws = independent(names, 1000, (z) => [mean + z / Math.sqrt(precision), sigma, tau, 9, -9, 9, -9, 9])
    const found = looClusters({ sample: { model, draws, priorOnly: false } })
    expect(found.group).toBe('g')
    expect(found.warnings).toEqual([])
    found.pointwise.forEach((point, c) => {
      expect(point.name).toBe(levels[c])
      expect(Math.abs(point.elpd - elpd[c])).toBeLessThan(limit * point.mcse)
      expect(point.mcse).toBeLessThan(0.05)
    })
  })

  it('clusters of one of two crossed factors, given the effects of the other', () => {
    const model = stateModel('y ~ 1 + (1 | g) + (1 | h)', tableFrom({ y, g, h }), { family: 'gaussian' })
    const ofH = { u: 0.5, v: -0.8, w: 0.4 } as const
    const { precision, mean, elpd } = exactClusters(h.map((level) => ofH[level as keyof typeof ofH]))
    const names = ['b_Intercept', 'sigma', 'sd_g__Intercept', 'sd_h__Intercept', ...levels, ...Object.keys(ofH)]
    const draws = independent(names, 250, (z) => [
      ...[mean + z / Math.sqrt(precision), sigma, tau, 1],
      ...[9, -9, 9, -9, 9],
      ...Object.values(ofH),
    ])
    const posterior = { sample: { model, draws, priorOnly: false } }
    const found = looClusters(posterior, { group: 'g' })
    found.pointwise.forEach((point, c) => {
      expect(Math.abs(point.elpd - elpd[c])).toBeLessThan(limit * point.mcse)
      expect(point.mcse).toBeLessThan(0.1)
    })
    expect(() => looClusters(posterior)).toThrow(/crossed ones \(g, h\)/)
    expect(() => looClusters(posterior, { group: 'gg' })).toThrow(/grouping factor \(g, h\), got 'gg'/)
  })

  it('are refused without random effects', () => {
    const model = stateModel('y ~ 1', tableFrom({ y }), { family: 'gaussian' })
    const draws = independent(['b_Intercept', 'sigma'], 10, (z) => [z, 1])
    expect(() => looClusters({ sample: { model, draws, priorOnly: false } })).toThrow(
      /random effects to leave clusters out/,
    )
  })
})

describe('cbpp against exact refits', () => {
  const { formula, table } = cases.cbpp
  const settings = {
    priors: ['b ~ normal(0, 2.5)', 'sd ~ half_normal(0, 1)'],
    sampler: 'marginal',
    warmup: 200,
    draws: 250,
    seed: 3,
  }
  const sampled = async (data: Table): Promise<Sampled> => ({
    sample: await sampleModel(
      stateModel(formula, data, { family: 'binomial' }),
      resolveSettings(settings),
      inlineExecutor,
    ),
  })
  const without = (drop: (row: number) => boolean): Table =>
    tableFrom(
      Object.fromEntries(
        table.columns.map((column) => {
          const values =
            column.kind === 'numeric' ? Array.from(column.values) : Array.from(column.codes, (c) => column.levels[c])
          return [column.name, (values as (string | number)[]).filter((_, row) => !drop(row))]
        }),
      ) as Record<string, number[] | string[]>,
    )
  /** Log of a mean of densities, and its Monte Carlo error were the draws worth a quarter of independent ones. */
  function logMean(logs: ArrayLike<number>): { value: number; mcse: number } {
    const density = Float64Array.from(logs, Math.exp)
    const mean = density.reduce((a, b) => a + b, 0) / density.length
    const variance = density.reduce((sum, x) => sum + (x - mean) ** 2, 0) / density.length
    return { value: Math.log(mean), mcse: (2 * Math.sqrt(variance / density.length)) / mean }
  }

  it('rows and herds', { timeout: 60_000 }, async () => {
    const all = await sampled(table)
    const { model } = all.sample
    const byRow = loo(all).pointwise
    const byHerd = looClusters(all).pointwise
    for (const row of [6]) {
      const { sample } = await sampled(without((each) => each === row))
      let exact = { value: 0, mcse: 0 }
      eachRowLogLik({ ...sample, model }, (each, logLik) => {
        if (each === row) exact = logMean(logLik)
      })
      const { elpd, mcse, paretoK } = byRow[row]
      expect(paretoK).toBeLessThan(0.7)
      expect(Math.abs(elpd - exact.value)).toBeLessThan(limit * Math.hypot(mcse, exact.mcse))
    }
    const [{ term }] = likelihood(model).layout.terms
    for (const herd of [7]) {
      const { sample } = await sampled(without((row) => term.index[row] === herd))
      const like = likelihood(model)
      const read = drawnCoordinates(like.stated, sample.draws)
      const logs = Array.from(
        { length: read.count },
        (_, s) => like.marginal(adaptive(25)).byLevel(read.parameters(s))![herd],
      )
      const exact = logMean(logs)
      const { elpd, mcse } = byHerd[herd]
      expect(Math.abs(elpd - exact.value)).toBeLessThan(limit * Math.hypot(mcse, exact.mcse))
    }
  })
})
