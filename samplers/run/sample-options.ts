import type { Model } from '../../src/data/model.js'
import { choicesGiven, type ModelChoice } from '../../src/data/state-model.js'
import type { Table } from '../../src/data/table.js'
import { GlmmError } from '../../src/errors.js'
import { parsePrior } from '../../src/priors/parse-prior.js'
import { checkSeed } from '../../src/random/stream.js'
import type { ChainSettings } from './plan-chains.js'
import { samplerNamed, samplers } from '../kernels/registry.js'

/** What a user may say of a sampling run. */
export interface SampleOptions extends ModelChoice {
  /** Statements such as 'b ~ normal(0, 2.5)'; defaults hold for what none names. */
  readonly priors?: readonly string[] | undefined
  /** A sampler's name, `quadrature`, or `auto`, which holds where none is named. */
  readonly sampler?: string | undefined
  /** True to sample the prior alone, the response left out. */
  readonly priorOnly?: boolean | undefined
  /** Number of chains, 4 by default. */
  readonly chains?: number | undefined
  /** Iterations of warm-up a chain, 1000 by default. */
  readonly warmup?: number | undefined
  /** Draws kept a chain, 1000 by default. */
  readonly draws?: number | undefined
  /** Whole number from 0 to 2^32 - 1, 1 by default: the same seed gives the same draws. */
  readonly seed?: number | undefined
  /** Acceptance rate that the step size is steered to; each sampler that has one has its default, 0.8 for nuts. */
  readonly targetAccept?: number | undefined
  /** Trajectories of nuts and marginal have at most 2^maxDepth points; 10 by default. */
  readonly maxDepth?: number | undefined
}

export type ResolvedSettings = ChainSettings & { readonly chains: number }

/**
 * The settings of chains in force, checked; the sampler is the first of all unless it is named. A USAGE or PRIOR error
 * names what is out of range, or what the sampler does not have.
 */
export function resolveSettings(options: SampleOptions): ResolvedSettings {
  const sampler = samplerNamed(options.sampler ?? samplers[0].name)
  const { targetAccept: given } = options
  if (given !== undefined && !(given > 0 && given < 1)) {
    throw new GlmmError('USAGE', `expected a target acceptance between 0 and 1, got ${given}`, 'the default is 0.8')
  }
  if (given !== undefined && sampler.targetAccept === null) {
    const message = `expected no target acceptance with the sampler ${sampler.name}, which has no step size, got ${given}`
    throw new GlmmError('USAGE', message, 'leave it out')
  }
  if (options.maxDepth !== undefined && sampler.maxDepth === null) {
    const message = `expected no maximal tree depth with the sampler ${sampler.name}, whose trajectories do not double, got ${options.maxDepth}`
    throw new GlmmError('USAGE', message, 'leave it out')
  }
  const priors = (options.priors ?? []).map((text) => parsePrior(text).text)
  return {
    sampler: sampler.name,
    priors,
    priorOnly: options.priorOnly ?? false,
    seed: checkSeed(options.seed ?? 1),
    chains: whole('chains', options.chains ?? 4, 1, 1000),
    warmup: whole('warmup', options.warmup ?? 1000, 0, 10_000_000),
    // Split R-hat and the autocovariances need at least four draws a chain.
    draws: whole('draws', options.draws ?? 1000, 4, 10_000_000),
    targetAccept: given ?? sampler.targetAccept,
    maxDepth:
      sampler.maxDepth === null ? null : whole('maximal tree depth', options.maxDepth ?? sampler.maxDepth, 1, 20),
  }
}

function whole(what: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value
  throw new GlmmError(
    'USAGE',
    `expected ${what} from ${low} to ${high}, got ${value}`,
    'give a whole number in that range',
  )
}

/** What a record of a sampling run has of its call: enough to run it again. */
export function samplingCall(
  command: string,
  formula: string,
  table: Table,
  model: Model,
  options: ModelChoice,
  settings: object,
): Readonly<Record<string, unknown>> {
  const choices = choicesGiven(options)
  // The order of the rows in time is looked at by tests of the model alone.
  const { time: _, ...ofSampling } = choices
  return {
    command,
    formula,
    data: table.source,
    family: model.family,
    link: model.link,
    ...(command === 'check' ? choices : ofSampling),
    ...settings,
  }
}
