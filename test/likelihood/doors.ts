import type { Model, Predictor, RandomTerm } from '../../src/data/model.js'
import type { MapOutput, PredictorMap } from '../../src/data/predictor-map.js'
import { compileTape, type Expression } from '../../src/numerics/expression-tape.js'
import { uniforms } from '../reference/uniforms.js'

export const eta = (index: number): Expression => ({ op: 'predictor', index })
export const column = (index: number): Expression => ({ op: 'column', index })
export const number = (value: number): Expression => ({ op: 'constant', value })
export const exp = (x: Expression): Expression => ({ op: 'exp', args: [x] })
export const plus = (x: Expression, y: Expression): Expression => ({ op: 'add', args: [x, y] })
export const times = (x: Expression, y: Expression): Expression => ({ op: 'multiply', args: [x, y] })

/** The map of these outputs: a number is a linear predictor as it is. */
export function mapOf(outputs: readonly (number | Expression)[], columns: readonly Float64Array[] = []): PredictorMap {
  const expressions = outputs.filter((output): output is Expression => typeof output !== 'number')
  let result = 0
  return {
    tape: compileTape(expressions),
    columns,
    outputs: outputs.map(
      (output): MapOutput => (typeof output === 'number' ? { predictor: output } : { result: result++ }),
    ),
  }
}

/** A predictor without columns, offset and effects. */
export const emptyPredictor = (name: string): Predictor => ({
  name,
  role: 'part',
  fixed: { names: [], x: new Float64Array(0), aliased: [] },
  offset: null,
  random: [],
})

/**
 * The mean's predictor as the sum of two: of every second fixed column, and of every second column of each random term, the
 * second has it. The terms stay in the first. What the family's mean takes is the sum of both.
 */
export function splitMean(model: Model): Model {
  const [mean, ...further] = model.predictors
  const n = model.nobs
  const { names, x } = mean.fixed
  const chosen = (parity: number): Predictor['fixed'] => {
    const kept = names.flatMap((_, j) => (j % 2 === parity ? [j] : []))
    const out = new Float64Array(kept.length * n)
    kept.forEach((j, at) => {
      out.set(x.subarray(j * n, (j + 1) * n), at * n)
    })
    return { names: kept.map((j) => names[j]), x: out, aliased: [] }
  }
  const random = mean.random.map(
    (term): RandomTerm => ({
      ...term,
      predictorOf: Int32Array.from(term.names, (_, j) => j % 2),
    }),
  )
  const shifted = further.map((_, k) => k + 2)
  return {
    ...model,
    predictors: [{ ...mean, fixed: chosen(0), random }, { ...emptyPredictor('more'), fixed: chosen(1) }, ...further],
    map: mapOf([plus(eta(0), eta(1)), ...shifted], []),
  }
}

/** Parameters of the split model at those of the whole one. */
export function splitParameters(model: Model, x: Float64Array): Float64Array {
  const p = model.predictors[0].fixed.names.length
  const order = [...x.keys()].sort((a, b) => (a < p ? a % 2 : 2) - (b < p ? b % 2 : 2) || a - b)
  return Float64Array.from(order, (j) => x[j])
}

/** Points near 0 that do not repeat. */
export const pointsNear = (size: number, seed: number, scale = 0.6): Float64Array => {
  const next = uniforms(seed)
  return Float64Array.from({ length: size }, () => scale * (next() - 0.5))
}

/** Central differences of a function, extrapolated once. */
export function differencesOf(f: (x: Float64Array) => number, x: Float64Array, step = 1e-3): Float64Array {
  return x.map((_, j) => {
    const at = (shift: number): number => f(x.map((value, i) => (i === j ? value + shift : value)))
    const quotient = (h: number): number => (at(h) - at(-h)) / (2 * h)
    return (4 * quotient(step) - quotient(2 * step)) / 3
  })
}
