import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { estimatesAt, parameterNames, parameterTable } from '../../../src/study/estimates/parameters.js'
import { refit } from '../../../src/study/estimates/refit.js'
import { threads } from '../../../workers/threads.js'
import { run, simulationOf } from '../studies.js'
import { state } from '../../../src/likelihood/frame/stated.js'

/** A regression whose posterior is known: with flat priors on the coefficients and on sigma they are t with 9 degrees of freedom. */
const x = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? -1 : 1))
const gaussian = (replicates: number, sample: object = {}): object => ({
  kind: 'simulation',
  seed: 3,
  replicates,
  data: tableFrom({ y: x.map((value, i) => value + Math.sin(i)), x }),
  family: 'gaussian',
  formula: 'y ~ x',
  truth: { fixed: { '(Intercept)': 1, x: 0 }, dispersion: { sigma: 2 } },
  methods: [{ name: 'ml' }, { name: 'bayes', sample: { priors: ['b ~ flat()', 'sigma ~ flat()'], ...sample } }],
})

const refused = (study: object): Promise<string> =>
  run(study).then(
    () => '',
    ({ message }: Error) => message,
  )

describe('a posterior as a method', () => {
  it('has the means, standard deviations, limits and coverage of a posterior that is known', async () => {
    const { rows, measures, execution } = await run(gaussian(200, { limits: { ess: 50 } }))
    expect(execution.failed).toBe(0)
    // R: qt(0.975, 9)
    const t975 = 2.262157
    const inUnits: Record<string, number[]> = { mean: [], median: [], sd: [], lower: [], upper: [] }
    for (const row of rows) {
      const number = (key: string): number => Number(row[key])
      // The scale of the t: the residual sum of squares, 10 sigma^2 as least squares tell it, over 9 and the 12 rows.
      const scale = number('ml.sigma') * Math.sqrt(10 / 9 / 12)
      const sd = scale * Math.sqrt(9 / 7)
      inUnits.mean.push((number('bayes.x') - number('ml.x')) / sd)
      inUnits.median.push((number('bayes.x.median') - number('ml.x')) / sd)
      inUnits.sd.push(number('bayes.x.se') / sd - 1)
      inUnits.lower.push((number('bayes.x.lower') - number('ml.x')) / scale + t975)
      inUnits.upper.push((number('bayes.x.upper') - number('ml.x')) / scale - t975)
    }
    for (const [key, off] of Object.entries(inUnits)) {
      const mean = off.reduce((a, b) => a + b, 0) / off.length
      const error = Math.sqrt(off.reduce((sum, one) => sum + (one - mean) ** 2, 0) / off.length ** 2)
      // A quantile of so few draws is biased by the order of 1 over their number.
      expect(Math.abs(mean), key).toBeLessThan(4 * error + 0.02)
      expect(error, key).toBeLessThan(0.03)
    }
    const of = (method: string) => measures.find((one) => one.method === method && one.parameter === 'x')!
    // The interval is b +- t(9) sqrt(10 / 9) classical standard errors; R: 1 - 2 * pt(-qt(.975, 9) * sqrt(10 / 9), 10).
    const bayes = of('bayes')
    expect(Math.abs(Number(bayes.coverage) - 0.9617)).toBeLessThan(4 * Number(bayes.coverageMcse))
    expect(Math.abs(Number(bayes.typeI) - 0.0383)).toBeLessThan(4 * Number(bayes.typeIMcse))
    expect(Math.abs(Number(bayes.bias))).toBeLessThan(4 * Number(bayes.biasMcse))
    expect(Math.abs(Number(bayes.medianBias))).toBeLessThan(4 * Number(bayes.medianBiasMcse))
    expect(Number(bayes.medianRmse)).toBeCloseTo(Number(bayes.rmse), 1)
    expect(of('ml')).toMatchObject({ medianBias: null, medianRmse: null })
    expect([bayes.convergence, bayes.n]).toEqual([1, 200])
  })

  it('has the same rows on 1 and 2 threads, each with draws of its own', async () => {
    const methods = [
      { name: 'nuts', sample: { warmup: 50, draws: 60, chains: 2, limits: { rhat: 9, ess: 1, divergences: 1 } } },
      { name: 'other', sample: { warmup: 50, draws: 60, limits: { rhat: 9, ess: 1, divergences: 1 } } },
    ]
    const study = simulationOf(6, { methods })
    const [inline, one, two] = [
      await run(study),
      ...(await Promise.all(
        [1, 2].map(async (count) => {
          const executor = threads({ threads: count })
          return run(study, { executor }).finally(() => executor.close())
        }),
      )),
    ]
    expect(inline.execution.failed).toBe(0)
    expect(one.rows).toEqual(inline.rows)
    expect([one, two].map(({ execution }) => execution.rowsHash)).toEqual(
      [inline, inline].map(({ execution }) => execution.rowsHash),
    )
    expect(new Set(inline.rows.flatMap((row) => [row['nuts.treat'], row['other.treat']])).size).toBe(12)
  })

  it('counts chains beyond the limits as not converged, and keeps what they say of it', async () => {
    const { rows, measures, execution } = await run(gaussian(3, { draws: 20, warmup: 20, limits: { ess: 1000 } }))
    expect(execution.failed).toBe(3)
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'failed', code: 'NO_CONVERGENCE', 'bayes.converged': 0, 'bayes.x': null })
      expect(row.message).toMatch(/^bayes: expected (1000 effective draws or more|an R-hat of at most 1.05), got /)
      expect(Number(row['bayes.ess'])).toBeLessThan(1000)
    }
    const of = (method: string) => measures.find((one) => one.method === method)!
    expect(of('bayes')).toMatchObject({ convergence: 0, n: 0, coverage: null })
    expect(of('ml')).toMatchObject({ convergence: 1, n: 3 })
  })

  it('refuses what does not go with a posterior', async () => {
    const methods = (method: object) => simulationOf(1, { methods: [{ name: 'a' }, { name: 'b', ...method }] })
    expect(await refused(methods({ sample: {}, fit: { nodes: 5 } }))).toBe(
      '/methods/1/fit/nodes: expected no nodes for a posterior, got 5',
    )
    expect(await refused(methods({ sample: { sampler: 'nut' } }))).toContain('nuts')
    expect(await refused(methods({ sample: { priors: ['b ~ norml(0, 1)'] } }))).toContain('norml')
    expect(await refused(methods({ sample: { draws: 2 } }))).toContain('/methods/1/sample/draws')
    expect(await refused(methods({ sample: { limits: { rhat: 1 } } }))).toContain('/methods/1/sample/limits/rhat')
  })

  it('tells standard deviations, correlations and sigma as a fit does', () => {
    const rows = Array.from({ length: 80 }, (_, i) => i)
    const table = tableFrom({
      y: rows.map((i) => Math.sin(i) + (i % 8)),
      x: rows.map((i) => (i % 7) - 3),
      g: rows.map((i) => `g${i % 8}`),
    })
    const found = refit(state(stateModel('y ~ x + (x | g)', table, { family: 'gaussian' })), {})
    const told = estimatesAt(found.like.stated, found.fitted.parameters)
    expect(parameterNames(state(found.like.model))).toEqual([
      ...['(Intercept)', 'x', 'sd(g, (Intercept))', 'sd(g, x)', 'cor(g, (Intercept), x)', 'sigma'],
    ])
    expect(Array.from(told)).toEqual(Array.from(parameterTable(found, 'none').estimate))
  })
})
