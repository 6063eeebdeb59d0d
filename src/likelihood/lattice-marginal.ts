import type { ShiftKernel } from '../families/shift-kernel.js'
import { fixedGradient, fixedPredictor, type GroupedRows } from './grouped-rows.js'
import type { MarginalDensity } from './likelihood.js'
import type { Scratch } from './scratch.js'

/**
 * The log marginal likelihood of a scalar effect by one lattice of the spherical effect u for all levels, and what each
 * level's conditional density is on it.
 */
export interface LatticeMarginal extends MarginalDensity {
  /** The lattice's places, `step` apart. */
  readonly places: Float64Array
  readonly step: number
  /**
   * Calls `visit` for each level with its conditional density of u at x, but for a constant: at the places, and as a
   * function. The array is written over for the next level.
   */
  readonly conditionals: (
    x: Float64Array,
    visit: (level: number, atPlaces: Float64Array, density: (u: number) => number) => void,
  ) => void
}

/** Most standard deviations of the effect's prior that a place lies from 0: what is left beyond is 1e-12. */
const reach = 7

/**
 * Rows of Bernoulli responses with logit link, a level's moving together: p(y_i | u) = 1 / (1 + exp(s_i (a_i + sigma u))),
 * s_i = 1 for a failure and -1 for a success. The trapezoidal rule for the integral over u against its normal prior,
 *
 *   L_g = h sum_j phi(u_j) / prod_i (1 + c_i E_j^(s_i)),      c_i = exp(s_i a_i), E_j = exp(sigma u_j),
 *
 * needs no mode and, but for one a row and one a place, no exponential, whose price is that h must suit the narrowest
 * level. Its error falls as exp(-2 pi^2 / (h |sigma|)), the integrand being analytic up to where the logistic function has
 * its poles (Trefethen and Weideman 2014, theorem 5.1). A product that overflows is a density of zero.
 */
export function latticeMarginal(
  rows: GroupedRows,
  signs: NonNullable<ShiftKernel['logistic']>,
  work: Scratch,
  step: number,
): LatticeMarginal {
  const { n, p, start } = rows
  const levels = start.length - 1
  const half = Math.ceil(reach / step)
  const count = 2 * half + 1
  const u = Float64Array.from({ length: count }, (_, j) => (j - half) * step)
  const prior = u.map(normalDensity)
  const rising = new Float64Array(count)
  const falling = new Float64Array(count)
  const product = new Float64Array(count)
  const share = new Float64Array(count)
  const shareU = new Float64Array(count)
  const c = new Float64Array(n)
  const { fixed, rowWeight } = work

  const place = (parameters: Float64Array): void => {
    fixedPredictor(rows, parameters, fixed)
    for (let i = 0; i < n; i++) c[i] = Math.exp(signs[i] * fixed[i])
    for (let j = 0; j < count; j++) {
      rising[j] = Math.exp(parameters[p] * u[j])
      falling[count - 1 - j] = rising[j]
    }
  }
  /** The level's conditional density at the places into `share`; its sum. */
  const level = (g: number): number => {
    const end = start[g + 1]
    let i = start[g]
    product.fill(1)
    // Two rows a pass: half of the loads and stores.
    for (; i + 1 < end; i += 2) {
      const [c0, c1] = [c[i], c[i + 1]]
      const E0 = signs[i] > 0 ? rising : falling
      const E1 = signs[i + 1] > 0 ? rising : falling
      for (let j = 0; j < count; j++) product[j] *= (1 + c0 * E0[j]) * (1 + c1 * E1[j])
    }
    if (i < end) {
      const ci = c[i]
      const E = signs[i] > 0 ? rising : falling
      for (let j = 0; j < count; j++) product[j] *= 1 + ci * E[j]
    }
    let mass = 0
    for (let j = 0; j < count; j++) {
      share[j] = prior[j] / product[j]
      mass += share[j]
    }
    return mass
  }
  /** The rows' weights in the gradient, from `share`; the level's derivative in sigma. */
  const levelGradient = (g: number, mass: number): number => {
    let meanU = 0
    for (let j = 0; j < count; j++) {
      share[j] /= mass
      shareU[j] = share[j] * u[j]
      meanU += shareU[j]
    }
    let inSigma = 0
    for (let i = start[g]; i < start[g + 1]; i++) {
      const ci = c[i]
      const E = signs[i] > 0 ? rising : falling
      let kept = 0
      let keptU = 0
      for (let j = 0; j < count; j++) {
        const r = 1 / (1 + ci * E[j])
        kept += share[j] * r
        keptU += shareU[j] * r
      }
      rowWeight[i] = -signs[i] * (1 - kept)
      inSigma -= signs[i] * (meanU - keptU)
    }
    return inSigma
  }
  const evaluate = (parameters: Float64Array, gradient: Float64Array | null): number => {
    place(parameters)
    let total = levels * Math.log(step)
    let inSigma = 0
    for (let g = 0; g < levels; g++) {
      const mass = level(g)
      total += Math.log(mass)
      if (gradient) inSigma += levelGradient(g, mass)
    }
    if (!Number.isFinite(total)) return Number.NEGATIVE_INFINITY
    if (gradient) {
      fixedGradient(rows, rowWeight, gradient)
      gradient[p] = inSigma
    }
    return total
  }
  return {
    dimension: p + 1,
    places: u,
    step,
    evaluate,
    value: (parameters) => evaluate(parameters, null),
    conditionals: (parameters, visit) => {
      place(parameters)
      const sigma = parameters[p]
      let now = 0
      const density = (at: number): number => {
        const up = Math.exp(sigma * at)
        const down = 1 / up
        let whole = 1
        for (let i = start[now]; i < start[now + 1]; i++) whole *= 1 + c[i] * (signs[i] > 0 ? up : down)
        return normalDensity(at) / whole
      }
      for (; now < levels; now++) {
        level(now)
        visit(now, share, density)
      }
    },
  }
}

const normalDensity = (u: number): number => Math.exp(-0.5 * u * u) / Math.sqrt(2 * Math.PI)
