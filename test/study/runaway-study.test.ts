import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { readTable } from '../../src/data/files/read-table.js'
import { stateModel } from '../../src/data/state-model.js'
import { simulateResponse } from '../../src/likelihood/frame/simulate.js'
import { quantile } from '../../src/numerics/quantile.js'
import { stream } from '../../src/random/stream.js'
import { renderText } from '../../src/report/render-text.js'
import { studyDocument } from '../../src/report/study-document.js'
import { bootstrapIntervals } from '../../src/study/bootstrap/bootstrap-intervals.js'
import { mergeStudy } from '../../src/study/run/merge-study.js'
import { performanceOf } from '../../src/study/simulation/performance.js'
import type { Measure } from '../../src/study/spec/study-plan.js'
import type { StudyRecord } from '../../src/study/spec/study-record.js'
import { trueParameters } from '../../src/study/estimates/truth.js'
import { run } from './studies.js'
import { state } from '../../src/likelihood/frame/stated.js'

const file = (name: string): string => fileURLToPath(new URL(`../reference/faults/${name}`, import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'runaway-'))
afterAll(() => rmSync(directory, { recursive: true }))

const emerge = { data: file('emerge.csv'), family: 'binomial', formula: 'emergence ~ treatment + (1 | nest)' }
const zero = { data: file('zerocell.csv'), family: 'poisson', formula: 'y ~ trt + (1 | site)' }
const bootstrap = { kind: 'bootstrap', seed: 1, replicates: 60 }

const of = ({ measures }: StudyRecord, parameter: string): Measure =>
  measures.find((one) => one.parameter === parameter && one.condition === 0)!
const told = ({ warnings }: StudyRecord): string[] =>
  warnings.filter(({ code }) => code === 'SEPARATION').map(({ message }) => message)

describe('a bootstrap of data with a parameter that runs', () => {
  it.each([
    ['treatmentsucrose', 'Inf', emerge],
    ['trtD', '-Inf', zero],
  ] as const)('%s runs to %s in the data and in every replicate', async (name, end, data) => {
    const record = await run({ ...bootstrap, ...data })
    expect(of(record, name)).toMatchObject({
      estimate: end,
      bias: null,
      se: null,
      percentileLower: end,
      percentileUpper: end,
      bcaLower: null,
      n: 0,
      noMaximum: 60,
    })
    const [inData, inRows] = told(record)
    expect(inData).toMatch(
      new RegExp(`^the likelihood of the data has no finite maximum in ${name} \\(runs to ${end}\\)`),
    )
    expect(inRows).toMatch(new RegExp(`${name} in 60 of 60`))
    for (const row of record.rows.filter(({ condition }) => condition === 0)) expect(row[name]).toBe(end)
    const text = renderText(studyDocument(record), { width: 120, colour: false })
    expect(text).toMatch(new RegExp(`${name} +${end}`))
    expect(text).toMatch(/no maximum/)
  })

  it('counts replicates in which others run, and gives limits beyond 2.5 % of them as infinite', async () => {
    const record = await run({ ...bootstrap, replicates: 150, ...emerge })
    const name = 'treatmentno_injection'
    const own = record.rows.filter(({ condition }) => condition === 0).map((row) => row[name])
    const infinite = own.filter((value) => value === 'Inf').length
    expect(infinite).toBeGreaterThan(0.03 * 150)
    const finite = own.filter((value) => typeof value === 'number')
    expect(Math.max(...finite)).toBeLessThan(12)
    const measure = of(record, name)
    expect(measure).toMatchObject({
      noMaximum: infinite,
      n: 150 - infinite,
      percentileUpper: 'Inf',
      basicLower: '-Inf',
    })
    const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length
    expect(measure.bias).toBeCloseTo(mean - Number(measure.estimate), 10)
    expect(told(record).at(-1)).toMatch(new RegExp(`${name} in ${infinite} of 150`))
  })

  it('of a standard deviation', async () => {
    const data = { data: file('sepgroup.csv'), family: 'binomial', formula: 'y ~ 1 + (1 | g)' }
    const record = await run({ ...bootstrap, replicates: 20, ...data })
    expect(of(record, 'sd(g)')).toMatchObject({ estimate: 'Inf', percentileLower: 'Inf', noMaximum: 20 })
    expect(told(record)[0]).toMatch(/sd\(g\) \(runs to Inf\)/)
  })

  it('has the same rows and measures when it is read back from its log', async () => {
    const log = join(directory, 'rows.ndjson')
    const spec = { ...bootstrap, replicates: 30, ...emerge }
    const whole = await run(spec, { log })
    expect(readFileSync(log, 'utf8')).toMatch(/"treatmentsucrose":"Inf"/)
    const resumed = await run(spec, { log, resume: true })
    const merged = await mergeStudy([log])
    for (const again of [resumed, merged]) {
      expect(again.execution.resumed).toBe(whole.execution.rows)
      expect(again.execution.rowsHash).toBe(whole.execution.rowsHash)
      expect(again.measures).toEqual(whole.measures)
      expect(told(again)).toEqual(told(whole))
    }
  })
})

