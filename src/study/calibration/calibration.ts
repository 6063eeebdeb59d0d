import { drawnCoordinates } from '../../draws/drawn-coordinates.js'
import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import { outerParameters } from '../../likelihood/coordinates/outer-parameters.js'
import { priorDraw } from '../../likelihood/coordinates/prior-draw.js'
import { type PriorsInForce, priorsInForce } from '../../likelihood/coordinates/priors-in-force.js'
import { rowModel } from '../../likelihood/frame/row-model.js'
import { predictorsGiven, simulateEffects, simulateResponse } from '../../likelihood/frame/simulate.js'
import { type Stated, state, withResponse } from '../../likelihood/frame/stated.js'
import { type Rng, stream } from '../../random/stream.js'
import { calibrationFigures } from './calibration-figures.js'
import { type CalibratedPosterior, calibrationMethodNamed } from './calibration-methods.js'
import { type CalibrationData, type CalibrationFacts, planCalibration } from './calibration-plan.js'
import { calibrationSummary } from './calibration-summary.js'
import type { StudyKind } from '../spec/study-kind.js'
import type { CalibrationSpec } from '../spec/study-spec.js'

const whole = (minimum: number): object => ({ type: 'integer', minimum, maximum: 10_000_000 })
const chain = { warmup: whole(0), thin: whole(1) }
const oneSampler = {
  description: 'the name of a sampler, or {"name", "warmup", "thin"}',
  if: { type: 'string' },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { type: 'string' },
  else: {
    type: 'object',
    properties: { name: { type: 'string' }, ...chain },
    required: ['name'],
    additionalProperties: false,
  },
}

/**
 * Simulation-based calibration: parameters drawn from the prior, a response drawn from them, and the rank of the true
 * values among draws from the posterior, which is uniform where the sampler is right (Talts, Betancourt, Simpson, Vehtari and
 * Gelman 2018). The joint log-likelihood is ranked with them: it sees what parameters alone do not, such as a
 * posterior that has not looked at the data (Modrak, Moon, Kim, Buerkner, Huurre, Faltejskova, Gelman and Vehtari 2023).
 */
export const calibration: StudyKind<CalibrationSpec> = {
  name: 'calibration',
  schema: {
    properties: {
      sample: {
        type: 'object',
        properties: {
          sampler: {
            description: 'the name of a sampler, or a list of samplers',
            if: { type: 'array' },
            // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
            then: { type: 'array', minItems: 1, maxItems: 100, items: oneSampler },
            else: oneSampler,
          },
          priors: { type: 'array', maxItems: 1000, items: { type: 'string' } },
          draws: { type: 'integer', minimum: 9, maximum: 9999 },
          ...chain,
        },
        additionalProperties: false,
      },
    },
    required: [],
  },
  plan: planCalibration,
  maker: (plan) => {
    const data = plan.data as CalibrationData
    const { draws } = plan.facts as unknown as CalibrationFacts
    const stated = state(data.model)
    const priors = priorsInForce(stated, data.priors)
    return (condition, replicate) => {
      const { name } = data.samplers[condition]
      const seed = Math.floor(stream({ seed: plan.seed, condition, replicate, purpose: 'chain' }).uniform() * 2 ** 32)
      const truth = drawTruth(stated, priors, plan.seed, replicate)
      const found = calibrationMethodNamed(name).posterior(
        truth.like.model,
        data.priors,
        data.samplers[condition],
        seed,
      )
      const ties = stream({ seed: plan.seed, condition, replicate, purpose: 'quantile' })
      return { values: ranksOf(truth, found, data.positions, draws, ties), failure: null }
    }
  },
  summary: calibrationSummary,
  figures: calibrationFigures,
}

/** A draw from the joint distribution of everything. */
interface Truth {
  /** The likelihood of the simulated response. */
  readonly like: Likelihood
  /** As draws are named and ordered. */
  readonly values: Float64Array
  readonly logLik: number
}

/** Parameters, effects and a response, the same for every sampler. */
export function drawTruth(stated: Stated, priors: PriorsInForce, seed: number, replicate: number): Truth {
  const { coordinates, layout } = stated
  const rng = stream({ seed, replicate, purpose: 'simulation' })
  const x = priorDraw(coordinates, priors, rng)
  const natural = new Float64Array(coordinates.outer)
  coordinates.toParameters(x, natural)
  const effects = simulateEffects(layout, natural, rng)
  const simulated = withResponse(stated, simulateResponse(stated, natural, rng, { effects }))
  const values = new Float64Array(coordinates.outer + coordinates.effects)
  outerParameters(stated).write(x, values, 0)
  coordinates.terms.forEach((term, t) => {
    values.set(effects[t], coordinates.outer + term.effects)
  })
  const like = likelihood(simulated)
  return { like, values, logLik: logLikOf(like)(natural, effects) }
}

/** log p(y | parameters, effects). */
function logLikOf({ stated }: Likelihood): (x: Float64Array, effects: readonly Float64Array[]) => number {
  const { model, layout } = stated
  const rows = rowModel(stated)
  return (x, effects) => {
    predictorsGiven(model, layout, x, effects).forEach((eta, k) => {
      rows.eta[k].set(eta)
    })
    return rows.evaluate(0, model.nobs)
  }
}

/** Rank of each quantity's true value, 0 to `most`: NaN for the joint log-likelihood where there are no draws. */
export function ranksOf(
  { like, values, logLik }: Truth,
  found: CalibratedPosterior,
  positions: readonly number[],
  most: number,
  { uniform }: Pick<Rng, 'uniform'>,
): Float64Array {
  if ('probability' in found) {
    // Uniform within the range of probabilities that the value is in, and so uniform altogether.
    const ranks = positions.map((at) => {
      const [low, high] = found.probability(at, values[at])
      return Math.min(most, Math.floor((low + (high - low) * uniform()) * (most + 1)))
    })
    return Float64Array.of(...ranks, Number.NaN)
  }
  const { draws } = found
  const width = draws.names.length
  const read = drawnCoordinates(like.stated, draws)
  const logLikAt = logLikOf(like)
  const drawn = Float64Array.from({ length: read.count }, (_, s) => logLikAt(read.parameters(s), read.effects(s)))
  const rank = (truth: number, value: (s: number) => number): number => {
    let below = 0
    let equal = 0
    for (let s = 0; s < read.count; s++) {
      if (value(s) < truth) below++
      else if (value(s) === truth) equal++
    }
    return below + Math.floor((equal + 1) * uniform())
  }
  return Float64Array.of(
    ...positions.map((at) => rank(values[at], (s) => draws.values[0][s * width + at])),
    rank(logLik, (s) => drawn[s]),
  )
}
