import { flat } from '../../covariance/flat.js'
import type { ConditionalModes } from '../../likelihood/frame/conditional-effects.js'
import type { NormalMarginal, NormalTerm } from '../../likelihood/normal/normal-marginal.js'
import { vectorCovariance } from '../../likelihood/normal/vector-covariance.js'

/** Modes and standard deviations of the effects of one term, levels x q. */
export type EffectMoments = Pick<ConditionalModes['terms'][number], 'mode' | 'sd'>

/**
 * The random effects of a restricted likelihood with its coefficients known, as R's ranef has them: b moves with the
 * coefficients by -G Z'V^-1 X, so that their covariance Phi adds G Z'V^-1 X Phi X'V^-1 Z G to that of b.
 */
export function givenCoefficients(
  { terms, p, projected, covariance: phi }: NormalMarginal,
  effects: readonly EffectMoments[],
): EffectMoments[] {
  return terms.flatMap((term, t): EffectMoments[] => {
    if (term.laid.covariance === flat) return []
    const { mode, sd } = effects[t]
    const added = addedVariance(term, p, projected, phi)
    return [{ mode, sd: sd.map((one, e) => Math.sqrt(Math.max(0, one * one - added[e]))) }]
  })
}

function addedVariance(
  term: NormalTerm,
  p: number,
  projected: readonly Float64Array[],
  phi: Float64Array,
): Float64Array {
  const { q, starts } = term
  const g = vectorCovariance(term)
  const out = new Float64Array(starts.length * q)
  const moved = new Float64Array(p)
  starts.forEach((first, level) => {
    for (let i = 0; i < q; i++) {
      for (let c = 0; c < p; c++) {
        let sum = 0
        for (let j = 0; j < q; j++) sum += g[i * q + j] * projected[c][first + j]
        moved[c] = sum
      }
      let variance = 0
      for (let c = 0; c < p; c++) for (let d = 0; d < p; d++) variance += moved[c] * phi[c * p + d] * moved[d]
      out[level * q + i] = variance
    }
  })
  return out
}
