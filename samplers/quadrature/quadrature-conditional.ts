import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { marginalPosterior } from '../../src/likelihood/posterior.js'
import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { cholesky } from '../../src/numerics/cholesky.js'
import type { OuterMode } from '../place/outer-mode.js'
import type { Rule } from '../../src/likelihood/frame/integration-rule.js'
import type { Head, Heads } from './quadrature-heads.js'
import { moved, type Placement } from '../place/placement.js'
import { modePlacement, type TailRule, tailRule } from './quadrature-tail.js'
import { noBend, thirdDerivatives, triangularMap } from '../place/triangular-map.js'

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
/** Heads beside the mode at which the number of nodes is tried again, and the share of its density that they have at least. */
const tried = 2
const heavy = 0.1
/** Points of a rule, and nodes of a coordinate. */
const mostPoints = 3000
const mostOrder = 25
/** Moments of the effects need this share of the nodes. */
const thinned = 0.6

/** Rules over the fixed effects at given scales. */
export interface ConditionalRules {
  readonly visit: (head: Float64Array, beside: Head | null, highest: number) => Omit<Head, 'node' | 'logStretch'> | null
  /** The same heads for the effects: with fewer nodes, but `least` of them. */
  readonly forEffects: (heads: Heads, least: number) => Heads
  /** What the last node added changed where it was tried. */
  readonly change: () => number
}

/**
 * At each head, the first s coordinates, a Gauss-Hermite rule over those after: placed by mode and curvature there, and bent
 * by the skewness, mean and covariance found at the mode of all, in these units. Nodes are added there, and again at its
 * neighbours, until nothing moves; a head of less weight takes fewer, as many as leave the same error in the whole.
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
  const first: Placement = { center: mode.slice(s), L }
  /** What more nodes change at the mode: changes[n] from n to n + 1; below 3, all. */
  const changes = [1, 1, 1]
  let bend = noBend(t)
  let tolerance = negligible
  let trials = 0
  const valueAt = (head: Float64Array) => {
    y.set(head)
    return (tail: Float64Array): number => {
      y.set(tail, s)
      return density.value(y)
    }
  }
  const gradientAt = (head: Float64Array) => {
    y.set(head)
    return (tail: Float64Array, gradient: Float64Array): number => {
      y.set(tail, s)
      const value = density.evaluate(y, whole)
      for (let i = 0; i < t; i++) gradient[i] = whole[s + i]
      return value
    }
  }
  const ruleAt = (head: Float64Array, at: Placement, order: number): TailRule | null =>
    tailRule(valueAt(head), triangularMap(at, bend), t, order)
  /** Places by mean and covariance, and learns how many nodes it takes. */
  const learn = (head: Float64Array, at: Placement): TailRule | null => {
    bend = { ...bend, third: thirdDerivatives(gradientAt(head), at) }
    for (let round = 0; round < 2; round++) {
      const rough = ruleAt(head, at, 4)
      const S = rough?.covariance.slice()
      if (!rough || !S || !cholesky(S, t)) return null
      const next = moved({ center: bend.shift, L: bend.C }, rough.mean, S)
      bend = { ...bend, shift: next.center, C: next.L }
    }
    return raised(head, at, 3, 1)
  }
  /** The rule with so many nodes from `order` on that one more changes nothing. */
  const raised = (head: Float64Array, at: Placement, order: number, weight: number): TailRule | null => {
    let rule = ruleAt(head, at, order)
    for (let n = order; rule && n < mostOrder && (n + 1) ** t <= mostPoints; n++) {
      const next = ruleAt(head, at, n + 1)
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
    visit: (head, beside, highest) => {
      if (t === 0) {
        const rule = ruleAt(head, first, 1)
        return rule && { x: head, rule, near: first }
      }
      const at = modePlacement(gradientAt(head), beside ? beside.near : first)
      if (!at) return null
      if (!beside) {
        const rule = learn(head, at)
        return rule && { x: head, rule, near: at }
      }
      const laplace = tailRule(valueAt(head), triangularMap(at, noBend(t)), t, 1)
      if (!laplace) return null
      const weight = Math.exp(Math.min(laplace.logIntegral - highest, 0))
      const order = orderFor(weight)
      const again = weight > heavy && trials++ < tried
      const rule = again
        ? raised(head, at, Math.max(3, order - 1), weight)
        : order === 1
          ? laplace
          : ruleAt(head, at, order)
      return rule && { x: head, rule, near: at }
    },
    forEffects: (heads, least) => ({
      ...heads,
      heads: heads.heads.flatMap((head) => {
        const { order } = head.rule
        const enough = Math.max(least, Math.ceil(thinned * order))
        if (order === 1 || order === enough) return [head]
        const rule = ruleAt(head.x, head.near, enough)
        return rule ? [{ ...head, rule }] : []
      }),
    }),
    change: () => (t === 0 ? 0 : changes[changes.length - 1]),
  }
}

/** Largest change of the log integral, means and standard deviations, in those of the density. */
function changeOf(a: TailRule, b: TailRule): number {
  const t = a.mean.length
  let largest = Math.abs(a.logIntegral - b.logIntegral)
  for (let j = 0; j < t; j++) {
    largest = Math.max(largest, Math.abs(a.mean[j] - b.mean[j]))
    largest = Math.max(largest, Math.abs(a.covariance[j * (t + 1)] - b.covariance[j * (t + 1)]) / 2)
  }
  return largest
}
