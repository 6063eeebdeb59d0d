import { familyNamed } from '../families/registry.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import type { Estimate } from './estimate.js'
import type { Certificate } from './fit-record.js'

/**
 * An approximation is adequate if its estimates are nowhere further than this many standard errors from the integrated
 * ones: a 95 % interval shifted by 0.2 of them still covers 94.5 %, one shifted by 0.5 covers 92.1 %.
 */
export const adequateShift = 0.2

/** Nodes to compare with: the more effects a cluster has, the fewer, since points are a power of them. */
const finerRule = (effects: number, nodes: number): number =>
  effects === 1 ? (nodes <= 7 ? 13 : 25) : effects === 2 ? 7 : effects === 3 ? 5 : 4

/**
 * How far the integration error of a fit reaches, from one evaluation with more nodes at its estimates: the error of
 * the log-likelihood, cluster by cluster, and the step Newton's method would take from there, in standard errors. Null
 * where there is no finer rule to compare with.
 */
export function certificate(likelihood: Likelihood, fitted: Estimate): Certificate | null {
  const { model, factored, mostNodes, dimension: d } = likelihood
  const effects = model.predictors.flatMap(({ random }) => random).reduce((sum, { names }) => sum + names.length, 0)
  const nodes = Math.min(finerRule(effects, fitted.nodes), mostNodes)
  const exact = familyNamed(model.family).family.quadratic?.(model.link) ?? false
  if (exact || !factored || nodes <= fitted.nodes || !fitted.covariance) return null
  const gradient = new Float64Array(d)
  const fine = factored.clusterLogLik(fitted.parameters, nodes, gradient)
  const coarse = factored.clusterLogLik(fitted.parameters, fitted.nodes)
  let maxShiftInSe = 0
  for (let i = 0; i < d; i++) {
    if (!(fitted.se[i] > 0)) continue
    let step = 0
    for (let j = 0; j < d; j++) if (fitted.se[j] > 0) step += fitted.covariance[i * d + j] * gradient[j]
    maxShiftInSe = Math.max(maxShiftInSe, Math.abs(step) / fitted.se[i])
  }
  let worst = 0
  for (let g = 1; g < fine.length; g++) {
    if (Math.abs(coarse[g] - fine[g]) > Math.abs(coarse[worst] - fine[worst])) worst = g
  }
  return {
    nodes,
    logLikError: fitted.logLik - fine.reduce((sum, logLik) => sum + logLik, 0),
    maxShiftInSe,
    worstCluster: { level: factored.term.levels[worst], error: coarse[worst] - fine[worst] },
    verdict: maxShiftInSe <= adequateShift ? 'adequate' : 'inadequate',
  }
}
