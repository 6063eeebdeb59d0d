import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withoutRows } from '../../src/data/resample-levels.js'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import { fitModel } from '../../src/fit/fit-model.js'
import { state } from '../../src/likelihood/frame/stated.js'
import { clustersOf } from '../../src/postestimation/clusters.js'
import { fittedModel } from '../../src/postestimation/fitted-model.js'
import { influence } from '../../src/postestimation/influence.js'
import { robustCovariance } from '../../src/postestimation/robust.js'
import { readReference } from '../reference/tables.js'

interface Without {
  readonly estimates: Readonly<Record<string, number>>
  readonly cooks_distance_beta: number
  readonly cooks_distance_all: number
  readonly dfbetas: Readonly<Record<string, number>>
  readonly one_step: Readonly<Record<string, number>>
}
interface Exact {
  readonly cluster_scores: readonly (readonly number[])[]
  readonly robust_se_CR0: Readonly<Record<string, number>>
  readonly robust_se_CR1: Readonly<Record<string, number>>
  readonly leave_one_cluster_out: Readonly<Record<string, Without>>
}
const {
  glmm,
  lmer,
}: {
  readonly glmm: Readonly<Record<string, Exact>>
  readonly lmer: Readonly<Record<string, Readonly<Record<'CR0' | 'CR1' | 'CR3', Readonly<Record<string, number>>>>>>
} = JSON.parse(readFileSync(new URL('../reference/robust.json', import.meta.url), 'utf8'))

