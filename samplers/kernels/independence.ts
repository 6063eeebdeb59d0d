import { type Posterior, valueAlone } from '../../src/likelihood/posterior.js'
import { mostTransported } from '../place/find-transport.js'
import { transportedNormal } from '../place/transported-normal.js'
import type { MapTerms } from '../place/triangular-map.js'
import { type Kernel, withoutTrajectory, writeState } from './kernel.js'
import { integratedOut } from './marginal.js'
import type { Sampler } from './sampler.js'

/** Length of the second stage's steps, times the root of the dimension: short, as it is for where the first fails. */
const walkLength = 1.2

/**
 * Independence Metropolis over whitened coordinates, with a random walk where a proposal is refused (Tierney and Mira
 * 1999, delayed rejection): draws are nearly independent where the proposals are close to the target, and where they
 * are not the chain still moves. It takes values of the density only. With w = target / proposal density, x the state and
 * y a proposal, the first stage accepts with probability a(x, y) = min(1, w(y) / w(x)); the second, a symmetric step
 * to v, with min(1, p(v) (1 - a(v, y)) / (p(x) (1 - a(x, y)))).
 */
export function independence(posterior: Posterior, mapTerms: MapTerms): Kernel {
  const d = posterior.dimension
  const density = valueAlone(posterior)
  const proposal = transportedNormal(d, mapTerms)
  const walk = walkLength / Math.sqrt(d)
  /** The chance of a move between points of these log weights; from where the proposals do not reach there is none. */
  const chance = (from: number, to: number): number => {
    const ratio = Math.min(1, Math.exp(to - from))
    return Number.isNaN(ratio) ? 0 : ratio
  }
  return {
    init: (x) => ({ x: x.slice(), gradient: new Float64Array(d), logDensity: density(x) }),
    step: (from, _tuning, rng, to) => {
      const logProposal = proposal.draw(rng, to.x)
      to.logDensity = density(to.x)
      const weight = to.logDensity - logProposal
      const first = chance(from.logDensity - proposal.logDensity(from.x), weight)
      if (rng.uniform() < first) return withoutTrajectory(first)
      for (let j = 0; j < d; j++) to.x[j] = from.x[j] + walk * rng.normal()
      to.logDensity = density(to.x)
      const back = chance(to.logDensity - proposal.logDensity(to.x), weight)
      const second = Math.exp(to.logDensity - from.logDensity) * ((1 - back) / (1 - first))
      if (!(rng.uniform() < second)) writeState(to, from)
      return withoutTrajectory(first)
    },
  }
}

export const independenceMetropolis: Sampler = {
  ...integratedOut,
  name: 'independence',
  targetAccept: null,
  maxDepth: null,
  transported: true,
  refusal: (context) =>
    context.likelihood.dimension > mostTransported
      ? { expected: `at most ${mostTransported} outer parameters`, hint: 'use the sampler marginal or nuts' }
      : integratedOut.refusal(context),
  kernel: (posterior, { mapTerms }) => independence(posterior, mapTerms!),
}
