import type { MarginalDensity } from '../../src/likelihood/frame/log-density.js'
import { fromSpherical } from '../../src/likelihood/frame/spherical.js'
import type { Rng } from '../../src/random/stream.js'
import { linearPredictors } from '../../src/likelihood/frame/linear-predictors.js'
import { outerParameters } from '../../src/likelihood/coordinates/outer-parameters.js'
import { outerPosterior, outerPrior, type Posterior, type ValuedDensity } from '../../src/likelihood/posterior.js'
import { nuts, usualDepth } from './nuts.js'
import type { ChainContext, Sampler } from './sampler.js'

/**
 * What samplers of the outer coordinates alone have in common: the random effects are integrated out by quadrature, and
 * drawn afterwards from their exact conditional given each draw of the outer coordinates.
 */
export const integratedOut: Pick<Sampler, 'walks' | 'refusal' | 'posterior'> = {
  walks: 'outer',
  refusal: ({ likelihood }) =>
    likelihood.factor || likelihood.coordinates.effects === 0
      ? null
      : {
          expected: 'random effects of one grouping factor or of nested ones',
          hint: "use the sampler nuts, which walks crossed effects' joint density",
        },
  posterior: withEffects,
}

/** The no-U-turn sampler on them. */
export const marginal: Sampler = {
  ...integratedOut,
  name: 'marginal',
  stanEngine: 'nuts',
  targetAccept: 0.8,
  maxDepth: usualDepth,
  kernel: (posterior, { maxDepth }) => nuts(posterior, maxDepth ?? usualDepth),
}

function withEffects(context: ChainContext): Posterior {
  const { likelihood, priors, rows, rule } = context
  const { stated, coordinates, dimension } = likelihood
  const integral = rows ? likelihood.marginal(rule) : null
  const density: ValuedDensity = integral
    ? outerPosterior(likelihood, priors, integral)
    : outerPrior(likelihood, priors)
  const parameters = outerParameters(stated)
  const natural = new Float64Array(dimension)
  const effects = coordinates.effects === 0 ? null : integral ? effectsGiven(integral) : priorEffects(context)
  return {
    dimension,
    names: [...parameters.names, ...parameters.effectNames],
    outer: dimension,
    evaluate: density.evaluate,
    ...(density.value && { value: density.value }),
    write: (x, out, at, rng) => {
      parameters.write(x, out, at)
      if (!effects) return
      coordinates.toParameters(x, natural)
      effects(natural, rng, out, at + dimension)
    },
  }
}

/** Draws all effects b at outer parameters into `out` from `at`. */
type DrawEffects = (parameters: Float64Array, rng: Rng, out: Float64Array, at: number) => void

/** Effects drawn from their conditional. */
const effectsGiven =
  (integral: MarginalDensity): DrawEffects =>
  (parameters, rng, out, at) => {
    const effects = integral.effectsAt(parameters)
    if (effects) effects.draw(rng, out, at)
    else out.fill(Number.NaN, at)
  }

/** Effects drawn from their normal prior. */
function priorEffects({ likelihood }: ChainContext): DrawEffects {
  const linear = linearPredictors(likelihood.stated)
  const u = new Float64Array(likelihood.coordinates.effects)
  return (parameters, rng, out, at) => {
    linear.update(parameters)
    for (let e = 0; e < u.length; e++) u[e] = rng.normal()
    fromSpherical(likelihood.coordinates, linear.lambdas, u, out, at)
  }
}
