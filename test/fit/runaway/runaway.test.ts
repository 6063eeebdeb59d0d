import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseTable } from '../../../src/data/parse-table.js'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord, FixedEstimate } from '../../../src/fit/record/fit-record.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { stream } from '../../../src/random/stream.js'

type Row = Record<string, number | string>

/** The rows of one of the data sets, numbers as numbers. */
function rowsOf(name: string): Row[] {
  const text = readFileSync(new URL(`../../reference/faults/${name}.csv`, import.meta.url), 'utf8')
  const [head, ...lines] = text.trim().replaceAll('"', '').split(/\r?\n/)
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(
      names.map((one, j) => [one, cells[j] !== '' && !Number.isNaN(Number(cells[j])) ? Number(cells[j]) : cells[j]]),
    )
  })
}
const tableOf = (rows: readonly Row[]): Table =>
  tableFrom(Object.fromEntries(Object.keys(rows[0]).map((name) => [name, rows.map((row) => row[name]) as number[]])))
const faults = (name: string): Table => tableOf(rowsOf(name))

const codes = ({ warnings }: FitRecord): string[] => warnings.map(({ code }) => code)
const separation = ({ warnings }: FitRecord): string[] =>
  warnings.flatMap(({ code, message }) => (code === 'SEPARATION' ? [message] : []))
const all = (record: FitRecord): (FixedEstimate & { of: string })[] => [
  ...record.fixed.map((one) => ({ ...one, of: 'mean' })),
  ...record.further.flatMap(({ predictor, fixed }) => fixed.map((one) => ({ ...one, of: predictor }))),
]
const ends = (record: FitRecord): Record<string, string> =>
  Object.fromEntries(
    all(record).flatMap(({ of, name, runsTo }) => (runsTo ? [[of === 'mean' ? name : `${of}: ${name}`, runsTo]] : [])),
  )

/** A running coefficient has an end and a number, and nothing that a test could be made of. */
function expectHeld(record: FitRecord): void {
  expect(record.convergence.converged).toBe(true)
  expect(codes(record)).not.toContain('NO_CONVERGENCE')
  for (const { runsTo, estimate, se, z, p, lower, upper } of all(record)) {
    expect(Number.isFinite(estimate)).toBe(true)
    if (runsTo) expect([se, z, p, lower, upper]).toEqual([null, null, null, null, null])
    else if (se !== null) expect(se).toBeLessThan(50)
  }
}

/** Everything that does not run is what the same model says of the rows that the running columns leave. */
function expectLimit(record: FitRecord, rest: FitRecord, tolerance = 1e-5): void {
  expectHeld(record)
  expect(record.logLik).toBeCloseTo(rest.logLik, 6)
  const found = new Map(all(record).map((one) => [`${one.of} ${one.name}`, one]))
  let compared = 0
  for (const { of, name, estimate, se, runsTo } of all(rest)) {
    const one = found.get(`${of} ${name}`)
    if (!one || se === null || runsTo) continue
    compared++
    expect(Math.abs(one.estimate - estimate), name).toBeLessThan(tolerance * (se + Math.abs(estimate)))
    expect(Math.abs(one.se! / se - 1), name).toBeLessThan(tolerance)
  }
  expect(compared).toBeGreaterThan(0)
  rest.random.forEach(({ sd, sdSe }, t) => {
    sd.forEach((one, i) => {
      expect(record.random[t].sd[i]).toBeCloseTo(one, 4)
      if (sdSe[i] === null) expect(record.random[t].sdSe[i]).toBeNull()
      else expect(Math.abs(record.random[t].sdSe[i]! / sdSe[i]! - 1)).toBeLessThan(1e-4)
    })
  })
}

