import type { Model } from '../../src/data/model.js'
import { GlmmError } from '../../src/errors.js'
import { laplaceRule } from '../../src/likelihood/frame/integration-rule.js'
import { jointPosterior } from '../../src/likelihood/posterior.js'
import { samplerNamed } from '../kernels/registry.js'
import { effectsAround, priorEffects } from '../place/effects-around.js'
import { factorOf, outerFactor } from '../place/outer-factor.js'
import { type OuterLook, outerLook } from '../place/outer-look.js'
import { priorMode } from '../place/outer-mode.js'
import { transportAt } from '../place/outer-transport.js'
import type { ChainPlan } from './chain-plan.js'

/** Settings of a run, resolved. */
export type ChainSettings = Omit<
  ChainPlan,
  'model' | 'rule' | 'mapTerms' | 'converged' | 'centring' | 'center' | 'factor'
>

/**
 * Looks at the posterior before any chain walks it: the mode of the marginal posterior (Laplace), the conditional
 * modes there, how far each random effect should be centred, and the covariance around that point.
 */
export function planChains(
  model: Model,
  settings: ChainSettings,
  look: OuterLook = outerLook(model, settings.priors),
): ChainPlan {
  const { likelihood: like, priors } = look
  const sampler = samplerNamed(settings.sampler)
  if (settings.priorOnly && priors.improper.length > 0) {
    const message = `expected proper priors to sample from, got ${priors.improper.join(', ')}`
    throw new GlmmError('PRIOR', message, 'give each parameter a prior that has an integral')
  }
  const outer = settings.priorOnly ? priorMode(like, priors) : look.laplace()
  const { center, scale, centring } = settings.priorOnly ? priorEffects(like, outer) : effectsAround(like, outer)
  const context = {
    likelihood: like,
    priors,
    centring,
    rows: !settings.priorOnly,
    rule: laplaceRule,
    mapTerms: null,
    maxDepth: settings.maxDepth,
  }
  const refusal = sampler.refusal(context)
  if (refusal) {
    const got = `${model.formula} (${model.family}, ${model.link})`
    throw new GlmmError(
      'USAGE',
      `expected ${refusal.expected} for the sampler ${sampler.name}, got ${got}`,
      refusal.hint,
    )
  }
  if (sampler.walks === 'outer') {
    const exact = settings.priorOnly ? { ...outer, rule: laplaceRule, converged: true } : look.exact()
    const { rule, converged, x } = exact
    const factor = outerFactor(like, exact)
    const mapTerms = sampler.transported ? transportAt(context, exact, settings.seed).mapTerms : null
    return { ...settings, model, rule, mapTerms, converged, centring, center: x, factor }
  }
  const joint = jointPosterior(like, priors, centring, context.rows)
  const factor = factorOf(like.coordinates, joint, outer, center, scale)
  return { ...settings, model, rule: laplaceRule, mapTerms: null, converged: true, centring, center, factor }
}
