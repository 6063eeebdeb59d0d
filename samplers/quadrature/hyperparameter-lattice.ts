import type { LocationScale } from '../place/location-scale.js'
import type { FixedEffectsRule } from './fixed-effects-rule.js'

/** A point of the lattice of hyperparameters, with the rule over the fixed effects given them. */
export interface Hyperpoint {
  /** Where it stands in the lattice, in its finest steps. */
  readonly node: readonly number[]
  readonly x: Float64Array
  readonly rule: FixedEffectsRule
  /** Mode and curvature of the fixed effects there. */
  readonly near: LocationScale
  /** Log of what the stretching of the lattice multiplies the density with. */
  readonly logStretch: number
}

/** A lattice of hyperparameters of equal steps in w, see `stretched`; `stride` finest steps make the step. */
export interface HyperLattice {
  readonly hyperpoints: readonly Hyperpoint[]
  readonly step: number
  readonly stride: number
  /** The points from which the marginal density of the last coordinate is interpolated, and the steps between them: see evenHalf. */
  readonly lines: readonly Hyperpoint[]
  readonly spacing: number
  readonly L: Float64Array
  /** False where the lattice was cut short. */
  readonly whole: boolean
}

/** First steps of lattices of 1, 2 ... coordinates, in standard deviations at the mode; of more coordinates, half the points bound the error better (see evenHalf). */
const firstSteps = [0.6, 0.6, 0.8, 1, 1] as const
/** Finest steps in a step at each refinement, which halves it. */
export const strides = [2, 1] as const

/** A point whose density is e^-13 of the largest, 2e-6, is the last in its direction. */
const deepest = 13
const mostHyperpoints = 20_000

/**
 * The hyperparameters are at x_i = center_i + sum_j L_ij w_j + L_ii sinh(a w_i) / a, j < i: their logarithms, and correlations
 * near 1 and -1, have tails of exponential decay, which a lattice of equal steps in x would follow for long; in w these fall
 * doubly exponentially (Takahasi and Mori 1974).
 */
const stretching = 0.3
export const stretched = (w: number): number => Math.sinh(stretching * w) / stretching
export const unstretched = (t: number): number => Math.asinh(stretching * t) / stretching

/**
 * The trapezoidal rule over the hyperparameters: a lattice grown from the mode outwards until the density is negligible. For an analytic
 * density its error falls exponentially with the step (Trefethen and Weideman 2014), whatever the tails, which a
 * Gauss-Hermite rule would take for normal; and a finer lattice keeps the points of a coarser one. `visit` makes the rule
 * at a point, given one beside it; null where there is no density.
 */
export function hyperparameterLattice(
  center: Float64Array,
  L: Float64Array,
  visit: (
    x: Float64Array,
    beside: Hyperpoint | null,
    highest: number,
  ) => Omit<Hyperpoint, 'node' | 'logStretch'> | null,
): (refinement: number) => HyperLattice {
  const s = center.length
  const finest = firstSteps[Math.max(s, 1) - 1] / strides[0]
  const known = new Map<string, Hyperpoint | null>()
  let highest = Number.NEGATIVE_INFINITY
  const at = (node: readonly number[], beside: Hyperpoint | null): Hyperpoint | null => {
    const key = node.join()
    if (known.has(key)) return known.get(key)!
    const x = center.slice()
    let logStretch = 0
    for (let i = 0; i < s; i++) {
      const w = node[i] * finest
      x[i] += L[i * (s + 1)] * stretched(w)
      for (let j = 0; j < i; j++) x[i] += L[i * s + j] * node[j] * finest
      logStretch += Math.log(Math.cosh(stretching * w))
    }
    const made = visit(x, beside, highest - logStretch)
    const hyperpoint = made && { ...made, node, logStretch }
    if (hyperpoint) highest = Math.max(highest, hyperpoint.rule.logIntegral + logStretch)
    known.set(key, hyperpoint)
    return hyperpoint
  }
  return (refinement) => {
    const stride = strides[refinement]
    const hyperpoints: Hyperpoint[] = []
    const first = new Array<number>(s).fill(0)
    const seen = new Set([first.join()])
    const queue: { node: readonly number[]; beside: Hyperpoint | null }[] = [{ node: first, beside: null }]
    let next = 0
    for (; next < queue.length && next < mostHyperpoints; next++) {
      const { node, beside } = queue[next]
      const hyperpoint = at(node, beside)
      if (!hyperpoint) continue
      hyperpoints.push(hyperpoint)
      if (hyperpoint.rule.logIntegral + hyperpoint.logStretch < highest - deepest) continue
      for (let j = 0; j < s; j++) {
        for (const side of [-stride, stride]) {
          const neighbour = node.map((k, i) => (i === j ? k + side : k))
          const key = neighbour.join()
          if (seen.has(key)) continue
          seen.add(key)
          queue.push({ node: neighbour, beside: hyperpoint })
        }
      }
    }
    return {
      hyperpoints,
      step: finest * stride,
      stride,
      lines: hyperpoints,
      spacing: 1,
      L,
      whole: next === queue.length,
    }
  }
}

/**
 * The points whose indices sum to an even number: a lattice of its own, whose trapezoidal rule has the error of the whole
 * one to the power of 1/4, 1/2, 3/4 and 1 in one, two, three and four coordinates. What the other points change estimates that
 * error without a coarser lattice. Of several coordinates the last keeps all points along its lines.
 */
export function evenHalf(lattice: HyperLattice): HyperLattice {
  const { hyperpoints, stride } = lattice
  const even = hyperpoints.filter(({ node }) => (node.reduce((sum, k) => sum + k, 0) / stride) % 2 === 0)
  const one = hyperpoints[0]?.node.length === 1
  return { ...lattice, hyperpoints: even, lines: one ? even : hyperpoints, spacing: one ? 2 : 1 }
}