describe('an empty cell: all else as on the other rows', () => {
  const zerocell = rowsOf('zerocell').map(
    (row, i): Row => ({
      ...row,
      block: `b${(i * 7) % 5}`,
      sub: `${row.site}${i % 2}`,
    }),
  )
  const rest = zerocell.filter(({ trt }) => trt !== 'D')
  const plain = 'y ~ trt + (1 | site)'
  it.each<[string, FitOptions]>([
    ['y ~ trt', { family: 'poisson' }],
    [plain, { family: 'poisson' }],
    [plain, { family: 'poisson', nodes: 7 }],
    [plain, { family: 'poisson', nodes: 'auto' }],
    [plain, { family: 'poisson', zi: '~ 1' }],
    [plain, { family: 'nbinom1' }],
    [plain, { family: 'nbinom2' }],
    ['y ~ trt + (1 | site) + (1 | block)', { family: 'poisson' }],
    ['y ~ trt + (trt | site)', { family: 'poisson' }],
    ['y ~ trt + (0 + trt || site)', { family: 'poisson' }],
    ['y ~ trt + (1 | site / sub)', { family: 'poisson', nodes: 5 }],
    ['y ~ trt + (1 | site / sub)', { family: 'poisson', nodes: [7, 5] }],
  ])('%s, %o', (formula, options) => {
    const record = fit(formula, tableOf(zerocell), options)
    expect(ends(record)).toMatchObject({ trtD: '-Inf' })
    expect(separation(record)[0]).toMatch(
      /trtD .*\(trt = D: all 36 counts are zero\).*trtD runs to -Inf.*; give a prior \(glmm sample\), or merge/,
    )
    expectLimit(record, fit(formula, tableOf(rest), options))
    expect(record.nobs).toBe(144)
    expect(record.bic).toBeCloseTo(-2 * record.logLik + Math.log(144) * record.df, 8)
  })

  it('effects that only its rows had are not identified', () => {
    const record = fit('y ~ trt + (trt | site)', tableOf(zerocell), { family: 'poisson' })
    expect(separation(record)[0]).toContain('the standard deviation of trtD by site is then not identified')
    expect([record.random[0].sd[3], record.random[0].sdSe[3]]).toEqual([0, null])
    expect(record.modes.filter(({ name, mode }) => name === 'trtD' && mode !== 0)).toEqual([])
    expect(record.modes.filter(({ name, mode }) => name === 'trtB' && mode !== 0)).toHaveLength(12)
  })

  it('by importance sampling, to its Monte Carlo error', () => {
    const formula = 'y ~ trt + (1 | site) + (1 | block)'
    const record = fit(formula, tableOf(zerocell), { family: 'poisson', importance: 2000 })
    expect(ends(record)).toEqual({ trtD: '-Inf' })
    expect(record.importance!.mcse.fixed[3]).toBeNaN()
    const other = fit(formula, tableOf(rest), { family: 'poisson', importance: 2000 })
    expect(Math.abs(record.logLik - other.logLik)).toBeLessThan(
      5 * (record.importance!.logLikMcse + other.importance!.logLikMcse) + 1e-6,
    )
    other.fixed.forEach(({ se }, j) => expect(Math.abs(record.fixed[j].se! / se! - 1)).toBeLessThan(0.02))
  })

  it('as the baseline: the intercept runs down and every contrast up', () => {
    const record = fit('y ~ factor(trt, levels = c("D", "A", "B", "C")) + (1 | site)', tableOf(zerocell), {
      family: 'poisson',
    })
    expect(Object.values(ends(record)).sort()).toEqual(['-Inf', 'Inf', 'Inf', 'Inf'])
    expectHeld(record)
    expect(record.logLik).toBeCloseTo(fit(plain, tableOf(rest), { family: 'poisson' }).logLik, 6)
    // Differences between the other cells are those of any other baseline.
    const other = fit(plain, tableOf(zerocell), { family: 'poisson' })
    expect(record.fixed[2].estimate - record.fixed[1].estimate).toBeCloseTo(other.fixed[1].estimate, 5)
  })

  it('without an intercept, and in a cell of two factors', () => {
    const record = fit('y ~ 0 + trt + (1 | site)', tableOf(zerocell), { family: 'poisson' })
    expect(ends(record)).toEqual({ trtD: '-Inf' })
    expectLimit(record, fit('y ~ 0 + trt + (1 | site)', tableOf(rest), { family: 'poisson' }))
    const rng = stream({ seed: 4, purpose: 'response' })
    const rows = Array.from({ length: 160 }, (_, i): Row => {
      const [a, b] = [['p', 'q'][i % 2], ['u', 'v'][(i >> 1) % 2]]
      return { a, b, g: `g${i % 9}`, y: a === 'q' && b === 'v' ? 0 : Math.floor(4 * rng.uniform()) }
    })
    const two = fit('y ~ a * b + (1 | g)', tableOf(rows), { family: 'poisson' })
    expect(ends(two)).toEqual({ 'aq:bv': '-Inf' })
    expect(separation(two)[0]).toContain('a = q, b = v: all 40 counts are zero')
  })

  it('keeps means, residuals and modes of the rows it has taken out', () => {
    const record = fit(plain, tableOf(zerocell), { family: 'poisson' })
    expect(record.modes).toHaveLength(12)
    expect(Number.isFinite(record.residuals.pearson.min)).toBe(true)
    expect(record.residuals.pearson.max).toBeLessThan(10)
    expect(Math.exp(record.fixed[0].estimate + record.fixed[3].estimate)).toBeLessThan(1e-10)
    expect(record.fixedCovariance[3].every(Number.isNaN)).toBe(true)
    expect(record.fixedCovariance[1][2]).toBeGreaterThan(0)
  })
})

