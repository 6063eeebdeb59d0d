import type { SampleHooks } from '../../samplers/run/sample.js'
import { resolveMethod } from '../../samplers/methods/resolve-method.js'
import { resolveSettings, type SampleOptions, samplingCall } from '../../samplers/run/sample-options.js'
import { stateModel } from '../data/state-model.js'
import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import type { Executor } from '../executor.js'
import { type Checked, checkModel } from './check-model.js'

/** Checks Laplace's approximation for the model of a formula and a table, chains run by `executor`. */
export async function checkFormula(
  formula: string,
  table: Table,
  options: SampleOptions,
  executor: Executor,
  hooks: SampleHooks = {},
): Promise<Checked> {
  const model = stateModel(formula, table, options)
  const { method, reason, look } = resolveMethod(options, model)
  if (!method.draws) {
    const message = `expected a sampler that draws for a check, got ${method.name}`
    throw new GlmmError('USAGE', message, 'leave --sampler out, or name another')
  }
  const settings = resolveSettings({ ...options, sampler: method.name })
  const call = samplingCall('check', formula, table, model, options, settings)
  const { record, sample } = await checkModel(model, settings, executor, call, hooks, look)
  return { record: { ...record, posterior: { ...record.posterior, samplerReason: reason } }, sample }
}
