import type { Likelihood } from '../../likelihood/likelihood.js'
import type { ParameterLayout } from '../../likelihood/frame/parameter-layout.js'
import { adequateShift, isExact, largestStep } from '../climb/certificate-limit.js'
import { densityOf, type Estimate } from '../results/estimate.js'
import type { Certificate } from '../record/fit-record.js'

/** Step of the difference quotients, in standard errors: wide enough for a correction known to six digits. */
const relativeStep = 0.05

/**
 * The integration error of a Laplace fit of any structure, from the second-order term of the expansion of its
 * log-likelihood (Shun and McCullagh 1995): that term, its gradient by differences, and the step that Newton's method
 * would take along it. Costs as many evaluations of Laplace's approximation as there are parameters.
 */
export function secondOrderCertificate(likelihood: Likelihood, fitted: Estimate): Certificate | null {
  if (fitted.rule.by !== 'laplace' || !fitted.covariance) return null
  const { model, layout } = likelihood
  const density = densityOf(likelihood, fitted).near(fitted.parameters)
  const correction = (x: Float64Array, byRow?: Float64Array): number =>
    density.effectsAt(x)?.secondOrder(byRow) ?? Number.NaN
  const byRow = new Float64Array(model.nobs)
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
  const [worst] = levelErrors(layout, byRow)
  return {
    method: 'second-order',
    nodes: null,
    rule: null,
    logLikError: -here,
    maxShiftInSe,
    worstCluster: { group: worst.group, level: worst.level, error: worst.logLikError },
    verdict: maxShiftInSe <= adequateShift ? 'adequate' : 'inadequate',
  }
}

/** What the rows of each level of each factor add to the error of Laplace's log-likelihood, the largest first. */
export function secondOrderLevels(likelihood: Likelihood, x: Float64Array): LevelError[] {
  if (isExact(likelihood)) return []
  const byRow = new Float64Array(likelihood.model.nobs)
  const correction = likelihood.effectsAt(x)?.secondOrder(byRow) ?? Number.NaN
  return Number.isNaN(correction) ? [] : levelErrors(likelihood.layout, byRow)
}

interface LevelError {
  readonly group: string
  readonly level: string
  readonly logLikError: number
}

function levelErrors({ terms }: ParameterLayout, byRow: Float64Array): LevelError[] {
  const seen = new Map<string, LevelError>()
  for (const { term } of terms) {
    const errors = new Float64Array(term.levels.length)
    for (let i = 0; i < byRow.length; i++) errors[term.index[i]] -= byRow[i]
    // Several terms of one factor share its levels.
    errors.forEach((logLikError, g) => {
      seen.set(`${term.group} ${term.levels[g]}`, { group: term.group, level: term.levels[g], logLikError })
    })
  }
  return [...seen.values()].sort((a, b) => Math.abs(b.logLikError) - Math.abs(a.logLikError))
}
