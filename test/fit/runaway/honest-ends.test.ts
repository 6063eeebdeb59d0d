import { describe, expect, it } from 'vitest'
import { type Cells, tableFrom } from '../../../src/data/table-from.js'
import { parseTable } from '../../../src/data/parse-table.js'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { fit } from '../../../src/fit/fit.js'
import { whyNot } from '../../../src/fit/climb/why-not.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { stream } from '../../../src/random/stream.js'

const rng = stream({ seed: 3, purpose: 'response' })
const other = stream({ seed: 4, purpose: 'response' })
const rows = Array.from({ length: 40 }, (_, g) => ({ g, a: rng.normal() })).flatMap(({ g, a }) =>
  Array.from({ length: 6 }, (_, i) => {
    const x = i - 2.5
    const y = 1 + a + x * (0.5 + 0.4 * a) + 0.8 * rng.normal()
    const count = Math.max(0, Math.round(Math.exp(0.5 * y) + other.normal()))
    // Less varied than Poisson counts are.
    return { g: `g${g}`, x, year: 2000 + 2 * i, y, count, even: (6 * g + i) % 5, exact: 2 + 3 * x, group: a }
  }),
)
const columns = (of: readonly object[]): Table =>
  tableFrom(
    Object.fromEntries(Object.keys(of[0]).map((key) => [key, of.map((row) => row[key as never])])) as Record<
      string,
      Cells
    >,
  )
const table = columns(rows)
const gaussian = { family: 'gaussian' }
const poisson = { family: 'poisson' }
const codes = ({ warnings }: { warnings: readonly { code: string }[] }): string[] => warnings.map(({ code }) => code)

describe('correlations of 1 and -1 end normally, as singular', () => {
  it.each([gaussian, poisson])('%o', (family) => {
    const response = family === gaussian ? 'y' : 'count'
    const us = fit(`${response} ~ x + us(1 + x | g)`, table, family)
    for (const sign of [1, -1]) {
      const mirrored = columns(rows.map((row) => ({ ...row, x: sign * row.x })))
      const cs = fit(`${response} ~ x + cs(1 + x | g)`, mirrored, family)
      expect(cs.convergence).toMatchObject({ converged: true, singular: true })
      expect(codes(cs)).toEqual(codes(us))
      expect(cs.warnings[0].message).toContain('(1 + x | g)')
      expect(cs.random[0].correlation[0][1]).toBe(sign)
      // With two effects cs is us in other coordinates.
      expect(cs.logLik).toBeCloseTo(us.logLik, 8)
      us.fixed.forEach(({ estimate, se }, j) => {
        expect(cs.fixed[j].estimate).toBeCloseTo(estimate * (j === 1 ? sign : 1), 5)
        expect(cs.fixed[j].se).toBeCloseTo(se!, 5)
      })
      us.random[0].sd.forEach((sd, i) => expect(cs.random[0].sd[i]).toBeCloseTo(sd, 5))
    }
  })

  it('of an autoregression', () => {
    const shared = columns(rows.map((row, i) => ({ ...row, y: row.group + 0.3 * Math.sin(7 * i), k: i % 3 })))
    const ar1 = fit('y ~ 1 + ar1(0 + factor(k) | g)', shared, gaussian)
    // Effects of one correlation 1 and one standard deviation are one effect.
    const one = fit('y ~ 1 + (1 | g)', shared, gaussian)
    expect(ar1.convergence).toMatchObject({ converged: true, singular: true })
    expect(codes(ar1)).toEqual(['SINGULAR'])
    expect(ar1.logLik).toBeCloseTo(one.logLik, 7)
    expect(ar1.random[0].sd[0]).toBeCloseTo(one.random[0].sd[0], 5)
  })
})

describe('a column far from zero beside its spread fits as well as the centred one', () => {
  const centred = columns(rows.map((row) => ({ ...row, year: row.year - 2005 })))
  it.each([
    ['y ~ year + (year | g)', gaussian],
    ['count ~ year + (year | g)', poisson],
    ['count ~ year + (1 | g)', { family: 'nbinom2' }],
    ['y ~ year + (1 | g)', { family: 'gaussian', reml: true }],
  ])('%s %o', (formula, options) => {
    const far = fit(formula, table, options)
    const near = fit(formula, centred, options)
    expect(codes(far)).toEqual(codes(near))
    expect(far.convergence.converged).toBe(true)
    expect(far.logLik).toBeCloseTo(near.logLik, 8)
    expect(far.fixed[1].estimate / near.fixed[1].estimate).toBeCloseTo(1, 7)
    expect(far.fixed[1].se! / near.fixed[1].se!).toBeCloseTo(1, 5)
    // Of the centred intercept: b0 + 2005 b1.
    expect(far.fixed[0].estimate + 2005 * far.fixed[1].estimate).toBeCloseTo(near.fixed[0].estimate, 6)
    if (far.random[0].sd.length === 2) {
      const { sd, correlation } = far.random[0]
      const variance = sd[0] ** 2 + 2 * 2005 * correlation[0][1] * sd[0] * sd[1] + (2005 * sd[1]) ** 2
      expect(sd[1]).toBeCloseTo(near.random[0].sd[1], 6)
      expect(Math.abs(variance - near.random[0].sd[0] ** 2)).toBeLessThan(1e-4)
    }
  })

  it('with a random slope that is not singular', () => {
    const noisy = rows.map((row, i) => ({ ...row, y: row.y + 0.5 * Math.cos(5 * Math.floor(i / 6)) * row.x }))
    const far = fit('y ~ year + (year | g)', columns(noisy), gaussian)
    const near = fit(
      'y ~ year + (year | g)',
      columns(noisy.map((row) => ({ ...row, year: row.year - 2005 }))),
      gaussian,
    )
    expect([codes(far), codes(near)]).toEqual([[], []])
    expect(far.logLik).toBeCloseTo(near.logLik, 8)
    expect(far.fixed[1].se! / near.fixed[1].se!).toBeCloseTo(1, 5)
    expect(far.random[0].sd[1] / near.random[0].sd[1]).toBeCloseTo(1, 5)
    expect(far.random[0].sdSe[1]! / near.random[0].sdSe[1]!).toBeCloseTo(1, 4)
  })
})

