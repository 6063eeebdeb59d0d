import type { ShiftKernel } from '../../families/shift-kernel.js'
import { exponential } from '../../numerics/exponential.js'
import { fixedGradient, fixedPredictor, type GroupedRows, withOffset } from '../frame/grouped-rows.js'
import type { ConditionalEffects } from '../frame/conditional-effects.js'
import { type Evaluate, type MarginalDensity, marginalDensity } from '../frame/log-density.js'
import { latticePoints } from '../frame/integration-rule.js'
import type { Scratch } from '../frame/scratch.js'

/**
 * The log marginal likelihood of a scalar effect by the trapezoidal rule over the spherical effect u, on the same points for all levels, and what each
 * level's conditional density is on it.
 */
export interface LatticeMarginal extends MarginalDensity {
  /** The points of the trapezoidal rule, `step` apart. */
  readonly points: Float64Array
  readonly step: number
  /**
   * Calls `visit` for each level with its conditional density of u at x: that at the j-th point is density[from + j], and
   * `at` gives it anywhere, each but for a constant factor. Where x was evaluated last, the points are remembered.
   */
  readonly conditionals: (
    x: Float64Array,
    visit: (level: number, density: Float64Array, from: number, at: (u: number) => number) => void,
  ) => void
}

/**
 * Rows of Bernoulli responses with logit link, a level's moving together: p(y_i | u) = 1 / (1 + exp(s_i (a_i + sigma u))),
 * s_i = 1 for a failure and -1 for a success. The trapezoidal rule for the integral over u against its normal prior,
 *
 *   L_g = h sum_j phi(u_j) / prod_i (1 + c_i E_j^(s_i)),      c_i = exp(s_i a_i), E_j = exp(sigma u_j),
 *
 * needs no mode and, but for one a row and one a point, no exponential, whose price is that h must suit the narrowest
 * level. Its error falls as exp(-2 pi^2 / (h |sigma|)), the integrand being analytic up to where the logistic function has
 * its poles (Trefethen and Weideman 2014, theorem 5.1). A product that overflows is a density of zero.
 */
