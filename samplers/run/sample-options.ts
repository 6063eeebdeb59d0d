import type { Model } from '../../src/data/model.js'
import { choicesGiven, type ModelChoice } from '../../src/data/state-model.js'
import type { Table } from '../../src/data/table.js'
import { GlmmError } from '../../src/errors.js'
import { parsePrior } from '../../src/priors/parse-prior.js'
import { checkSeed } from '../../src/random/stream.js'
import { chooseSampler } from './auto.js'
import type { ChainSettings } from './plan-chains.js'
import { autoName, quadratureName, samplerNamed, samplers } from '../kernels/registry.js'

/** What a user may say of a sampling run. */
export interface SampleOptions extends ModelChoice {
  /** Statements such as 'b ~ normal(0, 2.5)'; defaults hold for what none names. */
  readonly priors?: readonly string[] | undefined
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
  /** Acceptance rate that the step size is steered to; each sampler has its default, 0.8 for nuts. */
  readonly targetAccept?: number | undefined
  /** Trajectories have at most 2^maxDepth points; 10 by default. */
  readonly maxDepth?: number | undefined
}

export type ResolvedSettings = ChainSettings & { readonly chains: number }

/** Quadrature has a name and nothing to adapt. */
const withoutChains = { name: quadratureName, targetAccept: null } as const

/** `auto` replaced by the sampler that suits the model, with the reason; null where a sampler was named. */
export function settleSampler<Options extends SampleOptions>(
  options: Options,
  model: Model,
): { readonly options: Options; readonly reason: string | null } {
  if (options.sampler !== autoName) return { options, reason: null }
  const { sampler, reason } = chooseSampler(model, options.priors)
  return { options: { ...options, sampler }, reason }
}

/** The settings in force, checked; a USAGE or PRIOR error names what is out of range. */
export function resolveSettings(options: SampleOptions): ResolvedSettings {
  const sampler = options.sampler === quadratureName ? withoutChains : samplerNamed(options.sampler ?? samplers[0].name)
  const { targetAccept: given } = options
  if (given !== undefined && !(given > 0 && given < 1)) {
    throw new GlmmError('USAGE', `expected a target acceptance between 0 and 1, got ${given}`, 'the default is 0.8')
  }
  if (given !== undefined && sampler.targetAccept === null) {
    const message = `expected no target acceptance with the sampler ${sampler.name}, which has no step size, got ${given}`
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
    maxDepth: whole('maximal tree depth', options.maxDepth ?? 10, 1, 20),
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

/** What a record of a sampling run tells of its call: enough to run it again. */
export function samplingCall(
  command: string,
  formula: string,
  table: Table,
  model: Model,
  options: ModelChoice,
  settings: ResolvedSettings,
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
