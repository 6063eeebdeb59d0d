import { writeFile } from 'node:fs/promises'
import { chainFile, namesChains } from '../../src/draws/files/chain-files.js'
import { type CmdstanRun, cmdstanPieces } from '../../src/draws/files/cmdstan-csv.js'
import { drawnModel } from '../../src/draws/drawn-model.js'
import { writeAtomically } from '../../src/draws/files/write-atomically.js'
import { checkDrawsPath, writeDraws } from '../../src/draws/files/write-draws.js'
import { samplerNamed } from '../kernels/registry.js'
import type { Sample } from '../run/sample.js'

/** How the writing is ended, and what CmdStan's files say of the data. */
export interface WriteOptions {
  /** Ends the writing, which leaves no file then. */
  readonly signal?: AbortSignal | undefined
  /** Name of the data's file, for the headers of CmdStan's files. */
  readonly data?: string | undefined
}

/**
 * Writes the draws of a posterior: as `writeDraws` does, or, where {chain} stands in the name (draws-{chain}.csv), a file a
 * chain as CmdStan does. The files are whole before any of them takes its name.
 *
 * @param path - Ends in `.csv` or `.parquet`; with {chain} in `.csv`.
 * @param posterior - Of `sample` or `check`.
 * @param options - A signal to end the writing, and the name of the data.
 * @throws GlmmError USAGE where the posterior has no draws, FILE where the path cannot be written or has another ending.
 * @example
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { readDraws, sample, tableFrom, writePosterior } from 'glmm'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], g: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const posterior = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', chains: 2, draws: 100, threads: 1 })
 * const path = join(mkdtempSync(join(tmpdir(), 'glmm-')), 'draws-{chain}.csv')
 * await writePosterior(path, posterior)
 * console.log((await readDraws(path)).draws.values.length) // 2
 */
export async function writePosterior(
  path: string,
  posterior: { readonly sample: Sample | null },
  { signal, data }: WriteOptions = {},
): Promise<void> {
  checkDrawsPath(path)
  const sample = drawnModel(posterior)
  const { model, draws, statistics } = sample
  if (!namesChains(path)) return writeDraws(path, draws, statistics, signal ? { signal } : {})
  const run = cmdstanRun(sample, data)
  const write = async (c: number): Promise<void> => {
    if (c === run.chains.length) return
    await writeAtomically(chainFile(path, run.chains[c]), async (temporary) => {
      await writeFile(temporary, cmdstanPieces(model, draws, statistics, run, c), { signal })
      await write(c + 1)
    })
  }
  await write(0)
}

function cmdstanRun({ run, warmupSeconds, sampleSeconds }: Sample, data: string | undefined): CmdstanRun {
  const { plan, kept, points } = run
  return {
    sampler: plan.sampler,
    engine: samplerNamed(plan.sampler).stanEngine ?? null,
    seed: plan.seed,
    warmup: plan.warmup,
    targetAccept: plan.targetAccept,
    maxDepth: plan.maxDepth,
    chains: kept,
    inverseMetric: points.map((point) => point?.metric.variance ?? null),
    warmupSeconds: warmupSeconds / kept.length,
    sampleSeconds: sampleSeconds / kept.length,
    data: data ?? null,
  }
}
