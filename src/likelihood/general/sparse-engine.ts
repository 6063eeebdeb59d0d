import type { Engine } from '../engine/engine.js'
import { normalAt } from '../normal/normal-marginal.js'
import { ruleSet } from '../engine/rule-set.js'
import { laplaceDensity } from '../sparse/laplace-density.js'
import { laplaceParts } from '../sparse/laplace-parts.js'
import { noDraws, structuredEffects } from '../sparse/structured-effects.js'

/** Any structure: Laplace's approximation over the sparse Cholesky factor of all random effects. */
export const sparseEngine: Engine = {
  name: 'sparse',
  bind: (stated) => {
    const { layout } = stated
    const parts = laplaceParts(stated)
    const density = laplaceDensity(layout.dimension, parts.approximation, structuredEffects(parts, noDraws))
    return {
      rules: ruleSet(stated, { mostNodes: 1, factored: false }),
      factor: null,
      marginal: () => density,
      roughInformation: parts.approximation.fixedInformation,
      normal: normalAt(stated, parts),
    }
  },
}
