import type { Family } from '../families/family.js'
import { densitySize } from '../families/row-density.js'
import type { Link } from '../links/link.js'
import { GlmmError } from '../errors.js'
import { averageOf, normalRule } from '../fit/predict/average-mean.js'
import { wide } from '../fit/predict/wide-rule.js'
import type { Stated } from '../likelihood/frame/stated.js'

/**
 * What of a response a mean is of: the response itself, its 'conditional' part before zeros are added or cut off, the
 * probability of 'zero', or what a further predictor is about ('zi', 'dispersion'), by its name.
 */
export type Component = string

/** A quantity as a function of the K linear predictors. */
export interface Quantity {
  readonly of: (eta: ArrayLike<number>) => number
  /** The scale on which it is compared and has its limits; null for its own. */
  readonly link: Link | null
  /** The predictor of which it is the inverse link and nothing else; -1 where it is more than that. */
  readonly predictor: number
  readonly bounded: boolean
}

/**
 * The quantity of that name.
 *
 * @throws GlmmError USAGE where the model has none: only counts have a probability of zero.
 */
export function quantityNamed({ family, links, model }: Stated, component: Component): Quantity {
  const bounded = model.response.trials !== null
  const ofPredictor = (k: number): Quantity => ({
    of: (eta) => links[k].inverse(eta[k]),
    link: links[k],
    predictor: k,
    bounded: k === 0 ? bounded : links[k].name === 'logit',
  })
  if (component === 'conditional') return ofPredictor(0)
  if (component === 'response') {
    const of = (eta: ArrayLike<number>): number => family.meanOfResponse(links.map(({ inverse }, k) => inverse(eta[k])))
    // Where the mean is its predictor's inverse link whatever the others are, as in most families.
    const alone = [-0.7, 0.9].every((shift) => {
      const eta = links.map((_, k) => (k === 0 ? 0.3 : shift))
      return of(eta) === links[0].inverse(eta[0])
    })
    return alone ? ofPredictor(0) : { of, link: links[0], predictor: -1, bounded }
  }
  if (component === 'zero') return probabilityOfZero(family, links)
  const k = model.predictors.findIndex(({ name }, at) => at > 0 && name === component)
  if (k > 0) return ofPredictor(k)
  const names = ['response', 'conditional', 'zero', ...model.predictors.slice(1).map(({ name }) => name)]
  throw new GlmmError(
    'USAGE',
    `expected ${names.join(', ')} for --component, got '${component}'`,
    'leave it out for the response',
  )
}

function probabilityOfZero(family: Family, links: readonly Link[]): Quantity {
  if (family.response !== 'count') {
    const message = `expected a family of counts for the probability of zero, got ${family.name}`
    throw new GlmmError('USAGE', message, 'leave --component out')
  }
  const density = family.density(links[0].name, { y: Float64Array.of(0), trials: null })
  const K = links.length
  const out = new Float64Array(densitySize(K))
  const at = new Float64Array(K)
  const of = (eta: ArrayLike<number>): number => {
    for (let k = 0; k < K; k++) at[k] = eta[k]
    density.at(0, at, out)
    return Math.exp(out[0])
  }
  return { of, link: null, predictor: -1, bounded: true }
}

/** A mean over normal predictors with its derivatives in their centres and standard deviations. */
export interface AveragedMean {
  readonly value: number
  /** In each eta. Length K. */
  readonly inCentre: Float64Array
  /** In the standard deviation of each. Length K. */
  readonly inDeviation: Float64Array
}

/** Step of the differences, on the scale of a link. */
const step = 2e-3

/** The derivative of f in x[k], by differences of the fourth order, good to ten digits. */
export function differenced(f: () => number, x: Float64Array, k: number): number {
  const centre = x[k]
  const at = (shift: number): number => {
    x[k] = centre + shift
    return f()
  }
  const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
  x[k] = centre
  return slope
}

/**
 * E f(eta + s Z) over independent standard normal Z, to rounding (by the limits of f where f is bounded and s so large that f is a
 * step beside it). Derivatives are those of the sum, exact where f is the inverse link of one predictor, and by differences of the
 * fourth order elsewhere.
 */
export function averagedMean(quantity: Quantity): (eta: Float64Array, deviations: Float64Array) => AveragedMean {
  const { of: f, bounded, predictor, link } = quantity
  const average = averageOf(
    (eta) => f(eta),
    (k) => predictor < 0 || k === predictor,
    bounded,
  )
  const byDifferences = (eta: Float64Array, deviations: Float64Array): AveragedMean => {
    const value = (): number => average(eta, deviations)
    return {
      value: value(),
      inCentre: Float64Array.from(eta, (_, k) => differenced(value, eta, k)),
      inDeviation: Float64Array.from(deviations, (sd, k) => (sd === 0 ? 0 : differenced(value, deviations, k))),
    }
  }
  return (eta, deviations) => {
    const sd = deviations[predictor]
    if (predictor < 0 || !link || Math.abs(sd) > wide) return byDifferences(eta, deviations)
    const inCentre = new Float64Array(eta.length)
    const inDeviation = new Float64Array(eta.length)
    let value = 0
    if (sd === 0) {
      value = link.inverse(eta[predictor])
      inCentre[predictor] = link.slope(eta[predictor])
    } else {
      const { nodes, weights } = normalRule(sd)
      for (let j = 0; j < weights.length; j++) {
        const at = eta[predictor] + sd * nodes[j]
        const slope = weights[j] * link.slope(at)
        value += weights[j] * link.inverse(at)
        inCentre[predictor] += slope
        inDeviation[predictor] += slope * nodes[j]
      }
    }
    return { value, inCentre, inDeviation }
  }
}