describe('a sure cell of a binomial', () => {
  const emerge = rowsOf('emerge').map((row, i): Row => ({ ...row, block: `b${(i * 5) % 7}` }))
  const rest = emerge.filter(({ treatment }) => treatment !== 'sucrose')
  it.each<[string, FitOptions]>([
    ['emergence ~ treatment', {}],
    ['emergence ~ treatment + (1 | nest)', {}],
    ['emergence ~ treatment + (1 | nest)', { nodes: 9 }],
    ['emergence ~ treatment + (1 | nest) + (1 | block)', {}],
    ...['probit', 'cloglog', 'cauchit'].flatMap((link): [string, FitOptions][] => [
      ['emergence ~ treatment', { link }],
      ['emergence ~ treatment + (1 | block)', { link }],
    ]),
  ])('%s, %o', (formula, options) => {
    const record = fit(formula, tableOf(emerge), { family: 'binomial', ...options })
    expect(ends(record)).toEqual({ treatmentsucrose: 'Inf' })
    expect(separation(record)[0]).toContain('treatment = sucrose: all 34 responses are 1')
    expectLimit(record, fit(formula, tableOf(rest), { family: 'binomial', ...options }), 1e-4)
  })

  it('counts of trials, binomial and beta-binomial', () => {
    const rng = stream({ seed: 11, purpose: 'response' })
    const rows = Array.from({ length: 90 }, (_, i): Row => {
      const arm = ['a', 'b', 'c'][i % 3]
      const p = Math.min(0.95, Math.max(0.05, 0.4 + 0.25 * rng.normal()))
      const r = Array.from({ length: 8 }, () => (rng.uniform() < p ? 1 : 0)).reduce((sum: number, one) => sum + one, 0)
      return { arm, g: `g${i % 10}`, n: 8, r: arm === 'b' ? 0 : r }
    })
    const others = rows.filter(({ arm }) => arm !== 'b')
    for (const family of ['binomial', 'betabinomial']) {
      const formula = 'cbind(r, n - r) ~ arm + (1 | g)'
      const record = fit(formula, tableOf(rows), { family })
      expect(ends(record)).toMatchObject({ armb: '-Inf' })
      expect(separation(record)[0]).toContain('arm = b: none of the 240 trials is a success')
      expectLimit(record, fit(formula, tableOf(others), { family }), 1e-4)
    }
  })
})

