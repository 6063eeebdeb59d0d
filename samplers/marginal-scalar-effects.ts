import type { RandomTerm } from '../src/data/model.js'
import { emptyMode, findMode } from '../src/likelihood/conditional-mode.js'
import { fixedPredictor, groupedRows } from '../src/likelihood/grouped-rows.js'
import type { Likelihood } from '../src/likelihood/likelihood.js'
import { heightsAtNodes } from '../src/likelihood/scalar-marginal.js'
import { nodeScratch, scratch } from '../src/likelihood/scratch.js'
import type { DrawEffects } from './marginal-effects.js'
import { effectProposal, rootProposals } from './marginal-proposal.js'

/** marginalEffects where each level has one scalar effect and the family one predictor: by the rows' fused kernels. */
export function scalarEffects({ model, dimension }: Likelihood, term: RandomTerm): DrawEffects {
  const rows = groupedRows(model, term)
  const work = scratch(rows.n)
  const clusters = term.levels.length
  let largest = 0
  for (let g = 0; g < clusters; g++) largest = Math.max(largest, rows.start[g + 1] - rows.start[g])
  const nodeWork = nodeScratch(rootProposals, largest)
  const { u, share } = nodeWork
  const mode = emptyMode()
  const nodes = new Float64Array(rootProposals)
  const proposed = new Float64Array(rootProposals)
  const last = rootProposals - 1
  return (parameters, rng, out, at) => {
    const sigma = parameters[dimension - 1]
    fixedPredictor(rows, parameters, work.fixed)
    for (let g = 0; g < clusters; g++) {
      findMode(rows, work, sigma, g, mode)
      const s = 1 / Math.sqrt(mode.curvature)
      let low = 0
      for (let k = 0; k < rootProposals; k++) {
        const { value, logDensity } = effectProposal(mode.u, s, rng)
        nodes[k] = (value - mode.u) / s
        proposed[k] = logDensity
        if (nodes[k] < nodes[low]) low = k
      }
      // The kernels want the extreme nodes first and last; the chain wants the order of the proposals.
      swap(nodes, 0, low)
      let high = 0
      for (let k = 1; k < rootProposals; k++) if (nodes[k] > nodes[high]) high = k
      swap(nodes, last, high)
      heightsAtNodes(rows, work, nodeWork, nodes, sigma, g, mode)
      for (const values of [u, share]) {
        swap(values, last, high)
        swap(values, 0, low)
      }
      let present = 0
      for (let k = 1; k < rootProposals; k++) {
        const gain = share[k] - proposed[k] - (share[present] - proposed[present])
        if (!(gain <= 0) || rng.uniform() < Math.exp(gain)) present = k
      }
      out[at + g] = sigma * u[present]
    }
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a]
  values[a] = values[b]
  values[b] = kept
}
