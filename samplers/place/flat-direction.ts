import type { Model } from '../../src/data/model.js'
import type { Warning } from '../../src/errors.js'
import { glmOf } from '../../src/fit/start/glm.js'
import { limitModel } from '../../src/fit/runaway/limit-model.js'
import { meanWarning } from '../../src/fit/runaway/separation-warning.js'
import { state } from '../../src/likelihood/frame/stated.js'
import { priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'

/**
 * The warning that a posterior has no integral: data that are separated by coefficients of which one at least has a flat
 * prior. Chains walk away along them for as long as they run. Null where that is not so.
 */
export function flatDirection(model: Model, statements: readonly string[], priorOnly: boolean): Warning | null {
  if (priorOnly) return null
  const stated = state(model)
  const flat = priorsInForce(stated, statements).improper.filter((text) => /^(b|Intercept)\b/.test(text))
  if (flat.length === 0) return null
  const limit = limitModel(stated, glmOf(stated))
  const found = limit && meanWarning(limit)
  if (!found) return null
  const message =
    `the posterior has no finite integral, and its draws go to infinity: ${found.message}; here the prior is ` +
    `${flat.join(', ')}, and a proper one is b ~ normal(0, 2.5)`
  return { code: 'FLAT_POSTERIOR', message }
}
