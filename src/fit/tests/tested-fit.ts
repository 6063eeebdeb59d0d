import type { Model } from '../../data/model.js'
import type { Estimate } from '../estimate.js'
import type { FitRecord } from '../fit-record.js'
import { type TestedModel, testModel } from './model-tests.js'

/** A fit with its model tested against the data, and a warning where that is questionable. */
export function testedFit(record: FitRecord, model: Model, seed: number): FitRecord {
  const tested = record.convergence.converged
    ? testModel(model, Float64Array.from(record.parameters.estimate), {
        seed,
        nodes: nodesOf(record.nodes),
        integrated: record.certificate?.verdict !== 'inadequate',
      })
    : nothing
  return { ...record, warnings: [...record.warnings, ...modelWarning(tested.model)], ...tested }
}

/** Lists have one number a factor; importance sampling and models without random effects have none. */
const nodesOf = (nodes: FitRecord['nodes']): number =>
  nodes === null ? 1 : typeof nodes === 'number' ? nodes : Math.max(...nodes)

/** The tests of a check: replicates for every one. */
export const checkedModel = (
  model: Model,
  { converged, parameters, nodes }: Pick<Estimate, 'converged' | 'parameters' | 'nodes'>,
  seed: number,
): TestedModel => (converged ? testModel(model, parameters, { seed, replicates: 'always', nodes }) : nothing)

const nothing: TestedModel = {
  tests: {},
  model: { verdict: 'no fault found', reasons: ['nothing could be tested: the fit did not converge'] },
}

/** The warning of a questionable model. */
const modelWarning = ({ verdict, reasons }: TestedModel['model']): FitRecord['warnings'] =>
  verdict === 'questionable' ? [{ code: 'MODEL', message: `the model is questionable: ${reasons.join('; ')}` }] : []
