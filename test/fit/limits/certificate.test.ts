import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { Table } from '../../../src/data/table.js'
import { certificate } from '../../../src/fit/limits/certificate.js'
import { estimate } from '../../../src/fit/climb/estimate.js'
import { glmOf } from '../../../src/fit/start/glm.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import { startFrom } from '../../../src/fit/start/start.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { betablocker, cases, toenail } from '../../reference/data.js'
import { faultTable } from '../../reference/fault-table.js'
import { peerTable } from '../../reference/peers.js'
import { uniforms } from '../../reference/uniforms.js'
import { state } from '../../../src/likelihood/frame/stated.js'

const numbers = (table: Table, name: string): number[] => {
  const column = table.columns.find((one) => one.name === name)!
  return column.kind === 'numeric' ? Array.from(column.values) : Array.from(column.codes)
}

/** Rows of 0 and 1 by level: y and their fixed-effects rows. */
function levelsOf(
  table: Table,
  y: string,
  group: string,
  rowOf: (i: number) => number[],
): { y: number; x: number[] }[][] {
  const levels = new Map<number, { y: number; x: number[] }[]>()
  const responses = numbers(table, y)
  numbers(table, group).forEach((level, i) => {
    levels.set(level, [...(levels.get(level) ?? []), { y: responses[i], x: rowOf(i) }])
  })
  return [...levels.values()]
}

/**
 * The move of a fit's parameters, in standard errors, to the maximum of the true marginal likelihood of a logistic model
 * with one intercept a level: Newton's step with its gradient, the integrals by the trapezoidal rule with a step of 0.02
 * over 12 prior standard deviations on either side.
 */
function trueShift(
  { parameters: { estimate: at, covariance } }: FitRecord,
  levels: { y: number; x: number[] }[][],
): number {
  const p = at.length - 1
  const sigma = at[p]
  const gradient = new Float64Array(p + 1)
  const step = 0.02
  const count = 1201
  for (const rows of levels) {
    const eta = rows.map(({ x }) => x.reduce((sum, one, j) => sum + one * at[j], 0))
    const logs = new Float64Array(count)
    for (let k = 0; k < count; k++) {
      const u = (k - (count - 1) / 2) * step
      let log = -0.5 * u * u
      rows.forEach(({ y }, i) => {
        const signed = (y === 1 ? 1 : -1) * (eta[i] + sigma * u)
        log += signed > 0 ? -Math.log1p(Math.exp(-signed)) : signed - Math.log1p(Math.exp(signed))
      })
      logs[k] = log
    }
    const most = Math.max(...logs)
    const weights = logs.map((log) => Math.exp(log - most))
    const mass = weights.reduce((sum, one) => sum + one, 0)
    weights.forEach((weight, k) => {
      if (weight < 1e-18 * mass) return
      const u = (k - (count - 1) / 2) * step
      rows.forEach(({ y, x }, i) => {
        const score = (weight / mass) * (y - 1 / (1 + Math.exp(-(eta[i] + sigma * u))))
        for (let j = 0; j < p; j++) gradient[j] += score * x[j]
        gradient[p] += score * u
      })
    })
  }
  const moves = covariance!.map((row, i) => {
    const move = row.reduce((sum, one, j) => sum + one * gradient[j], 0)
    return Math.abs(move) / Math.sqrt(covariance![i][i])
  })
  return Math.max(...moves)
}

/** A warning where the parameters are off by what matters, none where they are not, and from 25 nodes on the size of it. */
function expectTold(record: FitRecord, truth: number, nodes: number): void {
  const { certificate, warnings } = record
  const says = `${nodes} nodes: told ${certificate?.maxShiftInSe} against ${certificate?.nodes}, in truth ${truth}`
  if (truth > 0.35) expect(certificate!.verdict, says).toBe('inadequate')
  if (truth < 0.05 && Math.abs(certificate!.logLikError) < 0.2) expect(certificate!.verdict, says).toBe('adequate')
  expect(warnings.some(({ code }) => code === 'INTEGRATION')).toBe(certificate!.verdict === 'inadequate')
  if (nodes >= 25 && certificate!.verdict === 'adequate')
    expect(certificate!.maxShiftInSe, says).toBeGreaterThan(0.3 * truth - 0.005)
  // A Newton step overstates large moves.
  if (nodes >= 25 && nodes <= 67 && truth < 0.3) expect(certificate!.maxShiftInSe, says).toBeLessThan(3 * truth + 0.1)
}