describe('truncated counts and hurdles', () => {
  const rng = stream({ seed: 21, purpose: 'response' })
  const rows = Array.from({ length: 240 }, (_, i): Row => {
    const arm = ['a', 'b', 'c', 'd'][i % 4]
    const y = 1 + Math.floor(-2.2 * Math.log(rng.uniform()))
    return {
      arm,
      g: `g${i % 12}`,
      y: arm === 'c' ? 1 : y,
      h: rng.uniform() < 0.3 ? 0 : arm === 'c' ? 1 : y,
      e: arm === 'c' ? 0 : rng.uniform() < 0.3 ? 0 : y,
    }
  })
  const without = rows.filter(({ arm }) => arm !== 'c')

  it.each(['truncated_poisson', 'truncated_nbinom2'])('%s: a cell of ones', (family) => {
    for (const formula of ['y ~ arm', 'y ~ arm + (1 | g)']) {
      const record = fit(formula, tableOf(rows), { family })
      expect(ends(record)).toMatchObject({ armc: '-Inf' })
      expect(separation(record)[0]).toContain('arm = c: all 60 counts are 1')
      expectLimit(record, fit(formula, tableOf(without), { family }), 1e-4)
    }
  })

  it('hurdle: the count part runs, the zero part keeps all rows', () => {
    const record = fit('h ~ arm + (1 | g)', tableOf(rows), { family: 'hurdle_poisson', zi: '~ arm' })
    expect(ends(record)).toEqual({ armc: '-Inf' })
    // The zero part of a hurdle is a logistic regression of its own.
    const zero = fit('zero ~ arm', tableOf(rows.map((row) => ({ ...row, zero: row.h === 0 ? 1 : 0 }))), {
      family: 'binomial',
    })
    record.further[0].fixed.forEach(({ estimate, se }, j) => {
      expect(estimate).toBeCloseTo(zero.fixed[j].estimate, 5)
      expect(Math.abs(se! / zero.fixed[j].se! - 1)).toBeLessThan(1e-4)
    })
    const positive = fit('h ~ arm + (1 | g)', tableOf(rows.filter(({ h, arm }) => (h as number) > 0 && arm !== 'c')), {
      family: 'truncated_poisson',
    })
    record.fixed.slice(0, 2).forEach(({ estimate, se }, j) => {
      expect(estimate).toBeCloseTo(positive.fixed[j].estimate, 4)
      expect(Math.abs(se! / positive.fixed[j].se! - 1)).toBeLessThan(1e-4)
    })
  })

  it('hurdle: a cell of zeros says nothing of the counts, and its zero part runs', () => {
    const record = fit('e ~ arm + (1 | g)', tableOf(rows), { family: 'hurdle_poisson', zi: '~ arm' })
    expect(ends(record)).toEqual({ 'zi: armc': 'Inf' })
    expect(record.fixed.find(({ name }) => name === 'armc')!.se).toBeNull()
    expect(codes(record)).toEqual(expect.arrayContaining(['NOT_IDENTIFIED', 'SEPARATION']))
    expect(separation(record)[0]).toContain('arm = c: all 60 counts are zero')
    expectLimit(record, fit('e ~ arm + (1 | g)', tableOf(without), { family: 'hurdle_poisson', zi: '~ arm' }), 1e-4)
  })

  it('hurdle: the zero part runs whatever its random effects', () => {
    const of = rows.map(
      (row, i): Row => ({ ...row, h: row.arm === 'b' ? row.y : i % 3 === 0 || i % 24 < 4 ? 0 : row.y }),
    )
    const record = fit('h ~ 1', tableOf(of), { family: 'hurdle_poisson', zi: '~ arm + (1 | g)', nodes: 7 })
    expect(ends(record)).toMatchObject({ 'zi: armb': '-Inf' })
    expect(separation(record)[0]).toContain('arm = b: none of the 60 counts is zero')
    const rest = of.filter(({ arm }) => arm !== 'b').map((row) => ({ ...row, zero: row.h === 0 ? 1 : 0 }))
    const zero = fit('zero ~ arm + (1 | g)', tableOf(rest), { family: 'binomial', nodes: 7 })
    for (const { name, estimate, se } of zero.fixed) {
      const one = record.further[0].fixed.find((other) => other.name === name)!
      expect(one.estimate).toBeCloseTo(estimate, 4)
      expect(Math.abs(one.se! / se! - 1)).toBeLessThan(1e-3)
    }
  })

  it('hurdle without zeros: their probability runs to 0', () => {
    const table = faults('tp')
    for (const formula of ['y ~ x', 'y ~ x + (1 | g)']) {
      const record = fit(formula, table, { family: 'hurdle_poisson' })
      expect(ends(record)).toEqual({ 'zi: (Intercept)': '-Inf' })
      expect(record.dispersion.pi).toMatchObject({ runsTo: '-Inf', se: null, lower: null, upper: null })
      expect(separation(record)[0]).toContain('none of the 201 counts is zero')
      expectLimit(record, fit(formula, table, { family: 'truncated_poisson' }), 1e-4)
    }
  })
})

