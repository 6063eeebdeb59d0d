import { randomTerms } from '../record/fixed-part.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { adequateShift, isExact, largestStep } from '../climb/certificate-limit.js'
import { secondOrderCertificate } from './certificate-second-order.js'
import { densityOf, type Estimate } from '../results/estimate.js'
import type { Certificate } from '../record/fit-record.js'

/** What is known of the integration error, or why nothing is. */
export type Certified =
  | { readonly certificate: Certificate; readonly uncertified: null }
  | { readonly certificate: null; readonly uncertified: string }

const none = (uncertified: string): Certified => ({ certificate: null, uncertified })

/**
 * A rule of so many nodes is meant to be exact. Where the log-likelihood still moves by so much it is not, and Newton's step from a
 * likelihood that has not settled may miss how far its top is.
 */
const manyNodes = 25
const settledLogLik = 0.2

/** Why a fit without random effects has no certificate. */
export const nothingIntegrated = 'there are no random effects to integrate over'

/**
 * How far the integration error of a fit reaches: the error of the log-likelihood, the cluster with most of it, and the
 * step Newton's method would take without it, in standard errors. From one evaluation with another rule at the estimates
 * where the model takes nodes (see RuleSet.comparison), else from the second-order term of Laplace's expansion.
 */
export function certificate(likelihood: Likelihood, fitted: Estimate): Certified {
  if (randomTerms(likelihood.layout.terms).length === 0) return none(nothingIntegrated)
  if (isExact(likelihood)) return none('the integral is exact: there is nothing to compare with')
  if (!fitted.covariance) return none('the fit has no standard errors, in which a shift would be measured')
  const { dimension: d } = likelihood
  const compared = likelihood.rules.comparison(fitted.rule)
  if (!compared || (fitted.nodes === 1 && compared.short)) {
    const expanded = secondOrderCertificate(likelihood, fitted)
    return expanded
      ? { certificate: expanded, uncertified: null }
      : none('the expansion to second order has no value here')
  }
  const { nodes } = compared
  const gradient = new Float64Array(d)
  const other = likelihood.marginal(compared.rule).byLevel(fitted.parameters, gradient)
  const own = densityOf(likelihood, fitted).byLevel(fitted.parameters)
  if (!other || !own) return noValue(nodes)
  const maxShiftInSe = largestStep(fitted, gradient)
  let worst = 0
  for (let g = 1; g < other.length; g++) {
    if (Math.abs(own[g] - other[g]) > Math.abs(own[worst] - other[worst])) worst = g
  }
  const logLikError = fitted.logLik - other.reduce((sum, logLik) => sum + logLik, 0)
  if (!Number.isFinite(logLikError) || !Number.isFinite(maxShiftInSe)) return noValue(nodes)
  const settled = fitted.nodes < manyNodes || Math.abs(logLikError) <= settledLogLik
  const { group, levels } = likelihood.factor!
  return {
    certificate: {
      method: 'quadrature',
      nodes,
      rule: compared.than,
      logLikError,
      maxShiftInSe,
      worstCluster: { group, level: levels[worst], error: own[worst] - other[worst] },
      verdict: maxShiftInSe <= adequateShift && settled ? 'adequate' : 'inadequate',
    },
    uncertified: null,
  }
}

const noValue = (nodes: number | readonly number[]): Certified =>
  none(`the likelihood with ${reported(nodes)} nodes has no value at the estimates`)

/** The certificate of a fit that may have been sampled, or have no maximum; `runs` are the full model's parameters without one. */
export function certifiedOf(
  likelihood: Likelihood,
  fitted: Estimate,
  importance: object | null,
  { runs, limits }: Pick<Estimate, 'runs' | 'limits'> = fitted,
): Certified {
  if (importance) return none('the integral is sampled: its Monte Carlo errors are reported in its place')
  if (fitted.unbounded) return none('a standard deviation has no finite maximum, with any number of nodes')
  const found = certificate(likelihood, fitted)
  // A family that has become a simpler one leaves nothing open.
  if (runs.every(({ at }) => limits.includes(at)) || found.certificate?.verdict !== 'adequate') return found
  return { certificate: { ...found.certificate, verdict: 'undetermined' }, uncertified: null }
}

/** Numbers of nodes as the command takes them. */
export const reported = (nodes: number | readonly number[]): string =>
  typeof nodes === 'number' ? String(nodes) : nodes.join(',')
