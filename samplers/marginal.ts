import { linearPredictors } from '../src/likelihood/linear-predictors.js'
import { outerParameters } from '../src/likelihood/outer-parameters.js'
import { parameterLayout } from '../src/likelihood/parameter-layout.js'
import { marginalPosterior, outerPrior, type Posterior } from '../src/likelihood/posterior.js'
import { type DrawEffects, fromSpherical, marginalEffects } from './marginal-effects.js'
import { nuts } from './nuts.js'
import type { ChainContext, Sampler } from './sampler.js'

/**
 * The no-U-turn sampler on the outer coordinates alone, the random effects integrated out by adaptive quadrature; effects
 * are drawn afterwards from their exact conditional given each draw of the outer coordinates.
 */
export const marginal: Sampler = {
  name: 'marginal',
  walks: 'outer',
  whitened: true,
  stanEngine: 'nuts',
  targetAccept: 0.8,
  refusal: ({ likelihood }) =>
    likelihood.factored || likelihood.coordinates.effects === 0
      ? null
      : {
          expected: 'random effects of one grouping factor or of nested ones',
          hint: "use the sampler nuts, which walks crossed effects' joint density",
        },
  posterior: outerPosterior,
  kernel: (posterior, { maxDepth }) => nuts(posterior, maxDepth),
}

function outerPosterior(context: ChainContext): Posterior {
  const { likelihood, priors, rows, nodes } = context
  const { coordinates, model, dimension } = likelihood
  const density = rows ? marginalPosterior(likelihood, priors, nodes) : outerPrior(likelihood, priors)
  const parameters = outerParameters(model, coordinates)
  const natural = new Float64Array(dimension)
  const effects = coordinates.effects === 0 ? null : rows ? marginalEffects(likelihood) : priorEffects(context)
  return {
    dimension,
    names: [...parameters.names, ...parameters.effectNames],
    outer: dimension,
    evaluate: density.evaluate,
    write: (x, out, at, rng) => {
      parameters.write(x, out, at)
      if (!effects) return
      coordinates.toParameters(x, natural)
      effects(natural, rng, out, at + dimension)
    },
  }
}

/** Effects drawn from their normal prior. */
function priorEffects({ likelihood }: ChainContext): DrawEffects {
  const linear = linearPredictors(likelihood.model, parameterLayout(likelihood.model))
  const u = new Float64Array(likelihood.coordinates.effects)
  return (parameters, rng, out, at) => {
    linear.update(parameters)
    for (let e = 0; e < u.length; e++) u[e] = rng.normal()
    fromSpherical(likelihood, linear.lambdas, u, out, at)
  }
}
