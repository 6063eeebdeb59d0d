import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import type { Rule } from '../../src/likelihood/frame/integration-rule.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { marginalPosterior } from '../../src/likelihood/posterior.js'
import { cholesky } from '../../src/numerics/cholesky.js'
import { type LocationScale, moved } from '../place/location-scale.js'
import type { OuterMode } from '../place/outer-mode.js'
import { identityTerms, thirdDerivatives, triangularMap } from '../place/triangular-map.js'
import { type FixedEffectsRule, fixedEffectsRule, modeLocationScale } from './fixed-effects-rule.js'
import type { HyperLattice, Hyperpoint } from './hyperparameter-lattice.js'

/** The log posterior in the coordinates of a grid. */
export interface OrderedDensity {
  readonly value: (y: Float64Array) => number
  readonly evaluate: (y: Float64Array, gradient: Float64Array) => number
  /** Evaluations so far. */
  readonly count: () => number
}

/** The log posterior with its coordinates in an order. */
export function orderedDensity(
  like: Likelihood,
  priors: PriorsInForce,
  rule: Rule,
  order: readonly number[],
): OrderedDensity {
  const { dimension: d } = like
  const posterior = marginalPosterior(like, priors, rule)
  const x = new Float64Array(d)
  const inX = new Float64Array(d)
  let evaluations = 0
  const place = (y: Float64Array): void => {
    evaluations++
    for (let i = 0; i < d; i++) x[order[i]] = y[i]
  }
  return {
    value: (y) => {
      place(y)
      return posterior.value(x)
    },
    evaluate: (y, gradient) => {
      place(y)
      const value = posterior.evaluate(x, inX)
      for (let i = 0; i < d; i++) gradient[i] = inX[order[i]]
      return value
    },
    count: () => evaluations,
  }
}

/**
 * What one more node a coordinate may change: of the log integral, and of means and standard deviations in these; a rule
 * of few points is refined further.
 */
const negligible = 5e-4
const rounding = 2e-5
const few = 100
/** HyperLattice beside the mode at which the number of nodes is tried again, and the share of its density that they have at least. */
const tried = 2
const heavy = 0.1
/** Points of a rule, and nodes of a coordinate. */
const mostPoints = 3000
const mostOrder = 25
/** Moments of the effects need this share of the nodes. */
const thinned = 0.6

/** Rules over the fixed effects given the hyperparameters. */
export interface ConditionalRules {
  readonly visit: (
    hyperpoint: Float64Array,
    beside: Hyperpoint | null,
    highest: number,
  ) => Omit<Hyperpoint, 'node' | 'logStretch'> | null
  /** The same lattice for the random effects: rules with fewer nodes, but `least` of them. */
  readonly forEffects: (lattice: HyperLattice, least: number) => HyperLattice
  /** What the last node added changed where it was tried. */
  readonly change: () => number
}

/**
 * Given the hyperparameters, the first s coordinates, a Gauss-Hermite rule over the fixed effects: centred at the mode, scaled by the curvature there, and transported
 * by the skewness, mean and covariance found at the joint mode, in these units. Nodes are added there, and again at its
 * neighbours, until nothing changes; a point of less weight takes fewer, as many as leave the same error in the whole.
 */
