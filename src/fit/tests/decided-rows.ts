import { isDiscrete } from '../../families/tail-of.js'
import { rowModel } from '../../likelihood/frame/row-model.js'
import type { Stated } from '../../likelihood/frame/stated.js'

/** Log probability of the observed response from which on a row has no other. */
const certain = -1e-9

/**
 * Whether a row can have no response but its own at the fixed effects of outer parameters x: those of a cell whose mean runs to its end.
 * Whatever the rest of the model, such a row is as expected; counted as an observation it would hide the faults of the others.
 */
export function decidedRows(stated: Stated, x: Float64Array): (row: number) => boolean {
  const { model, family, layout } = stated
  if (!isDiscrete(family)) return () => false
  const n = model.nobs
  const rows = rowModel(stated)
  model.predictors.forEach(({ fixed, offset }, k) => {
    const eta = rows.eta[k]
    if (offset) eta.set(offset)
    fixed.names.forEach((_, j) => {
      const beta = x[layout.parameterOf[k][j]]
      for (let i = 0; i < n; i++) eta[i] += beta * fixed.x[j * n + i]
    })
  })
  rows.evaluate(0, n)
  const { frequency } = model.response
  return (i) => rows.logDensity[i] / (frequency ? frequency[i] : 1) > certain
}
