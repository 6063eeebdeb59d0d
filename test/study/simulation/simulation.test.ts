import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { parameterEstimates, parameterNames, parameterTable } from '../../../src/study/estimates/parameters.js'
import { refit } from '../../../src/study/estimates/refit.js'
import { performanceOf } from '../../../src/study/simulation/performance.js'
import { planStudy } from '../../../src/study/run/plan-study.js'
import type { SimulationData } from '../../../src/study/simulation/simulation-plan.js'
import { trueParameters, truthOf } from '../../../src/study/estimates/truth.js'
import { run, simulationOf } from '../studies.js'
import { state } from '../../../src/likelihood/frame/stated.js'

describe('performance measures', () => {
  it('are those of Morris, White and Crowther (2019), table 6, by hand', () => {
    const p = performanceOf(2, true)
    // Estimates 1, 2, 3, 6; standard errors 1, 1, 2, 2; limits with and without 2 and 0; two failures.
    p.add(1, 1, -1, 3)
    p.add(2, 1, 0.5, 3.5)
    p.add(3, 2, 2.5, 5)
    p.add(6, 2, 2.1, 10)
    p.fail()
    p.fail()
    const m = p.measures()
    expect(m.n).toBe(4)
    expect(m.bias).toBe(1)
    const variance = (4 + 1 + 0 + 9) / 3
    expect(m.empSe).toBeCloseTo(Math.sqrt(variance), 14)
    expect(m.biasMcse).toBeCloseTo(Math.sqrt(variance / 4), 14)
    expect(m.empSeMcse).toBeCloseTo(Math.sqrt(variance / 6), 14)
    // Squared errors 1, 0, 1, 16: mean 4.5, spread about it 12.25 + 20.25 + 12.25 + 132.25 = 177.
    expect(m.rmse).toBeCloseTo(Math.sqrt(4.5), 14)
    expect(m.rmseMcse).toBeCloseTo(Math.sqrt(177 / 12) / (2 * Math.sqrt(4.5)), 14)
    // Squared standard errors 1, 1, 4, 4: mean 2.5, variance 3.
    expect(m.seRatio).toBeCloseTo(Math.sqrt(2.5 / variance), 14)
    expect(m.seRatioMcse).toBeCloseTo(m.seRatio * Math.sqrt(3 / (4 * 4 * 2.5 ** 2) + 1 / 6), 14)
    expect(m.coverage).toBe(0.5)
    expect(m.coverageMcse).toBe(0.25)
    expect(m.power).toBe(0.75)
    expect(m.powerMcse).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 4), 14)
    expect(m.typeI).toBeNaN()
    expect(m.convergence).toBeCloseTo(4 / 6, 14)
    expect(m.convergenceMcse).toBeCloseTo(Math.sqrt(((4 / 6) * (2 / 6)) / 6), 14)
  })

  it('type I error is the power where the truth is zero; an interval that does not exist counts nowhere', () => {
    const p = performanceOf(0, true)
    p.add(1, Number.NaN, Number.NaN, Number.NaN)
    p.add(1, 0.1, 0.8, 1.2)
    const { typeI, power, coverage, nIntervals } = p.measures()
    expect([typeI, coverage, nIntervals]).toEqual([1, 0, 1])
    expect(power).toBeNaN()
  })
})