export function conditionalRules(
  density: OrderedDensity,
  { x: mode, covariance }: OuterMode,
  s: number,
): ConditionalRules {
  const d = mode.length
  const t = d - s
  const y = new Float64Array(d)
  const whole = new Float64Array(d)
  const L = Float64Array.from({ length: t * t }, (_, at) => covariance[(s + Math.floor(at / t)) * d + s + (at % t)])
  cholesky(L, t)
  const first: LocationScale = { center: mode.slice(s), L }
  /** What more nodes change at the mode: changes[n] from n to n + 1; below 3, all. */
  const changes = [1, 1, 1]
  let mapTerms = identityTerms(t)
  let tolerance = negligible
  let trials = 0
  const valueAt = (hyperpoint: Float64Array) => {
    y.set(hyperpoint)
    return (fixed: Float64Array): number => {
      y.set(fixed, s)
      return density.value(y)
    }
  }
  const gradientAt = (hyperpoint: Float64Array) => {
    y.set(hyperpoint)
    return (fixed: Float64Array, gradient: Float64Array): number => {
      y.set(fixed, s)
      const value = density.evaluate(y, whole)
      for (let i = 0; i < t; i++) gradient[i] = whole[s + i]
      return value
    }
  }
  const ruleAt = (hyperpoint: Float64Array, at: LocationScale, order: number): FixedEffectsRule | null =>
    fixedEffectsRule(valueAt(hyperpoint), triangularMap(at, mapTerms), t, order)
  /** Fits the transport map by mean and covariance, and finds how many nodes the rule takes. */
  const learn = (hyperpoint: Float64Array, at: LocationScale): FixedEffectsRule | null => {
    mapTerms = { ...mapTerms, third: thirdDerivatives(gradientAt(hyperpoint), at) }
    for (let round = 0; round < 2; round++) {
      const rough = ruleAt(hyperpoint, at, 4)
      const S = rough?.covariance.slice()
      if (!rough || !S || !cholesky(S, t)) return null
      const next = moved({ center: mapTerms.shift, L: mapTerms.C }, rough.mean, S)
      mapTerms = { ...mapTerms, shift: next.center, C: next.L }
    }
    return raised(hyperpoint, at, 3, 1)
  }
  /** The rule with so many nodes from `order` on that one more changes nothing. */
  const raised = (
    hyperpoint: Float64Array,
    at: LocationScale,
    order: number,
    weight: number,
  ): FixedEffectsRule | null => {
    let rule = ruleAt(hyperpoint, at, order)
    for (let n = order; rule && n < mostOrder && (n + 1) ** t <= mostPoints; n++) {
      const next = ruleAt(hyperpoint, at, n + 1)
      if (!next) break
      changes[n] = Math.max(changes[n] ?? 0, weight * changeOf(rule, next))
      rule = next
      tolerance = (n + 2) ** t <= few || changes[n] <= rounding ? rounding : negligible
      if (changes[n] <= tolerance) break
    }
    return rule
  }
  const orderFor = (weight: number): number => {
    const enough = changes.findIndex((change) => change * weight <= tolerance)
    return enough < 0 ? changes.length : enough + 1
  }
  return {
    visit: (hyperpoint, beside, highest) => {
      if (t === 0) {
        const rule = ruleAt(hyperpoint, first, 1)
        return rule && { x: hyperpoint, rule, near: first }
      }
      const at = modeLocationScale(gradientAt(hyperpoint), beside ? beside.near : first)
      if (!at) return null
      if (!beside) {
        const rule = learn(hyperpoint, at)
        return rule && { x: hyperpoint, rule, near: at }
      }
      const laplace = fixedEffectsRule(valueAt(hyperpoint), triangularMap(at, identityTerms(t)), t, 1)
      if (!laplace) return null
      const weight = Math.exp(Math.min(laplace.logIntegral - highest, 0))
      const order = orderFor(weight)
      const again = weight > heavy && trials++ < tried
      const rule = again
        ? raised(hyperpoint, at, Math.max(3, order - 1), weight)
        : order === 1
          ? laplace
          : ruleAt(hyperpoint, at, order)
      return rule && { x: hyperpoint, rule, near: at }
    },
    forEffects: (lattice, least) => ({
      ...lattice,
      hyperpoints: lattice.hyperpoints.flatMap((hyperpoint) => {
        const { order } = hyperpoint.rule
        const enough = Math.max(least, Math.ceil(thinned * order))
        if (order === 1 || order === enough) return [hyperpoint]
        const rule = ruleAt(hyperpoint.x, hyperpoint.near, enough)
        return rule ? [{ ...hyperpoint, rule }] : []
      }),
    }),
    change: () => (t === 0 ? 0 : changes[changes.length - 1]),
  }
}

/** Largest change of the log integral, means and standard deviations, in those of the density. */
function changeOf(a: FixedEffectsRule, b: FixedEffectsRule): number {
  const t = a.mean.length
  let largest = Math.abs(a.logIntegral - b.logIntegral)
  for (let j = 0; j < t; j++) {
    largest = Math.max(largest, Math.abs(a.mean[j] - b.mean[j]))
    largest = Math.max(largest, Math.abs(a.covariance[j * (t + 1)] - b.covariance[j * (t + 1)]) / 2)
  }
  return largest
}
