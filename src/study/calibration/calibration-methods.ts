import { planChains } from '../../../samplers/run/plan-chains.js'
import { integratePosterior, quadratureRefusal } from '../../../samplers/quadrature/quadrature.js'
import { samplerNamed, samplers } from '../../../samplers/kernels/registry.js'
import { runChain } from '../../../samplers/run/run-chain.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { whitening } from '../../../samplers/place/whitening.js'
import type { Model } from '../../data/model.js'
import { chainSpace } from '../../draws/chain-space.js'
import type { Draws } from '../../draws/draws.js'
import { GlmmError } from '../../errors.js'
import { nearestName } from '../../nearest-name.js'
import { state } from '../../likelihood/frame/stated.js'
import { likelihood } from '../../likelihood/likelihood.js'
import { drawNames, jointPosterior } from '../../likelihood/posterior.js'
import { priorsInForce } from '../../likelihood/coordinates/priors-in-force.js'
import { stream } from '../../random/stream.js'
import type { CalibrationSampler } from '../spec/study-spec.js'

/** How one condition samples, resolved. */
export type CalibrationSettings = Required<CalibrationSampler> & { readonly draws: number }

/** What is calibrated: draws of a posterior, or its distribution functions. */
export interface CalibrationMethod {
  readonly name: string
  /** Whether it is a chain, which has a warm-up and thinning. */
  readonly chain: boolean
  /** Why it cannot do this model; null where it can. */
  readonly refusal: (model: Model, priors: readonly string[]) => GlmmError | null
  readonly posterior: (
    model: Model,
    priors: readonly string[],
    settings: CalibrationSettings,
    seed: number,
  ) => CalibratedPosterior
}

/** Either draws, nearly independent ones, or of each of the first names the range of probabilities a value lies in. */
export type CalibratedPosterior =
  | { readonly draws: Draws }
  | { readonly probability: (index: number, value: number) => readonly [number, number] }

const noMonitor = { set: () => {}, aborted: () => false }

/** One chain, every `thin`-th draw kept. */
function chainDraws(
  model: Model,
  priors: readonly string[],
  { name, warmup, thin, draws }: CalibrationSettings,
  seed: number,
): Draws {
  const options = resolveSettings({ sampler: name, priors, warmup, draws: draws * thin, chains: 1, seed })
  const { chains: _, ...settings } = options
  const plan = planChains(model, settings)
  const names = drawNames(state(model))
  const width = names.length
  const { space } = runChain(plan, { chain: 1, space: chainSpace(draws * thin, width, null), from: null }, noMonitor)
  const values = new Float64Array(draws * width)
  for (let d = 0; d < draws; d++) {
    const at = ((d + 1) * thin - 1) * width
    values.set(space.values.subarray(at, at + width), d * width)
  }
  return { names, ndraws: draws, values: [values] }
}

/** Draws of the normal approximation at the mode: outer coordinates, and effects around their conditional modes. */
function laplaceDraws(model: Model, priors: readonly string[], { draws }: CalibrationSettings, seed: number): Draws {
  const { chains: _, ...settings } = resolveSettings({ sampler: samplers[0].name, priors, chains: 1, seed })
  const { center, factor, centring } = planChains(model, settings)
  const like = likelihood(model)
  const { dimension, toX } = whitening(like.coordinates, center, factor)
  const { write, names } = jointPosterior(like, priorsInForce(model, priors), centring)
  const rng = stream({ seed, purpose: 'chain' })
  const [y, x] = [new Float64Array(dimension), new Float64Array(dimension)]
  const values = new Float64Array(draws * names.length)
  for (let d = 0; d < draws; d++) {
    for (let j = 0; j < dimension; j++) y[j] = rng.normal()
    toX(y, x)
    write(x, values, d * names.length, rng)
  }
  return { names, ndraws: draws, values: [values] }
}

/** The quantiles that the integrated posterior reports, which cut the line into ranges of known probability. */
const known = [
  ['q2_5', 0.025],
  ['q5', 0.05],
  ['q25', 0.25],
  ['q50', 0.5],
  ['q75', 0.75],
  ['q95', 0.95],
  ['q97_5', 0.975],
] as const

function integrated(model: Model, priors: readonly string[]): CalibratedPosterior {
  const { summary } = integratePosterior(model, priors)
  return {
    probability: (index, value) => {
      const above = known.findIndex(([key]) => value < summary[index][key])
      const low = above === 0 ? 0 : known.at(above < 0 ? -1 : above - 1)![1]
      return [low, above < 0 ? 1 : known[above][1]]
    },
  }
}

const methods: readonly CalibrationMethod[] = [
  ...samplers.map(
    ({ name }): CalibrationMethod => ({
      name,
      chain: true,
      // Planning a chain finds out, and says so.
      refusal: (model, priors) =>
        refusalOf(() => {
          const { chains: _, ...settings } = resolveSettings({ sampler: samplerNamed(name).name, priors, chains: 1 })
          planChains(model, settings)
        }),
      posterior: (...given) => ({ draws: chainDraws(...given) }),
    }),
  ),
  {
    name: 'laplace',
    chain: false,
    refusal: () => null,
    posterior: (...given) => ({ draws: laplaceDraws(...given) }),
  },
  {
    name: 'quadrature',
    chain: false,
    refusal: (model) => {
      const refused = quadratureRefusal(likelihood(model))
      return refused && new GlmmError('USAGE', refused.message, refused.hint)
    },
    posterior: integrated,
  },
]

function refusalOf(attempt: () => void): GlmmError | null {
  try {
    attempt()
    return null
  } catch (thrown) {
    if (thrown instanceof GlmmError) return thrown
    throw thrown
  }
}

export function calibrationMethodNamed(name: string): CalibrationMethod {
  const method = methods.find((candidate) => candidate.name === name)
  if (method) return method
  const names = methods.map((candidate) => candidate.name)
  const near = nearestName(name, names)
  const message = `/sample/sampler: expected a sampler (${names.join(', ')}), got ${name}`
  throw new GlmmError('USAGE', message, near === null ? 'give one of these' : `did you mean ${near}?`)
}
