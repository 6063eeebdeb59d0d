import { describe, expect, it } from 'vitest'
import { designSlopes, newDesign } from '../../src/data/new-design.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { stream } from '../../src/random/stream.js'

const n = 40
const { uniform } = stream({ seed: 3, purpose: 'tests' })
const x = Array.from({ length: n }, () => 0.5 + 3 * uniform())
const data = {
  y: x.map((one) => one + uniform()),
  x,
  w: x.map(() => 1 + uniform()),
  a: x.map((_, i) => 'pqr'[i % 3]),
  g: x.map((_, i) => `g${i % 8}`),
}

describe('derivatives of a design in a column', () => {
  it.each([
    'y ~ x + w',
    'y ~ x * a + I(x^2) + I(x^3):w',
    'y ~ log(x) + log(x, 2):a + log1p(x) + log10(x) + sqrt(x) + exp(-x) + expm1(x / 4)',
    'y ~ scale(x) * a + sin(x) + cos(2 * x) + tan(x / 4) + abs(x - 2)',
    'y ~ poly(x, 3) * w + poly(x, 2, raw = TRUE):a',
    'y ~ ns(x, 4) + bs(x, 5):w',
    'y ~ bs(x, degree = 2, knots = c(1, 2)) + ns(log(x), df = 3)',
    'y ~ pmin(x, 2) + pmax(x, 1, w) + ifelse(x > 2, x * w, -x) + as.numeric(x)',
    'y ~ I(x * log(x)) + I(w^x) + I(x / (1 + x)) + factor(x > 2) + floor(x)',
    'y ~ offset(2 * x) + w + (x + I(x^2) | g)',
  ])('%s', (formula) => {
    const table = tableFrom(data)
    const model = stateModel(formula, table, { family: 'gaussian' })
    const source = { formula, basis: model.basis!, offset: undefined, reserved: [], further: [] }
    const step = 1e-5
    const at = (shift: number) =>
      newDesign(source, tableFrom({ ...data, x: x.map((one) => one + shift) }), 'columns').predictors[0]
    const [up, down] = [at(step), at(-step)]
    const [own] = designSlopes(source, table, 'x').predictors
    const compare = (slope: Float64Array | null, a: Float64Array | null, b: Float64Array | null): void => {
      if (slope === null || a === null || b === null) {
        expect([slope, a]).toEqual([null, null])
        return
      }
      slope.forEach((value, e) => {
        const difference = (a[e] - b[e]) / (2 * step)
        // Differences are good to 1e-8 or so, and nowhere near a kink here.
        expect(Math.abs(value - difference)).toBeLessThan(2e-7 * Math.max(1, Math.abs(difference)))
      })
    }
    compare(own.fixed, up.fixed.x, down.fixed.x)
    compare(own.offset, up.offset, down.offset)
    own.random.forEach((slope, t) => compare(slope, up.random[t].x, down.random[t].x))
  })

  it('outside the boundary knots natural splines go on as lines', () => {
    const model = stateModel('y ~ ns(x, 3)', tableFrom(data), { family: 'gaussian' })
    const source = { formula: model.formula, basis: model.basis!, offset: undefined, reserved: [], further: [] }
    const far = (value: number): Float64Array =>
      designSlopes(source, tableFrom({ x: [value, value] }), 'x').predictors[0].fixed
    expect(Array.from(far(10))).toEqual(Array.from(far(20)))
  })
})