describe('simulation', () => {
  it('of a gaussian regression has the bias, errors, coverage and power that theory gives', async () => {
    const x = Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? -1 : 1))
    const table = tableFrom({ y: x.map((value, i) => value + Math.sin(i)), x })
    const { measures, conditions } = await run({
      kind: 'simulation',
      seed: 6,
      replicates: 1500,
      data: table,
      family: 'gaussian',
      formula: 'y ~ x',
      truth: { fixed: { '(Intercept)': 3, x: 0 }, dispersion: { sigma: 2 } },
      conditions: { 'truth.fixed.x': [0, 1] },
    })
    expect(conditions).toMatchObject([{ 'truth.fixed.x': 0 }, { 'truth.fixed.x': 1 }])
    const of = (condition: number, parameter: string) =>
      measures.find((one) => one.condition === condition && one.parameter === parameter)!
    const near = (measure: ReturnType<typeof of>, key: string, want: number, slack = 0) => {
      const error = Number(measure[`${key}Mcse`])
      expect(Math.abs(Number(measure[key]) - want), key).toBeLessThan(4 * error + slack)
    }
    // Orthogonal design: the standard error is 2 / sqrt(24) exactly, and the intervals are those of t with 22 degrees of freedom.
    const se = 2 / Math.sqrt(24)
    const coverage = 0.95
    for (const condition of [0, 1]) {
      near(of(condition, 'x'), 'bias', 0)
      near(of(condition, 'x'), 'empSe', se)
      near(of(condition, 'x'), 'rmse', se)
      near(of(condition, 'x'), 'coverage', coverage)
      expect(of(condition, 'x').convergence).toBe(1)
    }
    near(of(0, 'x'), 'typeI', 1 - coverage)
    expect(of(0, 'x').power).toBeNull()
    // R: t <- qt(0.975, 22); 1 - pt(t, 22, sqrt(24) / 2) + pt(-t, 22, sqrt(24) / 2).
    near(of(1, 'x'), 'power', 0.6486)
    // E of sigma from 22 degrees of freedom; R: 2 * sqrt(2/22) * exp(lgamma(11.5) - lgamma(11)).
    near(of(0, 'sigma'), 'bias', 1.9774 - 2, 1e-4)
  })

  it('fits as the study says, unless a method says otherwise', async () => {
    const methods = [{ name: 'own', fit: { nodes: 5 } }, { name: 'left' }]
    const { rows } = await run(simulationOf(1, { fit: { nodes: 9 }, methods }))
    const [five] = (await run(simulationOf(1, { fit: { nodes: 5 } }))).rows
    const [nine] = (await run(simulationOf(1, { methods: [{ name: 'fit', fit: { nodes: 9 } }] }))).rows
    expect(rows[0]['own.sd(center)']).toBe(five['fit.sd(center)'])
    expect(rows[0]['left.sd(center)']).toBe(nine['fit.sd(center)'])
    expect(five['fit.sd(center)']).not.toBe(nine['fit.sd(center)'])
  })

  it('makes as many levels as asked for, with the covariates of the data', async () => {
    const spec = simulationOf(3, { conditions: { 'groups.center': [5, 22, 50] }, design: 'resample' })
    const { rows } = await run(spec)
    expect(rows).toHaveLength(9)
    const { plan } = await planStudy(spec)
    const { conditions, base } = plan.data as SimulationData
    expect(conditions.map(({ groups }) => groups.center)).toEqual([5, 22, 50])
    // One condition is the data's own design: cycling through 22 levels changes nothing.
    const cycled = await run(simulationOf(3, { groups: { center: 22 } }))
    const plain = await run(simulationOf(3))
    expect(cycled.rows).toEqual(plain.rows)
    expect(base.nobs).toBe(44)
  })
})

describe('truth', () => {
  const rows = Array.from({ length: 60 }, (_, i) => i)
  const table = tableFrom({
    y: rows.map((i) => Math.sin(i)),
    x: rows.map((i) => i % 7),
    g: rows.map((i) => `g${i % 6}`),
    h: rows.map((i) => `h${i % 5}`),
  })
  const random = {
    g: {
      sd: [0.7, 1.3],
      correlation: [
        [1, -0.4],
        [-0.4, 1],
      ],
    },
    h: { sd: [0.2], correlation: [[1]] },
  }

  it.each(['(x | g)', 'diag(x | g)', 'cs(x | g)'])('comes back from the parameters that it makes: %s', (term) => {
    const model = stateModel(`y ~ x + ${term} + (1 | h)`, table, { family: 'gaussian' })
    const correlated = term.startsWith('diag')
      ? {
          ...random.g,
          correlation: [
            [1, 0],
            [0, 1],
          ],
        }
      : random.g
    const truth = {
      fixed: { '(Intercept)': 1, x: -2 },
      random: { ...random, g: correlated },
      dispersion: { sigma: 0.3 },
    }
    const back = truthOf(state(model), trueParameters(state(model), truth))
    expect(back.fixed).toEqual(truth.fixed)
    expect(back.dispersion!.sigma).toBeCloseTo(0.3, 12)
    for (const group of ['g', 'h'] as const) {
      const got = back.random![group]
      truth.random[group].sd.forEach((sd, i) => expect(got.sd[i]).toBeCloseTo(sd, 12))
      got.correlation!.flat().forEach((r, i) => expect(r).toBeCloseTo(truth.random[group].correlation.flat()[i], 10))
    }
  })
})

describe('estimates alone', () => {
  it.each([
    ['y ~ x + (x | g) + (1 | h)', 'gaussian'],
    ['n ~ x + (1 | h)', 'nbinom2'],
    ['n ~ x', 'poisson'],
  ])('are those of the table: %s', (formula, family) => {
    const rows = Array.from({ length: 80 }, (_, i) => i)
    const table = tableFrom({
      y: rows.map((i) => Math.sin(i) + (i % 8)),
      n: rows.map((i) => (i * 7) % 11),
      x: rows.map((i) => (i % 7) - 3),
      g: rows.map((i) => `g${i % 8}`),
      h: rows.map((i) => `h${i % 5}`),
    })
    const found = refit(state(stateModel(formula, table, { family })), {})
    const { estimate } = parameterTable(found, 'none')
    expect(Array.from(parameterEstimates(found))).toEqual(Array.from(estimate))
    expect(parameterNames(state(found.like.model))).toHaveLength(estimate.length)
  })
})
