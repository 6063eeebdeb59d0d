import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildModel } from '../../src/data/build-model.js'
import { newDesign } from '../../src/data/new-design.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { GlmmError } from '../../src/errors.js'
import { fit } from '../../src/fit/fit.js'
import { predict } from '../../src/fit/predict/predict.js'

interface Columns {
  readonly names: readonly string[]
  readonly columns: readonly (readonly number[])[]
  readonly at?: readonly (readonly number[])[]
}
const reference: Readonly<Record<string, Columns>> = JSON.parse(
  readFileSync(new URL('./reference/columns.json', import.meta.url), 'utf8'),
)
const x = [1, 2, 4, 7, 8, 9, 12, 15]
const f = ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd']
const table = tableFrom({ y: [3, 1, 4, 1, 5, 9, 2, 6], x, f })
const rule = { family: 'gaussian', link: 'identity', response: 'real' } as const

/** R puts texts in double quotes; the names are as the formula has them. */
const fixedOf = (formula: string) => buildModel(`y ${formula}`, table, { rule }).predictors[0].fixed

const expectColumn = (got: Float64Array, expected: readonly number[]): void => {
  expect(got).toHaveLength(expected.length)
  expected.forEach((value, i) => {
    expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)))
  })
}

describe('splines, contrasts and conditions have the columns that R gives them', () => {
  it.each(Object.entries(reference))('%s', (name, { names, columns }) => {
    const { names: got, x: design, aliased } = fixedOf(name.startsWith('~') ? name : `~ ${name}`)
    const own = got.filter((one) => names.includes(one))
    expect([...own, ...aliased].sort()).toEqual([...names].sort())
    for (const one of own) {
      const at = got.indexOf(one)
      expectColumn(design.subarray(at * 8, (at + 1) * 8), columns[names.indexOf(one)])
    }
  })

  it.each(Object.entries(reference).filter(([, { at }]) => at))('%s goes on outside its data', (name, { at }) => {
    const model = buildModel(`y ~ ${name}`, table, { rule })
    const source = { formula: `y ~ ${name}`, basis: model.basis!, offset: undefined, reserved: [], further: [] }
    const { fixed } = newDesign(source, tableFrom({ x: [0, 3, 20] }), 'none').predictors[0]
    at!.forEach((column, j) => {
      expectColumn(fixed.x.subarray((j + 1) * 3, (j + 2) * 3), column)
    })
  })
})

describe('a choice of columns is a choice of coordinates', () => {
  const n = 60
  const g = Array.from({ length: n }, (_, i) => `g${i % 6}`)
  const trt = Array.from({ length: n }, (_, i) => 'abc'[(i * 7) % 3])
  const time = Array.from({ length: n }, (_, i) => (i * 37) % 11)
  const y = Array.from({ length: n }, (_, i) => 2 + (i % 3) + ((i * i) % 5) * (trt[i] === 'b' ? 2 : 1) + (i % 6))
  const data = tableFrom({ y, g, trt, time })
  const at = tableFrom({ trt: ['c', 'a', 'b'], time: [1, 5, 9] })

  it('the fit and its predictions are the same under all contrasts', () => {
    const fits = [undefined, 'sum', 'helmert', 'trt=poly'].map((contrasts) =>
      fit('y ~ trt * time + (1 | g)', data, { family: 'poisson', contrasts }),
    )
    for (const one of fits.slice(1)) {
      expect(one.logLik).toBeCloseTo(fits[0].logLik, 9)
      const [told, first] = [one, fits[0]].map((record) =>
        predict(record, at).predictions.map((row) => row.linear!.estimate!),
      )
      told.forEach((value, i) => {
        expect(value).toBeCloseTo(first[i], 7)
      })
    }
    expect(fits[1].fixed.map(({ name }) => name)).toEqual([
      '(Intercept)',
      'trt1',
      'trt2',
      'time',
      'trt1:time',
      'trt2:time',
    ]) // prettier-ignore
    expect(fits[1].basis.contrasts).toEqual({ trt: 'sum' })
    expect(fits[0].basis.contrasts).toBeUndefined()
  })

  it('a natural spline of one degree is a straight line', () => {
    const line = fit('y ~ time + (1 | g)', data, { family: 'poisson' })
    const spline = fit('y ~ ns(time, df = 1) + (1 | g)', data, { family: 'poisson' })
    expect(spline.logLik).toBeCloseTo(line.logLik, 9)
  })

  it('a condition is a factor of FALSE and TRUE', () => {
    const condition = fit('y ~ I(time > 4) + (1 | g)', data, { family: 'poisson' })
    const given = tableFrom({ y, g, late: time.map((t) => (t > 4 ? 1 : 0)) })
    const column = fit('y ~ late + (1 | g)', given, { family: 'poisson' })
    expect(condition.logLik).toBeCloseTo(column.logLik, 9)
    expect(condition.fixed[1].name).toBe('I(time > 4)TRUE')
    const [row] = predict(condition, tableFrom({ time: [10] })).predictions
    expect(row.linear!.estimate).toBeCloseTo(condition.fixed[0].estimate + condition.fixed[1].estimate, 9)
  })
})

describe('what is wrong with them is said in a line', () => {
  const fault = (formula: string, choice = {}): string => {
    try {
      stateModel(formula, table, { family: 'gaussian', ...choice })
    } catch (error) {
      expect(error).toBeInstanceOf(GlmmError)
      const { code, message, hint } = error as GlmmError
      return `${code}: ${message}; ${hint}`
    }
    throw new Error('the formula was taken')
  }

  it.each<[string, RegExp]>([
    ['y ~ I(f == "e")', /a level of f was expected, got "e"; .*the levels are a, b, c, d/],
    ['y ~ I(f < "b")', /numbers were expected on both sides of </],
    ['y ~ I(x == "one")', /two columns of numbers or two of text/],
    ['y ~ ifelse(x, 1, 0)', /a condition was expected, got x/],
    ['y ~ I(x > 100)', /at least two levels were expected in I\(x > 100\), got only "FALSE"/],
    ['y ~ ns(floor(x / 8), df = 6)', /different knots inside 0 to 1 were expected .*lower df|lower df/],
    ['y ~ ns(x, df = 0)', /a whole number from 1 to 1000 was expected as df of ns/],
    ['y ~ bs(x, knots = c(20))', /different knots inside 1 to 15 were expected .* got 20/],
    ['y ~ bs(x, knots = c("a"))', /numbers were expected as knots of bs/],
    ['y ~ C(f, summ)', /contrasts were expected \(treatment, sum, helmert, poly\), got summ; such as C\(x, sum\)/],
    ['y ~ x > ', /a name or number was expected after >/],
  ])('%s', (formula, expected) => {
    expect(fault(formula)).toMatch(expected)
  })

  it('contrasts of what is no factor', () => {
    expect(fault('y ~ f', { contrasts: 'g=sum' })).toMatch(/a factor of the model for contrasts, got g/)
    expect(fault('y ~ f', { contrasts: 'sun' })).toMatch(/did you mean sum\?/)
  })
})