export function latticeMarginal(
  rows: GroupedRows,
  signs: NonNullable<ShiftKernel['logistic']>,
  work: Scratch,
  step: number,
  effectsAt: (lattice: LatticeMarginal, x: Float64Array) => ConditionalEffects | null,
): LatticeMarginal {
  const { n, p, start, space } = rows
  const levels = start.length - 1
  const count = latticePoints(step)
  const u = Float64Array.from({ length: count }, (_, j) => (j - (count - 1) / 2) * step)
  const prior = u.map(normalDensity)
  const rising = space.vector(count)
  const falling = space.vector(count)
  // Level after level, at each point.
  const share = space.vector(levels * count)
  const last = space.vector(p + 1).fill(Number.NaN)
  const shareU = space.vector(count)
  const c = space.vector(n)
  const { row, successes } = failuresFirst(start, signs)
  const { fixed, rowWeight } = work

  const place = (parameters: Float64Array, offsets: readonly Float64Array[] | null): void => {
    last.set(parameters.subarray(0, p + 1))
    fixedPredictor(withOffset(rows, offsets), parameters, fixed)
    for (let k = 0; k < n; k++) c[k] = exponential(signs[row[k]] * fixed[row[k]])
    for (let j = 0; j < count; j++) {
      rising[j] = Math.exp(parameters[p] * u[j])
      falling[count - 1 - j] = rising[j]
    }
  }
  /** Level g's conditional density at the points into `share`; its sum. */
  const level = (g: number): number => {
    const middle = successes[g]
    const end = start[g + 1]
    const to = g * count
    let mass = 0
    // Four points a turn, whose products do not wait for each other: half of the time of one.
    for (let j = 0; j < count; j += 4) {
      let p0 = 1
      let p1 = 1
      let p2 = 1
      let p3 = 1
      const r0 = rising[j]
      const r1 = rising[j + 1]
      const r2 = rising[j + 2]
      const r3 = rising[j + 3]
      for (let k = start[g]; k < middle; k++) {
        const ck = c[k]
        p0 *= 1 + ck * r0
        p1 *= 1 + ck * r1
        p2 *= 1 + ck * r2
        p3 *= 1 + ck * r3
      }
      const f0 = falling[j]
      const f1 = falling[j + 1]
      const f2 = falling[j + 2]
      const f3 = falling[j + 3]
      for (let k = middle; k < end; k++) {
        const ck = c[k]
        p0 *= 1 + ck * f0
        p1 *= 1 + ck * f1
        p2 *= 1 + ck * f2
        p3 *= 1 + ck * f3
      }
      const s0 = prior[j] / p0
      const s1 = prior[j + 1] / p1
      const s2 = prior[j + 2] / p2
      const s3 = prior[j + 3] / p3
      share[to + j] = s0
      share[to + j + 1] = s1
      share[to + j + 2] = s2
      share[to + j + 3] = s3
      mass += s0 + s1 + (s2 + s3)
    }
    return mass
  }
  /** The rows' weights in the gradient, from `share`; the level's derivative in sigma. */
  const levelGradient = (g: number, mass: number): number => {
    const from = g * count
    let meanU = 0
    for (let j = 0; j < count; j++) {
      share[from + j] /= mass
      shareU[j] = share[from + j] * u[j]
      meanU += shareU[j]
    }
    let inSigma = 0
    for (let k = start[g]; k < start[g + 1]; k++) {
      const ck = c[k]
      const sign = signs[row[k]]
      const E = sign > 0 ? rising : falling
      let even = 0
      let odd = 0
      let evenU = 0
      let oddU = 0
      for (let j = 0; j < count; j += 2) {
        const r = 1 / (1 + ck * E[j])
        const next = 1 / (1 + ck * E[j + 1])
        even += share[from + j] * r
        evenU += shareU[j] * r
        odd += share[from + j + 1] * next
        oddU += shareU[j + 1] * next
      }
      rowWeight[row[k]] = -sign * (1 - even - odd)
      inSigma -= sign * (meanU - evenU - oddU)
    }
    return inSigma
  }
  const evaluate: Evaluate = (parameters, gradient, byLevel, offsets = null) => {
    place(parameters, offsets)
    // The gradient divides the shares, other offsets move them.
    if (gradient || offsets) last.fill(Number.NaN)
    let total = levels * Math.log(step)
    let inSigma = 0
    for (let g = 0; g < levels; g++) {
      const mass = level(g)
      total += Math.log(mass)
      if (byLevel) byLevel[g] = Math.log(step) + Math.log(mass)
      if (gradient) inSigma += levelGradient(g, mass)
    }
    if (!Number.isFinite(total)) return Number.NEGATIVE_INFINITY
    if (gradient) {
      fixedGradient(rows, rowWeight, gradient)
      gradient[p] = inSigma
    }
    return total
  }
  const lattice: LatticeMarginal = {
    ...marginalDensity({ dimension: p + 1, levels, evaluate, effectsAt: (x) => effectsAt(lattice, x) }),
    points: u,
    step,
    conditionals: (parameters, visit) => {
      if (last.some((value, j) => value !== parameters[j])) {
        place(parameters, null)
        for (let g = 0; g < levels; g++) level(g)
      }
      const sigma = parameters[p]
      let g = 0
      const density = (at: number): number => {
        const up = Math.exp(sigma * at)
        const down = 1 / up
        let whole = 1
        for (let k = start[g]; k < successes[g]; k++) whole *= 1 + c[k] * up
        for (let k = successes[g]; k < start[g + 1]; k++) whole *= 1 + c[k] * down
        return normalDensity(at) / whole
      }
      for (; g < levels; g++) visit(g, share, g * count, density)
    },
  }
  return lattice
}

/** The rows of each level in the order failures, successes: where row[k] stands, and where a level's successes begin. */
function failuresFirst(start: Int32Array, signs: Float64Array): { row: Int32Array; successes: Int32Array } {
  const row = new Int32Array(signs.length)
  const successes = new Int32Array(start.length - 1)
  for (let g = 0; g < successes.length; g++) {
    let at = start[g]
    for (const sign of [1, -1]) {
      for (let i = start[g]; i < start[g + 1]; i++) if (signs[i] === sign) row[at++] = i
      if (sign === 1) successes[g] = at
    }
  }
  return { row, successes }
}

const normalDensity = (u: number): number => Math.exp(-0.5 * u * u) / Math.sqrt(2 * Math.PI)
