import type { SampleHooks } from '../../samplers/sample.js'
import { resolveSettings, type SampleOptions } from '../../samplers/sample-options.js'
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
  const settings = resolveSettings(options)
  const model = stateModel(formula, table, options)
  const call = {
    command: 'check',
    formula,
    data: table.source,
    family: model.family,
    link: model.link,
    weights: options.weights ?? null,
    offset: options.offset ?? null,
    ...settings,
  }
  return checkModel(model, settings, executor, call, hooks)
}
