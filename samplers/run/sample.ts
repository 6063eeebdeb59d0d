import type { Model } from '../../src/data/model.js'
import type { ChainStatistics } from '../../src/draws/chain-statistics.js'
import type { DrawnModel } from '../../src/draws/drawn-model.js'
import { posteriorDiagnostics } from '../../src/draws/diagnostics/posterior-diagnostics.js'
import type { ParameterSummary, PosteriorDiagnostics } from '../../src/draws/parameter-summary.js'
import { summarise } from '../../src/draws/diagnostics/summarise.js'
import { GlmmError, type Warning } from '../../src/errors.js'
import type { Executor } from '../../src/executor.js'
import { drawNames } from '../../src/likelihood/posterior.js'
import { type OuterLook, outerLook } from '../place/outer-look.js'
import { flatDirection } from '../place/flat-direction.js'
import { type ChainSettings, planChains } from './plan-chains.js'
import { type ChainRun, type EarlierChains, type RanChains, runChains, type SampleHooks } from './run-chains.js'

export type { ChainProgress, SampleHooks } from './run-chains.js'

/** Draws of all chains with what is known of their quality. */
export interface Sample extends DrawnModel {
  /** The sampler's statistics (divergences, step sizes, energies), one entry a chain. */
  readonly statistics: readonly ChainStatistics[]
  /** One entry a name of the draws, in their order. */
  readonly summary: readonly ParameterSummary[]
  readonly diagnostics: PosteriorDiagnostics
  /** Seconds summed over the chains. */
  readonly warmupSeconds: number
  readonly sampleSeconds: number
  /** Outer parameters: the first so many names of the draws. */
  readonly outer: number
  /** What it would go on with. */
  readonly run: ChainRun
  /** About the posterior itself, and about a run that was ended. */
  readonly warnings: readonly Warning[]
  /** What ended the run before its time; null where it came to its end. */
  readonly interruption: GlmmError | null
}

/** Plans the chains, runs them on `executor`, and summarises what they drew. */
export async function sampleModel(
  model: Model,
  settings: ChainSettings & { readonly chains: number },
  executor: Executor,
  hooks: SampleHooks = {},
  look: OuterLook = outerLook(model, settings.priors),
): Promise<Sample> {
  const { chains, ...rest } = settings
  const plan = planChains(model, rest, look)
  const like = look.likelihood
  const ran = await runChains(plan, chains, drawNames(like.stated), executor, hooks, null)
  return sampleOf(model, ran, like.dimension)
}

/** What is needed of a sample to go on with it. */
export type EarlierSample = EarlierChains & Pick<Sample, 'model' | 'outer' | 'warmupSeconds' | 'sampleSeconds'>

/**
 * Goes on with the chains of a sample until each has `draws` draws: the same, to the last bit, as those of one run of so
 * many draws. The sample stays as it is.
 */
export async function extendSample(
  sample: EarlierSample,
  draws: number,
  executor: Executor,
  hooks: SampleHooks = {},
): Promise<Sample> {
  const { run, model, outer } = sample
  // A run that lacks whole chains is completed by as many draws as the others have.
  const least = sample.draws.ndraws + (run.kept.length < run.chains ? 0 : 1)
  if (!(Number.isInteger(draws) && draws >= least)) {
    const message = `expected more draws a chain than the ${sample.draws.ndraws} there are, got ${draws}`
    throw new GlmmError('USAGE', message, 'ask for at least one more')
  }
  const { names } = sample.draws
  const ran = await runChains({ ...run.plan, draws }, run.chains, names, executor, hooks, sample)
  return sampleOf(
    model,
    {
      ...ran,
      warmupSeconds: ran.warmupSeconds + sample.warmupSeconds,
      sampleSeconds: ran.sampleSeconds + sample.sampleSeconds,
    },
    outer,
  )
}

function sampleOf(model: Model, ran: RanChains, outer: number): Sample {
  const { plan } = ran.run
  const summary = summarise(ran.draws)
  const warnings = [flatDirection(model, plan.priors, plan.priorOnly), endedEarly(ran)]
  return {
    ...ran,
    model,
    priorOnly: plan.priorOnly,
    summary,
    diagnostics: posteriorDiagnostics(summary, ran.statistics, { draws: ran.draws, outer }),
    outer,
    warnings: warnings.filter((warning) => warning !== null),
  }
}

/** A run that was ended, in words. */
function endedEarly({ interruption, run, draws }: RanChains): Warning | null {
  if (!interruption) return null
  const why =
    interruption.code === 'ABORTED' ? 'the run was stopped' : `the run was ended twice: ${interruption.message}`
  const message =
    `${why}; kept are ${draws.ndraws} of ${run.plan.draws} draws of chain${run.kept.length === 1 ? '' : 's'} ` +
    `${run.kept.join(', ')} of ${run.chains}; the rest can be drawn by extending it, with the same result as of a run to the end`
  return { code: interruption.code === 'ABORTED' ? 'STOPPED' : interruption.code, message }
}
