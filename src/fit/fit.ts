import { type ModelChoice, stateModel } from '../data/state-model.js'
import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import { maxNodes } from '../likelihood/likelihood.js'
import { fitModel } from './fit-model.js'
import type { FitRecord } from './fit-record.js'

export interface FitOptions extends ModelChoice {
  /**
   * Quadrature nodes for each random effect, 1 (Laplace, the default) to 101, or 'auto' to climb until no parameter
   * moves by more than 0.001 standard errors.
   */
  readonly nodes?: number | 'auto' | undefined
}

/** Fits the model of a formula and a table by maximum likelihood. Throws GlmmError on input that states no model. */
export function fit(formula: string, table: Table, options: FitOptions = {}): FitRecord {
  const nodes = checkNodes(options.nodes ?? 1)
  const model = stateModel(formula, table, options)
  const call = {
    command: 'fit',
    formula,
    data: table.source,
    family: model.family,
    link: model.link,
    nodes,
    weights: options.weights ?? null,
    offset: options.offset ?? null,
  }
  return fitModel(model, nodes, call)
}

function checkNodes(nodes: number | 'auto'): number | 'auto' {
  if (nodes === 'auto' || (Number.isInteger(nodes) && nodes >= 1 && nodes <= maxNodes)) return nodes
  const hint = 'give a whole number in that range; 1 is Laplace, 25 is exact for most data'
  throw new GlmmError('USAGE', `expected a number of nodes from 1 to ${maxNodes}, or auto, got ${nodes}`, hint)
}
