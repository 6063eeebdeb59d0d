import type { Engine } from '../engine/engine.js'
import { isPlain } from '../frame/row-kernel.js'
import { noEffects } from '../frame/conditional-effects.js'
import { fixedGradient, fixedPredictor, groupedRows, withOffset } from '../frame/grouped-rows.js'
import { type Evaluate, type MarginalDensity, marginalDensity } from '../frame/log-density.js'
import { scratch } from '../frame/scratch.js'
import { maxNodes, ruleSet } from '../engine/rule-set.js'

/** One predictor without random effects: the marginal likelihood is the likelihood itself, whatever the rule. */
export const fixedOnly: Engine = {
  name: 'fixed-only',
  bind: (stated) => {
    const { model, family, layout } = stated
    if (!isPlain(model) || family.kernel === undefined || layout.terms.length > 0) return null
    const rows = groupedRows(stated, null)
    const work = scratch(rows.n, rows.space)
    const { p, n } = rows
    const evaluate: Evaluate = (x, gradient, byLevel, offsets = null) => {
      fixedPredictor(withOffset(rows, offsets), x, work.eta)
      rows.kernel.score(work.eta, 0, n, work.logDensity, work.d1)
      if (gradient) fixedGradient(rows, work.d1, gradient)
      let total = 0
      for (let i = 0; i < n; i++) total += work.logDensity[i]
      if (byLevel) byLevel[0] = total
      return Number.isFinite(total) ? total : Number.NEGATIVE_INFINITY
    }
    const density: MarginalDensity = marginalDensity({
      dimension: p,
      levels: 1,
      evaluate,
      effectsAt: (x) =>
        density.value(x) === Number.NEGATIVE_INFINITY ? null : { ...noEffects, eta: [work.eta.slice()] },
    })
    return {
      rules: ruleSet(stated, { mostNodes: maxNodes, factored: false }),
      factor: null,
      marginal: () => density,
      roughInformation: () => null,
      normal: () => null,
    }
  },
}
