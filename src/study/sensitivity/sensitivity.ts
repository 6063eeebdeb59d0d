import type { Model } from '../../data/model.js'
import { drawnCoordinates } from '../../draws/drawn-coordinates.js'
import { chainsOf, type Draws } from '../../draws/draws.js'
import { pooled } from '../../draws/diagnostics/sorted-draws.js'
import { GlmmError } from '../../errors.js'
import { estimate } from '../../fit/climb/estimate.js'
import { atMost } from '../../likelihood/frame/integration-rule.js'
import { fittedBy } from '../../fit/runaway/widen.js'
import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import { outerParameters } from '../../likelihood/coordinates/outer-parameters.js'
import { outerPrior } from '../../likelihood/posterior.js'
import { priorsInForce } from '../../likelihood/coordinates/priors-in-force.js'
import { restricted } from '../../likelihood/frame/restricted.js'
import { type Stated, state } from '../../likelihood/frame/stated.js'
import { psis } from '../../numerics/psis.js'
import { stream } from '../../random/stream.js'
import { fitSchema } from '../spec/fit-schema.js'
import { parameterEstimates, parameterNames, parameterTable } from '../estimates/parameters.js'
import { type Refit, refit } from '../estimates/refit.js'
import { efficiencyOf, powerScaling } from '../../draws/answers/power-scaling.js'
import { withoutRows } from '../../data/resample-levels.js'
import { tellRunning } from '../estimates/running-estimates.js'
import { sensitivityFigures } from './sensitivity-figures.js'
import { planSensitivity, type SensitivityData, type SensitivityFacts, type Variant } from './sensitivity-plan.js'
import { sensitivitySummary } from './sensitivity-summary.js'
import type { StudyKind } from '../spec/study-kind.js'
import { posteriorDraws, posteriorTable } from '../estimates/study-posterior.js'
import type { RowValues } from '../spec/study-plan.js'
import type { SensitivitySpec } from '../spec/study-spec.js'

/** Values beyond which a list is a mistake in its file: each is a row of the study, with a plan of its own. */
const most = 1000
const texts = { type: 'array', minItems: 1, maxItems: most, items: { type: 'string' } }
const whole = (minimum: number): object => ({ type: 'integer', minimum, maximum: 10_000_000 })

/**
 * Which conclusions survive another number of nodes, likelihood, start, prior or sampler, or the loss of a cluster or a
 * row: one thing at a time, everything by an exact fit or posterior, with cheap approximations beside those that have one.
 */
export const sensitivity: StudyKind<SensitivitySpec> = {
  name: 'sensitivity',
  schema: {
    properties: {
      fit: fitSchema,
      vary: {
        type: 'object',
        properties: {
          nodes: { type: 'array', minItems: 1, maxItems: most, items: { type: 'integer', minimum: 1, maximum: 101 } },
          link: texts,
          family: texts,
          formula: texts,
          starts: { type: 'integer', minimum: 1, maximum: 1000 },
          leaveOut: { type: 'string', description: 'the name of a grouping factor, or "rows"' },
          priors: {
            description: 'lists of prior statements, or {"prior": "sd ~ half_normal(0, $)", "scale": [0.5, 1, 2]}',
            if: { type: 'array' },
            // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
            then: { type: 'array', minItems: 1, maxItems: most, items: texts },
            else: {
              type: 'object',
              properties: {
                prior: { type: 'string' },
                scale: { type: 'array', minItems: 1, maxItems: most, items: { type: 'number' } },
              },
              required: ['prior', 'scale'],
              additionalProperties: false,
            },
          },
          samplers: texts,
        },
        additionalProperties: false,
      },
      sample: {
        type: 'object',
        properties: {
          sampler: { type: 'string' },
          priors: { type: 'array', maxItems: most, items: { type: 'string' } },
          chains: { type: 'integer', minimum: 1, maximum: 100 },
          warmup: whole(0),
          draws: whole(100),
        },
        additionalProperties: false,
      },
      powerScaling: { type: 'boolean' },
      conclusions: texts,
    },
    required: [],
  },
  plan: planSensitivity,
  maker: (plan) => {
    const data = plan.data as SensitivityData
    const { axes } = plan.facts as unknown as SensitivityFacts
    const shared = sharedBase(data, plan.seed)
    const makers = {
      fit: (condition: number, replicate: number) =>
        fitRow(shared, axes[condition], data.variants[condition][replicate]),
      posterior: (condition: number, replicate: number) => {
        const { posterior } = data
        const { uniform } = stream({ seed: plan.seed, condition, replicate, purpose: 'chain' })
        const variant = data.variants[condition][replicate]
        const settings = { ...posterior, sampler: variant.sampler ?? posterior.sampler }
        return posteriorRow(shared, axes[condition], variant, settings, Math.floor(uniform() * 2 ** 32))
      },
      power: () => powerRow(shared),
    }
    return (condition, replicate) => makers[axes[condition].of](condition, replicate)
  },
  summary: sensitivitySummary,
  figures: sensitivityFigures,
}

