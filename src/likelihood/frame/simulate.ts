import type { Model, Response } from '../../data/model.js'
import { GlmmError } from '../../errors.js'
import { responseKinds } from '../../families/response-kinds.js'
import type { Rng } from '../../random/stream.js'
import { familyPredictors } from './family-predictors.js'
import type { ParameterLayout } from './parameter-layout.js'
import type { Stated } from './stated.js'

export interface SimulateOptions {
  /** Effects b of each random term, levels x q, level after level; drawn from their normal distribution where left out. */
  readonly effects?: readonly Float64Array[] | undefined
}

/**
 * A response drawn from the model at the outer parameters x: first the random effects, term by term and level by level,
 * then the rows in their order. Throws MODEL where the family has no `simulate` or a mean is outside its support.
 */
export function simulateResponse(stated: Stated, x: Float64Array, rng: Rng, options: SimulateOptions = {}): Response {
  const { model, family, layout } = stated
  if (!family.simulate) {
    throw new GlmmError(
      'MODEL',
      `expected a family that can simulate, got ${model.family} without`,
      'give its definition a function simulate(noise, parameters, trials)',
    )
  }
  if (model.response.frequency) {
    throw new GlmmError(
      'MODEL',
      'expected rows of one observation each to simulate, got rows with a frequency',
      'write the rows out, one for each observation, and leave --frequency out',
    )
  }
  return simulateRows(
    stated,
    predictorsGiven(model, layout, x, options.effects ?? simulateEffects(layout, x, rng)),
    rng,
  )
}

/** A response drawn at given linear predictors, row after row, whatever the rows count as. MODEL as `simulateResponse`. */
export function simulateRows({ model, family, links }: Stated, linear: readonly Float64Array[], rng: Rng): Response {
  const eta = familyPredictors(model, linear)
  const inverses = links.map(({ inverse }) => inverse)
  const natural = inverses.map(() => 0)
  const [least, most] = responseKinds[family.response].means
  const { trials } = model.response
  const y = new Float64Array(model.nobs)
  for (let i = 0; i < y.length; i++) {
    natural[0] = inverses[0](eta[0][i])
    if (!(natural[0] >= least && natural[0] <= most)) throw outside(model, natural[0], i)
    for (let k = 1; k < natural.length; k++) natural[k] = Math.max(tiny, Math.min(huge, inverses[k](eta[k][i])))
    y[i] = family.simulate!(rng, natural, trials ? trials[i] : 1)
    if (!Number.isFinite(y[i])) throw outside(model, natural[0], i)
  }
  return { ...model.response, y }
}

/** Effects b = Lambda u of each term with u standard normal: levels x q, level after level. */
export function simulateEffects({ terms }: ParameterLayout, x: Float64Array, rng: Rng): Float64Array[] {
  return terms.map(({ term, covariance, start, size }) => {
    const q = term.names.length
    const lambda = new Float64Array(q * q)
    covariance.factor(x.subarray(start, start + size), q, lambda)
    const b = new Float64Array(term.levels.length * q)
    const u = new Float64Array(q)
    for (let at = 0; at < b.length; at += q) {
      for (let j = 0; j < q; j++) u[j] = rng.normal()
      for (let i = 0; i < q; i++) for (let j = 0; j <= i; j++) b[at + i] += lambda[i * q + j] * u[j]
    }
    return b
  })
}

/** Every linear predictor, offset + X beta + Z b, at given effects of each term. */
export function predictorsGiven(
  model: Model,
  { parameterOf, terms }: ParameterLayout,
  x: Float64Array,
  effects: readonly Float64Array[],
): Float64Array[] {
  const n = model.nobs
  const eta = model.predictors.map(({ fixed, offset }, k) => {
    const out = new Float64Array(n)
    if (offset) out.set(offset)
    for (let j = 0; j < fixed.names.length; j++) {
      const beta = x[parameterOf[k][j]]
      for (let i = 0, at = j * n; i < n; i++, at++) out[i] += beta * fixed.x[at]
    }
    return out
  })
  terms.forEach(({ term: { names, index, z }, predictorOf }, t) => {
    const q = names.length
    for (let j = 0; j < q; j++)
      for (let i = 0, at = j * n; i < n; i++, at++) eta[predictorOf[j]][i] += z[at] * effects[t][index[i] * q + j]
  })
  return eta
}

/** Standard deviations and the like beyond these are as good as 0 and infinity, and the samplers' loops end. */
const tiny = 1e-130
const huge = 1e130

const outside = ({ family, link }: Model, mean: number, row: number): GlmmError =>
  new GlmmError(
    'MODEL',
    `expected a finite response to simulate from the ${family} family with ${link} link, got mean ${mean} in row ${row + 1}`,
    'its parameters are too extreme, or the link lets the mean leave the support of the family',
  )
