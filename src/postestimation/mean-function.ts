import type { Family } from '../families/family.js'
import { densitySize } from '../families/row-density.js'
import type { Link } from '../links/link.js'
import { GlmmError } from '../errors.js'
import { wide, wideAverage } from '../fit/predict/wide-rule.js'
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

/** Nodes and weights of an average over a standard normal variate. */
interface NormalRule {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/**
 * The trapezoidal rule over a normal variate times s. Its error falls as exp(-2 pi d / h) with d the distance of the integrand's
 * poles from the real line (Trefethen and Weideman 2014), for a logit pi / s: the step is such that this is below 1e-14, and the
 * range takes in where an exponential moves the mass to. Unlike Gauss and Hermite's, of which 51 nodes are 1e-4 off for the toenail data (s = 4).
 */
function normalRule(s: number): NormalRule {
  const step = Math.min(0.25, 0.6 / s)
  const reach = Math.ceil((9 + s) / step)
  const nodes = Float64Array.from({ length: 2 * reach + 1 }, (_, j) => (j - reach) * step)
  return { nodes, weights: nodes.map((z) => (step * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI)) }
}

/**
 * E f(eta + s Z) over independent standard normal Z, to rounding (by the limits of f where f is bounded and s so large that f is a
 * step beside it). Derivatives are those of the sum, exact where f is the inverse link of one predictor, and by differences of the
 * fourth order elsewhere.
 */
export function averagedMean(quantity: Quantity): (eta: Float64Array, deviations: Float64Array) => AveragedMean {
  const { of: f, bounded, predictor, link } = quantity
  const rules = new Map<number, NormalRule>()
  /** Differences move s a little: those of one rule. */
  const ruleOf = (sd: number): NormalRule => {
    const s = Math.max(2.4, Math.ceil(Math.abs(sd) + 0.01))
    const rule = rules.get(s) ?? normalRule(s)
    rules.set(s, rule)
    return rule
  }
  const average = (eta: Float64Array, deviations: Float64Array): number => {
    const point = Float64Array.from(eta)
    const over = (k: number): number => {
      if (k === eta.length) return f(point)
      const sd = deviations[k]
      point[k] = eta[k]
      if (sd === 0 || (predictor >= 0 && k !== predictor)) return over(k + 1)
      if (Math.abs(sd) > wide && bounded) {
        const inner = (value: number): number => {
          point[k] = value
          return over(k + 1)
        }
        return wideAverage(inner, eta[k], Math.abs(sd))
      }
      const { nodes, weights } = ruleOf(sd)
      let sum = 0
      for (let j = 0; j < weights.length; j++) {
        point[k] = eta[k] + sd * nodes[j]
        sum += weights[j] * over(k + 1)
      }
      return sum
    }
    return over(0)
  }
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
      const { nodes, weights } = ruleOf(sd)
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
