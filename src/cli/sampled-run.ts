import { brokenSeal } from '../../samplers/files/draws-seal.js'
import { planChains } from '../../samplers/run/plan-chains.js'
import { type RunFile, readRun, runFileOf } from '../../samplers/files/run-file.js'
import type { EarlierSample } from '../../samplers/run/sample.js'
import { resolveSettings, samplingCall } from '../../samplers/run/sample-options.js'
import type { Model } from '../data/model.js'
import { readChoices } from '../data/read-options.js'
import { modelChoices } from '../data/state-model.js'
import type { Table } from '../data/table.js'
import type { PosteriorRecord } from '../draws/answers/posterior-record.js'
import { readDraws } from '../draws/files/read-draws.js'
import { GlmmError } from '../errors.js'
import { likelihood } from '../likelihood/likelihood.js'
import type { ModelFlags, SamplingFlags } from './flags.js'

export type RunFlags = ModelFlags & SamplingFlags

/** What makes a run what it is: all of it settled once it has draws. */
const settled: readonly (keyof RunFlags)[] = [
  ...readChoices,
  ...modelChoices,
  'prior',
  'priorOnly',
  'sampler',
  'chains',
  'warmup',
  'targetAccept',
  'maxDepth',
  'seed',
]

/** A run as it was stated: the formula, the flags that its draws follow from, and its state where it has been run. */
export interface StatedRun {
  readonly formula: string
  readonly flags: RunFlags
  readonly state: RunFile | null
}

/** The run of a call: stated by it, or by the call that wrote the draws that --extend names. */
export async function statedRun(
  formula: string | undefined,
  flags: RunFlags & { readonly extend?: string },
): Promise<StatedRun> {
  const given = settled.filter((name) => flags[name] !== undefined)
  if (flags.extend === undefined) {
    if (formula === undefined) {
      const hint = 'give it in quotes, such as glmm sample "y ~ x + (1 | group)" --data FILE'
      throw new GlmmError('USAGE', "expected a 'formula', got none", hint)
    }
    const { data, header, draws } = flags
    const own = Object.fromEntries(given.map((name) => [name, flags[name]]))
    return { formula, flags: { ...own, data, header, ...(draws !== undefined && { draws }) }, state: null }
  }
  if (formula !== undefined || given.length > 0) {
    const got = formula ?? `--${given[0].replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`
    const message = `expected --extend without what its run has settled, got ${got}`
    throw new GlmmError('USAGE', message, 'leave it out; --draws says how many more, --data where the data are now')
  }
  const state = await readRun(runFileOf(flags.extend))
  const call = state.call as unknown as Pick<StatedRun, 'formula' | 'flags'>
  return { formula: call.formula, flags: { ...call.flags, ...(flags.data && { data: flags.data }) }, state }
}

/**
 * The posterior whose draws are in the file `path`, and how many more draws a chain are asked for: `more`, or those its
 * run lacks. FILE where the data are no longer those of the run, or the draws no longer those of its state.
 */
export async function earlierPosterior(
  path: string,
  { formula, flags, state }: StatedRun,
  table: Table,
  model: Model,
  more: number | undefined,
): Promise<{
  readonly posterior: {
    readonly record: Pick<PosteriorRecord, 'call' | 'samplerReason'>
    readonly sample: EarlierSample
  }
  readonly more: number
}> {
  const { chains, kept, points, warmupSeconds, sampleSeconds, center, draws: asked, seal, samplerReason } = state!
  const { draws, statistics } = await readDraws(path)
  const broken = brokenSeal(seal, draws, statistics)
  if (broken !== null) {
    const message = `expected the draws of ${runFileOf(path)} in ${path}, got ${broken}`
    throw new GlmmError('FILE', message, 'use both as one run wrote them, or sample anew')
  }
  const lacking = more ?? asked - draws.ndraws
  if (lacking < 0 || (lacking === 0 && kept.length === chains)) {
    throw new GlmmError('USAGE', `expected --draws, as the run has all of its ${asked}`, 'say how many more')
  }
  const options = { ...flags, priors: flags.prior }
  const settings = resolveSettings(options)
  const plan = planChains(model, { ...settings, draws: asked })
  if (plan.center.length !== center.length || plan.center.some((x, j) => !Object.is(x, center[j]))) {
    const message = `expected the data of the run ${path}, got others in ${flags.data}`
    throw new GlmmError('FILE', message, 'name the data as they were with --data')
  }
  const outer = likelihood(model).dimension
  const run = { plan, chains, kept, points }
  return {
    posterior: {
      record: {
        call: samplingCall('sample', formula, table, model, options, settings),
        samplerReason: samplerReason ?? null,
      },
      sample: { model, draws, statistics, warmupSeconds, sampleSeconds, run, outer },
    },
    more: lacking,
  }
}
