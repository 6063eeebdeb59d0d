import type { GroupedRows } from './grouped-rows.js'
import type { Scratch } from './scratch.js'

/** The mode of h(u) = log p(y_g | u) - u^2 / 2, the exponent of one cluster's integral; filled by `findMode`. */
export interface ModeResult {
  u: number
  /** h at the mode. */
  height: number
  /** -h'' at the mode. */
  curvature: number
}

const tolerance = 1e-10
/** A squared step below this that no longer shrinks is rounding: of large responses, say, with a small residual. */
const rounded = 1e-8
const maxSteps = 200

/**
 * Halley's method on h for block g, damped by halving: without damping it diverges on binary data with a large
 * standard deviation. It starts where the rows' working responses (see GroupedRows) put the mode, so that the answer
 * depends on nothing evaluated before, and goes on to a step below 1e-10 conditional standard deviations. Leaves d1,
 * d2, d3 of the block at the mode. False if it fails.
 */
export function findMode(rows: GroupedRows, work: Scratch, sigma: number, g: number, result: ModeResult): boolean {
  const { z, kernel, start } = rows
  const { fixed, eta, logDensity, d1, d2, d3 } = work
  const from = start[g]
  const to = start[g + 1]
  let u = firstGuess(rows, fixed, sigma, from, to)
  let height = Number.NEGATIVE_INFINITY
  let last = Number.POSITIVE_INFINITY
  let step = u // halving the first step leads back to u = 0
  for (let iteration = 0; iteration < maxSteps; iteration++) {
    for (let i = from; i < to; i++) eta[i] = fixed[i] + sigma * z[i] * u
    kernel.curvature(eta, from, to, logDensity, d1, d2, d3)
    let h = -0.5 * u * u
    let slope = 0
    let second = 0
    let third = 0
    for (let i = from; i < to; i++) {
      const zi = z[i]
      h += logDensity[i]
      slope += zi * d1[i]
      second += zi * zi * d2[i]
      third += zi * zi * zi * d3[i]
    }
    const curvature = 1 - sigma * sigma * second
    const fails = !(h > Number.NEGATIVE_INFINITY && h < Number.POSITIVE_INFINITY)
    if (fails ? u !== 0 : h < height - 1e-12 * (1 + Math.abs(height))) {
      step /= 2
      u = Math.abs(step) < 1e-300 ? 0 : u - step
      continue
    }
    if (fails) return false
    // Where h is not concave (some links far from the mode) a gradient step replaces Newton's.
    step = (sigma * slope - u) / (curvature > 0 ? curvature : 1)
    // The third derivative is at hand: Halley's correction makes the convergence cubic.
    const bend = (0.5 * sigma * sigma * sigma * third * step) / curvature
    if (curvature > 0 && Math.abs(bend) < 0.5) step /= 1 - bend
    const distance = step * step * curvature
    const rounding = distance < rounded && distance > 0.25 * last
    if (curvature > 0 && (distance <= tolerance * tolerance || rounding)) {
      result.u = u
      result.height = h
      result.curvature = curvature
      return true
    }
    height = h
    last = distance
    u += step
  }
  return false
}

/** The mode of the block's rows if each were Gaussian with its working response and weight. */
function firstGuess(rows: GroupedRows, fixed: Float64Array, sigma: number, from: number, to: number): number {
  const { z, working, weight } = rows
  let pull = 0
  let precision = 0
  for (let i = from; i < to; i++) {
    const wz = weight[i] * z[i]
    pull += wz * (working[i] - fixed[i])
    precision += wz * z[i]
  }
  const u = (sigma * pull) / (1 + sigma * sigma * precision)
  return Number.isFinite(u) ? u : 0
}
