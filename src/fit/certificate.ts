import type { Likelihood } from '../likelihood/likelihood.js'
import { adequateShift, isExact, largestStep } from './certificate-limit.js'
import { secondOrderCertificate } from './certificate-second-order.js'
import type { Estimate } from './estimate.js'
import type { Certificate } from './fit-record.js'

/** Nodes to compare with: the more effects a cluster has, the fewer, since points are a power of them. */
const finerRule = (effects: number, nodes: number): number =>
  effects === 1 ? (nodes <= 7 ? 13 : 25) : effects === 2 ? 7 : effects === 3 ? 5 : 4

/**
 * How far the integration error of a fit reaches: the error of the log-likelihood, the cluster with most of it, and the
 * step Newton's method would take without it, in standard errors. From one evaluation with more nodes at the estimates
 * where the model takes them, else from the second-order term of Laplace's expansion. Null where nothing is approximated,
 * and where there are too few nodes left to compare with.
 */
export function certificate(likelihood: Likelihood, fitted: Estimate): Certificate | null {
  if (isExact(likelihood) || !fitted.covariance) return null
  const { model, factored, mostNodes, dimension: d } = likelihood
  const effects = model.predictors.flatMap(({ random }) => random).reduce((sum, { names }) => sum + names.length, 0)
  const finer = finerRule(effects, fitted.nodes)
  if (!factored || (mostNodes < finer && fitted.nodes === 1)) return secondOrderCertificate(likelihood, fitted)
  const nodes = Math.min(finer, mostNodes)
  if (nodes <= fitted.nodes) return null
  const gradient = new Float64Array(d)
  const fine = factored.clusterLogLik(fitted.parameters, nodes, gradient)
  const coarse = factored.clusterLogLik(fitted.parameters, fitted.nodes)
  const maxShiftInSe = largestStep(fitted, gradient)
  let worst = 0
  for (let g = 1; g < fine.length; g++) {
    if (Math.abs(coarse[g] - fine[g]) > Math.abs(coarse[worst] - fine[worst])) worst = g
  }
  const { group, levels } = factored.term
  return {
    method: 'quadrature',
    nodes,
    logLikError: fitted.logLik - fine.reduce((sum, logLik) => sum + logLik, 0),
    maxShiftInSe,
    worstCluster: { group, level: levels[worst], error: coarse[worst] - fine[worst] },
    verdict: maxShiftInSe <= adequateShift ? 'adequate' : 'inadequate',
  }
}
