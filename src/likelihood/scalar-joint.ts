import type { GroupedRows } from './grouped-rows.js'
import { fixedGradient, fixedPredictor } from './grouped-rows.js'
import type { Scratch } from './scratch.js'

/**
 * Log joint density of the response and one scalar random effect a cluster, for a sampler: of the vector
 * (beta, tau, v_1 ... v_J) with tau = log sigma and b_g = sigma^(1 - c_g) v_g. The centring c_g lies between 0, where
 * v is the spherical effect b / sigma, and 1, where v is b itself; what suits a cluster depends on how much its
 * rows say (Papaspiliopoulos, Roberts and Skoeld 2007). The density of v_g is N(0, sigma^(2 c_g)).
 *
 * Writes the gradient; adds no prior on beta or tau. Returns -Infinity out of support.
 */
export function scalarJoint(
  rows: GroupedRows,
  work: Scratch,
  centring: Float64Array,
  x: Float64Array,
  gradient: Float64Array,
): number {
  const { p, z, start, kernel, n } = rows
  const { fixed, eta, logDensity, d1 } = work
  const tau = x[p]
  const blocks = start.length - 1
  fixedPredictor(rows, x, fixed)
  let density = -blocks * 0.5 * Math.log(2 * Math.PI)
  let tauGradient = 0
  const first = p + 1
  for (let g = 0; g < blocks; g++) {
    const b = Math.exp((1 - centring[g]) * tau) * x[first + g]
    for (let i = start[g]; i < start[g + 1]; i++) eta[i] = fixed[i] + z[i] * b
  }
  kernel.score(eta, 0, n, logDensity, d1)
  for (let i = 0; i < n; i++) density += logDensity[i]
  for (let g = 0; g < blocks; g++) {
    const c = centring[g]
    const v = x[first + g]
    const scale = Math.exp((1 - c) * tau)
    let slope = 0
    for (let i = start[g]; i < start[g + 1]; i++) slope += z[i] * d1[i]
    const pull = v * Math.exp(-2 * c * tau)
    density -= 0.5 * v * pull + c * tau
    gradient[first + g] = slope * scale - pull
    tauGradient += slope * (1 - c) * scale * v + c * (v * pull - 1)
  }
  fixedGradient(rows, d1, gradient)
  gradient[p] = tauGradient
  return density > Number.NEGATIVE_INFINITY && density < Number.POSITIVE_INFINITY ? density : Number.NEGATIVE_INFINITY
}