describe('the certificate against a dense integration', () => {
  const hugevar = faultTable('hugevar')
  const x = numbers(hugevar, 'x')
  const huge = levelsOf(hugevar, 'y', 'g', (i) => [1, x[i]])
  it.each([5, 9, 20, 25, 31, 49, 67, 85, 101])('two rows a level and a standard deviation of 6, %d nodes', (nodes) => {
    const record = fit('y ~ x + (1 | g)', hugevar, { family: 'binomial', nodes })
    expectTold(record, trueShift(record, huge), nodes)
    if (nodes === 25) {
      expect(record.random[0].sd[0]).toBeCloseTo(8.12, 2)
      expect([record.certificate!.nodes, record.certificate!.verdict]).toEqual([38, 'inadequate'])
    }
  })

  const draw = uniforms(3)
  const normal = (): number => Math.sqrt(-2 * Math.log(draw() + 1e-12)) * Math.cos(2 * Math.PI * draw())
  const made = (sd: number, levels: number, size: number): Table => {
    const rows = Array.from({ length: levels }, (_, g) => ({ g, b: sd * normal() })).flatMap(({ g, b }) =>
      Array.from({ length: size }, () => ({ g, b, x: normal() })),
    )
    return tableFrom({
      y: rows.map(({ b, x }) => (draw() < 1 / (1 + Math.exp(-(0.5 + x + b))) ? 1 : 0)),
      x: rows.map(({ x }) => x),
      g: rows.map(({ g }) => g),
    })
  }
  it.each([
    [20, 120, 4],
    [40, 60, 20],
    [10, 100, 3],
    [6, 50, 10],
  ])('a standard deviation of %d, %d levels of %d rows', (sd, count, size) => {
    const table = made(sd, count, size)
    const own = numbers(table, 'x')
    const levels = levelsOf(table, 'y', 'g', (i) => [1, own[i]])
    for (const nodes of [25, 49, 73, 101]) {
      const record = fit('y ~ x + (1 | g)', table, { family: 'binomial', nodes })
      if (record.parameters.covariance) expectTold(record, trueShift(record, levels), nodes)
      else expect(record.uncertified).toContain('no standard errors')
    }
  })

  it('toenail, where 25, 49 and 73 nodes are enough', () => {
    const [time, treatment] = ['time', 'treatment'].map((name) => numbers(toenail, name))
    const levels = levelsOf(toenail, 'y', 'patient', (i) => [1, treatment[i], time[i], treatment[i] * time[i]])
    for (const nodes of [7, 25, 49, 73]) {
      const record = fit(cases.toenail.formula, toenail, { family: 'binomial', nodes })
      expect(record.fixed.map(({ name }) => name)[1]).toMatch(/^treatment/)
      expectTold(record, trueShift(record, levels), nodes)
      if (nodes >= 25) expect(record.warnings).toEqual([])
    }
  })
})

