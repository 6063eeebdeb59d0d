import type { SampleHooks } from '../../samplers/run/sample.js'
import { resolveSettings, settleSampler, type SampleOptions, samplingCall } from '../../samplers/run/sample-options.js'
import { stateModel } from '../data/state-model.js'
import type { Table } from '../data/table.js'
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
  const settings = resolveSettings(settleSampler(options, model).options)
  const call = samplingCall('check', formula, table, model, options, settings)
  return checkModel(model, settings, executor, call, hooks)
}
