import { dirname, extname } from 'node:path'
import { runFileOf, runStateOf, writeRun } from '../../samplers/files/run-file.js'
import { resolveSettings } from '../../samplers/run/sample-options.js'
import type { DrawnPosterior, FoundPosterior } from '../../samplers/methods/method.js'
import { makesDraws } from '../../samplers/methods/registry.js'
import { extendPosterior, samplePosterior } from '../../samplers/methods/sample-posterior.js'
import { writePosterior } from '../../samplers/files/write-posterior.js'
import { stateModel } from '../data/state-model.js'
import { chainFile, namesChains } from '../draws/files/chain-files.js'
import { answerQueries, checkQueries } from '../draws/answers/posterior-queries.js'
import { scratchFiles } from '../draws/files/scratch-file.js'
import { drawnModel } from '../draws/drawn-model.js'
import { checkDrawsPath } from '../draws/files/write-draws.js'
import { exitStatus, GlmmError } from '../errors.js'
import type { OutputFlag } from './flags.js'
import { lateInterrupt } from './late-interrupt.js'
import { outputsOf } from './output-files.js'
import { checkOutput, present, writeResult } from './present.js'
import { type QueryFlags, queriesOf } from './query-options.js'
import { readData, withReading } from './read-data.js'
import { earlierPosterior, type RunFlags, statedRun } from './sampled-run.js'
import { samplingRun } from './sampling-run.js'

/** Endings under which --out writes the result; any other must be one of draws. */
const resultEndings = ['.json', '.html', '.htm', '.md']
const writesResult = (out: string): boolean => resultEndings.includes(extname(out).toLowerCase())

export interface SampleFlags extends RunFlags, QueryFlags, OutputFlag {
  readonly seed?: number
  readonly priorOnly?: true
  /** Draws that this command wrote before, to go on with. */
  readonly extend?: string
}

export async function sampleCommand(formula: string | undefined, flags: SampleFlags): Promise<void> {
  const outs = outputsOf({ out: flags.out ?? flags.extend ?? [] })
  const drawsOuts = outs.filter((out) => !writesResult(out))
  const run = await statedRun(formula, flags)
  checkOutput({ ...run.flags, out: outs })
  for (const out of drawsOuts) {
    checkDrawsPath(out)
    if (namesChains(out)) checkChainOutputs(out, run.flags)
  }
  const queries = queriesOf({ ...flags, ...run.flags })
  if ((drawsOuts.length > 0 || queries) && !makesDraws(run.flags.sampler)) {
    const got = queries ? 'questions that draws answer' : `--out ${drawsOuts[0]}`
    const hint = 'leave that out, write the result with --out NAME.json, or use the sampler marginal'
    throw new GlmmError(
      'USAGE',
      `expected no use of draws with the sampler ${run.flags.sampler}, which has none, got ${got}`,
      hint,
    )
  }
  const table = await readData(run.flags)
  const options = { ...run.flags, priors: run.flags.prior }
  const model = stateModel(run.formula, table, options)
  if (queries) checkQueries(model, queries, run.flags.priorOnly ?? false)
  const earlier =
    flags.extend === undefined ? null : await earlierPosterior(flags.extend, run, table, model, flags.draws)
  const scratch = drawsOuts.length === 0 ? undefined : scratchFiles(dirname(drawsOuts[0]))
  const late = drawsOuts.length === 0 ? null : lateInterrupt()
  const work: Parameters<typeof samplingRun<FoundPosterior>>[1] = (executor, given) => {
    const hooks = { ...given, scratch }
    if (earlier) return extendPosterior(earlier.posterior, earlier.more, executor, hooks)
    return samplePosterior(run.formula, table, options, executor, hooks)
  }
  const result = await samplingRun(flags, work, late)
  const found = queries && answerQueries({ sample: drawnModel(result) }, queries)
  const { warnings } = result.record
  const asked = found ? { ...found.answers, warnings: [...warnings, ...found.warnings] } : {}
  const record = withReading({ ...result.record, ...asked }, run.flags)
  await present(record, { ...flags, out: outs }, async (path, signal) => {
    if (late?.end()) process.exitCode = exitStatus('ABORTED')
    if (writesResult(path)) return writeResult(record, path)
    // Checked above: where draws are to be written there are some.
    const { sample } = result as DrawnPosterior
    await writePosterior(path, { sample }, { signal, data: run.flags.data })
    const call = { formula: run.formula, flags: { ...run.flags, sampler: sample.run.plan.sampler } }
    await writeRun(runFileOf(path), runStateOf(sample, call, record.samplerReason ?? null))
  })
  const { sample } = result
  if (sample?.interruption) process.exitCode = exitStatus(sample.interruption.code)
}

/** Refuses files of the chains that are the data itself, or folders. */
function checkChainOutputs(out: string, flags: RunFlags): void {
  const { chains } = resolveSettings({ chains: flags.chains })
  for (let chain = 1; chain <= chains; chain++) checkOutput({ ...flags, out: chainFile(out, chain) })
}
