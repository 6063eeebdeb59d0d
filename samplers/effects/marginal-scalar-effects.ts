import type { RandomTerm } from '../../src/data/model.js'
import { emptyMode, findMode } from '../../src/likelihood/scalar/conditional-mode.js'
import { fixedPredictor, groupedRows } from '../../src/likelihood/frame/grouped-rows.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { scratch } from '../../src/likelihood/frame/scratch.js'
import type { DrawEffects } from './draw-effects.js'
import { effectProposal, logProposal, rootProposals } from './marginal-proposal.js'

/** marginalEffects where each level has one scalar effect and the family one predictor: by the rows' fused kernels. */
export function scalarEffects({ stated, dimension }: Likelihood, term: RandomTerm): DrawEffects {
  const rows = groupedRows(stated, term)
  const work = scratch(rows.n)
  const clusters = term.levels.length
  const mode = emptyMode()
  const column = (): Float64Array => new Float64Array(rootProposals)
  const [u, eta, logDensity, logWeight] = [column(), column(), column(), column()]
  const scores = column()
  const { z, start, kernel } = rows
  return (parameters, rng, out, at) => {
    const sigma = parameters[dimension - 1]
    fixedPredictor(rows, parameters, work.fixed)
    for (let g = 0; g < clusters; g++) {
      findMode(rows, work, sigma, g, mode)
      const s = 1 / Math.sqrt(mode.curvature)
      for (let k = 0; k < rootProposals; k++) {
        u[k] = effectProposal(mode.u, s, rng)
        logWeight[k] = -0.5 * u[k] * u[k] - logProposal(u[k], mode.u, s)
      }
      for (let i = start[g]; i < start[g + 1]; i++) {
        const slope = sigma * z[i]
        for (let k = 0; k < rootProposals; k++) eta[k] = work.fixed[i] + slope * u[k]
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
