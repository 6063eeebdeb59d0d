import type { Placement, TailRule } from './quadrature-tail.js'

/** A point of the lattice of scales, with the rule over the fixed effects given them. */
export interface Head {
  /** Where it stands in the lattice, in its finest steps. */
  readonly node: readonly number[]
  readonly x: Float64Array
  readonly rule: TailRule
  /** Mode and curvature of the fixed effects there. */
  readonly near: Placement
}

/** Heads of a lattice x = center + L (step z), z whole numbers; `stride` finest steps make the step. */
export interface Heads {
  readonly heads: readonly Head[]
  readonly step: number
  readonly stride: number
  readonly L: Float64Array
  /** False where the lattice was cut short. */
  readonly whole: boolean
}

/** Steps of the lattice, in standard deviations at the mode, the finest last: each is half of that before. */
const steps = [1.2, 0.6, 0.3] as const
/** Finest steps in a step at each refinement. */
export const strides = [4, 2, 1] as const

/** A head whose density is e^-16 of the largest, 1e-7, is the last in its direction. */
const deepest = 16
const mostHeads = 3000

/**
 * The trapezoidal rule over the scales: a lattice grown from the mode outwards until nothing is left. For an analytic
 * density its error falls exponentially with the step (Trefethen and Weideman 2014), whatever the tails, which a
 * Gauss-Hermite rule would take for normal; and a finer lattice keeps the points of a coarser one. `visit` makes the head
 * at a point, given one beside it; null where there is no density.
 */
export function headLattice(
  center: Float64Array,
  L: Float64Array,
  visit: (x: Float64Array, beside: Head | null, highest: number) => Omit<Head, 'node'> | null,
): (refinement: number) => Heads {
  const s = center.length
  const known = new Map<string, Head | null>()
  let highest = Number.NEGATIVE_INFINITY
  const at = (node: readonly number[], beside: Head | null): Head | null => {
    const key = node.join()
    if (known.has(key)) return known.get(key)!
    const x = center.slice()
    const finest = steps[steps.length - 1]
    for (let i = 0; i < s; i++) for (let j = 0; j <= i; j++) x[i] += L[i * s + j] * node[j] * finest
    const made = visit(x, beside, highest)
    const head = made && { ...made, node }
    if (head) highest = Math.max(highest, head.rule.logIntegral)
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
      if (head.rule.logIntegral < highest - deepest) continue
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
    return { heads, step: steps[refinement], stride, L, whole: next === queue.length }
  }
}
