import { meanOf } from '../../data/roles.js'
import { nodesOf, type Rule } from '../../likelihood/frame/integration-rule.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { type LaidTerm, ofLocation, type ParameterLayout } from '../../likelihood/frame/parameter-layout.js'
import type { Estimate } from '../results/estimate.js'
import type { Runaway } from '../results/runaway.js'
import type { RunawayVariance } from './runaway-variance.js'
import { termText } from '../start/term-text.js'

/** The standard deviation that stands for an infinite one: of a million simulated levels about one is mixed. */
export const standsForInfinity = 1e6

/** Name of a standard deviation: sd(group), or sd(group, column). */
export const deviationName = (layout: ParameterLayout, laid: LaidTerm, column: number): string => {
  const { group, names } = laid.term
  return names.length === 1 && names[0] === '(Intercept)' && ofLocation(layout, laid)
    ? `sd(${group})`
    : `sd(${group}, ${names[column]})`
}

/**
 * The estimate where a standard deviation has no finite maximum: the log-likelihood is the limit, which is the same
 * for every number of nodes; the standard deviation stands at a million and the fixed effects at their ratios times it. All
 * parameters run, or are left open: a level is then the sign of one number, of which no scale is known.
 */
export function limitEstimate({ model, layout }: Likelihood, found: RunawayVariance, rule: Rule): Estimate {
  const { laid, limit } = found
  const d = layout.dimension
  const parameters = new Float64Array(d)
  parameters.set(limit.ratios.map((ratio) => ratio * standsForInfinity))
  parameters[laid.start] = standsForInfinity
  const runs = model.predictors.flatMap(({ name, fixed }, k) =>
    fixed.names.map((column, j): Runaway => {
      const at = layout.fixedStart[k] + j
      return { at, predictor: name, name: column, to: directionOf(parameters[at]) }
    }),
  )
  const mean = meanOf(model)
  return {
    rule,
    nodes: nodesOf(rule),
    parameters,
    logLik: limit.logLik,
    covariance: new Float64Array(d * d).fill(Number.NaN),
    se: new Float64Array(d).fill(Number.NaN),
    gradientNorm: 0,
    converged: true,
    reason: endOfRunaway(laid),
    singular: false,
    zeroed: [],
    limits: [],
    runs: [...runs, { at: laid.start, predictor: mean.name, name: deviationName(layout, laid, 0), to: 'Inf' }],
    reported: [{ code: 'SEPARATION', message: saysOf(found, mean.fixed.names) }],
    unbounded: true,
    iterations: 0,
    evaluations: 0,
    near: null,
  }
}

export const directionOf = (value: number): Runaway['to'] => (value > 0 ? 'Inf' : value < 0 ? '-Inf' : null)

export const endOfRunaway = ({ term }: LaidTerm): string =>
  `the likelihood rises towards an infinite standard deviation of ${termText(term)}`

/** What a reader should know of it, and do. */
function saysOf(
  { laid: { term }, separated: { unanimous, levels }, limit: { ratios } }: RunawayVariance,
  names: readonly string[],
): string {
  const known = names.map((name, j) => `${name} ${Number(ratios[j].toPrecision(3))}`)
  const ratio =
    known.length > 0 ? `; only the ratios of the fixed effects to it are determined (${known.join(', ')})` : ''
  const what = unanimous
    ? `each of the ${levels} levels of ${term.group} is unanimous`
    : `in each of the ${levels} levels of ${term.group} the fixed effects part the responses without error`
  return (
    `${what}, so that the standard deviation of ${termText(term)} has no finite maximum and runs to infinity${ratio}; ` +
    `give it a prior (glmm sample)${unanimous ? `, or analyse one row a level of ${term.group} without the term` : ''}`
  )
}
