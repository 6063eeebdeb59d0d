import type { Rng } from '../../random/stream.js'
import { effectProposal, logProposal, rootProposals } from '../frame/effect-proposal.js'
import type { GroupedRows } from '../frame/grouped-rows.js'

/** Conditional modes of a scalar effect: u of each level, -h'' there, and the rows' fixed parts in the order of the levels. */
export interface ScalarModes {
  readonly u: Float64Array
  readonly curvature: Float64Array
  readonly fixed: Float64Array
}

/**
 * Draws each level's effect by an independence Metropolis chain of `rootProposals` proposals around its mode (see
 * nestedDraw), by the rows' fused kernels.
 */
export function scalarDraw(
  rows: GroupedRows,
): (sigma: number, modes: ScalarModes, rng: Rng, out: Float64Array, at: number) => void {
  const column = (): Float64Array => new Float64Array(rootProposals)
  const [u, eta, logDensity, logWeight] = [column(), column(), column(), column()]
  const scores = column()
  const { z, start, kernel } = rows
  return (sigma, modes, rng, out, at) => {
    for (let g = 0; g + 1 < start.length; g++) {
      const mode = modes.u[g]
      const s = 1 / Math.sqrt(modes.curvature[g])
      for (let k = 0; k < rootProposals; k++) {
        u[k] = effectProposal(mode, s, rng)
        logWeight[k] = -0.5 * u[k] * u[k] - logProposal(u[k], mode, s)
      }
      for (let i = start[g]; i < start[g + 1]; i++) {
        const slope = sigma * z[i]
        for (let k = 0; k < rootProposals; k++) eta[k] = modes.fixed[i] + slope * u[k]
        kernel.atNodes(i, eta, rootProposals, logDensity, scores, 0)
        for (let k = 0; k < rootProposals; k++) logWeight[k] += logDensity[k]
      }
      let present = 0
      for (let k = 1; k < rootProposals; k++) {
        const gain = logWeight[k] - logWeight[present]
        if (!(gain <= 0) || rng.uniform() < Math.exp(gain)) present = k
      }
      out[at + g] = sigma * u[present]
    }
  }
}
