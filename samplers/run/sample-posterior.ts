import { stateModel } from '../../src/data/state-model.js'
import type { Table } from '../../src/data/table.js'
import type { PosteriorRecord } from '../../src/draws/answers/posterior-record.js'
import type { Executor } from '../../src/executor.js'
import { integratedPosterior } from '../quadrature/integrated-posterior.js'
import { quadratureName } from '../kernels/registry.js'
import { type EarlierSample, extendSample, type Sample, type SampleHooks, sampleModel } from './sample.js'
import { resolveSettings, type SampleOptions, samplingCall, settleSampler } from './sample-options.js'
import { sampleRecord } from './sample-record.js'

/** A posterior: the record that --json prints, and the draws behind it. */
export interface SampledPosterior {
  readonly record: PosteriorRecord
  readonly sample: Sample
}

/** Samples the posterior of the model of a formula and a table, its chains run by `executor`. */
export async function samplePosterior(
  formula: string,
  table: Table,
  options: SampleOptions,
  executor: Executor,
  hooks: SampleHooks = {},
): Promise<SampledPosterior> {
  const model = stateModel(formula, table, options)
  const { options: settled, reason } = settleSampler(options, model)
  const settings = resolveSettings(settled)
  const call = samplingCall('sample', formula, table, model, settled, settings)
  if (settings.sampler === quadratureName) return integratedPosterior(model, settings, call)
  const sample = await sampleModel(model, settings, executor, hooks)
  return { record: { ...sampleRecord(model, settings, sample, call), samplerReason: reason }, sample }
}

/** Goes on with a posterior's chains for so many draws more: it is then what one longer run gives. */
export async function extendPosterior(
  {
    record,
    sample,
  }: { readonly record: Pick<PosteriorRecord, 'call' | 'samplerReason'>; readonly sample: EarlierSample },
  draws: number,
  executor: Executor,
  hooks: SampleHooks = {},
): Promise<SampledPosterior> {
  const total = sample.draws.ndraws + draws
  const longer = await extendSample(sample, total, executor, hooks)
  const told = sampleRecord(sample.model, longer.run.plan, longer, { ...record.call, draws: total })
  return { record: { ...told, samplerReason: record.samplerReason ?? null }, sample: longer }
}
