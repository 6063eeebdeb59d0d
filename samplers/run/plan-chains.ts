import type { Model } from '../../src/data/model.js'
import { GlmmError } from '../../src/errors.js'
import { glmOf } from '../../src/fit/climb/estimate.js'
import { startFrom } from '../../src/fit/climb/start.js'
import { type Coordinates, withoutEffects } from '../../src/likelihood/frame/coordinates.js'
import { coupling } from '../../src/likelihood/joint/coupling.js'
import { effectsMap } from '../../src/likelihood/coordinates/effects-map.js'
import { type Likelihood, likelihood } from '../../src/likelihood/likelihood.js'
import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import { jointPosterior, marginalPosterior, outerPosterior, outerPrior } from '../../src/likelihood/posterior.js'
import { type PriorsInForce, priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { cholesky, choleskyInverse } from '../../src/numerics/cholesky.js'
import { negativeHessian } from '../../src/numerics/hessian.js'
import { maximise } from '../../src/numerics/maximise.js'
import { stream } from '../../src/random/stream.js'
import type { ChainPlan } from './chain-plan.js'
import { findTransport, type Transport } from '../place/find-transport.js'
import { marginalNodes } from '../place/marginal-nodes.js'
import { cheapestRule, integralBy, type MarginalRule } from '../place/marginal-rule.js'
import { precisionFactor } from '../place/precision-factor.js'
import { samplerNamed } from '../kernels/registry.js'
import type { ChainContext } from '../kernels/sampler.js'
import { whitenedDensity, whitening } from '../place/whitening.js'

const laplaceRule: MarginalRule = { nodes: 1, step: null }

/** Settings of a run, resolved. */
export type ChainSettings = Omit<ChainPlan, 'model' | 'rule' | 'bend' | 'settled' | 'centring' | 'center' | 'factor'>

/** The mode of an outer density, and a covariance around it. */
export interface OuterMode {
  readonly x: Float64Array
  readonly covariance: Float64Array
}

/**
 * Looks at the posterior before any chain walks it: the mode of the marginal posterior (Laplace), the conditional
 * modes there, how far each random effect should be centred, and the covariance around that point.
 */
export function planChains(model: Model, settings: ChainSettings): ChainPlan {
  const like = likelihood(model)
  const priors = priorsInForce(model, settings.priors)
  const sampler = samplerNamed(settings.sampler)
  if (settings.priorOnly && priors.improper.length > 0) {
    const message = `expected proper priors to sample from, got ${priors.improper.join(', ')}`
    throw new GlmmError('PRIOR', message, 'give each parameter a prior that has an integral')
  }
  const outer = settings.priorOnly ? priorMode(like, priors) : marginalMode(like, priors)
  const { center, scale, centring } = settings.priorOnly ? priorEffects(like, outer) : effectsAround(like, outer)
  const context = {
    likelihood: like,
    priors,
    centring,
    rows: !settings.priorOnly,
    rule: laplaceRule,
    bend: null,
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
    const exact = settings.priorOnly ? { ...outer, rule: laplaceRule, settled: true } : exactPlace(like, priors, outer)
    const { rule, settled, x } = exact
    const factor = outerFactor(like, exact)
    const bend = sampler.transported ? transportAt(context, exact, settings.seed).bend : null
    return { ...settings, model, rule, bend, settled, centring, center: x, factor }
  }
  const joint = jointPosterior(like, priors, centring, context.rows)
  const factor = factorOf(like.coordinates, joint, outer, center, scale)
  return { ...settings, model, rule: laplaceRule, bend: null, settled: true, centring, center, factor }
}

/** The transported normal distribution nearest to the posterior of the outer coordinates around a place. */
export function transportAt(
  { likelihood, priors, rows }: Pick<ChainContext, 'likelihood' | 'priors' | 'rows'>,
  place: OuterMode & { readonly rule: MarginalRule },
  seed: number,
): Transport {
  const density = rows
    ? outerPosterior(likelihood, priors, integralBy(likelihood, place.rule))
    : outerPrior(likelihood, priors)
  const change = whitening(withoutEffects(likelihood.coordinates), place.x, outerFactor(likelihood, place))
  return findTransport(whitenedDensity(density, change), stream({ seed, purpose: 'proposal' }))
}

/** factorOf for the outer coordinates alone. */
function outerFactor({ coordinates }: Likelihood, { x, covariance }: OuterMode): Float64Array {
  return factorOf(withoutEffects(coordinates), null, { x, covariance }, x, scalesOf(covariance, x.length))
}

const scalesOf = (covariance: Float64Array, d: number): Float64Array =>
  Float64Array.from({ length: d }, (_, j) => Math.sqrt(Math.max(covariance[j * (d + 1)], 1e-12)))

/** The precision's factor, or, where the Hessian is of no use, that of independent coordinates of the given scales. */
function factorOf(
  at: Coordinates,
  joint: LogDensity | null,
  { covariance }: OuterMode,
  center: Float64Array,
  scale: Float64Array,
): Float64Array {
  const pattern = coupling(at)
  const factor = precisionFactor(at, pattern, joint, center, scale, covariance)
  if (factor) return factor
  const diagonal = new Float64Array(pattern.symbolic.size)
  pattern.coordinateOf.forEach((j, element) => {
    diagonal[pattern.symbolic.diagonal[element]] = 1 / scale[j]
  })
  return diagonal
}

/** Mode of the marginal posterior of the outer coordinates by Laplace's approximation. */
export function marginalMode(like: Likelihood, priors: PriorsInForce): OuterMode {
  const { coordinates, dimension: d } = like
  const first = startFrom(like, glmOf(like.stated))
  const start = coordinates.fromParameters(first.parameters)
  // Logarithms of standard deviations, and the free coordinates of correlations, are known to a few tenths.
  const scale = new Float64Array(d * d)
  const fixed = coordinates.fixed
  for (let i = 0; i < fixed; i++) for (let j = 0; j < fixed; j++) scale[i * d + j] = first.scale[i * d + j]
  for (let j = fixed; j < d; j++) scale[j * (d + 1)] = 0.1
  return modeOf(marginalPosterior(like, priors, 1), start, scale)
}

/** The mode of the marginal posterior with as many nodes as it takes, from Laplace's. */
function exactMode(
  like: Likelihood,
  priors: PriorsInForce,
  laplace: OuterMode,
  tolerance?: number,
): OuterMode & { readonly nodes: number; readonly settled: boolean } {
  let at = laplace
  let chosen = marginalNodes(like, priors, at.x, at.covariance, tolerance)
  // Laplace's mode may lie where fewer nodes do than at the mode they lead to.
  for (let round = 0; round < 3; round++) {
    at = modeOf(marginalPosterior(like, priors, chosen.nodes), at.x, at.covariance)
    const again = marginalNodes(like, priors, at.x, at.covariance, tolerance)
    const enough = again.nodes <= chosen.nodes
    if (!enough || again.settled) chosen = { nodes: Math.max(again.nodes, chosen.nodes), settled: again.settled }
    if (enough) break
  }
  return { ...at, ...chosen }
}

/** The same, with the cheapest rule that is as exact. */
export function exactPlace(
  like: Likelihood,
  priors: PriorsInForce,
  laplace: OuterMode,
  tolerance?: number,
): OuterMode & { readonly rule: MarginalRule; readonly settled: boolean } {
  const { x, covariance, nodes, settled } = exactMode(like, priors, laplace, tolerance)
  return { x, covariance, settled, rule: cheapestRule(like, priors, x, covariance, nodes, tolerance) }
}

function priorMode(like: Likelihood, priors: PriorsInForce): OuterMode {
  const d = like.dimension
  const scale = new Float64Array(d * d)
  for (let j = 0; j < d; j++) scale[j * (d + 1)] = 1
  return modeOf(outerPrior(like, priors), new Float64Array(d), scale)
}

function modeOf(density: LogDensity, start: Float64Array, scale: Float64Array): OuterMode {
  const d = start.length
  const top = maximise(density.evaluate, start, scale, { tolerance: 1e-4, maxIterations: 200 })
  const found = top.value > Number.NEGATIVE_INFINITY && top.x.every(Number.isFinite)
  const x = found ? top.x : start
  const guess = found ? top.inverseHessian : scale
  const unit = Float64Array.from({ length: d }, (_, j) => Math.sqrt(Math.max(guess[j * (d + 1)], 1e-12)))
  return { x, covariance: laplaceCovariance(density, x, unit) ?? guess }
}

interface Around {
  readonly center: Float64Array
  /** Standard deviations of all coordinates, roughly. */
  readonly scale: Float64Array
  readonly centring: Float64Array
}

/** The conditional modes at the outer mode, and centring by the share of an effect's precision that its rows bring. */
function effectsAround(like: Likelihood, { x, covariance }: OuterMode): Around {
  const { coordinates, dimension: outer } = like
  const natural = new Float64Array(outer)
  coordinates.toParameters(x, natural)
  const modes = like.modes(natural).terms
  const b = new Float64Array(coordinates.effects)
  const sd = new Float64Array(coordinates.effects)
  const centring = new Float64Array(coordinates.effects)
  coordinates.terms.forEach(({ start, q, deviationOf, effects }, t) => {
    b.set(modes[t].mode, effects)
    sd.set(modes[t].sd, effects)
    for (let i = 0; i < modes[t].sd.length; i++) {
      const prior = Math.exp(x[start + deviationOf[i % q]])
      centring[effects + i] = Math.min(1, Math.max(0, 1 - (modes[t].sd[i] / prior) ** 2))
    }
  })
  const { center, scale } = extended(like, x, covariance)
  const map = effectsMap(coordinates, centring)
  map.invert(center, b)
  map.write(center)
  const units = map.units()
  for (let i = 0; i < sd.length; i++) scale[outer + i] = Math.max(sd[i], 1e-8) / units[i]
  return { center, scale, centring }
}

/** Under the prior alone the spherical effects are independent of everything. */
function priorEffects(like: Likelihood, { x, covariance }: OuterMode): Around {
  const { center, scale } = extended(like, x, covariance)
  return { center, scale: scale.fill(1, like.dimension), centring: new Float64Array(like.coordinates.effects) }
}

function extended(like: Likelihood, x: Float64Array, covariance: Float64Array): Pick<Around, 'center' | 'scale'> {
  const { coordinates, dimension: outer } = like
  const center = new Float64Array(outer + coordinates.effects)
  const scale = new Float64Array(center.length)
  center.set(x)
  scale.set(scalesOf(covariance, outer))
  return { center, scale }
}

/** Inverse of minus the Hessian of a log density at `center`; null where that is not positive definite. */
function laplaceCovariance(density: LogDensity, center: Float64Array, scale: Float64Array): Float64Array | null {
  const d = center.length
  const information = negativeHessian(density.evaluate, center, scale)
  return cholesky(information, d) ? choleskyInverse(information, d) : null
}
