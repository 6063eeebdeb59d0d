import { Matrix, SVD } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { newDesign } from '../../../src/data/new-design.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { GlmmError } from '../../../src/errors.js'
import { fit } from '../../../src/fit/fit.js'
import { predict } from '../../../src/fit/predict/predict.js'
import { designSource, fitSource } from '../../../src/fit/predict/predict-source.js'
import { simulate } from '../../../src/fit/predict/simulate.js'
import { faultTable } from '../../reference/fault-table.js'
import { uniforms } from '../../reference/uniforms.js'

const oats = faultTable('oats')
const oatsall = faultTable('oatsall')
const kinds = ['population', 'conditional', 'average'] as const

describe('a cell without data', () => {
  const full = fit('yield ~ Variety * factor(nitro) + (1 | Block)', oats, { family: 'gaussian' })
  const source = fitSource(JSON.parse(JSON.stringify(full)), 'fit.json')

  it.each(kinds)('has no prediction, %s, and is named; all others have theirs', (kind) => {
    const { predictions, warnings, notEstimable, nobs } = predict(source, oatsall, { kind })
    expect([notEstimable, nobs]).toEqual([6, 66])
    const without = predictions.filter(({ linear, response }) => linear === null && response === null)
    expect(without.map(({ row }) => row)).toEqual([10, 22, 34, 46, 58, 70])
    const [{ message }] = warnings.filter(({ code }) => code === 'NOT_ESTIMABLE')
    expect(message).toContain('VarietyMarvellous:factor(nitro)0.2')
    expect(message).toContain('10, 22')
    const own = predict(source, oats, { kind }).predictions
    expect(predictions.filter(({ linear }) => linear !== null).map(({ linear }) => linear)).toEqual(
      own.map(({ linear }) => linear),
    )
  })

  it('is predicted by the model without the interaction', () => {
    const main = fit('yield ~ Variety + factor(nitro) + (1 | Block)', oats, { family: 'gaussian', reml: true })
    const { predictions, warnings, notEstimable } = predict(main, oatsall)
    expect(predictions.every(({ linear }) => linear !== null)).toBe(true)
    expect([warnings, notEstimable]).toEqual([[], 0])
  })

  it('is not simulated', () => {
    const caught = (run: () => unknown): GlmmError | null => {
      try {
        run()
      } catch (error) {
        return error as GlmmError
      }
      return null
    }
    const error = caught(() => simulate(source, oatsall))
    expect([error?.code, error?.message]).toEqual(['COLUMN', expect.stringContaining('row 10')])
    expect(simulate(source, oats).nobs).toBe(66)
  })
})

describe('rows of other designs of less than full rank', () => {
  const draw = uniforms(7)
  const whole = (below: number): number => Math.floor(below * draw())
  const n = 60
  const column = (of: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => of(i))
  const x = column(() => 4 * draw())
  const w = column(() => draw())
  const f = column(() => whole(4))
  const h = column((i) => (f[i] === 2 ? 0 : whole(3)))
  const y = column((i) => 3 + x[i] - w[i] + f[i] + draw())
  const data = { y, x, w, s: column((i) => x[i] - 2 * w[i]), f: f.map((l) => `f${l}`), h: h.map((l) => `h${l}`) }
  const table = tableFrom({ ...data, g: column(() => whole(8)) })
  const fresh = tableFrom({
    x: [0.5, 1, 1, 2, 3, 3.5, 9],
    w: [0.1, 0.3, 0.3, 0.5, 2, 1, 4],
    s: [0.3, 0.4, 1, 1, -1, 1.4, 1],
    f: ['f0', 'f2', 'f2', 'f1', 'f3', 'f2', 'f0'],
    h: ['h1', 'h0', 'h1', 'h2', 'h2', 'h2', 'h0'],
    g: [1, 2, 3, 1, 2, 3, 1],
  })

  it.each([
    'y ~ x + w + s + (1 | g)',
    'y ~ f * h + (1 | g)',
    'y ~ f:h + (1 | g)',
    'y ~ poly(x, 2) + x + I(x^2) + (1 | g)',
    'y ~ f * h + x + w + s + I(3 * s - 1) + (1 | g)',
    'y ~ f * h * x + (1 | g)',
  ])('%s: those that raise the rank have no prediction', (formula) => {
    const fitted = fit(formula, table, { family: 'gaussian' })
    const rows = (of: typeof table): number[][] => {
      const { predictors, nrow } = newDesign(designSource(fitted), of, 'none')
      const [{ fixed }] = predictors
      return Array.from({ length: nrow }, (_, i) => fixed.names.map((_, j) => fixed.x[j * nrow + i]))
    }
    const known = rows(table)
    const rank = (matrix: number[][]): number => {
      const scale = matrix[0].map((_, j) => Math.hypot(...matrix.map((row) => row[j])) || 1)
      const values = new SVD(new Matrix(matrix.map((row) => row.map((value, j) => value / scale[j])))).diagonal
      return values.filter((value) => value > 1e-9 * values[0]).length
    }
    const own = rank(known)
    expect(own).toBe(fitted.fixed.length)
    const expected = rows(fresh).map((row) => rank([...known, row]) === own)
    for (const kind of kinds) {
      const { predictions } = predict(fitted, fresh, { kind })
      expect(predictions.map(({ response }) => response !== null)).toEqual(expected)
    }
    expect(predict(fitted, table).notEstimable).toBe(0)
  })

  it('of a further predictor leave the linear predictor, and the mean where it does not hang on it', () => {
    const counts = tableFrom({ ...data, y: column((i) => (draw() < 0.4 ? 0 : 1 + whole(3 + x[i]))) })
    const inflated = fit('y ~ x', counts, { family: 'poisson', zi: '~ w + I(2 * w) + s + x' })
    const told = predict(inflated, fresh)
    expect(told.predictions.map(({ linear, response }) => [linear !== null, response !== null])).toEqual(
      Array.from({ length: 7 }, (_, i) => [true, consistent(i)]),
    )
    const spread = fit('y ~ x', table, { family: 'gaussian', dispersion: '~ w + s + x' })
    expect(predict(spread, fresh).notEstimable).toBe(0)
  })

  /** Whether row i of the fresh data has s = x - 2 w. */
  function consistent(i: number): boolean {
    const at = (name: string): number => {
      const found = fresh.columns.find((one) => one.name === name)!
      return found.kind === 'numeric' ? found.values[i] : Number.NaN
    }
    return Math.abs(at('s') - at('x') + 2 * at('w')) < 1e-9
  }
})
