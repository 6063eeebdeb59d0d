import type { LaidPredictor } from '../../likelihood/frame/parameter-layout.js'
import { isConstant } from '../../data/constant-predictor.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { termText } from '../start/term-text.js'

/** A residual this small beside the response is rounding. */
const rounding = 1e-6

/** A logarithm of a dispersion that is beyond any. */
const outOfProportion = 12

/**
 * Whether a continuous response is reproduced to rounding at the modes: its density then grows without bound as the dispersion
 * shrinks, whatever the number of nodes.
 */
export function reproducesExactly({ stated, effectsAt }: Likelihood, parameters: Float64Array): boolean {
  const { model, family, link, layout } = stated
  if (family.response === 'binomial' || family.response === 'count') return false
  // A look at the modes only where a dispersion is out of all proportion.
  const { location, further } = layout
  if (!location) return false
  const far = ({ fixed: { from, to } }: LaidPredictor): boolean =>
    parameters.subarray(from, to).some((value) => Math.abs(value) > outOfProportion)
  if (!further.some(far)) return false
  const eta = effectsAt(parameters)?.eta[location.k]
  if (!eta) return false
  let residual = 0
  let square = 0
  for (let i = 0; i < model.nobs; i++) {
    const observed = family.observed(model.response, i)
    residual += (observed - link.inverse(eta[i])) ** 2
    square += observed ** 2
  }
  return residual <= rounding * rounding * square
}

/** What is known to keep a climb from its top, in words, with what helps; null where nothing of that kind is seen. */
export function whyNot(likelihood: Likelihood, parameters: Float64Array, nodes: number): string | null {
  const { stated, rules } = likelihood
  const { model, layout } = stated
  const exact = reproducesExactly(likelihood, parameters)
  for (const { name, kind, link, stated: of, fixed } of layout.further) {
    const { random } = of
    if (kind?.precisionPower !== undefined && isConstant(of)) {
      const residual = link.inverse(parameters[fixed.from])
      if (residual < rounding * spread(model.response.y))
        return `the model reproduces the response exactly: ${kind.reports} runs to zero, and the likelihood has no maximum`
    }
    if (exact && kind?.role === 'scale')
      return `the model reproduces the response exactly: ${kind.reports} runs to its end, and the likelihood has no maximum`
    if (random.length > 0 && nodes === 1) {
      const remedy = rules.mostNodes > 1 ? '--nodes 7' : '--importance 4000'
      return `Laplace's approximation has no maximum that could be found with ${termText(random[0])} of ${name}: give ${remedy}, or leave that term out`
    }
  }
  return null
}

function spread(y: Float64Array): number {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length
  return Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length)
}