describe('models without a maximum say so', () => {
  it('a response that the model reproduces exactly', () => {
    for (const formula of ['exact ~ x', 'exact ~ x + (1 | g)']) {
      const { convergence, warnings } = fit(formula, table, gaussian)
      expect(convergence.converged).toBe(false)
      expect(warnings[0].message).toMatch(/reproduces the response exactly: sigma runs to zero/)
    }
  })

  it('counts without overdispersion, which end normally with the estimates of Poisson', () => {
    for (const family of ['nbinom1', 'nbinom2']) {
      for (const formula of ['even ~ x', 'even ~ x + (1 | g)']) {
        const got = fit(formula, table, { family })
        const simple = fit(formula, table, poisson)
        expect(got.convergence.converged).toBe(true)
        const limit = got.warnings.find(({ code }) => code === 'LIMIT')
        expect(limit?.message).toMatch(/no overdispersion beyond Poisson/)
        expect(got.dispersion.phi.se).toBeNull()
        // phi is e^16, not infinity.
        expect(got.logLik).toBeCloseTo(simple.logLik, 3)
        got.fixed.forEach(({ estimate, se }, j) => {
          expect(estimate).toBeCloseTo(simple.fixed[j].estimate, 6)
          expect(se).toBeCloseTo(simple.fixed[j].se!, 6)
        })
      }
    }
  })

  it('no more zeros than the counts have by themselves', () => {
    const few = columns(rows.map((row) => ({ ...row, plenty: row.count + 3 * row.even + 2 })))
    const got = fit('plenty ~ x + (1 | g)', few, { family: 'poisson', zi: '~ 1' })
    const simple = fit('plenty ~ x + (1 | g)', few, poisson)
    expect(got.convergence.converged).toBe(true)
    expect(codes(got)).toContain('LIMIT')
    expect(got.further[0].fixed[0].se).toBeNull()
    expect(got.logLik).toBeCloseTo(simple.logLik, 4)
    got.fixed.forEach(({ estimate, se }, j) => {
      expect(estimate).toBeCloseTo(simple.fixed[j].estimate, 5)
      expect(se).toBeCloseTo(simple.fixed[j].se!, 5)
    })
  })

  it('random effects of zeros that Laplace cannot have name the term and what helps', () => {
    const model = stateModel('count ~ x + (1 | g)', table, { family: 'poisson', zi: '~ 1 + (1 | g)' })
    const at = Float64Array.of(0.6, 0.3, -4.7, 0.6, 2.1)
    expect(whyNot(likelihood(model), at, 1)).toMatch(/\(1 \| g\) of zi: give --nodes 7, or leave that term out/)
    const crossed = stateModel('count ~ x + (1 | g)', table, { family: 'poisson', zi: '~ 1 + (1 | x)' })
    expect(whyNot(likelihood(crossed), at, 1)).toMatch(/\(1 \| x\) of zi: give --importance 4000/)
    expect(whyNot(likelihood(model), at, 7)).toBeNull()
  })
})

describe('errors about what is very long or too few', () => {
  const message = (call: () => unknown): { message: string; hint: string } => {
    try {
      call()
    } catch (error) {
      return error as { message: string; hint: string }
    }
    throw new Error('no error')
  }

  it('show an excerpt of a formula of 100,000 characters', () => {
    const long = [`y ~ ${'x'.repeat(100_000)}`, `y ~ x + I(${'1+'.repeat(2000)}`, `${'x '.repeat(50_000)} ~ 1`]
    for (const formula of long) {
      const error = message(() => fit(formula, table, gaussian))
      expect(error.message.length + error.hint.length).toBeLessThan(1300)
    }
    expect(message(() => fit(long[0], table, gaussian)).message).toMatch(/got no column xxx.* \.\.\. x/)
  })

  it('tell the names that a file without header lacks', () => {
    const read = (names: string[]): unknown =>
      parseTable('1 2 3 4\n5 6 7 8\n', { source: 'd.txt', header: false, names })
    expect(message(() => read(['a', 'b']))).toMatchObject({
      message: '2 fields, one for each name, were expected, got 4 on line 1 of d.txt',
      hint: 'name every column, such as --names a,b,V3,V4',
    })
    expect(message(() => read(['a', 'b', 'c', 'd', 'e'])).hint).toBe('give 4 names: --names a,b,c,d has as many')
  })
})
