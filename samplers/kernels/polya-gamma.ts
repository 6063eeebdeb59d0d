import { meanOf } from '../../src/data/roles.js'
import type { Model } from '../../src/data/model.js'
import { effectsMap } from '../../src/likelihood/coordinates/effects-map.js'
import { isPlain } from '../../src/likelihood/frame/row-kernel.js'
import { jointPosterior, outerPrior, type Posterior } from '../../src/likelihood/posterior.js'
import { polyaGamma } from '../../src/random/polya-gamma.js'
import type { Rng } from '../../src/random/stream.js'
import { type Kernel, stateAt, withoutTrajectory } from './kernel.js'
import { conditionalNormal } from './polya-gamma-normal.js'
import { logitRows, writeLinearPredictor } from './polya-gamma-rows.js'
import type { ChainContext, Sampler } from './sampler.js'
import { sliceMove } from './slice-move.js'

/**
 * Gibbs sampling of binomial logit models (Polson, Scott and Windle 2013), without tuning: rows' Polya-Gamma variates given
 * the linear predictor; given these each standard deviation, correlation and coefficient without a normal prior by slice
 * sampling, all effects and the other coefficients integrated out; then those together, from one multivariate normal.
 * Two short moves without the variates, of a coefficient and of the scale of eta, help where probabilities are near 0 or
 * 1: there the variates keep eta where it is. No gradient is used: nothing is shared with NUTS but the statement of the
 * model.
 */
export const polyaGammaGibbs: Sampler = {
  name: 'polya-gamma',
  walks: 'all',
  ownModel: true,
  targetAccept: null,
  maxDepth: null,
  refusal: ({ likelihood }) => refusalOf(likelihood.model),
  posterior: ({ likelihood, priors, centring, rows }) => jointPosterior(likelihood, priors, centring, rows),
  kernel,
}

function refusalOf(model: Model): ReturnType<Sampler['refusal']> {
  const { family, link, response } = model
  if (family !== 'binomial' || link !== 'logit' || !isPlain(model)) {
    return { expected: 'a binomial model with logit link and no further predictor', hint: 'take the sampler nuts' }
  }
  if (!(response.trials ?? []).every(Number.isInteger)) {
    return { expected: 'whole numbers of trials', hint: 'take the sampler nuts' }
  }
  return null
}

function kernel(posterior: Posterior, { likelihood, priors, centring, rows }: ChainContext): Kernel {
  const { model, coordinates } = likelihood
  const { terms, fixed: p } = coordinates
  const d = posterior.dimension
  const map = effectsMap(coordinates, centring)
  const prior = outerPrior(likelihood, priors)
  const normal = conditionalNormal(likelihood.stated, priors)
  const data = logitRows(model)
  const w = new Float64Array(model.nobs)
  const eta = new Float64Array(model.nobs)
  const k = new Float64Array(model.nobs)
  if (rows) for (let i = 0; i < k.length; i++) k[i] = data.y[i] - data.trials[i] / 2
  const unused = new Float64Array(d)
  const x = new Float64Array(d)
  const design = meanOf(model).fixed
  const direction = new Float64Array(model.nobs)
  // Four standard deviations where probabilities are about 0.15.
  const coefficientWidth = Array.from({ length: p }, (_, j) => {
    let sum = 1e-6
    for (let i = 0; i < model.nobs; i++) sum += (data.trials[i] * design.x[j * model.nobs + i] ** 2) / 8
    return 4 / Math.sqrt(sum)
  })
  const moved = new Float64Array(d)
  /** Slice-sampled outer coordinates and the widths of their first intervals. */
  const walked = [
    ...normal.others.map((j) => ({ at: j, width: () => 4 / Math.sqrt(1e-6 + normal.curvature(j)) })),
    ...terms.flatMap(({ laid, start, deviations, correlations }) => {
      const width = widthOf(laid.term.levels.length)
      return Array.from({ length: deviations + correlations }, (_, e) => ({ at: start + e, width: () => width }))
    }),
  ]

  const scaleWidth = widthOf(terms.reduce((sum, { laid, q }) => sum + q * laid.term.levels.length, p))

  const collapsed = (): number => {
    const logPrior = prior.evaluate(x, unused)
    return logPrior === Number.NEGATIVE_INFINITY ? logPrior : logPrior + normal.logMarginal(x)
  }

  function moveOuter(rng: Rng): void {
    for (const { at, width } of walked) {
      const density = (value: number): number => {
        x[at] = value
        return collapsed()
      }
      x[at] = sliceMove(density, x[at], density(x[at]), width(), rng)
    }
  }

  /** One coefficient, any of them, given all effects, by slice sampling with no variates in between. */
  function moveCoefficient(rng: Rng): void {
    if (p === 0) return
    const j = Math.floor(p * rng.uniform())
    const column = design.x.subarray(j * eta.length, (j + 1) * eta.length)
    const density = (t: number): number => {
      const logPrior = priors.fixed[j].logDensity(x[j] + t)
      if (logPrior === Number.NEGATIVE_INFINITY || !rows) return logPrior
      return logPrior + data.logLikelihood(eta, t, column)
    }
    const t = sliceMove(density, 0, density(0), coefficientWidth[j], rng)
    x[j] += t
    for (let i = 0; i < eta.length; i++) eta[i] += t * column[i]
  }

  /**
   * One move along the orbit (beta, sd, b) -> e^t (beta, sd, b), by slice sampling of t with no variates in between; the
   * variates hold the size of eta back where probabilities are near 0 or 1. The density of t is that of the moved point
   * times e^(p t), the Jacobian of the p coefficients: spherical effects and correlations stay (Liu and Sabatti 2000).
   */
  function moveScale(b: Float64Array, rng: Rng): void {
    const { offset } = meanOf(model)
    for (let i = 0; i < eta.length; i++) direction[i] = eta[i] - (offset ? offset[i] : 0)
    moved.set(x)
    const density = (t: number): number => {
      const factor = Math.exp(t)
      for (let j = 0; j < p; j++) moved[j] = factor * x[j]
      for (const { start, deviations } of terms) for (let j = start; j < start + deviations; j++) moved[j] = x[j] + t
      const logPrior = prior.evaluate(moved, unused)
      if (logPrior === Number.NEGATIVE_INFINITY || !rows) return logPrior + p * t
      return logPrior + p * t + data.logLikelihood(eta, factor - 1, direction)
    }
    const t = sliceMove(density, 0, density(0), scaleWidth, rng)
    const factor = Math.exp(t)
    for (let j = 0; j < p; j++) x[j] *= factor
    for (const { start, deviations } of terms) for (let j = start; j < start + deviations; j++) x[j] += t
    for (let e = 0; e < b.length; e++) b[e] *= factor
  }

  return {
    init: (start) => stateAt(posterior, start),
    step: (from, _tuning, rng, to) => {
      x.set(from.x)
      const b = map.write(x)
      if (rows) {
        writeLinearPredictor(model, coordinates, x, b, eta)
        for (let i = 0; i < w.length; i++) w[i] = polyaGamma(rng, data.trials[i], eta[i])
      }
      normal.condition(w, k)
      moveOuter(rng)
      normal.draw(x, b, rng)
      writeLinearPredictor(model, coordinates, x, b, eta)
      moveCoefficient(rng)
      moveScale(b, rng)
      map.invert(x, b)
      to.x.set(x)
      to.logDensity = posterior.evaluate(to.x, to.gradient)
      return withoutTrajectory(1)
    },
  }
}

/** Width of a first interval: four standard deviations of the logarithm of that of so many normal variates. */
const widthOf = (count: number): number => 4 / Math.sqrt(2 * count)
