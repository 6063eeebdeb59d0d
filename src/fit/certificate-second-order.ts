import { laplaceParts } from '../likelihood/laplace-parts.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { secondOrder } from '../likelihood/second-order.js'
import { adequateShift, largestStep } from './certificate-limit.js'
import type { Estimate } from './estimate.js'
import type { Certificate } from './fit-record.js'

/** Step of the difference quotients, in standard errors: wide enough for a correction known to six digits. */
const relativeStep = 0.05

/**
 * The integration error of a Laplace fit of any structure, from the second-order term of the expansion of its
 * log-likelihood (Shun and McCullagh 1995): that term, its gradient by differences, and the step that Newton's method
 * would take along it. Costs as many evaluations of Laplace's approximation as there are parameters.
 */
export function secondOrderCertificate({ model }: Likelihood, fitted: Estimate): Certificate | null {
  if (fitted.nodes !== 1 || !fitted.covariance) return null
  const parts = laplaceParts(model)
  const { layout } = parts
  const { correction } = secondOrder(parts)
  const byRow = new Float64Array(model.nobs)
  parts.approximation.anchor(fitted.parameters)
  const here = correction(fitted.parameters, byRow)
  const at = fitted.parameters.slice()
  const gradient = fitted.parameters.map((value, j) => {
    if (!(fitted.se[j] > 0)) return 0
    const step = relativeStep * fitted.se[j]
    at[j] = value + step
    const there = correction(at)
    at[j] = value
    return (there - here) / step
  })
  const maxShiftInSe = largestStep(fitted, gradient)
  if (!Number.isFinite(here) || !Number.isFinite(maxShiftInSe)) return null
  let worst = { group: '', level: '', error: 0 }
  for (const { term } of layout.terms) {
    const errors = new Float64Array(term.levels.length)
    for (let i = 0; i < model.nobs; i++) errors[term.index[i]] -= byRow[i]
    errors.forEach((error, g) => {
      if (Math.abs(error) > Math.abs(worst.error)) worst = { group: term.group, level: term.levels[g], error }
    })
  }
  return {
    method: 'second-order',
    nodes: null,
    logLikError: -here,
    maxShiftInSe,
    worstCluster: worst,
    verdict: maxShiftInSe <= adequateShift ? 'adequate' : 'inadequate',
  }
}
