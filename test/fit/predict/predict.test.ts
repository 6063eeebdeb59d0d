import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import { predict } from '../../../src/fit/predict/predict.js'
import type { PredictRecord } from '../../../src/fit/predict/predict-record.js'
import { fitSource } from '../../../src/fit/predict/predict-source.js'
import { betablocker, cbpp } from '../../reference/data.js'
import { peerTable } from '../../reference/peers.js'

type Cells = Readonly<Record<string, string | number>>[]
interface Both {
  readonly linear: readonly number[]
  readonly linearSe: readonly number[]
  readonly response: readonly number[]
  readonly responseSe: readonly number[]
}
const truth: {
  readonly glm: { data: Cells; predictions: Both }
  readonly [name: string]: {
    data: Cells
    population?: number[]
    conditional?: number[]
    predictions?: Both
    populationTmb?: Both
    conditionalTmb?: Both
  }
} = JSON.parse(readFileSync(new URL('../../reference/predictions.json', import.meta.url), 'utf8'))

const tableOf = (cells: Cells): Table =>
  tableFrom(Object.fromEntries(Object.keys(cells[0]).map((name) => [name, cells.map((row) => row[name])])))

/** The fit as a file gives it back. */
const reread = (record: FitRecord): ReturnType<typeof fitSource> =>
  fitSource(JSON.parse(JSON.stringify(record)), 'fit.json')

const column = (record: PredictRecord, scale: 'linear' | 'response', what: 'estimate' | 'se' | 'lower' | 'upper') =>
  record.predictions.map((row) => row[scale]?.[what] ?? Number.NaN)

function near(got: readonly number[], wanted: readonly number[], relative: number): void {
  wanted.forEach((value, i) => {
    expect(Math.abs(got[i] - value), `${i}: ${got[i]} for ${value}`).toBeLessThan(relative * (1e-3 + Math.abs(value)))
  })
}

function nearBoth(record: PredictRecord, wanted: Both, relative: number, ofSe: number): void {
  near(column(record, 'linear', 'estimate'), wanted.linear, relative)
  near(column(record, 'linear', 'se'), wanted.linearSe, ofSe)
  near(column(record, 'response', 'estimate'), wanted.response, relative)
  near(column(record, 'response', 'se'), wanted.responseSe, ofSe)
}

const withColumn = (table: Table, name: string, from: string, f: (x: number) => number): Table => {
  const source = table.columns.find((one) => one.name === from)!
  if (source.kind !== 'numeric') throw new Error(`${from} is no number`)
  return { ...table, columns: [...table.columns, { kind: 'numeric', name, values: source.values.map(f) }] }
}

