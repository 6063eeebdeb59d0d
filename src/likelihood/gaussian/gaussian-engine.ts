import type { Covariance } from '../../covariance/covariance.js'
import { flat } from '../../covariance/flat.js'
import { isConstant } from '../../data/constant-predictor.js'
import { gaussian } from '../../families/gaussian.js'
import type { Bound, Engine } from '../engine/engine.js'
import { hasOneFactor } from '../frame/level-structure.js'
import { ofLocation } from '../frame/parameter-layout.js'
import type { Stated } from '../frame/stated.js'
import { gaussianDensity } from './gaussian-density.js'
import { gaussianNormal } from './gaussian-normal.js'
import { relativeDensity } from './relative-density.js'

/**
 * Gaussian models with identity link, one residual variance over known weights and random effects of the mean: cross products of
 * levels, fixed effects and sigma profiled out (Bates, Maechler, Bolker and Walker 2015). All rules have the same integral, which is exact. What
 * goes level by level, or by a rule's nodes, is for the engines `behind`, which are bound when it is asked for.
 */
export const gaussianEngine = (behind: readonly Engine[]): Engine => ({
  name: 'gaussian',
  bind: (stated) => {
    if (!suits(stated)) return null
    const relative = relativeDensity(stated)
    if (!relative) return null
    let found: Bound | null = null
    const other = (): Bound => {
      for (const engine of behind) found ??= engine.bind(stated)
      return found!
    }
    const { layout } = stated
    return {
      rules: {
        get groups() {
          return other().rules.groups
        },
        get mostNodes() {
          return other().rules.mostNodes
        },
        supports: (rule) => (rule.by === 'laplace' ? null : other().rules.supports(rule)),
        comparison: (rule) => other().rules.comparison(rule),
      },
      get factor() {
        return hasOneFactor(layout) ? layout.terms[0].term : other().factor
      },
      marginal: (rule) => gaussianDensity(relative, stated, () => other().marginal(rule)),
      // Its climb profiles the fixed effects out.
      roughInformation: () => null,
      normal: (x) => gaussianNormal(relative, stated, x),
    }
  },
})

/** Columns with coefficients of their own, a constant residual of the gaussian family, and effects of the mean alone. */
function suits({ model, family, link, layout }: Stated): boolean {
  const [mean, dispersion] = model.predictors
  return (
    family === gaussian &&
    link.name === 'identity' &&
    !model.map &&
    isConstant(dispersion) &&
    layout.fixed === mean.fixed.names.length + 1 &&
    layout.terms.some(({ covariance }) => covariance !== flat) &&
    layout.terms.every(
      (laid) => ofLocation(layout, laid) && (laid.term.names.length === 1 || byCrossProducts(laid.covariance)),
    )
  )
}

/** A Lambda that the residual's standard deviation can be taken out of, without a precision of its own; or none to scale. */
const byCrossProducts = (covariance: Covariance): boolean =>
  covariance === flat || (covariance.proportional === true && covariance.chain === undefined)