const salamanders = parseTable(readFileSync(new URL('../../reference/Salamanders.csv', import.meta.url), 'utf8'))

/** glmmTMB 1.1.5 on the rest of the rows, or with the running coefficient held; see README.md. */
describe('standard errors of the limit, as glmmTMB has them', () => {
  it.each<[string, Table, FitOptions, Record<string, number>, Record<string, string>, number]>([
    [
      'y ~ trt + (1 | site)',
      faults('zerocell'),
      { family: 'nbinom2' },
      { '(Intercept)': 0.1527385, trtB: 0.1469194, trtC: 0.131526 },
      { trtD: '-Inf', 'dispersion: (Intercept)': 'Inf' },
      1e-5,
    ],
    [
      'y ~ 1 + (1 | g)',
      faults('zicell'),
      { family: 'poisson', zi: '~ sp' },
      { '(Intercept)': 0.1213613, 'zi: (Intercept)': 0.1761218, 'zi: spc': 0.2947247 },
      { 'zi: spb': '-Inf' },
      1e-5,
    ],
    [
      'y ~ trt + (1 | g)',
      faults('dispcell'),
      { family: 'nbinom2', dispersion: '~ trt' },
      {
        '(Intercept)': 0.1374607,
        trtb: 0.1274814,
        trtc: 0.1630668,
        'dispersion: (Intercept)': 0.20036,
        'dispersion: trtc': 0.2715709,
      },
      { 'dispersion: trtb': 'Inf' },
      2e-5,
    ],
    [
      'count ~ spp + (1 | site)',
      salamanders,
      { family: 'nbinom2', zi: '~ spp' },
      { 'zi: (Intercept)': 2.186704, 'zi: sppPR': 2.185729 },
      { 'zi: sppGP': '-Inf' },
      2e-5,
    ],
    [
      'emergence ~ treatment',
      faults('emerge'),
      { family: 'binomial' },
      { '(Intercept)': 0.4043038, treatmentno_injection: 0.7273602, treatmentprotein: 0.6048491 },
      { treatmentsucrose: 'Inf' },
      1e-5,
    ],
    [
      'y ~ t + x',
      faults('psep'),
      { family: 'poisson' },
      { '(Intercept)': 0.1334133, tb: 0.1137792, x: 0.1986355 },
      { tc: '-Inf' },
      1e-5,
    ],
  ])('%s', (formula, table, options, se, runs, tolerance) => {
    const record = fit(formula, table, options)
    expectHeld(record)
    expect(ends(record)).toEqual(runs)
    const told = new Map(all(record).map((one) => [one.of === 'mean' ? one.name : `${one.of}: ${one.name}`, one.se]))
    for (const [name, value] of Object.entries(se))
      expect(Math.abs(told.get(name)! / value - 1), name).toBeLessThan(tolerance)
  })
})

