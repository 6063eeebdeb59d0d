import type { GroupedRows } from './grouped-rows.js'

/** Work space of one likelihood, each array of length n in the order of the grouped rows. */
export interface Scratch {
  /** eta of the fixed part. */
  readonly fixed: Float64Array
  readonly eta: Float64Array
  /** Derivatives of the log density in eta at the conditional mode. */
  readonly d1: Float64Array
  readonly d2: Float64Array
  readonly d3: Float64Array
  /** First derivatives at one quadrature node, and their average over the nodes. */
  readonly score: Float64Array
  readonly mean: Float64Array
  /** Derivative of the log-likelihood in each row's fixed part. */
  readonly rowWeight: Float64Array
}

export const scratch = (n: number): Scratch => ({
  fixed: new Float64Array(n),
  eta: new Float64Array(n),
  d1: new Float64Array(n),
  d2: new Float64Array(n),
  d3: new Float64Array(n),
  score: new Float64Array(n),
  mean: new Float64Array(n),
  rowWeight: new Float64Array(n),
})

/** The mode of h(u) = log p(y_g | u) - u^2 / 2, the exponent of one cluster's integral; filled by `findMode`. */
export interface ModeResult {
  u: number
  /** h at the mode. */
  height: number
  /** -h'' at the mode. */
  curvature: number
}

const tolerance = 1e-10
const maxSteps = 200

/**
 * Newton's method on h for block g, damped by halving: without damping it diverges on binary data with a large
 * standard deviation. Always from u = 0, so that the answer depends on nothing evaluated before, and to a step
 * below 1e-10 conditional standard deviations. Leaves d1, d2, d3 of the block at the mode. False if it fails.
 */
export function findMode(rows: GroupedRows, work: Scratch, sigma: number, g: number, result: ModeResult): boolean {
  const { z, kernel, start } = rows
  const { fixed, eta, d1, d2, d3 } = work
  const from = start[g]
  const to = start[g + 1]
  let u = 0
  let height = Number.NEGATIVE_INFINITY
  let step = 0
  for (let iteration = 0; iteration < maxSteps; iteration++) {
    for (let i = from; i < to; i++) eta[i] = fixed[i] + sigma * z[i] * u
    const h = kernel.curvature(eta, from, to, d1, d2, d3) - 0.5 * u * u
    if (iteration > 0 && !(h >= height - 1e-12 * (1 + Math.abs(height)))) {
      step /= 2
      u -= step
      continue
    }
    if (!(h > Number.NEGATIVE_INFINITY)) return false
    let slope = 0
    let second = 0
    for (let i = from; i < to; i++) {
      slope += z[i] * d1[i]
      second += z[i] * z[i] * d2[i]
    }
    const curvature = 1 - sigma * sigma * second
    // Where h is not concave (some links far from the mode) a gradient step replaces Newton's.
    step = (sigma * slope - u) / (curvature > 0 ? curvature : 1)
    if (curvature > 0 && Math.abs(step) * Math.sqrt(curvature) <= tolerance) {
      result.u = u
      result.height = h
      result.curvature = curvature
      return true
    }
    height = h
    u += step
  }
  return false
}
