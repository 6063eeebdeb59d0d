import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { withoutEffects } from '../../src/likelihood/frame/coordinates.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { marginalPosterior, outerPrior } from '../../src/likelihood/posterior.js'
import { stream } from '../../src/random/stream.js'
import { findTransport, type Transport } from './find-transport.js'
import type { Rule } from '../../src/likelihood/frame/integration-rule.js'
import { outerFactor } from './outer-factor.js'
import type { OuterMode } from './outer-mode.js'
import { whitenedDensity, whitening } from './whitening.js'

/** The transported normal distribution nearest to the posterior of the outer coordinates around a place. */
export function transportAt(
  {
    likelihood,
    priors,
    rows,
  }: { readonly likelihood: Likelihood; readonly priors: PriorsInForce; readonly rows: boolean },
  place: OuterMode & { readonly rule: Rule },
  seed: number,
): Transport {
  const density = rows ? marginalPosterior(likelihood, priors, place.rule) : outerPrior(likelihood, priors)
  const change = whitening(withoutEffects(likelihood.coordinates), place.x, outerFactor(likelihood, place))
  return findTransport(whitenedDensity(density, change), stream({ seed, purpose: 'proposal' }))
}
