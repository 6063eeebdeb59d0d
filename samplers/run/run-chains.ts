import { type ChainSpace, chainSpace, copySpace, fillSpace, spaceStatistics } from '../../src/draws/chain-space.js'
import type { BlockFiles } from '../../src/draws/block-files.js'
import type { ChainStatistics } from '../../src/draws/chain-statistics.js'
import { type Draws, rowsOf } from '../../src/draws/draws.js'
import { drawsIn } from '../../src/draws/stored-draws.js'
import { GlmmError, thrownError } from '../../src/errors.js'
import type { Executor, Outcome } from '../../src/executor.js'
import { type ChainPlan, type ChainPoint, progressCounters } from './chain-plan.js'
import { keptChains } from './kept-chains.js'
import { type ChainResult, chainTask } from './run-chain.js'

/** Where the chains of a run stand. */
export interface ChainProgress {
  readonly chains: readonly { readonly iteration: number; readonly divergences: number }[]
  /** Iterations a chain makes in all, warm-up included. */
  readonly total: number
}

export interface SampleHooks {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ChainProgress) => void
  /**
   * Files for draws that take more than `scratchBytes` (64 MB unless given), in place of memory. They last until `close` of the stored draws, or the end of the process.
   */
  readonly scratch?: BlockFiles | undefined
  readonly scratchBytes?: number | undefined
}

/** What a run goes on with when more draws are asked for. */
export interface ChainRun {
  readonly plan: ChainPlan
  /** Chains asked for. */
  readonly chains: number
  /** Numbers, from 1, of the chains that have draws, in the order of the draws. */
  readonly kept: readonly number[]
  /** Beside each, a point at or before its last draw; null where it must start anew. */
  readonly points: readonly (ChainPoint | null)[]
}

/** Chains that ended, or were ended. */
export interface RanChains {
  readonly run: ChainRun
  readonly draws: Draws
  readonly statistics: readonly ChainStatistics[]
  readonly warmupSeconds: number
  readonly sampleSeconds: number
  /** Why there are fewer draws than were asked for: ABORTED or WORKER_DIED; null where there are not. */
  readonly interruption: GlmmError | null
}

/** Chains that ran before, to be gone on with. */
export type EarlierChains = Pick<RanChains, 'run' | 'draws' | 'statistics'>

const defaultScratchBytes = 1 << 26
/** Draws in memory take 8 bytes a number; so many bytes are too many. */
const mostBytes = 4e9
/** A chain whose worker died runs once more, with the same draws; what kills its worker again will do so for ever. */
const attempts = 2

/**
 * Runs the chains of a plan, from where `earlier` left them. A run that is stopped, or whose workers die twice, rejects
 * where nothing can be kept of it; else it resolves with the draws of `keptChains`.
 */
export async function runChains(
  plan: ChainPlan,
  chains: number,
  names: readonly string[],
  executor: Executor,
  hooks: SampleHooks,
  earlier: EarlierChains | null,
): Promise<RanChains> {
  const { signal, onProgress, scratch, scratchBytes = defaultScratchBytes } = hooks
  const files = scratch && 8 * chains * plan.draws * names.length > scratchBytes ? scratch : null
  if (!files) checkMemory(chains, plan.draws, names.length)
  const spaces: ChainSpace[] = []
  try {
    for (let c = 0; c < chains; c++) {
      spaces.push(chainSpace(plan.draws, names.length, files?.open() ?? null))
    }
    const points = new Array<readonly ChainPoint[] | null>(chains).fill(null)
    const interruption = await attempt()
    const kept = keptChains(spaces.map(({ done }) => done[0]))
    if (kept.draws === 0) throw interruption ?? new TypeError('chains ended without draws')
    files?.close(spaces.filter((_, c) => !kept.chains.includes(c)).map(({ file }) => file))
    const own = kept.chains.map((c) => spaces[c])
    const seconds = (of: 1 | 2): number => own.reduce((sum, { tuning }) => sum + tuning[of], 0)
    return {
      run: {
        plan,
        chains,
        kept: kept.chains.map((c) => c + 1),
        points: kept.chains.map((c) => points[c]?.findLast(({ draws }) => draws <= kept.draws) ?? null),
      },
      draws: drawsIn(names, own, kept.draws, files),
      statistics: own.map((space) => spaceStatistics(space, kept.draws)),
      warmupSeconds: seconds(1),
      sampleSeconds: seconds(2),
      interruption,
    }

    /** Runs what is not finished, and once more where a worker dies; returns what ended the run before its time. */
    async function attempt(): Promise<GlmmError | null> {
      for (let left = attempts; ; ) {
        const waiting = spaces.flatMap(({ done }, c) => (points[c] && done[0] === plan.draws ? [] : [c]))
        const jobs = waiting.map((c) => ({ chain: c + 1, space: spaces[c], from: prepared(c) }))
        const onSettled = (outcome: Outcome<unknown>, index: number): void => {
          if (!outcome.ok) return
          const result = outcome.value as ChainResult
          copySpace(result.space, spaces[waiting[index]])
          points[waiting[index]] = result.points
        }
        try {
          const outcomes = await executor.run(chainTask(files?.write ?? null), plan, jobs, {
            onSettled,
            ...(signal && { signal }),
            ...(onProgress && {
              onProgress: (counters: readonly Int32Array[]) => onProgress(progressOf(waiting, counters)),
            }),
          })
          outcomes.forEach(onSettled)
          for (const outcome of outcomes) if (!outcome.ok) throw thrownError(outcome.error)
          return null
        } catch (thrown) {
          if (!(thrown instanceof GlmmError)) throw thrown
          if (thrown.code !== 'ABORTED' && thrown.code !== 'WORKER_DIED') throw thrown
          if (thrown.code === 'ABORTED' || --left === 0) return thrown
        }
      }
    }

    /** Puts a chain's earlier draws into its space, and returns the point it goes on from. */
    function prepared(c: number): ChainPoint | null {
      Atomics.store(spaces[c].done, 0, 0)
      const at = earlier ? earlier.run.kept.indexOf(c + 1) : -1
      const point = earlier?.run.points[at] ?? null
      if (!earlier || !point) return null
      fillSpace(
        spaces[c],
        rowsOf(earlier.draws, at, 0, point.draws),
        earlier.statistics[at],
        point.draws,
        files?.write ?? null,
      )
      return point
    }
  } catch (error) {
    files?.close(spaces.map(({ file }) => file))
    throw error
  }

  function progressOf(waiting: readonly number[], counters: readonly Int32Array[]): ChainProgress {
    const total = plan.warmup + plan.draws
    return {
      total,
      chains: spaces.map((_, c) => {
        const at = waiting.indexOf(c)
        if (at < 0) return { iteration: total, divergences: 0 }
        return {
          iteration: counters[at][progressCounters.iterations],
          divergences: counters[at][progressCounters.divergences],
        }
      }),
    }
  }
}

function checkMemory(chains: number, draws: number, parameters: number): void {
  const bytes = 8 * chains * draws * parameters
  if (bytes <= mostBytes) return
  const most = Math.floor(mostBytes / (8 * chains * parameters))
  const message = `expected draws that fit into ${mostBytes / 1e9} GB, got ${chains} x ${draws} x ${parameters} numbers`
  const hint = `ask for at most ${most} draws a chain, or for fewer chains, or write them to a file with --out draws.parquet`
  throw new GlmmError('USAGE', message, hint)
}
