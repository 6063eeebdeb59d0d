import { gaussHermite } from '../../numerics/gauss-hermite.js'
import { wide, wideAverage } from './wide-rule.js'

/** Nodes and weights of an average over a standard normal variate. */
export interface NormalRule {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/**
 * The trapezoidal rule over a normal variate times s, for any s up to this one. Its error falls as exp(-2 pi d / h) with d the distance of the integrand's
 * poles from the real line (Trefethen and Weideman 2014), for a logit pi / s: the step is such that this is below 1e-14, and the
 * range takes in where an exponential moves the mass to. Unlike Gauss and Hermite's, of which 51 nodes are 1e-4 off for the toenail data (s = 4).
 */
function made(s: number): NormalRule {
  const step = Math.min(0.25, 0.6 / s)
  const reach = Math.ceil((9 + s) / step)
  const nodes = Float64Array.from({ length: 2 * reach + 1 }, (_, j) => (j - reach) * step)
  return { nodes, weights: nodes.map((z) => (step * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI)) }
}

const rules = new Map<number, NormalRule>()

/** The rule for a standard deviation: that of the next whole number, so that nearby standard deviations have one rule. */
export function normalRule(sd: number): NormalRule {
  const s = Math.max(2.4, Math.ceil(Math.abs(sd) + 0.01))
  const rule = rules.get(s) ?? made(s)
  rules.set(s, rule)
  return rule
}

/** Gauss and Hermite's rule with so many nodes. */
const hermiteRule = (count: number): NormalRule => {
  const { nodes, logWeights } = gaussHermite(count)
  return { nodes, weights: logWeights.map(Math.exp) }
}

/**
 * E f(eta + s Z) over independent standard normal Z by a product of rules, of the predictors that `varies` names; where f is bounded
 * and s so large that f is a step beside it, by the limits of f.
 *
 * @param count - nodes of Gauss and Hermite's rule in place of `normalRule`
 */
export function averageOf(
  f: (eta: Float64Array) => number,
  varies: (k: number) => boolean,
  bounded: boolean,
  count?: number,
): (eta: Float64Array, deviations: Float64Array) => number {
  const hermite = count === undefined ? null : hermiteRule(count)
  return (eta, deviations) => {
    const point = eta.slice()
    const over = (k: number): number => {
      if (k === eta.length) return f(point)
      const sd = Math.abs(deviations[k])
      point[k] = eta[k]
      if (sd === 0 || !varies(k)) return over(k + 1)
      if (sd > wide && bounded) {
        const inner = (value: number): number => {
          point[k] = value
          return over(k + 1)
        }
        return wideAverage(inner, eta[k], sd)
      }
      const { nodes, weights } = hermite ?? normalRule(sd)
      let sum = 0
      for (let j = 0; j < weights.length; j++) {
        point[k] = eta[k] + sd * nodes[j]
        sum += weights[j] * over(k + 1)
      }
      return sum
    }
    return over(0)
  }
}
