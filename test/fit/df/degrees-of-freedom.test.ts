import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Cells, tableFrom } from '../../../src/data/table-from.js'
import type { Table } from '../../../src/data/table.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import { predict } from '../../../src/fit/predict/predict.js'
import { studentQuantile } from '../../../src/numerics/special.js'
import { peerTable } from '../../reference/peers.js'
import { readReference } from '../../reference/tables.js'

const reference = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../reference/${name}`, import.meta.url), 'utf8'))

interface Tests {
  readonly df: readonly number[]
  readonly p: readonly number[]
  readonly covariance: readonly (readonly number[])[]
}
interface Peer {
  readonly data: string
  readonly formula: string
  readonly estimate: readonly number[]
  readonly satterthwaite: Tests
  readonly kr: Tests
}
const { fits } = reference('lmertest.json') as { fits: Record<string, Peer> }

const gaussian = (formula: string, table: Table, options: FitOptions = {}): FitRecord =>
  fit(formula, table, { family: 'gaussian', ...options })
const dfOf = ({ fixed }: FitRecord): (number | null)[] => fixed.map(({ df }) => df)
const relative = (got: number, truth: number): number => Math.abs(got - truth) / Math.abs(truth)

/** A table with one more column, computed from the number of the row. */
const withColumn = (table: Table, name: string, of: (row: number) => number): Table => ({
  ...table,
  columns: [
    ...table.columns,
    { kind: 'numeric', name, values: Float64Array.from({ length: table.nrow }, (_, i) => of(i)) },
  ],
})

const numbersOf = ({ columns }: Table, name: string): Float64Array => {
  const column = columns.find((one) => one.name === name)
  if (column?.kind !== 'numeric') throw new Error(`no numbers ${name}`)
  return column.values
}

describe('restricted maximum likelihood as lmerTest and pbkrtest have it', () => {
  for (const [name, { data, formula, estimate, ...methods }] of Object.entries(fits)) {
    it.each(['satterthwaite', 'kr'] as const)(`${name}: %s`, (df) => {
      const got = gaussian(formula, readReference(data), { reml: true, df })
      const { df: degrees, p, covariance } = methods[df]
      got.fixed.forEach((row, j) => {
        expect(row.statistic).toBe('t')
        expect(Math.abs(row.estimate - estimate[j]) / row.se!).toBeLessThan(1e-5)
        expect(relative(row.df!, degrees[j])).toBeLessThan(1e-4)
        expect(relative(row.se! ** 2, covariance[j][j])).toBeLessThan(1e-6)
        expect(row.z).toBe(row.estimate / row.se!)
        expect(row.upper! - row.estimate).toBeCloseTo(studentQuantile(0.975, row.df!) * row.se!, 9)
        // The slope of log p in the statistic and in the degrees of freedom multiplies their differences.
        expect(relative(row.p!, p[j])).toBeLessThan(1e-3)
        covariance[j].forEach((value, k) => {
          const scale = Math.sqrt(covariance[j][j] * covariance[k][k])
          expect(Math.abs(got.fixedCovariance[j][k] - value) / scale).toBeLessThan(1e-6)
        })
      })
    })
  }

  it('sleepstudy is balanced: the standard errors are those of the means of 18 lines, on 17 degrees of freedom', () => {
    const table = peerTable('sleepstudy')
    const [y, days] = [numbersOf(table, 'Reaction'), numbersOf(table, 'Days')]
    const lines = Array.from({ length: 18 }, (_, k) => {
      const rows = Array.from({ length: 10 }, (__, i) => 10 * k + i)
      const slope = rows.reduce((sum, i) => sum + (days[i] - 4.5) * y[i], 0) / 82.5
      return [rows.reduce((sum, i) => sum + y[i], 0) / 10 - 4.5 * slope, slope]
    })
    const se = [0, 1].map((j) => {
      const mean = lines.reduce((sum, line) => sum + line[j], 0) / 18
      return Math.sqrt(lines.reduce((sum, line) => sum + (line[j] - mean) ** 2, 0) / 17 / 18)
    })
    const got = gaussian('Reaction ~ Days + (Days | Subject)', table, { reml: true, df: 'kr' })
    got.fixed.forEach((row, j) => {
      expect(relative(row.se!, se[j])).toBeLessThan(1e-8)
      expect(row.df).toBeCloseTo(17, 9)
    })
  })

  it('counts residual degrees of freedom as lme4 does', () => {
    for (const reml of [true, false])
      expect(gaussian('Reaction ~ Days + (Days | Subject)', peerTable('sleepstudy'), { reml }).dfResidual).toBe(174)
  })
})

describe('maximum likelihood', () => {
  it('a balanced one-way layout of a levels: a degrees of freedom, and a - 1 under the restricted one', () => {
    // v is the mean square between over n; under maximum likelihood that is a sum of squares over a, of variance 2 v^2 / a.
    for (const [a, each] of [
      [6, 5],
      [9, 3],
    ]) {
      const g = Array.from({ length: a * each }, (_, i) => `g${i % a}`)
      const y = g.map((_, i) => 10 + 3 * Math.sin(2 * (i % a)) + Math.cos(7 * i))
      expect(dfOf(gaussian('y ~ 1 + (1 | g)', tableFrom({ y, g })))[0]).toBeCloseTo(a, 3)
      expect(dfOf(gaussian('y ~ 1 + (1 | g)', tableFrom({ y, g }), { reml: true }))[0]).toBeCloseTo(a - 1, 3)
    }
  })
})

describe('a variance of zero', () => {
  const table = peerTable('Dyestuff2')
  const options = { reml: true } as const
  it('counts as known by Satterthwaite, as in lmerTest: what is left is the residual', () => {
    const got = gaussian('Yield ~ 1 + (1 | Batch)', table, options)
    expect(got.convergence.singular).toBe(true)
    expect(dfOf(got)[0]).toBeCloseTo(29, 4)
    expect(dfOf(gaussian('Yield ~ 1 + (1 | Batch)', table))[0]).toBeCloseTo(30, 4)
  })

  it('counts as estimated by Kenward and Roger: one less than the batches, with the variance unadjusted', () => {
    const got = gaussian('Yield ~ 1 + (1 | Batch)', table, { ...options, df: 'kr' })
    expect(dfOf(got)[0]).toBeCloseTo(5, 9)
    expect(got.fixed[0].se).toBeCloseTo(gaussian('Yield ~ 1 + (1 | Batch)', table, options).fixed[0].se!, 9)
  })
})

interface LeastSquares {
  readonly [key: string]: unknown
  readonly beta: readonly number[]
  readonly se: readonly number[]
  readonly t: readonly number[]
  readonly p: readonly number[]
  readonly lower: readonly number[]
  readonly upper: readonly number[]
  readonly df: number
  readonly sigma: number
  readonly logLik: number
  readonly aic: number
  readonly bic: number
}
const r = reference('degrees-of-freedom.json') as Record<string, LeastSquares> & {
  welch: Record<'df' | 't' | 'p' | 'lower' | 'upper', number>
}

describe('without random effects: least squares', () => {
  it('a straight line through five points', () => {
    const got = gaussian('y ~ x', tableFrom({ x: [1, 2, 2, 4, 6], y: [1, 2, 3, 4, 5] }))
    const [, slope] = got.fixed
    expect(slope.se).toBeCloseTo(0.1443376, 7)
    expect(slope.z).toBeCloseTo(5.196, 3)
    expect(slope.p).toBeCloseTo(0.0138, 4)
    expect([slope.statistic, slope.df, got.dfResidual]).toEqual(['t', 3, 3])
    expect(got.dispersion.sigma.estimate).toBeCloseTo(Math.sqrt(1 / 3), 9)
  })

  const weighted = withColumn(peerTable('sleepstudy'), 'w', (i) => 1 + (((i + 1) * 7) % 5))
  const cases: [string, string, Table, FitOptions][] = [
    ['plain', 'Reaction ~ Days', weighted, {}],
    ['weighted', 'Reaction ~ Days', weighted, { precision: 'w' }],
    ['factors', 'angle ~ recipe * factor(temperature)', readReference('cake'), {}],
    ['log', 'Reaction ~ Days', weighted, { link: 'log' }],
    ['weightedLog', 'Reaction ~ Days', weighted, { link: 'log', precision: 'w' }],
  ]
  it.each(cases)('as R has it: %s', (name, formula, table, options) => {
    const truth = r[name]
    const got = gaussian(formula, table, options)
    got.fixed.forEach((row, j) => {
      const of = { beta: row.estimate, lower: row.lower!, upper: row.upper! }
      for (const [key, value] of Object.entries(of))
        expect(Math.abs(value - (truth[key] as number[])[j]) / truth.se[j], key).toBeLessThan(1e-6)
      expect(relative(row.se!, truth.se[j])).toBeLessThan(1e-6)
      expect(Math.abs(row.z! - truth.t[j])).toBeLessThan(1e-5 * (1 + Math.abs(truth.t[j])))
      expect(relative(row.p!, truth.p[j])).toBeLessThan(1e-3)
      expect([row.statistic, row.df]).toEqual(['t', truth.df])
    })
    expect(got.dfResidual).toBe(truth.df)
    expect(relative(got.dispersion.sigma.estimate, truth.sigma)).toBeLessThan(1e-7)
    for (const key of ['logLik', 'aic', 'bic'] as const) expect(relative(got[key], truth[key])).toBeLessThan(1e-9)
  })

  it('limits of predictions are those of predict.lm', () => {
    const got = gaussian('Reaction ~ Days', weighted, { precision: 'w' })
    const rows = predict(JSON.parse(JSON.stringify(got)), tableFrom({ Days: [0, 4, 12.5] }), { level: 0.9 })
    const truth = (r as unknown as { predicted: number[][] }).predicted
    rows.predictions.forEach(({ linear, response }, i) => {
      for (const value of [linear!, response!])
        [value.estimate!, value.lower!, value.upper!].forEach((one, k) =>
          expect(relative(one, truth[i][k])).toBeLessThan(1e-7),
        )
    })
  })

  it('is what the restricted likelihood gives', () => {
    const table = readReference('cake')
    const [a, b] = [false, true].map((reml) => gaussian('angle ~ recipe + temp', table, { reml }))
    a.fixed.forEach((row, j) => {
      expect(relative(row.se!, b.fixed[j].se!)).toBeLessThan(1e-7)
      expect(row.df).toBe(b.fixed[j].df)
    })
    expect(relative(a.dispersion.sigma.estimate, b.dispersion.sigma.estimate)).toBeLessThan(1e-7)
  })

  it('two variances: the test of Welch', () => {
    const cake = readReference('cake')
    const [angle, temp] = [numbersOf(cake, 'angle'), numbersOf(cake, 'temp')]
    // Six temperatures of each recipe A, B, C in turn.
    const recipe = (i: number): number => Math.floor(i / 6) % 3
    const rows = Array.from(angle.keys())
    const a = rows.filter((i) => recipe(i) === 0 && temp[i] === 175)
    const b = rows.filter((i) => recipe(i) === 1 && temp[i] >= 205)
    const table = tableFrom({ y: [...a, ...b].map((i) => angle[i]), g: [...a.map(() => 'a'), ...b.map(() => 'b')] })
    const got = gaussian('y ~ g', table, { dispersion: '~ g', reml: true })
    const [, row] = got.fixed
    expect(relative(row.df!, r.welch.df)).toBeLessThan(1e-6)
    expect(relative(row.z!, r.welch.t)).toBeLessThan(1e-6)
    expect(relative(row.p!, r.welch.p)).toBeLessThan(1e-5)
    expect(relative(row.lower!, r.welch.lower)).toBeLessThan(1e-5)
    expect(relative(row.upper!, r.welch.upper)).toBeLessThan(1e-5)
    expect(got.further[0].fixed.every(({ statistic, df }) => statistic === 'z' && df === null)).toBe(true)
  })
})

const n = 48
const made = Array.from({ length: n }, (_, i) => ({
  g: `g${i % 8}`,
  h: `h${Math.floor(i / 8) % 6}`,
  k: `k${i % 3}`,
  x: Math.sin(3 * i) + 0.2 * (i % 5),
  t: (i * 5) % 7,
  w: 1 + ((i * 7) % 3),
  y: 5 + Math.sin(3 * i) + 2 * Math.cos(i % 8) + 1.5 * Math.sin(2 * (Math.floor(i / 8) % 6)) + Math.sin(17 * i * i),
}))
type Row = (typeof made)[number]
const tableOf = (rows: readonly Row[]): Table =>
  tableFrom(
    Object.fromEntries(Object.keys(made[0]).map((key) => [key, rows.map((row) => row[key as keyof Row])])) as Record<
      string,
      Cells
    >,
  )
const formulas = [
  'y ~ x + t',
  'y ~ x + t + (x | g)',
  'y ~ x + t + (1 | g) + (1 | h)',
  'y ~ x + (1 | h/k)',
  'y ~ x * t + (x || g)',
]
const ways: FitOptions[] = [{}, { reml: true }, { reml: true, df: 'kr' }]

describe('invariances', () => {
  const close = (a: FitRecord, b: FitRecord, tolerance: number): void => {
    dfOf(a).forEach((df, j) => expect(relative(df!, dfOf(b)[j]!)).toBeLessThan(tolerance))
    a.fixed.forEach((row, j) => expect(relative(row.p!, b.fixed[j].p!)).toBeLessThan(100 * tolerance))
  }
  const every = formulas.flatMap((formula) => ways.map((options) => [formula, options] as const))

  it.each(every)('%s %o: the order of rows', (formula, options) => {
    const shuffled = made.map((_, i) => made[(i * 29 + 11) % n])
    close(gaussian(formula, tableOf(made), options), gaussian(formula, tableOf(shuffled), options), 2e-5)
  })

  it.each(every)('%s %o: units of response and columns', (formula, options) => {
    const scaled = made.map((row) => ({ ...row, y: 1e3 * row.y, x: row.x / 250 }))
    close(gaussian(formula, tableOf(made), options), gaussian(formula, tableOf(scaled), options), 2e-5)
  })

  it.each(every)('%s %o: frequencies as rows written out', (formula, options) => {
    const repeated = made.flatMap((row) => Array.from({ length: row.w }, () => row))
    const a = gaussian(formula, tableOf(made), { ...options, frequency: 'w' })
    close(a, gaussian(formula, tableOf(repeated), options), 2e-5)
  })

  it.each(every)('%s %o: the unit of precision weights', (formula, options) => {
    const scaled = made.map((row) => ({ ...row, w: 40 * row.w }))
    const weighted = { ...options, precision: 'w' }
    close(gaussian(formula, tableOf(made), weighted), gaussian(formula, tableOf(scaled), weighted), 2e-5)
  })
})

describe('--df', () => {
  const table = tableOf(made)
  const formula = 'y ~ x + (1 | g)'
  it('none gives z, residual n - p, with the same statistics', () => {
    const [t, z, residual] = [undefined, 'none', 'residual'].map((df) =>
      gaussian(formula, table, { df: df as FitOptions['df'] }),
    )
    z.fixed.forEach((row, j) => {
      expect([row.statistic, row.df, row.z]).toEqual(['z', null, t.fixed[j].z])
      expect(row.upper! - row.estimate).toBeCloseTo(1.959963984540054 * row.se!, 9)
      expect([residual.fixed[j].statistic, residual.fixed[j].df]).toEqual(['t', n - 2])
      expect(t.fixed[j].p).toBeGreaterThan(row.p!)
    })
    expect([t, z, residual].map(({ call }) => call.df)).toEqual(['satterthwaite', 'none', 'residual'])
  })

  it('other models have z statistics', () => {
    const count = tableOf(made.map((row) => ({ ...row, y: Math.round(row.y) })))
    const others: [string, FitOptions][] = [
      ['y ~ x', { family: 'poisson' }],
      ['y ~ x + (1 | g)', { family: 'poisson' }],
      ['y ~ x', { family: 'Gamma', link: 'log' }],
      ['y ~ x + (1 | g)', { family: 'gaussian', link: 'log' }],
      ['y ~ x', { family: 'gaussian', dispersion: '~ 1 + (1 | g)' }],
    ]
    for (const [of, options] of others) {
      const got = fit(of, count, options)
      for (const row of got.fixed) expect([row.statistic, row.df]).toEqual(['z', null])
      expect(got.call.df).toBe('none')
      for (const df of ['satterthwaite', 'residual', 'kr'] as const)
        expect(() => fit(of, count, { ...options, df })).toThrow(/expected a gaussian response with identity link/)
      expect(fit(of, count, { ...options, df: 'none' }).fixed).toEqual(got.fixed)
    }
  })

  it('residual degrees of freedom count as glm does where there is a glm', () => {
    const positive = tableOf(made)
    expect(fit('y ~ x', positive, { family: 'Gamma', link: 'log' }).dfResidual).toBe(n - 2)
    expect(fit('y ~ x', positive, { family: 'inverse_gaussian', link: 'log' }).dfResidual).toBe(n - 2)
    expect(fit('y ~ x + (1 | g)', positive, { family: 'Gamma', link: 'log' }).dfResidual).toBe(n - 4)
  })

  it('refuses what is none', () => {
    expect(() => gaussian(formula, table, { df: 'kr' })).toThrow(/expected --reml with --df kr/)
    expect(() => gaussian(formula, table, { df: 'kr', reml: true, dispersion: '~ x' })).toThrow(
      /expected one residual variance for --df kr, got a dispersion that depends on x/,
    )
    expect(() => gaussian(formula, table, { df: 'between' as 'kr' })).toThrow(/expected satterthwaite, kr, residual/)
  })
})