describe('a certificate with every rule', () => {
  const certificateOf = (formula: string, table: Table, options: FitOptions): FitRecord['certificate'] => {
    const record = fit(formula, table, { family: 'binomial', ...options })
    expect(record.uncertified).toBeNull()
    return record.certificate
  }

  it('of betablocker, whatever the nodes, and none cries wolf', () => {
    for (let nodes = 1; nodes <= 101; nodes += nodes < 30 ? 1 : 10) {
      const told = certificateOf(cases.betablocker.formula, betablocker, { nodes })!
      expect(told.verdict).toBe('adequate')
      const finer = nodes <= 67
      expect(told.rule).toBe(finer ? 'finer' : 'coarser')
      if (!finer) expect(told.nodes).toBe(Math.ceil(nodes / 1.5))
      if (nodes >= 25 && nodes <= 67) expect(told.nodes).toBe(Math.ceil(1.5 * nodes))
    }
  })

  it('of slopes: Contraception', () => {
    const table = peerTable('Contraception')
    const formula = 'use ~ age + urban + (1 + urban | district)'
    for (const nodes of [3, 7, 9]) {
      const told = certificateOf(formula, table, { nodes })!
      expect([told.rule, told.verdict]).toEqual(['finer', 'adequate'])
      expect(told.nodes).toBeGreaterThan(nodes)
    }
  })

  it('of five effects, whose nodes come to an end at seven, against fewer', () => {
    const draw = uniforms(5)
    const n = 24
    const column = (): number[] => Array.from({ length: n }, () => draw() - 0.5)
    const [a, b, c, d] = [column(), column(), column(), column()]
    const g = Array.from({ length: n }, (_, i) => i % 6)
    const y = a.map((value, i) => (draw() < 1 / (1 + Math.exp(-value - (g[i] - 2.5))) ? 1 : 0))
    const table = tableFrom({ y, a, b, c, d, g })
    const like = likelihood(stateModel('y ~ 1 + diag(1 + a + b + c + d | g)', table, { family: 'binomial' }))
    expect(like.rules.mostNodes).toBe(7)
    // At the top of Laplace's approximation, to spare the climb.
    const laplace = estimate(like, adaptive(1), startFrom(like, glmOf(state(like.model))))
    const logLik = like.marginal(adaptive(7)).value(laplace.parameters)
    const told = certificate(like, { ...laplace, rule: adaptive(7), nodes: 7, logLik }).certificate!
    expect([told.method, told.rule, told.nodes]).toEqual(['quadrature', 'coarser', 6])
    expect(told.logLikError).toBeCloseTo(logLik - like.marginal(adaptive(6)).value(laplace.parameters), 9)
  })

  it('of nested factors with nodes of their own', () => {
    const draw = uniforms(9)
    const rows = Array.from({ length: 160 }, (_, i) => ({ outer: i % 10, inner: i % 40 }))
    const effects = Array.from({ length: 50 }, () => 3 * (draw() + draw() + draw() - 1.5))
    const y = rows.map(({ outer, inner }) =>
      draw() < 1 / (1 + Math.exp(-effects[outer] - effects[10 + inner])) ? 1 : 0,
    )
    const table = tableFrom({ y, outer: rows.map((row) => row.outer), inner: rows.map((row) => row.inner) })
    const formula = 'y ~ 1 + (1 | outer/inner)'
    const each = (nodes: number[]) => certificateOf(formula, table, { nodes })!
    expect([each([5, 3]).nodes, each([5, 3]).rule]).toEqual([[7, 7], 'finer'])
    expect([each([101, 5]).nodes, each([101, 5]).rule]).toEqual([[72, 7], 'mixed'])
    const uneven = each([9, 4])
    const exact = fit(formula, table, { family: 'binomial', nodes: 25 })
    const moved = fit(formula, table, { family: 'binomial', nodes: [9, 4] })
    const shift = Math.max(
      ...exact.fixed.map(({ estimate, se }, j) => Math.abs(estimate - moved.fixed[j].estimate) / se!),
      ...exact.random.map(({ sd, sdSe }, t) => Math.abs(sd[0] - moved.random[t].sd[0]) / sdSe[0]!),
    )
    expect(uneven.maxShiftInSe).toBeGreaterThan(0.4 * shift - 0.01)
    expect(uneven.maxShiftInSe).toBeLessThan(3 * shift + 0.05)
  })

  it('of a family with a dispersion', () => {
    const table = peerTable('Salamanders')
    for (const nodes of [7, 101]) {
      const told = certificateOf('count ~ mined + (1 | site)', table, { family: 'nbinom2', nodes })!
      expect([told.verdict, told.rule]).toEqual(['adequate', nodes === 101 ? 'coarser' : 'finer'])
    }
  })
})

describe('where there is none, the reason', () => {
  const table = peerTable('sleepstudy')
  it.each<[string, FitRecord, string]>([
    ['an exact integral', fit('Reaction ~ Days + (1 | Subject)', table, { family: 'gaussian', nodes: 7 }), 'exact'],
    ['no random effects', fit('Reaction ~ Days', table, { family: 'gaussian' }), 'no random effects'],
    ['a glm', fit('cbind(r, n - r) ~ treat', betablocker, { family: 'binomial' }), 'no random effects'],
    [
      'draws',
      fit(cases.betablocker.formula, betablocker, { family: 'binomial', importance: 400 }),
      'Monte Carlo errors are reported',
    ],
  ])('%s', (_, { certificate, uncertified }, reason) => {
    expect(certificate).toBeNull()
    expect(uncertified).toContain(reason)
  })

  it('draws that leave estimates open say so', () => {
    const few = fit('y ~ x + (1 | g)', faultTable('hugevar'), { family: 'binomial', importance: 200 })
    const { paretoK, maxMcseInSe } = few.importance!
    const doubtful = !(paretoK! <= 0.7) || maxMcseInSe > 0.2
    expect(few.warnings.some(({ code }) => code === 'IMPORTANCE')).toBe(doubtful)
  })
})
