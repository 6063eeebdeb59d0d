import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseTable } from '../../../src/data/parse-table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { modelTests } from '../../../src/fit/tests/model-tests.js'
import { type Columns, generator } from '../../bench/model-tests-cases.mjs'
import { betablocker, cbpp } from '../../reference/data.js'

const file = (name: string): ReturnType<typeof parseTable> =>
  parseTable(readFileSync(new URL(`../../reference/${name}.csv`, import.meta.url), 'utf8'), { source: name })
const rows = <Value>(n: number, of: (i: number) => Value): Value[] => Array.from({ length: n }, (_, i) => of(i))

describe('real data', () => {
  const epil = 'y ~ lbase * trt + lage + V4 + (1 | subject)'

  it('epil, Poisson: overdispersed, with the remedy; the negative binomial takes it up', () => {
    const table = file('epil')
    const poisson = fit(epil, table, { family: 'poisson', tests: true })
    expect(poisson.model!.verdict).toBe('questionable')
    expect(poisson.model!.reasons[0]).toMatch(/^counts vary 1\.9 times more than Poisson: try --family nbinom2/)
    expect(poisson.warnings.map(({ code }) => code)).toContain('MODEL')
    const wider = fit(epil, table, { family: 'nbinom2', tests: true })
    expect(wider.tests!.dispersion).toMatchObject({ p: null, method: 'not tested' })
    expect(wider.tests!.dispersion.says).toContain('estimated')
    expect(wider.model!.verdict).toBe('no fault found')
    expect(wider.warnings).toEqual([])
  })

  it('Salamanders, Poisson: zeros 60 % against 49 %', () => {
    const { model, tests } = fit('count ~ spp + mined + (1 | site)', file('Salamanders'), {
      family: 'poisson',
      tests: true,
    })
    expect(model!.reasons).toContainEqual(expect.stringMatching(/^zeros 60 % against 49 %: try --zi "~1"/))
    expect(tests!.dispersion.effect).toMatch(/times more than Poisson/)
  })

  it('grouseticks, crossed: overdispersed, and years are no line', () => {
    const { model } = fit('TICKS ~ YEAR + cHEIGHT + (1 | BROOD) + (1 | LOCATION)', file('grouseticks'), {
      family: 'poisson',
      tests: true,
    })
    expect(model!.reasons.join()).toMatch(/counts vary .* times more than Poisson.*bends with YEAR/)
  })

  it('Contraception: age is no line; the score test is near the likelihood ratio of its square', () => {
    const table = file('Contraception')
    const line = fit('use ~ age + urban + (1 | district)', table, { family: 'binomial' })
    const curve = fit('use ~ age + I(age^2) + urban + (1 | district)', table, { family: 'binomial' })
    const { tests } = modelTests(line, table)
    const ratio = 2 * (curve.logLik - line.logLik)
    expect(Math.abs(tests['curvature age'].statistic / ratio - 1)).toBeLessThan(0.15)
    expect(tests['curvature age'].remedy).toBe('try poly(age, 2) in place of age')
    expect(tests.dispersion.says).toContain('0/1 rows carry no information')
  })

  it('betablocker: no fault, and what 44 rows cannot show', () => {
    const { model, tests, warnings } = fit('cbind(r, n - r) ~ treat + (1 | center)', betablocker, { tests: true })
    expect(model!.verdict).toBe('no fault found')
    expect(tests!.dispersion.unseen).toMatch(/proportions that vary less than [\d.]+ times binomial/)
    expect(warnings).toEqual([])
  })

  it('cbpp: at the edge, which the p-value shows whatever the verdict', () => {
    const { tests } = fit('cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)', cbpp, { tests: true })
    // An effect a row, which is the alternative, has a likelihood ratio of about 8 (lme4's documentation adds it).
    expect(tests!.dispersion.p).toBeLessThan(0.05)
    expect(tests!.dispersion.p).toBeGreaterThan(0.001)
    expect(tests!.dispersion.says).toMatch(/^Pearson's chi-square is 1\.5 times/)
  })

  it('sleepstudy: heavy tails, with a row named', () => {
    const table = file('sleepstudy')
    const { model, tests } = fit('Reaction ~ Days + (Days | Subject)', table, { tests: true })
    expect(model!.verdict).toBe('questionable')
    expect(tests!.outliers.says).toContain('row 57')
    expect(tests!.uniformity.remedy).toContain('--family student')
  })
})

describe('made data', () => {
  const g = generator(3)
  const n = 300
  const level = rows(n, (i) => Math.floor(i / 10))
  const u = rows(30, () => 0.3 * g.normal())
  const eta = level.map((l) => 1.4 + u[l])

  it('counts that vary 5.6 times more than Poisson: both remedies', () => {
    const y = eta.map((one) => g.poisson(4.6 * g.gamma(Math.exp(one) / 4.6)))
    const table = tableFrom({ y, g: level.map((l) => `g${l}`) })
    const { model } = fit('y ~ 1 + (1 | g)', table, { family: 'poisson', tests: true })
    const told = model!.reasons.join('; ').match(/counts vary ([\d.]+) times more than Poisson: try --family nbinom2/)
    // The estimate scatters by about 0.5, and random effects take up a little.
    expect(Math.abs(Number(told![1]) - 5.6)).toBeLessThan(1.5)
    expect(model!.reasons.join('; ')).toMatch(/zeros \d+ % against [\d.]+ %: try --zi "~1"/)
  })

  it('a standard deviation that grows with a covariate: --dispersion', () => {
    const x = rows(n, () => 2 * g.uniform() - 1)
    const y = eta.map((one, i) => one + Math.exp(0.7 * x[i]) * g.normal())
    const table = tableFrom({ y, x, g: level.map((l) => `g${l}`) })
    const plain = fit('y ~ x + (1 | g)', table, { family: 'gaussian', tests: true })
    expect(plain.tests!.spread.remedy).toBe('try --dispersion "~ x"')
    const right = fit('y ~ x + (1 | g)', table, { family: 'gaussian', dispersion: '~ x', tests: true })
    expect(right.tests!.spread.effect).toBe(null)
  })

  it('zero-truncated counts fitted as Poisson lack their zeros', () => {
    const y = eta.map((one) => {
      for (;;) {
        const count = g.poisson(Math.exp(one - 0.7))
        if (count > 0) return count
      }
    })
    const table = tableFrom({ y, g: level.map((l) => `g${l}`) })
    const { tests } = fit('y ~ 1 + (1 | g)', table, { family: 'poisson', tests: true })
    expect(tests!.zeros.effect).toMatch(/^zeros 0 % against/)
    const right = fit('y ~ 1 + (1 | g)', table, { family: 'truncated_poisson', tests: true })
    expect(right.model!.verdict).toBe('no fault found')
    expect(right.tests!.zeros).toMatchObject({ p: null })
  })

  it('one gross error in a gaussian response is named', () => {
    const y = eta.map((one, i) => one + g.normal() + (i === 123 ? 9 : 0))
    const table = tableFrom({ y, g: level.map((l) => `g${l}`) })
    const { tests } = fit('y ~ 1 + (1 | g)', table, { family: 'gaussian', tests: true })
    expect(tests!.outliers.effect).toMatch(/^row 124 is/)
  })

  it('zero inflation is estimated, not tested; an effect a row is a dispersion of its own', () => {
    const y = eta.map((one) => (g.uniform() < 0.3 ? 0 : g.poisson(Math.exp(one))))
    const table = tableFrom({ y, g: level.map((l) => `g${l}`), row: rows(n, (i) => `r${i}`) })
    const inflated = fit('y ~ 1 + (1 | g)', table, { family: 'poisson', zi: '~1', tests: true })
    expect(inflated.tests!.zeros).toMatchObject({ p: null, method: 'not tested' })
    expect(inflated.tests!.dispersion.p).not.toBe(null)
    expect(inflated.model!.verdict).toBe('no fault found')
    const ofRows = fit('y ~ 1 + (1 | g) + (1 | row)', table, { family: 'poisson', tests: true })
    expect(ofRows.tests!.dispersion.says).toContain('(row)')
  })
})

describe('invariance', () => {
  const g = generator(8)
  const levels = rows(60, (i) => i % 12)
  const u = rows(12, () => 0.5 * g.normal())
  const x = rows(60, () => g.normal())
  const columns: Columns = {
    y: levels.map((l, i) => g.poisson(Math.exp(0.3 + 0.3 * x[i] + u[l]))),
    x,
    g: levels.map((l) => `g${l}`),
    w: rows(60, () => 1 + Math.floor(2 * g.uniform())),
  }
  const formula = 'y ~ x + (1 | g)'
  const p = (given: Columns, options: Parameters<typeof fit>[2] = {}): Record<string, number | null> => {
    const table = tableFrom(given)
    const fitted = fit(formula, table, { family: 'poisson', ...options })
    const { tests } = modelTests(fitted, table, { replicates: 'always' })
    return Object.fromEntries(Object.entries(tests).map(([key, test]) => [key, test.p]))
  }
  const own = p(columns)

  it('neither the order of the rows nor the names of the levels move a p-value', () => {
    const order = rows(60, (i) => (i * 7 + 3) % 60)
    const moved = Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, order.map((i) => values[i])]),
    )
    expect(p(moved)).toEqual(own)
    expect(p({ ...columns, g: columns.g.map((name) => `z${99 - Number(String(name).slice(1))}`) })).toEqual(own)
  })

  it('a row with a frequency is as many rows', () => {
    const copies = (columns.w as number[]).flatMap((w, i) => new Array<number>(w).fill(i))
    const written = Object.fromEntries(Object.entries(columns).map(([name, v]) => [name, copies.map((i) => v[i])]))
    expect(p(columns, { frequency: 'w' })).toEqual(p(written))
  })

  it('the same seed gives the same numbers, and the library those of the fit', () => {
    const table = tableFrom(columns)
    const fitted = fit(formula, table, { family: 'poisson', tests: true, seed: 5 })
    expect(modelTests(fit(formula, table, { family: 'poisson' }), table, { seed: 5 }).tests).toEqual(fitted.tests)
    expect(fit(formula, table, { family: 'poisson' })).not.toHaveProperty('tests')
  })
})

it('many rows are tested in part, and it is said of which', () => {
  const g = generator(2)
  const n = 8000
  const table = tableFrom({ y: rows(n, () => g.poisson(2)), g: rows(n, (i) => `g${Math.floor(i / 20)}`) })
  const { tests } = fit('y ~ 1 + (1 | g)', table, { family: 'poisson', tests: true })
  expect(tests!.dispersion.says).toContain('on 3000 of 8000 observations')
})
