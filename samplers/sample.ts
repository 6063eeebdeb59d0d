import type { Model } from '../src/data/model.js'
import type { ChainStatistics } from '../src/draws/chain-statistics.js'
import type { DrawnModel } from '../src/draws/drawn-model.js'
import type { Draws } from '../src/draws/draws.js'
import { posteriorDiagnostics } from '../src/draws/posterior-diagnostics.js'
import type { ParameterSummary, PosteriorDiagnostics } from '../src/draws/posterior-record.js'
import { summarise } from '../src/draws/summarise.js'
import { GlmmError, thrownError } from '../src/errors.js'
import type { Executor } from '../src/executor.js'
import { likelihood } from '../src/likelihood/likelihood.js'
import { drawNames } from '../src/likelihood/posterior.js'
import { progressCounters } from './chain-plan.js'
import { type ChainSettings, planChains } from './plan-chains.js'
import { type ChainResult, chainTask } from './run-chain.js'

/** Draws of all chains with what is known of their quality. */
export interface Sample extends DrawnModel {
  readonly statistics: readonly ChainStatistics[]
  readonly summary: readonly ParameterSummary[]
  readonly diagnostics: PosteriorDiagnostics
  /** Seconds summed over the chains. */
  readonly warmupSeconds: number
  readonly sampleSeconds: number
  /** Outer parameters: the first so many names of the draws. */
  readonly outer: number
}

/** Where the chains of a run stand. */
export interface ChainProgress {
  readonly chains: readonly { readonly iteration: number; readonly divergences: number }[]
  /** Iterations a chain makes in all, warm-up included. */
  readonly total: number
}

export interface SampleHooks {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ChainProgress) => void
}

/** Draws are kept in memory, at 8 bytes a number; so many bytes are too many. */
const mostBytes = 4e9

function checkMemory(chains: number, draws: number, parameters: number): void {
  const bytes = 8 * chains * draws * parameters
  if (bytes <= mostBytes) return
  const most = Math.floor(mostBytes / (8 * chains * parameters))
  const message = `expected draws that fit into ${mostBytes / 1e9} GB, got ${chains} x ${draws} x ${parameters} numbers`
  throw new GlmmError('USAGE', message, `ask for at most ${most} draws a chain, or for fewer chains`)
}

/** Plans the chains, runs them on `executor`, and summarises what they drew. */
export async function sampleModel(
  model: Model,
  settings: ChainSettings & { readonly chains: number },
  executor: Executor,
  hooks: SampleHooks = {},
): Promise<Sample> {
  const { chains, ...rest } = settings
  const plan = planChains(model, rest)
  const like = likelihood(model)
  const names = drawNames(like)
  checkMemory(chains, plan.draws, names.length)
  const jobs = Array.from({ length: chains }, (_, i) => ({ chain: i + 1 }))
  const { signal, onProgress } = hooks
  const outcomes = await executor.run(chainTask, plan, jobs, {
    ...(signal && { signal }),
    ...(onProgress && {
      onProgress: (counters: readonly Int32Array[]) =>
        onProgress({
          total: plan.warmup + plan.draws,
          chains: counters.map((of) => ({
            iteration: of[progressCounters.iterations],
            divergences: of[progressCounters.divergences],
          })),
        }),
    }),
  })
  const finished = outcomes.map((outcome) => {
    if (!outcome.ok) throw thrownError(outcome.error)
    return outcome.value
  })

  const draws: Draws = { names, ndraws: plan.draws, values: finished.map(({ values }) => values) }
  const statistics = finished.map((chain) => chain.statistics)
  const summary = summarise(draws)
  const seconds = (of: (chain: ChainResult) => number): number => finished.reduce((sum, chain) => sum + of(chain), 0)
  return {
    model,
    priorOnly: plan.priorOnly,
    draws,
    statistics,
    summary,
    diagnostics: posteriorDiagnostics(summary, statistics),
    warmupSeconds: seconds((chain) => chain.warmupSeconds),
    sampleSeconds: seconds((chain) => chain.sampleSeconds),
    outer: like.dimension,
  }
}
