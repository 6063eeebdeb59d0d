import type { Model } from '../src/data/model.js'
import { effectsMap } from '../src/likelihood/effects-map.js'
import { jointPosterior, outerPrior, type Posterior } from '../src/likelihood/posterior.js'
import { polyaGamma } from '../src/random/polya-gamma.js'
import type { Rng } from '../src/random/stream.js'
import type { Kernel } from './kernel.js'
import { conditionalNormal } from './polya-gamma-normal.js'
import type { ChainContext, Sampler } from './sampler.js'
import { sliceMove } from './slice-move.js'

/**
 * Gibbs sampling of binomial logit models (Polson, Scott and Windle 2013), no tuning: rows' Polya-Gamma variates given
 * the linear predictor; given these each standard deviation, correlation and coefficient without a normal prior by slice
 * sampling, all effects and the other coefficients integrated out; then those together, from one multivariate normal.
 * It uses no gradient and no tuning, and so shares nothing with NUTS but the statement of the model.
 */
export const polyaGammaGibbs: Sampler = {
  name: 'polya-gamma',
  walks: 'all',
  whitened: false,
  ownModel: true,
  targetAccept: null,
  refusal: ({ likelihood }) => refusalOf(likelihood.model),
  posterior: ({ likelihood, priors, centring, rows }) => jointPosterior(likelihood, priors, centring, rows),
  kernel,
}

function refusalOf({ family, link, predictors, response }: Model): ReturnType<Sampler['refusal']> {
  if (family !== 'binomial' || link !== 'logit' || predictors.length > 1) {
    return { expected: 'a binomial model with logit link and no further predictor', hint: 'take the sampler nuts' }
  }
  if (!(response.trials ?? []).every(Number.isInteger)) {
    return { expected: 'whole numbers of trials', hint: 'take the sampler nuts' }
  }
  return null
}

function kernel(posterior: Posterior, { likelihood, priors, centring, rows }: ChainContext): Kernel {
  const { model, layout, coordinates } = likelihood
  const { terms } = coordinates
  const d = posterior.dimension
  const map = effectsMap(coordinates, centring)
  const prior = outerPrior(likelihood, priors)
  const normal = conditionalNormal(model, layout, coordinates, priors)
  const data = rowsOf(model)
  const w = new Float64Array(model.nobs)
  const eta = new Float64Array(model.nobs)
  const k = new Float64Array(model.nobs)
  if (rows) for (let i = 0; i < k.length; i++) k[i] = data.y[i] - data.trials[i] / 2
  const unused = new Float64Array(d)
  const x = new Float64Array(d)
  /** Slice-sampled outer coordinates and the widths of their first intervals. */
  const walked = [
    ...normal.others.map((j) => ({ at: j, width: () => 4 / Math.sqrt(1e-6 + normal.curvature(j)) })),
    ...terms.flatMap(({ laid, start, deviations, correlations }) => {
      // Four standard deviations where the levels' effects are known: those of a log standard deviation.
      const width = 4 / Math.sqrt(2 * laid.term.levels.length)
      return Array.from({ length: deviations + correlations }, (_, e) => ({ at: start + e, width: () => width }))
    }),
  ]

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

  return {
    init: (from) => {
      const state = { x: from.slice(), gradient: new Float64Array(d), logDensity: 0 }
      state.logDensity = posterior.evaluate(state.x, state.gradient)
      return state
    },
    step: (state, _metric, _stepSize, rng, info) => {
      x.set(state.x)
      const b = map.write(x)
      if (rows) {
        linearPredictor(model, coordinates, x, b, eta)
        for (let i = 0; i < w.length; i++) w[i] = polyaGamma(rng, data.trials[i], eta[i])
      }
      normal.condition(w, k)
      moveOuter(rng)
      normal.draw(x, b, rng)
      map.invert(x, b)
      state.x.set(x)
      state.logDensity = posterior.evaluate(state.x, state.gradient)
      info.acceptRate = 1
      info.treeDepth = 0
      info.leapfrogs = 0
      info.divergent = false
      info.cut = false
      info.energy = Number.NaN
    },
  }
}

/** Successes and trials, a row that stands for several with those of all. */
function rowsOf({ response }: Model): { readonly y: Float64Array; readonly trials: Float64Array } {
  const { y, frequency } = response
  const trials = response.trials!
  if (!frequency) return { y, trials }
  return { y: y.map((one, i) => one * frequency[i]), trials: trials.map((one, i) => one * frequency[i]) }
}

/** eta = offset + X beta + Z b. */
function linearPredictor(
  { nobs: n, predictors: [{ fixed, offset }] }: Model,
  { terms }: ChainContext['likelihood']['coordinates'],
  x: Float64Array,
  b: Float64Array,
  eta: Float64Array,
): void {
  if (offset) eta.set(offset)
  else eta.fill(0)
  for (let j = 0; j < fixed.names.length; j++) {
    for (let i = 0, at = j * n; i < n; i++, at++) eta[i] += x[j] * fixed.x[at]
  }
  for (const { laid, q, effects } of terms) {
    const { index, z } = laid.term
    for (let c = 0; c < q; c++) {
      for (let i = 0, at = c * n; i < n; i++, at++) eta[i] += z[at] * b[effects + index[i] * q + c]
    }
  }
}
