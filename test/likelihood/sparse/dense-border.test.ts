import { describe, expect, it } from 'vitest'
import type { Model, RandomTerm } from '../../../src/data/model.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { denseTerms } from '../../../src/likelihood/frame/dense-columns.js'
import { state } from '../../../src/likelihood/frame/stated.js'
import { restricted } from '../../../src/likelihood/frame/restricted.js'
import { jointModes } from '../../../src/likelihood/sparse/joint-mode.js'
import { type LaplaceParts, laplaceParts } from '../../../src/likelihood/sparse/laplace-parts.js'
import { secondOrder } from '../../../src/likelihood/sparse/second-order.js'
import { structuredModes } from '../../../src/likelihood/sparse/structured-modes.js'
import { normalAt } from '../../../src/likelihood/normal/normal-marginal.js'
import { stream } from '../../../src/random/stream.js'

const n = 300
const names = Array.from({ length: 9 }, (_, j) => `x${j}`)

/** Rows of two crossed groups and nine columns, continuous or of few values, so that few of their rows are distinct. */
function tableOf(few: boolean) {
  const rng = stream({ seed: 5, replicate: few ? 1 : 2, purpose: 'response' })
  const column = (of: (i: number) => number | string) => Array.from({ length: n }, (_, i) => of(i))
  const kind = column(() => Math.floor(12 * rng.uniform())) as number[]
  return tableFrom({
    y: column((i) => Math.floor(4 * rng.uniform() + (i % 3))),
    z: column(() => rng.normal()),
    a: column(() => `a${Math.floor(11 * rng.uniform())}`),
    b: column(() => `b${Math.floor(6 * rng.uniform())}`),
    w: column(() => rng.normal()),
    ...Object.fromEntries(
      names.map((name, j) => [name, column((i) => (few ? Math.cos(1 + kind[i] * (j + 1)) : rng.normal()))]),
    ),
  })
}

/** A term of one level over the columns of the mean's fixed part, in place of that. */
function smooth(model: Model, covariance: string, predictors?: Int32Array): Model {
  const [mean, ...further] = model.predictors
  const { x } = mean.fixed
  const term: RandomTerm = {
    group: 'smooth',
    levels: ['all'],
    index: new Int32Array(model.nobs),
    names: mean.fixed.names,
    z: x,
    covariance,
    ...(predictors ? { predictorOf: predictors } : {}),
  }
  const none = { names: [], x: new Float64Array(0), aliased: mean.fixed.aliased }
  return { ...model, predictors: [{ ...mean, fixed: none, random: [...mean.random, term] }, ...further] }
}

const fixed = names.join(' + ')
const crossed = `y ~ ${fixed} + (1 | a) + (w | b)`
const cases: [string, () => Model, (model: Model) => number[]][] = [
  [
    'fixed effects integrated out, continuous',
    () => restricted(stateModel(crossed, tableOf(false), { family: 'poisson' })),
    () => [0.4, 0.3, 0.05, 0.2],
  ],
  [
    'the same, of few distinct rows',
    () => restricted(stateModel(crossed, tableOf(true), { family: 'poisson' })),
    () => [0.4, 0.3, 0.05, 0.2],
  ],
  ['no grouped effects', () => restricted(stateModel(`y ~ ${fixed}`, tableOf(false), { family: 'poisson' })), () => []],
  [
    'two predictors',
    () => restricted(stateModel(crossed, tableOf(true), { family: 'nbinom2', dispersion: '~ w + (1 | a)' })),
    () => [0.8, 0.1, 0.4, 0.3, 0.05, 0.2, 0.2],
  ],
  [
    'a penalised term, one scale a column',
    () => smooth(stateModel(crossed, tableOf(false), { family: 'poisson' }), 'diag'),
    () => [0.4, 0.3, 0.05, 0.2, ...names.map((_, j) => 0.1 + 0.05 * j), 0.7],
  ],
  [
    'a penalised term with correlations',
    () =>
      smooth(stateModel(`y ~ ${names.slice(0, 5).join(' + ')} + (1 | a)`, tableOf(true), { family: 'poisson' }), 'us'),
    () => [0.4, ...Array.from({ length: 21 }, (_, k) => 0.3 - 0.02 * k)],
  ],
  [
    'a penalised term over two predictors',
    () =>
      smooth(
        stateModel(crossed, tableOf(false), { family: 'nbinom2' }),
        'diag',
        Int32Array.of(0, 0, 1, 0, 0, 0, 1, 1, 0, 0),
      ),
    () => [0.9, 0.4, 0.3, 0.05, 0.2, ...names.map((_, j) => 0.1 + 0.02 * j), 0.7],
  ],
]

const slots = (model: Model): LaplaceParts => laplaceParts(state(model), [])

const close = (got: ArrayLike<number>, truth: ArrayLike<number>, relative = 1e-10): void => {
  expect(got.length).toBe(truth.length)
  const size = Array.from(truth).reduce((most, one) => Math.max(most, Math.abs(one)), 1e-3)
  for (let i = 0; i < truth.length; i++) expect(Math.abs(got[i] - truth[i])).toBeLessThan(relative * size)
}