describe('predictions', () => {
  it("of a glm with scale(), poly(), a factor and an offset are R's predict.glm", () => {
    const epil = withColumn(peerTable('epil'), 'e', 'V4', (v) => 1 + v)
    const record = fit('y ~ trt + scale(log(base)) + poly(age, 2) + offset(log(e))', epil, { family: 'poisson' })
    const { data, predictions } = truth.glm
    nearBoth(predict(reread(record), tableOf(data)), predictions, 1e-8, 1e-6)
    // A single row has no scale, no polynomial and no factor of its own.
    data.forEach((row, i) => {
      const [got] = column(predict(record, tableOf([row])), 'linear', 'estimate')
      near([got], [predictions.linear[i]], 1e-8)
    })
  })

  it('of correlated slopes are those of lme4 and glmmTMB, for known and new levels', () => {
    const sleep = peerTable('sleepstudy')
    const record = fit('Reaction ~ Days + (Days | Subject)', sleep, { family: 'gaussian' })
    const { data, population, conditional, populationTmb, conditionalTmb } = truth.sleepstudy
    const table = tableOf(data)
    near(column(predict(reread(record), table), 'linear', 'estimate'), population!, 1e-5)
    nearBoth(predict(reread(record), table), populationTmb!, 1e-5, 1e-4)
    const got = predict(reread(record), table, { kind: 'conditional', original: sleep })
    near(column(got, 'linear', 'estimate'), conditional!, 1e-5)
    const known = { ...got, predictions: got.predictions.slice(0, 3) }
    nearBoth(known, conditionalTmb!, 1e-5, 1e-4)
    // The new level: effect 0, the full variance z' Sigma z beside that of the fixed effects.
    const [{ sd, correlation }] = record.random
    const full = sd[0] ** 2 + 9 * sd[1] ** 2 + 6 * sd[0] * sd[1] * correlation[0][1]
    near([got.predictions[3].linear!.se!], [Math.sqrt(populationTmb!.linearSe[3] ** 2 + full)], 1e-4)
    expect(got.predictions.map(({ newLevels }) => newLevels)).toEqual([[], [], [], ['Subject']])
    expect(got.warnings.map(({ code }) => code)).toEqual(['NEW_LEVELS'])
  })

  it("of binomial data by Laplace are glmmTMB's, with its standard errors on both scales", () => {
    const record = fit('cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)', cbpp)
    const { data, population, conditional, populationTmb, conditionalTmb } = truth.cbpp
    const table = tableOf(data.map((row) => ({ ...row, period: Number(row.period) })))
    const got = predict(reread(record), table)
    near(column(got, 'linear', 'estimate'), population!, 2e-3) // lme4's optimum
    nearBoth(got, populationTmb!, 1e-5, 1e-4)
    const told = predict(reread(record), table, { kind: 'conditional', original: cbpp })
    near(column(told, 'linear', 'estimate'), conditional!, 2e-3)
    nearBoth({ ...told, predictions: told.predictions.slice(0, 3) }, conditionalTmb!, 1e-5, 1e-4)
    const row = told.predictions[0]
    const z = 1.959963984540054
    near(
      [row.linear!.lower!, row.linear!.upper!],
      [row.linear!.estimate! - z * row.linear!.se!, row.linear!.estimate! + z * row.linear!.se!],
      1e-12,
    )
    const inverse = (x: number): number => 1 / (1 + Math.exp(-x))
    near([row.response!.lower!, row.response!.upper!], [inverse(row.linear!.lower!), inverse(row.linear!.upper!)], 1e-8)
  })

  it("of zero-inflated counts and of crossed effects are glmmTMB's", () => {
    const salamanders = peerTable('Salamanders')
    const record = fit('count ~ mined + spp + (1 | site)', salamanders, { family: 'nbinom2', zi: '~ mined' })
    const zi = truth.salamanders
    nearBoth(predict(reread(record), tableOf(zi.data)), zi.populationTmb!, 1e-4, 1e-3)
    const conditional = { kind: 'conditional', original: salamanders } as const
    nearBoth(predict(reread(record), tableOf(zi.data), conditional), zi.conditionalTmb!, 1e-4, 1e-3)

    const penicillin = peerTable('Penicillin')
    const crossed = fit('diameter ~ 1 + (1 | plate) + (1 | sample)', penicillin, { family: 'gaussian' })
    const wanted = truth.penicillin
    const got = predict(reread(crossed), tableOf(wanted.data), { kind: 'conditional', original: penicillin })
    nearBoth(got, wanted.conditionalTmb!, 1e-5, 1e-4)
  })

  it('under restricted likelihood have the error variance of the best linear unbiased prediction', () => {
    // A balanced one-way layout, k batches of m: Var(mu^ + b^ - mu - b) in closed form (Robinson 1991), and the part of
    // theta, which REML's covariance adds, in the shrinkage alone.
    const dyestuff = peerTable('Dyestuff')
    const record = fit('Yield ~ 1 + (1 | Batch)', dyestuff, { family: 'gaussian', reml: true })
    const [k, m] = [6, 5]
    const s2 = record.dispersion.sigma.estimate ** 2
    const b2 = record.random[0].sd[0] ** 2
    const shrink = (m * b2) / (m * b2 + s2)
    const got = predict(reread(record), tableFrom({ Batch: ['A', 'zz'] }), { kind: 'conditional', original: dyestuff })
    const known = (s2 / m) * (shrink + (1 - shrink) / k)
    const estimate = got.predictions[0].linear!.estimate! - record.fixed[0].estimate
    // d b^ / d shrink = b^ / shrink; its variance by the delta method over (log sigma, sd).
    const C = record.parameters.covariance!
    const slope = [-2 * shrink * (1 - shrink), (2 * shrink * (1 - shrink)) / record.random[0].sd[0]]
    const deviation = estimate / shrink
    let theta = 0
    for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) theta += slope[i] * C[i][j] * slope[j] * deviation ** 2
    near([got.predictions[0].linear!.se!], [Math.sqrt(known + theta)], 1e-5)
    near([got.predictions[1].linear!.se!], [Math.sqrt(record.fixed[0].se! ** 2 + b2)], 1e-6)
  })

  it('averaged over the random effects are the integral, not the mean at zero', () => {
    const record = fit('cbind(r, n - r) ~ treat + (1 | center)', betablocker, { nodes: 25 })
    const given = { ...record, random: [{ ...record.random[0], sd: [1.2] }] }
    const table = tableFrom({ treat: [0, 1] })
    const got = predict(given, table, { kind: 'average' })
    const etas = column(predict(given, table), 'linear', 'estimate')
    etas.forEach((eta, i) => {
      let sum = 0
      const step = 1e-3
      for (let u = -9; u <= 9; u += step) sum += (step * Math.exp(-0.5 * u * u)) / (1 + Math.exp(-eta - 1.2 * u))
      near([got.predictions[i].response!.estimate!], [sum / Math.sqrt(2 * Math.PI)], 1e-9)
      expect(got.predictions[i].response!.estimate).toBeGreaterThan(1 / (1 + Math.exp(-eta)) + 0.02)
    })
    // exp(eta + s^2 / 2), s^2 = z' Sigma z; on the link's scale the standard error is that of eta.
    const epil = peerTable('epil')
    const poisson = fit('y ~ trt + (1 + visit | subject)', epil, { family: 'poisson' })
    const rows = tableFrom({ trt: ['placebo', 'progabide'], visit: [0.3, -0.1] })
    const mean = predict(reread(poisson), rows, { kind: 'average' })
    const flat = predict(reread(poisson), rows)
    const [{ sd, correlation }] = poisson.random
    for (const [i, v] of [0.3, -0.1].entries()) {
      const s2 = sd[0] ** 2 + (v * sd[1]) ** 2 + 2 * v * sd[0] * sd[1] * correlation[0][1]
      near([mean.predictions[i].linear!.estimate!], [flat.predictions[i].linear!.estimate! + s2 / 2], 1e-9)
      near([mean.predictions[i].linear!.se!], [flat.predictions[i].linear!.se!], 1e-7)
      near(
        [mean.predictions[i].response!.se!],
        [mean.predictions[i].response!.estimate! * flat.predictions[i].linear!.se!],
        1e-7,
      )
    }
  })

  it('without the data of the fit say that effects count as independent', () => {
    const record = fit('cbind(r, n - r) ~ treat + (1 | center)', betablocker)
    const row = tableFrom({ treat: [1], center: [3] })
    const got = predict(reread(record), row, { kind: 'conditional' })
    const [a, b] = record.fixed
    const { mode, sd } = record.modes[2]
    near([got.predictions[0].linear!.estimate!], [a.estimate + b.estimate + mode], 1e-12)
    const C = record.fixedCovariance
    near([got.predictions[0].linear!.se!], [Math.sqrt(C[0][0] + 2 * C[0][1] + C[1][1] + sd ** 2)], 1e-12)
    expect(got.warnings.map(({ code }) => code)).toEqual(['SEPARATE_ERRORS'])
    const other = predict(record, row, { kind: 'conditional', original: cbppLike() })
    expect(other.warnings[0].message).toContain('not those of the fit')
  })

  it('pass rows with missing values over, and need no response', () => {
    const record = fit('count ~ mined + spp + (1 | site)', peerTable('Salamanders'), { family: 'poisson' })
    const table = tableFrom({ mined: ['yes', null, 'no'], spp: ['GP', 'GP', 'DM'] })
    const got = predict(record, table)
    expect(got.predictions[1]).toEqual({ row: 2, linear: null, response: null, newLevels: [] })
    expect([got.nobs, got.dropped, got.warnings[0].code]).toEqual([2, 1, 'ROWS_DROPPED'])
    expect(got.predictions[2].response!.estimate).toBeGreaterThan(0)
    expect(predict(record, tableFrom({ mined: [null], spp: ['GP'] })).nobs).toBe(0)
  })

  it('refuse what they cannot predict, with the level or column', () => {
    const record = fit('count ~ mined + spp + (1 | site)', peerTable('Salamanders'), { family: 'poisson' })
    const given =
      (cells: Parameters<typeof tableFrom>[0], options = {}) =>
      () =>
        predict(record, tableFrom(cells), options)
    expect(given({ mined: ['maybe'], spp: ['GP'] })).toThrow(
      'a level of mined in the fit was expected, got "maybe" in row 1',
    )
    expect(given({ mined: ['yes'] })).toThrow(/got no column spp/)
    expect(given({ mined: ['yes'], spp: ['GP'] }, { kind: 'conditional' })).toThrow(/got no column site/)
    expect(given({ mined: ['yes'], spp: ['GP'] }, { kind: 'marginal' })).toThrow("got 'marginal'")
    expect(given({ mined: ['yes'], spp: ['GP'] }, { level: 1 })).toThrow('level between 0 and 1')
    expect(given({ mined: ['yes'], spp: ['GP'] }, { nodes: 0 })).toThrow('from 1 to 101')
    const linear = fit('Reaction ~ Days + (1 | Subject)', peerTable('sleepstudy'), { family: 'gaussian' })
    expect(() => predict(linear, tableFrom({ Days: ['some'] }))).toThrow(/numbers were expected in Days/)
    const { parameters, ...without } = JSON.parse(JSON.stringify(record))
    expect(() => fitSource(without, 'old.json')).toThrow(/in old.json/)
    expect(parameters.estimate.length).toBeGreaterThan(0)
  })

  it('find factors of numbers, relevelled and labelled ones, `.` and aliased columns again', () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8]
    const y = [1.2, 2.3, 2.9, 4.4, 4.6, 6.3, 7.2, 7.7]
    const f = ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b']
    const data = tableFrom({ y, x, twice: x.map((v) => 2 * v), f, k: [3, 1, 2, 3, 1, 2, 3, 1] })
    for (const formula of [
      'y ~ x + twice + relevel(f, ref = "c")',
      'y ~ poly(x, 2, raw = TRUE) + factor(k, labels = c("u", "v", "w"))',
      'y ~ I(scale(x)^2) * f + log(x)',
      'y ~ .',
      'y ~ f:x + relevel(f, ref = 3)',
    ]) {
      const record = fit(formula, data, { family: 'gaussian' })
      const all = column(predict(record, data), 'linear', 'estimate')
      const each = x.map((v, i) => {
        const one = tableFrom({ x: [v], twice: [2 * v], f: [f[i]], k: [[3, 1, 2][i % 3]], stranger: [1] })
        return column(predict(reread(record), one), 'linear', 'estimate')[0]
      })
      near(each, all, 1e-12)
      // Residuals of least squares are orthogonal to the constant, whatever the columns.
      expect(Math.abs(all.reduce((sum, one, i) => sum + one - y[i], 0))).toBeLessThan(1e-5)
    }
  })
})

const cbppLike = (): Table => tableFrom({ r: [1, 2, 3, 4], n: [9, 9, 9, 9], treat: [0, 1, 0, 1], center: [1, 1, 2, 2] })
