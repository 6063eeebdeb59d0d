import { farthest, type ShiftKernel } from '../../families/shift-kernel.js'
import type { GroupedRows } from '../frame/grouped-rows.js'
import type { Scratch } from '../frame/scratch.js'

/** The mode of h(u) = log p(y_g | u) - u^2 / 2, the exponent of one level's integral; filled by `findMode`. */
export interface ModeResult {
  u: number
  /** h at the mode. */
  height: number
  /** -h'' at the mode. */
  curvature: number
  /** True if the rows' shift kernel holds the level and serves around the mode. */
  shifted: boolean
}

export const emptyMode = (): ModeResult => ({ u: 0, height: 0, curvature: 1, shifted: false })

const tolerance = 1e-10
/** A squared step below this that no longer shrinks is rounding: of large responses, say, with a small residual. */
const rounded = 1e-8
const maxSteps = 200

/**
 * Halley's method on h for level g, damped by halving: without damping it diverges on binary data with a large
 * standard deviation. It starts from the data alone, so that the answer depends on nothing evaluated before, and ends
 * 1e-10 conditional standard deviations from the mode. Leaves d1, d2, d3 of the level at the mode. False if it fails.
 */
export function findMode(rows: GroupedRows, work: Scratch, sigma: number, g: number, result: ModeResult): boolean {
  const { shifted, start } = rows
  if (shifted?.bind(work.fixed, start[g], start[g + 1]) && modeOfShift(shifted, sigma, result)) {
    shifted.derivatives(sigma * result.u, work.d1, work.d2, work.d3)
    result.shifted = true
    return true
  }
  result.shifted = false
  return modeByRows(rows, work, sigma, g, result)
}

const sums = new Float64Array(4)

/**
 * The same from u = 0 where one shift moves all rows. Halley's error after a step e is below e^3 (1 + sigma^2 / H), in
 * conditional standard deviations, for the kernels that have shifts: no derivative of theirs exceeds the second. So the
 * last step is known to be the last before it is taken.
 */
function modeOfShift(kernel: ShiftKernel, sigma: number, result: ModeResult): boolean {
  let u = 0
  let height = Number.NEGATIVE_INFINITY
  let step = 0
  let last = false
  for (let iteration = 0; iteration < maxSteps; iteration++) {
    if (!(Math.abs(sigma * u) <= farthest)) return false
    kernel.sums(sigma * u, sums)
    const h = sums[0] - 0.5 * u * u
    const curvature = 1 - sigma * sigma * sums[2]
    if (last) {
      result.u = u
      result.height = h
      result.curvature = curvature
      return true
    }
    if (!(h >= height - 1e-12 * (1 + Math.abs(height)))) {
      step /= 2
      u -= step
      continue
    }
    step = (sigma * sums[1] - u) / curvature
    const bend = (0.5 * sigma * sigma * sigma * sums[3] * step) / curvature
    if (Math.abs(bend) < 0.5) step /= 1 - bend
    const distance = step * step * curvature
    last = Math.sqrt(distance) * distance * (1 + (sigma * sigma) / curvature) <= 0.1 * tolerance
    height = h
    u += step
  }
  return false
}

/** Row by row, from where the rows' working responses (see GroupedRows) put the mode. */
function modeByRows(rows: GroupedRows, work: Scratch, sigma: number, g: number, result: ModeResult): boolean {
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

/** The mode of the level's rows if each were Gaussian with its working response and weight. */
function firstGuess(rows: GroupedRows, fixed: Float64Array, sigma: number, from: number, to: number): number {
  const { z } = rows
  const { working, weight } = rows.suggested()
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