/** What rows of one thread share: the base fit and the base draws, each made when first asked for. */
interface Shared {
  readonly data: SensitivityData
  readonly seed: number
  readonly base: () => Refit
  readonly draws: () => BaseDraws
}

interface BaseDraws {
  readonly draws: Draws
  /** Of the outer parameters, one a draw, chains one after the other. */
  readonly columns: readonly Float64Array[]
  readonly logPrior: (priors: readonly string[]) => Float64Array
  readonly logLik: (model: Model) => Float64Array
  /** Of all data. */
  readonly whole: () => Float64Array
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Nodes of the integrals in importance weights, where the fit has fewer and the structure takes them. */
const weightNodes = 9

function sharedBase(data: SensitivityData, seed: number): Shared {
  const { model, fit, priors, posterior, drawsBy } = data
  const base = once(() => converged(refit(state(model), fit)))
  const draws = once((): BaseDraws => {
    const drawn = posteriorDraws(model, priors, { ...posterior, sampler: drawsBy }, seed)
    const like = likelihood(model)
    const { outer } = like.coordinates
    const count = drawn.ndraws * drawn.values.length
    const logLik = (other: Model): Float64Array => {
      const of = likelihood(other)
      const { value } = of.marginal(atMost(weightNodes, of.rules))
      const read = drawnCoordinates(like.stated, drawn)
      return Float64Array.from({ length: count }, (_, s) => value(read.parameters(s)))
    }
    const logPrior = (statements: readonly string[]): Float64Array => {
      const prior = outerPrior(like, priorsInForce(like.stated, statements))
      const { read } = outerParameters(like.stated)
      const x = new Float64Array(outer)
      const unused = new Float64Array(outer)
      return Float64Array.from({ length: count }, (_, s) => {
        read(drawn.values[Math.floor(s / drawn.ndraws)], (s % drawn.ndraws) * drawn.names.length, x)
        return prior.evaluate(x, unused)
      })
    }
    const columns = Array.from({ length: outer }, (_, j) => pooled(chainsOf(drawn, j)))
    return { draws: drawn, columns, logPrior, logLik, whole: once(() => logLik(model)) }
  })
  return { data, seed, base, draws }
}

function converged(found: Refit): Refit {
  if (found.fitted.converged) return found
  throw new GlmmError('NO_CONVERGENCE', `expected a maximum, got: ${found.fitted.reason}`, 'the row is left out')
}

interface RowOf {
  readonly parameters: readonly string[]
  readonly approximation: string | null
}

function fitRow(shared: Shared, { parameters, approximation }: RowOf, variant: Variant): RowValues {
  const { data } = shared
  const { without } = variant
  const stated = state(without ? withoutRows(data.model, without) : (variant.model ?? data.model))
  const found =
    variant.start === undefined ? converged(refit(stated, variant.fit ?? data.fit)) : restarted(shared, variant.start)
  const table = parameterTable(found, 'none')
  const names = parameterNames(stated)
  const beside = approximation === null ? null : oneStep(shared.base(), data, stated)
  const running = tellRunning(found, [])
  const values = parameters.flatMap((name) => {
    const j = names.indexOf(name)
    // An infinite error distinguishes a parameter without a finite maximum from one that the model does not have.
    const se = running.has(j) ? Number.POSITIVE_INFINITY : (table.se[j] ?? Number.NaN)
    return [table.estimate[j] ?? Number.NaN, se, ...(beside ? [beside[j]] : [])]
  })
  return { values: [...values, found.fitted.logLik], failure: null }
}

/** The climb of the base from another start: its estimates, each moved by two standard errors times a normal number. */
function restarted({ base, seed }: Shared, start: number): Refit {
  const { like, fitted } = base()
  const rng = stream({ seed, replicate: start, purpose: 'start' })
  const { parameters, se, covariance } = fitted
  const d = parameters.length
  const spread = se.map((one) => (Number.isFinite(one) ? one : 0.1))
  const scale = covariance?.every(Number.isFinite)
    ? covariance
    : Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? spread[at / (d + 1)] ** 2 : 0))
  const from = parameters.map((value, j) => value + 2 * spread[j] * rng.normal())
  return converged(fittedBy(like, estimate(like, fitted.rule, { parameters: from, scale }), null))
}