describe('cells of a formula for zeros or dispersion', () => {
  it.each<[string, string, FitOptions, Record<string, string>, RegExp]>([
    [
      'y2 ~ 1 + (1 | g)',
      'zicell',
      { family: 'poisson', zi: '~ sp' },
      { 'zi: (Intercept)': '-Inf', 'zi: spb': 'Inf', 'zi: spc': 'Inf' },
      /\(sp = a: no more zeros/,
    ],
    ['y3 ~ 1 + (1 | g)', 'zicell', { family: 'poisson', zi: '~ sp' }, { 'zi: spb': '-Inf' }, /\(sp = b: no more zeros/],
    [
      'y3 ~ 1 + (1 | g)',
      'zicell',
      { family: 'hurdle_poisson', zi: '~ sp' },
      { 'zi: spb': '-Inf' },
      /sp = b: none of the 160 counts is zero/,
    ],
    ['y ~ x', 'zisep', { family: 'poisson', zi: '~ x' }, { 'zi: xb': '-Inf' }, /\(x = b: no more zeros/],
    ['y ~ 1 + (1 | g)', 'zicell', { family: 'poisson', zi: '~ sp', nodes: 7 }, { 'zi: spb': '-Inf' }, /sp = b/],
  ])('%s of %s, %o', (formula, file, options, runs, says) => {
    const record = fit(formula, faults(file), options)
    expectHeld(record)
    expect(ends(record)).toEqual(runs)
    expect(separation(record)[0]).toMatch(says)
  })

  it('both at once: the mean of one cell, and nothing told of its zeros', () => {
    const rows = rowsOf('zicell').map((row): Row => ({ ...row, y: row.sp === 'c' ? 0 : row.y }))
    const record = fit('y ~ sp + (1 | g)', tableOf(rows), { family: 'poisson', zi: '~ sp' })
    expect(ends(record)).toEqual({ spc: '-Inf', 'zi: spb': '-Inf' })
    expect(separation(record)[0]).toMatch(/spc of zi is then not identified/)
    const rest = fit('y ~ sp + (1 | g)', tableOf(rows.filter(({ sp }) => sp !== 'c')), {
      family: 'poisson',
      zi: '~ sp',
    })
    expectLimit(record, rest, 1e-4)
  })
})

describe('responses that are all alike', () => {
  const table = (y: number): Table =>
    tableOf(Array.from({ length: 30 }, (_, i): Row => ({ y, x: i % 7, g: `g${i % 5}` })))
  it.each<[string, number, Record<string, string>]>([
    ['poisson', 0, { '(Intercept)': '-Inf' }],
    ['nbinom1', 0, { '(Intercept)': '-Inf' }],
    ['nbinom2', 0, { '(Intercept)': '-Inf' }],
    ['zero_inflated_poisson', 0, { '(Intercept)': '-Inf' }],
    ['zero_inflated_nbinom2', 0, { '(Intercept)': '-Inf' }],
    ['hurdle_poisson', 0, { 'zi: (Intercept)': 'Inf' }],
    ['hurdle_nbinom2', 0, { 'zi: (Intercept)': 'Inf' }],
    ['hurdle_poisson', 1, { '(Intercept)': '-Inf', 'zi: (Intercept)': '-Inf' }],
    ['truncated_poisson', 1, { '(Intercept)': '-Inf' }],
    ['truncated_nbinom2', 1, { '(Intercept)': '-Inf' }],
    ['binomial', 0, { '(Intercept)': '-Inf' }],
    ['binomial', 1, { '(Intercept)': 'Inf' }],
    ['betabinomial', 0, { '(Intercept)': '-Inf' }],
    ['betabinomial', 1, { '(Intercept)': 'Inf' }],
  ])('%s, all %i', (family, y, runs) => {
    for (const formula of ['y ~ x', 'y ~ x + (1 | g)', 'y ~ 1']) {
      const record = fit(formula, table(y), { family })
      expectHeld(record)
      expect(ends(record), formula).toEqual(runs)
      expect(record.logLik).toBeCloseTo(0, 10)
      for (const { se } of all(record)) expect(se).toBeNull()
      for (const { sd, sdSe } of record.random) expect([sd, sdSe]).toEqual([[0], [null]])
    }
  })

  it.each(['poisson', 'nbinom1', 'nbinom2', 'zero_inflated_poisson', 'zero_inflated_nbinom2'])(
    '%s, all 1: finite',
    (family) => {
      const record = fit('y ~ x + (1 | g)', table(1), { family })
      expect(record.convergence.converged).toBe(true)
      expect(record.fixed.map(({ runsTo }) => runsTo)).toEqual([null, null])
      expect(record.fixed[0].estimate).toBeCloseTo(0, 6)
    },
  )
})

describe('by a number', () => {
  it('complete: says so, and which way', () => {
    const table = tableFrom({ y: [0, 0, 0, 0, 1, 1, 1, 1], x: [1, 2, 3, 4, 5, 6, 7, 8] })
    const record = fit('y ~ x', table, { family: 'binomial' })
    expect(ends(record)).toEqual({ '(Intercept)': '-Inf', x: 'Inf' })
    expect(separation(record)[0]).toMatch(
      /^complete separation: x predicts every response without error, .*leave it out; --intervals profile gives the limit that is finite$/,
    )
  })

  it('counts above zero on one side of it only', () => {
    const x = Array.from({ length: 40 }, (_, i) => i / 10)
    // Counts above zero at one value of x only: the slope is free to fall from there.
    const table = tableFrom({ x, y: x.map((at) => (at === 0 ? 3 : 0)) })
    const record = fit('y ~ x', table, { family: 'poisson' })
    expect(ends(record)).toEqual({ x: '-Inf' })
    expect(record.fixed[0].estimate).toBeCloseTo(Math.log(3), 6)
    expect(record.fixed[0].se).toBeCloseTo(1 / Math.sqrt(3), 6)
  })

  it('not under links that reach the end of the range at a finite predictor', () => {
    const table = tableFrom({ y: [0, 0, 0, 0, 3, 5, 2, 4], a: ['p', 'p', 'p', 'p', 'q', 'q', 'q', 'q'] })
    const record = fit('y ~ 0 + a', table, { family: 'poisson', link: 'sqrt' })
    expect(ends(record)).toEqual({})
    expect(record.fixed[0].estimate).toBeCloseTo(0, 4)
    expect(record.fixed[1].estimate ** 2).toBeCloseTo(3.5, 6)
  })

  it('gaussian with log link: a mean below zero at the nearest', () => {
    const rng = stream({ seed: 6, purpose: 'response' })
    const rows = Array.from(
      { length: 60 },
      (_, i): Row => ({ a: ['p', 'q'][i % 2], y: i % 2 === 0 ? 3 + rng.normal() : -0.2 - Math.abs(rng.normal()) }),
    )
    const record = fit('y ~ a', tableOf(rows), { family: 'gaussian', link: 'log' })
    expect(ends(record)).toEqual({ aq: '-Inf' })
    const [p, q] = ['p', 'q'].map((a) => rows.filter((row) => row.a === a).map(({ y }) => y as number))
    const mean = p.reduce((sum, y) => sum + y, 0) / 30
    const rss = p.reduce((sum, y) => sum + (y - mean) ** 2, 0) + q.reduce((sum, y) => sum + y * y, 0)
    expect(record.fixed[0].estimate).toBeCloseTo(Math.log(mean), 6)
    expect(record.logLik).toBeCloseTo(-30 * (Math.log((2 * Math.PI * rss) / 60) + 1), 6)
  })
})

describe('zero-truncated counts whose variance is mu (1 + phi)', () => {
  it('have their maximum at the logarithmic series, or above it', () => {
    let ran = 0
    for (let seed = 1; seed <= 8; seed++) {
      const rng = stream({ seed, purpose: 'response' })
      const draw = (): number => {
        let [u, k, mass] = [rng.uniform(), 1, -0.6 / Math.log(0.4)]
        for (; u > mass; k++) {
          u -= mass
          mass *= (0.6 * k) / (k + 1)
        }
        return k
      }
      const y = Array.from({ length: 150 }, draw)
      const mean = y.reduce((sum, one) => sum + one, 0) / y.length
      // The series' maximum: -p / ((1 - p) log(1 - p)) is the mean.
      let [low, high] = [1e-9, 1 - 1e-9]
      for (let step = 0; step < 100; step++) {
        const p = (low + high) / 2
        if (-p / ((1 - p) * Math.log1p(-p)) < mean) low = p
        else high = p
      }
      const logLik = y.reduce((sum, k) => sum + k * Math.log(low) - Math.log(k), 0) - 150 * Math.log(-Math.log1p(-low))
      const record = fit('y ~ 1', tableFrom({ y }), { family: 'truncated_nbinom1' })
      expectHeld(record)
      if (record.fixed[0].runsTo === null) expect(record.logLik).toBeGreaterThan(logLik - 1e-8)
      else {
        ran++
        expect(ends(record)).toEqual({ '(Intercept)': '-Inf' })
        expect(record.logLik).toBeCloseTo(logLik, 5)
        expect(record.dispersion.phi.estimate).toBeCloseTo(low / (1 - low), 3)
        expect(separation(record)[0]).toContain('logarithmic series')
      }
    }
    expect(ran).toBeGreaterThan(1)
    expect(ran).toBeLessThan(8)
  })
})

describe('the full likelihood at what is told', () => {
  it('has the value of the limit and no slope, in 90 separated sets of five families', () => {
    let running = 0
    for (let seed = 1; seed <= 90; seed++) {
      const rng = stream({ seed, purpose: 'response' })
      const family = ['binomial', 'poisson', 'nbinom2', 'truncated_poisson', 'hurdle_poisson'][seed % 5]
      const rows = Array.from({ length: 70 }, (_, i): Row => {
        const [arm, x, w] = [['a', 'b', 'c'][i % 3], Math.round(4 * rng.normal()) / 4, rng.normal()]
        const sure = seed % 2 === 0 ? arm === 'b' : x > 0.5
        const count = sure ? 0 : Math.floor(-2 * Math.log(rng.uniform()))
        const y = family === 'binomial' ? Math.min(1, count) : family === 'truncated_poisson' ? count + 1 : count
        return { arm, x, w, g: `g${i % 9}`, y }
      })
      const table = tableOf(rows)
      const formula = `y ~ arm + x + w${seed % 3 === 0 ? ' + (1 | g)' : ''}`
      const options = { family, ...(family.startsWith('hurdle') && { zi: '~ arm + x' }) }
      const record = fit(formula, table, options)
      expectHeld(record)
      if (Object.keys(ends(record)).length > 0) running++
      const gradient = new Float64Array(record.parameters.estimate.length)
      const full = likelihood(stateModel(formula, table, options)).marginal(adaptive(1))
      const value = full.evaluate(Float64Array.from(record.parameters.estimate), gradient)
      expect(value, `seed ${seed}`).toBeCloseTo(record.logLik, 6)
      record.parameters.covariance!.forEach((row, j) => {
        const scale = row[j] > 0 ? Math.sqrt(row[j]) : 1
        expect(Math.abs(gradient[j]) * scale, `seed ${seed}, parameter ${j}`).toBeLessThan(1e-4)
      })
    }
    expect(running).toBeGreaterThan(40)
  })
})

describe('no false alarm', () => {
  it('in sound data, however sparse: 240 random sets of six families', () => {
    let alarms = 0
    for (let seed = 1; seed <= 240; seed++) {
      const rng = stream({ seed, purpose: 'response' })
      const family = ['binomial', 'poisson', 'nbinom2', 'zero_inflated_poisson', 'hurdle_poisson', 'truncated_poisson'][
        seed % 6
      ]
      const rows = Array.from({ length: 60 }, (_, i): Row => {
        const arm = ['a', 'b', 'c'][i % 3]
        const eta = -1.2 + rng.normal() + (arm === 'b' ? 0.8 : 0)
        const count = Math.floor(-Math.log(rng.uniform()) * Math.exp(0.5 * eta))
        const y =
          family === 'binomial'
            ? rng.uniform() < 1 / (1 + Math.exp(-eta))
              ? 1
              : 0
            : family === 'truncated_poisson'
              ? count + 1
              : count
        return { arm, x: rng.normal(), g: `g${i % 8}`, y }
      })
      // Two rows in each cell and at each end of x that forbid every direction.
      for (const arm of ['a', 'b', 'c']) {
        for (const [y, x] of [
          [0, -9],
          [0, 9],
          [1, -9],
          [1, 9],
          [2, -9],
          [2, 9],
        ]) {
          if (family === 'binomial' && y > 1) continue
          rows.push({ arm, x, g: 'g0', y: family === 'truncated_poisson' ? y + 1 : y })
        }
      }
      const formula = seed % 4 === 0 ? 'y ~ arm + x + (1 | g)' : 'y ~ arm + x'
      const record = fit(formula, tableOf(rows), {
        family,
        ...(family.includes('_') && !family.startsWith('trunc') && { zi: '~ 1' }),
      })
      if (separation(record).length > 0 || record.fixed.some(({ runsTo }) => runsTo)) alarms++
      expect(
        record.fixed.every(({ se }) => se !== null && se < 20),
        `seed ${seed}`,
      ).toBe(true)
    }
    expect(alarms).toBe(0)
  })
})

it('a file with its own separator and a second response', () => {
  const text = readFileSync(new URL('../../reference/faults/sep.csv', import.meta.url), 'utf8').replace(
    /^sep=.*\r?\n/,
    '',
  )
  const table = parseTable(text)
  for (const formula of ['alive ~ treatment + age + (1 | subject)', 'count ~ treatment + (1 | subject)']) {
    const record = fit(formula, table, { family: formula.startsWith('alive') ? 'binomial' : 'poisson' })
    expect(codes(record)).not.toContain('NO_CONVERGENCE')
    expectHeld(record)
  }
})
