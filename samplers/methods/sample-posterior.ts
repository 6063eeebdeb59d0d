import { stateModel } from '../../src/data/state-model.js'
import type { Table } from '../../src/data/table.js'
import type { PosteriorRecord } from '../../src/draws/answers/posterior-record.js'
import { GlmmError } from '../../src/errors.js'
import type { Executor } from '../../src/executor.js'
import { type EarlierSample, extendSample, type SampleHooks } from '../run/sample.js'
import { type SampleOptions, samplingCall } from '../run/sample-options.js'
import { sampleRecord } from '../run/sample-record.js'
import type { DrawnPosterior, FoundPosterior, IntegratedPosterior } from './method.js'
import { resolveMethod } from './resolve-method.js'

/** What is found where a sampler is named so: `quadrature` makes no draws, all others do. */
export type PosteriorBy<Sampler extends string | undefined> = string extends Sampler
  ? FoundPosterior
  : 'quadrature' extends Sampler
    ? IntegratedPosterior
    : DrawnPosterior

/** Finds the posterior of the model of a formula and a table, chains run by `executor`. */
export async function samplePosterior<Sampler extends string | undefined = undefined>(
  formula: string,
  table: Table,
  options: SampleOptions & { readonly sampler?: Sampler },
  executor: Executor,
  hooks: SampleHooks = {},
): Promise<PosteriorBy<Sampler>> {
  const model = stateModel(formula, table, options)
  const { method, reason, look } = resolveMethod(options, model)
  const callOf = (settings: object) => samplingCall('sample', formula, table, model, options, settings)
  const { record, sample } = await method.run({ model, options, look, executor, hooks, callOf })
  return { record: { ...record, samplerReason: reason }, sample } as PosteriorBy<Sampler>
}

/** Goes on with a posterior's chains for so many draws more: it is then what one longer run gives. */
export async function extendPosterior(
  {
    record,
    sample,
  }: { readonly record: Pick<PosteriorRecord, 'call' | 'samplerReason'>; readonly sample: EarlierSample | null },
  draws: number,
  executor: Executor,
  hooks: SampleHooks = {},
): Promise<DrawnPosterior> {
  if (!sample) {
    const hint = 'its posterior is exact but for the error it reports; use a sampler that draws'
    throw new GlmmError('USAGE', 'expected chains to go on with, got a posterior without draws', hint)
  }
  const total = sample.draws.ndraws + draws
  const longer = await extendSample(sample, total, executor, hooks)
  const reported = sampleRecord(sample.model, longer.run.plan, longer, { ...record.call, draws: total })
  return { record: { ...reported, samplerReason: record.samplerReason ?? null }, sample: longer }
}