describe('columns of a border give what columns with slots give', () => {
  it.each(cases)('%s', (_, modelOf, parametersOf) => {
    const model = modelOf()
    const x = Float64Array.from(parametersOf(model))
    expect(denseTerms(state(model).layout)).toHaveLength(1)
    const results = [laplaceParts(state(model)), slots(model)].map((parts) => {
      const { layout, structure, linear, rows, approximation } = parts
      expect(layout.dimension).toBe(x.length)
      const gradient = new Float64Array(x.length)
      const value = approximation.evaluate(x, gradient)
      expect(Number.isFinite(value)).toBe(true)
      const modes = structuredModes(layout, structure, linear, approximation)
      const eta = rows.eta.map((one) => one.slice())
      const information = approximation.fixedInformation(x)!
      const byRow = new Float64Array(n)
      const { correction, exact } = secondOrder(parts)
      return { structure, value, gradient, modes, eta, information, byRow, total: correction(x, byRow), exact }
    })
    const [border, truth] = results
    expect(border.structure.border).toBeGreaterThan(5)
    expect(truth.structure.border).toBe(0)
    expect(border.exact).toBe(truth.exact)
    close([border.value], [truth.value])
    close(border.gradient, truth.gradient, 1e-9)
    border.modes.forEach((term, t) => {
      close(term.mode, truth.modes[t].mode, 1e-9)
      close(term.sd, truth.modes[t].sd, 1e-9)
      close(term.covariance, truth.modes[t].covariance, 1e-9)
    })
    border.eta.forEach((eta, k) => {
      close(eta, truth.eta[k], 1e-9)
    })
    close(border.information, truth.information, 1e-9)
    close(border.byRow, truth.byRow, 1e-8)
    close([border.total], [truth.total], 1e-8)
  })

  it('has a gradient that differences of the value confirm', () => {
    const [, , , , [, modelOf, parametersOf]] = cases
    const model = modelOf()
    const x = Float64Array.from(parametersOf(model))
    const { evaluate } = laplaceParts(state(model)).approximation
    const gradient = new Float64Array(x.length)
    evaluate(x, gradient)
    for (let j = 0; j < x.length; j++) {
      const at = (by: number): number => evaluate(x.with(j, x[j] + by), null)
      const slope = (8 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3
      expect(Math.abs(gradient[j] - slope)).toBeLessThan(1e-6 * (1 + Math.abs(slope)))
    }
  })

  it('keeps a place for a pair of grouped slots only', () => {
    const model = cases[0][1]()
    const perRow = ({ structure: { pairs, places } }: LaplaceParts): number => (pairs.length + places.length) / n
    // Three grouped slots; with ten columns more, thirteen.
    expect(perRow(laplaceParts(state(model)))).toBe(2 * 6)
    expect(perRow(slots(model))).toBe(2 * 91)
  })
})

it('a marginal normal distribution over a border', () => {
  const model = restricted(stateModel(`z ~ ${fixed} + (1 | a) + (w | b)`, tableOf(false), { family: 'gaussian' }))
  const x = Float64Array.of(-0.1, 0.4, 0.3, 0.05, 0.2)
  const [got, truth] = [laplaceParts(state(model)), slots(model)].map((parts) => normalAt(state(model), parts)(x)!)
  close(got.covariance, truth.covariance)
  close(got.information, truth.information)
  got.derivatives().forEach((one, j) => {
    close(one, truth.derivatives()[j], 1e-9)
  })
  got.projected.forEach((one, j) => {
    close(one, truth.projected[j], 1e-9)
  })
  const b = Float64Array.from({ length: got.projected[0].length }, (_, e) => Math.sin(e))
  close(got.throughEffects(b), truth.throughEffects(b), 1e-9)
})

it('modes of fixed and random effects together: leverages and projections by dense matrices', () => {
  const model = stateModel(`y ~ ${fixed} + (1 | a)`, tableOf(true), { family: 'poisson' })
  const x = Float64Array.of(0.5, ...names.map((_, j) => 0.05 * (j - 4)), 0.4)
  const modes = jointModes(state(model), x)
  const centre = modes.centre()
  const X = model.predictors[0].fixed.x
  const eta = modes.predictors(centre)[0]
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < 10; j++) sum += X[j * n + i] * x[j]
    expect(eta[i]).toBeCloseTo(sum, 10)
    expect(modes.fixedPart(centre)[i]).toBeCloseTo(sum, 10)
  }
  const found = modes.find(model.response, centre)!
  const w = found.rows.d2[0].map((second) => -second)
  const variances = modes.variances()
  // The projection of a row's unit vector has that row's variance in its place, and A'W smoothed is the hat matrix's trace.
  let trace = 0
  for (let i = 0; i < n; i++) {
    trace += w[i] * variances[i]
    if (i % 60 > 0) continue
    const unit = new Float64Array(n)
    unit[i] = 1
    expect(modes.smoothed(unit)[i]).toBeCloseTo(variances[i], 10)
    expect(modes.explained(unit)).toBeCloseTo(variances[i], 10)
  }
  expect(modes.effectiveParameters()).toBeCloseTo(trace, 8)
})