describe('a simulation in which cells come out empty', () => {
  const spec = {
    ...zero,
    kind: 'simulation',
    seed: 4,
    replicates: 60,
    truth: {
      fixed: { '(Intercept)': 1, trtB: -0.5, trtC: -0.2, trtD: -4.6 },
      random: { site: { sd: [0.3] } },
    },
    measures: ['bias', 'rmse', 'coverage', 'convergence'],
  }

  it('counts those replicates, and those only, apart from means', async () => {
    const record = await run(spec)
    const table = await readTable(zero.data)
    const model = stateModel(zero.formula, table, { family: 'poisson' })
    const x = trueParameters(state(model), spec.truth)
    const { names, x: columns } = model.predictors[0].fixed
    const inCell = columns.subarray(names.indexOf('trtD') * model.nobs, (names.indexOf('trtD') + 1) * model.nobs)
    const empty = Array.from({ length: 60 }, (_, replicate) => {
      const { y } = simulateResponse(state(model), x, stream({ seed: 4, condition: 0, replicate, purpose: 'response' }))
      return y.every((count, i) => inCell[i] === 0 || count === 0)
    })
    const count = empty.filter(Boolean).length
    expect(count).toBeGreaterThan(5)
    expect(count).toBeLessThan(55)
    const values = record.rows.map((row) => row['fit.trtD'])
    expect(values.map((value) => value === '-Inf')).toEqual(empty)
    const measure = of(record, 'trtD')
    expect(measure).toMatchObject({ noMaximum: count, n: 60 - count, convergence: 1 })
    const errors = values.filter((value) => typeof value === 'number').map((value) => value + 4.6)
    expect(measure.bias).toBeCloseTo(errors.reduce((sum, one) => sum + one, 0) / errors.length, 10)
    expect(measure.rmse).toBeCloseTo(Math.sqrt(errors.reduce((sum, one) => sum + one * one, 0) / errors.length), 10)
    expect(told(record)).toEqual([expect.stringMatching(new RegExp(`trtD in ${count} of 60`))])
    expect(of(record, 'trtB')).toMatchObject({ noMaximum: 0, n: 60 })
  })

  it('has one-sided intervals that cover, where profiles are asked for', async () => {
    const record = await run({
      ...spec,
      formula: 'y ~ trt',
      truth: { fixed: spec.truth.fixed },
      replicates: 40,
      fit: {},
      methods: [{ name: 'profile', fit: { intervals: 'profile' } }],
    })
    const running = record.rows.filter((row) => row['profile.trtD'] === '-Inf')
    expect(running.length).toBeGreaterThan(3)
    for (const row of running) {
      expect(row['profile.trtD.lower']).toBe('-Inf')
      expect(row['profile.trtD.upper']).toBeGreaterThan(-4.6)
    }
    const measure = of(record, 'trtD')
    expect(measure).toMatchObject({ nIntervals: 40, noMaximum: running.length })
    expect(Number(measure.coverage)).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / 40))
  })

  it('whose truth is a fit that runs has no truth there', async () => {
    const record = await run({ ...zero, kind: 'simulation', replicates: 5, truth: 'fit' })
    expect(of(record, 'trtD')).toMatchObject({ truth: null, bias: null, noMaximum: 5 })
    expect(told(record)[0]).toMatch(/trtD \(runs to -Inf\).*write the truth down/)
  })
})

describe('a sensitivity study', () => {
  it('tells what runs once a unit is left out, and gives it no shift', async () => {
    const record = await run({ ...emerge, kind: 'sensitivity', vary: { leaveOut: 'nest', link: ['probit'] } })
    const sucrose = record.measures.filter(({ parameter }) => parameter === 'treatmentsucrose')
    for (const { estimate, se, shift } of sucrose) expect([estimate, se, shift]).toEqual(['Inf', null, null])
    expect(told(record)[0]).toMatch(/treatmentsucrose \(base\) in 1 of 1/)
    const others = record.measures.filter(({ parameter }) => parameter === 'treatmentprotein')
    expect(others.length).toBeGreaterThan(15)
    for (const { estimate, oneStepShift } of others) {
      expect(Math.abs(Number(estimate))).toBeLessThan(3)
      if (oneStepShift !== undefined) expect(oneStepShift).not.toBeNull()
    }
  })
})

describe('infinite estimates in sums', () => {
  it('quantiles are infinite where they lie among them, and finite elsewhere', () => {
    const values = Float64Array.of(Number.NEGATIVE_INFINITY, 1, 2, 3, Number.POSITIVE_INFINITY)
    expect([0, 0.1, 0.25, 0.5, 0.6, 0.75, 0.8, 1].map((p) => quantile(values, p))).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1,
      2,
      2.4,
      3,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ])
    expect(quantile([1 / 0, 1 / 0], 0.3)).toBe(1 / 0)
  })

  it('intervals of a bootstrap', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i < 90 ? i : 1 / 0))
    const { percentile, basic } = bootstrapIntervals(values, 45, 0)
    expect(percentile[0]).toBeCloseTo(2.475, 10)
    expect(percentile[1]).toBe(1 / 0)
    expect(basic).toEqual([-1 / 0, 90 - percentile[0]])
  })

  it('performance counts them apart, and their intervals along', () => {
    const cell = performanceOf(1, true)
    cell.add(2, 1, 0, 4)
    cell.add(0, 1, -2, 2)
    cell.addRunning(0.5, 1 / 0)
    cell.addRunning(Number.NaN, Number.NaN)
    cell.addRunning(3, 1 / 0)
    cell.fail()
    const found = cell.measures()
    expect(found).toMatchObject({ n: 2, noMaximum: 3, nIntervals: 4, bias: 0, coverage: 0.75, convergence: 5 / 6 })
    expect(found.rmse).toBe(1)
  })
})
