import type { Placement } from '../place/placement.js'
import type { TailRule } from './quadrature-tail.js'

/** A point of the lattice of scales, with the rule over the fixed effects given them. */
export interface Head {
  /** Where it stands in the lattice, in its finest steps. */
  readonly node: readonly number[]
  readonly x: Float64Array
  readonly rule: TailRule
  /** Mode and curvature of the fixed effects there. */
  readonly near: Placement
  /** Log of what the stretching of the lattice multiplies the density with. */
  readonly logStretch: number
}

/** Heads of a lattice of equal steps in w, see `stretched`; `stride` finest steps make the step. */
export interface Heads {
  readonly heads: readonly Head[]
  readonly step: number
  readonly stride: number
  /** The heads that tell the shape of the density along the last coordinate, and the steps between them: see evenHalf. */
  readonly lines: readonly Head[]
  readonly spacing: number
  readonly L: Float64Array
  /** False where the lattice was cut short. */
  readonly whole: boolean
}

/** First steps of lattices of 1, 2 ... coordinates, in standard deviations at the mode: half of it determines more in more. */
const firstSteps = [0.6, 0.6, 0.8, 1, 1] as const
/** Finest steps in a step at each refinement, which halves it. */
export const strides = [2, 1] as const

/** A head whose density is e^-13 of the largest, 2e-6, is the last in its direction. */
const deepest = 13
const mostHeads = 20_000

/**
 * The scales stand at x_i = center_i + sum_j L_ij w_j + L_ii sinh(a w_i) / a, j < i: their logarithms, and correlations
 * near 1 and -1, have tails of exponential decay, which a lattice of equal steps in x would follow for long; in w these fall
 * doubly exponentially (Takahasi and Mori 1974).
 */
const bend = 0.3
export const stretched = (w: number): number => Math.sinh(bend * w) / bend
export const unstretched = (t: number): number => Math.asinh(bend * t) / bend

/**
 * The trapezoidal rule over the scales: a lattice grown from the mode outwards until nothing is left. For an analytic
 * density its error falls exponentially with the step (Trefethen and Weideman 2014), whatever the tails, which a
 * Gauss-Hermite rule would take for normal; and a finer lattice keeps the points of a coarser one. `visit` makes the head
 * at a point, given one beside it; null where there is no density.
 */
export function headLattice(
  center: Float64Array,
  L: Float64Array,
  visit: (x: Float64Array, beside: Head | null, highest: number) => Omit<Head, 'node' | 'logStretch'> | null,
): (refinement: number) => Heads {
  const s = center.length
  const finest = firstSteps[Math.max(s, 1) - 1] / strides[0]
  const known = new Map<string, Head | null>()
  let highest = Number.NEGATIVE_INFINITY
  const at = (node: readonly number[], beside: Head | null): Head | null => {
    const key = node.join()
    if (known.has(key)) return known.get(key)!
    const x = center.slice()
    let logStretch = 0
    for (let i = 0; i < s; i++) {
      const w = node[i] * finest
      x[i] += L[i * (s + 1)] * stretched(w)
      for (let j = 0; j < i; j++) x[i] += L[i * s + j] * node[j] * finest
      logStretch += Math.log(Math.cosh(bend * w))
    }
    const made = visit(x, beside, highest - logStretch)
    const head = made && { ...made, node, logStretch }
    if (head) highest = Math.max(highest, head.rule.logIntegral + logStretch)
    known.set(key, head)
    return head
  }
  return (refinement) => {
    const stride = strides[refinement]
    const heads: Head[] = []
    const first = new Array<number>(s).fill(0)
    const seen = new Set([first.join()])
    const queue: { node: readonly number[]; beside: Head | null }[] = [{ node: first, beside: null }]
    let next = 0
    for (; next < queue.length && next < mostHeads; next++) {
      const { node, beside } = queue[next]
      const head = at(node, beside)
      if (!head) continue
      heads.push(head)
      if (head.rule.logIntegral + head.logStretch < highest - deepest) continue
      for (let j = 0; j < s; j++) {
        for (const side of [-stride, stride]) {
          const neighbour = node.map((k, i) => (i === j ? k + side : k))
          const key = neighbour.join()
          if (seen.has(key)) continue
          seen.add(key)
          queue.push({ node: neighbour, beside: head })
        }
      }
    }
    return { heads, step: finest * stride, stride, lines: heads, spacing: 1, L, whole: next === queue.length }
  }
}

/**
 * The heads of which the places sum to an even number: a lattice of its own, whose trapezoidal rule has the error of the whole
 * one to the power of 1/4, 1/2, 3/4 and 1 in one, two, three and four coordinates. What the others change is a measure of that
 * error without a coarser lattice. Of several coordinates the last keeps all heads along its lines.
 */
export function evenHalf(lattice: Heads): Heads {
  const { heads, stride } = lattice
  const even = heads.filter(({ node }) => (node.reduce((sum, k) => sum + k, 0) / stride) % 2 === 0)
  const one = heads[0]?.node.length === 1
  return { ...lattice, heads: even, lines: one ? even : heads, spacing: one ? 2 : 1 }
}