const betablocker = (() => {
  const text = readFileSync(new URL('../../examples/01-betablocker/betablocker.csv', import.meta.url), 'utf8')
  const [head, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  return tableFrom(
    Object.fromEntries(head.map((name, j) => [name.replaceAll('"', ''), rows.map((row) => Number(row[j]))])),
  )
})()

const cases = {
  betablocker: [betablocker, 'cbind(r, n - r) ~ treat + (1 | center)'],
  cbpp: [readReference('cbpp'), 'cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)'],
} as const
const exactFit = (name: keyof typeof cases) => {
  const [table, formula] = cases[name]
  return { table, exact: fit(formula, table, { nodes: 51 }) }
}

const near = (value: number | null, told: number, digits: number, least = 1e-3): void =>
  expect(Math.abs((value as number) - told) / Math.max(least, Math.abs(told))).toBeLessThan(digits)

describe('robust covariances', () => {
  it.each(['betablocker', 'cbpp'] as const)('%s: exact scores and sandwiches', (name) => {
    const { exact } = exactFit(name)
    const own = robustCovariance(exact)
    const told = glmm[name]
    // The reference has its levels in the order of their numbers, as the fit has.
    own.scores.forEach(({ score }, c) => {
      score.forEach((value, j) => near(value, told.cluster_scores[c][j], 1e-5, 0.1))
    })
    const d = exact.parameters.estimate.length
    const sd = exact.random[0].sd[0]
    for (const kind of ['CR0', 'CR1'] as const)
      Object.values(told[`robust_se_${kind}`]).forEach((se, j) => {
        const error = Math.sqrt(own.covariance[kind][j * (d + 1)])
        near(j === d - 1 ? error / sd : error, se, 1e-6)
      })
  })

  it.each([
    ['sleepstudy', 'Reaction ~ Days + (Days | Subject)'],
    ['Orthodont_int', 'distance ~ age * Sex + (1 | Subject)'],
  ])('%s after restricted likelihood: clubSandwich', (name, formula) => {
    const table = readReference(name.replace('_int', ''))
    const reml = fit(formula, table, { reml: true })
    const own = robustCovariance(reml)
    const d = reml.parameters.estimate.length
    for (const kind of ['CR0', 'CR1', 'CR3'] as const)
      for (const [term, se] of Object.entries(lmer[name][kind])) {
        const j = reml.fixed.findIndex((one) => one.name === term || one.name === term.replace('Female', 'Male'))
        // The other level of Sex is the reference there: the intercept and age are then other coefficients.
        if (name === 'Orthodont_int' && !term.includes('Sex')) continue
        near(Math.sqrt(own.covariance[kind][j * (d + 1)]), se, 1e-6)
      }
  })

  it('of clusters that hold whole groups are those of their summed scores', () => {
    const { table, exact } = exactFit('cbpp')
    const herd = table.columns.find(({ name }) => name === 'herd')!
    const farm = herd.kind === 'numeric' ? Array.from(herd.values, (one) => `f${one % 5}`) : []
    const wider = { ...table, columns: [...table.columns, ...tableFrom({ farm }).columns] }
    const own = robustCovariance(exact, { data: wider, cluster: 'farm' })
    const finer = robustCovariance(exact)
    expect(own.clusters).toBe(5)
    const herds = clustersOf(fittedModel(exact, table)).levels
    for (const [c, level] of clustersOf(fittedModel(exact, wider), 'farm').levels.entries())
      own.scores[c].score.forEach((value, j) => {
        const sum = herds.reduce(
          (all, one, k) => (`f${Number(one) % 5}` === level ? all + finer.scores[k].score[j] : all),
          0,
        )
        near(value, sum, 1e-9, 0.1)
      })
  })

  it('refuses clusters that are not independent, and what is no column', () => {
    const crossed = readReference('Penicillin')
    const reml = fit('diameter ~ 1 + (1 | plate) + (1 | sample)', crossed, { reml: true })
    expect(() => robustCovariance(reml)).toThrow(/got crossed groups \(plate, sample\)/)
    expect(() => robustCovariance(reml, { cluster: 'plate' })).toThrow(/sample crossed with plate/)
    expect(() => robustCovariance(reml, { cluster: 'plat' })).toThrow(/for --cluster, got 'plat'/)
  })
})

describe('influence', () => {
  it.each(['betablocker', 'cbpp'] as const)('%s: exact refits without each cluster, and one step', (name) => {
    const { exact } = exactFit(name)
    const told = glmm[name].leave_one_cluster_out
    const { left } = influence(exact)
    expect(left.length).toBe(Object.keys(told).length)
    for (const one of left) {
      const without = told[one.level]
      const logged = (values: readonly (number | null)[]): number[] =>
        values.map((value, j) => (j === values.length - 1 ? Math.log(value!) : value!))
      Object.values(without.estimates).forEach((value, j) => near(logged(one.estimates)[j], value, 1e-6, 0.01))
      Object.values(without.one_step).forEach((value, j) => near(logged(one.oneStep!)[j], value, 1e-5, 0.01))
      near(one.cook, without.cooks_distance_beta, 1e-5, 0.01)
      near(one.cookAll, without.cooks_distance_all, 1e-5, 0.01)
      // Of the standard deviation the reference has the one of its logarithm.
      Object.values(without.dfbetas)
        .slice(0, -1)
        .forEach((value, j) => near(one.dfbetas[j], value, 1e-5, 0.01))
    }
  })

  it('of restricted likelihood, crossed factors and rows is a fit without them', () => {
    const table = readReference('sleepstudy')
    const reml = fit('Reaction ~ Days + (Days | Subject)', table, { reml: true })
    const { model } = fittedModel(reml, table).stated
    const [first] = influence(reml).left
    const clusters = clustersOf(fittedModel(reml, table))
    const without = fitModel(state(withoutRows(model, clusters.rows[0])), 1, true, reml.call)
    without.parameters.estimate.forEach((value, j) => near(first.estimates[j], value, 1e-6, 0.01))
    near(first.dfbetas[1], (reml.fixed[1].estimate - without.fixed[1].estimate) / without.fixed[1].se!, 1e-5)

    const rows = influence(reml, { cluster: 'rows' }).left
    expect(rows.length).toBe(180)
    expect(rows[7].oneStep).toBeNull()
    const row = fitModel(state(withoutRows(model, [7])), 1, true, reml.call)
    row.parameters.estimate.forEach((value, j) => near(rows[7].estimates[j], value, 1e-5, 0.01))
  })
})

describe('influence of rows on a model without random effects', () => {
  it("is R's cooks.distance of least squares, but for refitting the residual variance", () => {
    const speed = [4, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    const dist = [2, 4, 16, 10, 18, 17, 24, 34, 26, 54]
    const line = fit('dist ~ speed', tableFrom({ speed, dist }))
    const { left, cluster } = influence(line)
    expect([cluster, left.length]).toEqual(['rows', 10])
    const n = speed.length
    const mean = speed.reduce((sum, one) => sum + one, 0) / n
    const squares = speed.reduce((sum, one) => sum + (one - mean) ** 2, 0)
    const residuals = dist.map((one, i) => one - line.fixed[0].estimate - line.fixed[1].estimate * speed[i])
    const variance = residuals.reduce((sum, one) => sum + one * one, 0) / (n - 2)
    left.forEach((one, i) => {
      const hat = 1 / n + (speed[i] - mean) ** 2 / squares
      near(one.cook, (residuals[i] ** 2 * hat) / (2 * variance * (1 - hat) ** 2), 1e-5)
    })
  })
})