/**
 * One Newton step from the estimates of all data with their information: the infinitesimal jackknife. The score of the data
 * that are kept is minus that of those left out, since the score of all is zero.
 */
function oneStep({ fitted }: Refit, { fit }: SensitivityData, stated: Stated): Float64Array {
  const like: Likelihood = likelihood(fit.reml ? restricted(stated.model) : stated)
  const { parameters, covariance, rule, se } = fitted
  const d = parameters.length
  const names = parameterNames(stated)
  if (!covariance) return new Float64Array(names.length).fill(Number.NaN)
  const score = new Float64Array(d)
  like.marginal(rule).evaluate(parameters, score)
  const moved = parameters.map((value, i) => {
    let step = 0
    // Parameters at a boundary, or without a finite maximum, stay where they are.
    for (let j = 0; j < d; j++) if (se[i] > 0 && se[j] > 0) step += covariance[i * d + j] * score[j]
    return value + step
  })
  return parameterEstimates(fittedBy(like, { ...fitted, parameters: moved }, null))
}

function posteriorRow(
  { data, draws }: Shared,
  { parameters, approximation }: RowOf,
  { without, priors }: Variant,
  settings: SensitivityData['posterior'],
  seed: number,
): RowValues {
  const model = without ? withoutRows(data.model, without) : data.model
  const { mean, sd, lower, upper } = posteriorTable(
    model,
    priors ?? (without ? data.inForce : data.priors),
    settings,
    seed,
  )
  let beside: { mean: Float64Array; paretoK: number } | null = null
  if (approximation !== null) {
    const { columns, logPrior, logLik, whole: all, draws: drawn } = draws()
    const ratios = without ? difference(logLik(model), all()) : difference(logPrior(priors!), logPrior(data.priors))
    const { logWeights, paretoK } = psis(ratios, efficiencyOf(ratios, drawn.values.length))
    beside = {
      paretoK,
      mean: Float64Array.from(columns, (values) =>
        values.reduce((sum, value, s) => sum + Math.exp(logWeights[s]) * value, 0),
      ),
    }
  }
  const values = parameters.flatMap((_, j) => [mean[j], sd[j], lower[j], upper[j], ...(beside ? [beside.mean[j]] : [])])
  return { values: beside ? [...values, beside.paretoK] : values, failure: null }
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, s) => value - b[s])

function powerRow({ data, draws }: Shared): RowValues {
  const { columns, logPrior, whole: all, draws: drawn } = draws()
  const found = powerScaling(columns, logPrior(data.priors), all(), drawn.values.length)
  const k = Math.max(...found.flatMap(({ priorK, likelihoodK }) => [priorK, likelihoodK]))
  return { values: [...found.flatMap(({ prior, likelihood: of }) => [prior, of]), k], failure: null }
}
