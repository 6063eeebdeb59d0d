import type { Model } from '../../data/model.js'
import type { Estimate } from '../estimate.js'
import type { FitRecord } from '../fit-record.js'
import { hasNoScale, noScale, nothingTested, type TestedModel, testModel } from './model-tests.js'

/** A fit with its model tested against the data, and a warning where that is questionable. */
export function testedFit(record: FitRecord, model: Model, seed: number): FitRecord {
  const { convergence, parameters, certificate } = record
  const nodes = nodesOf(record.nodes)
  const integrated = certificate?.verdict !== 'inadequate'
  const tested = !convergence.converged
    ? nothingTested('the fit did not converge')
    : hasNoScale(record)
      ? nothingTested(noScale)
      : testModel(model, Float64Array.from(parameters.estimate), { seed, nodes, integrated })
  return { ...record, warnings: [...record.warnings, ...modelWarning(tested.model)], ...tested }
}

/** Lists have one number a factor; importance sampling and models without random effects have none. */
const nodesOf = (nodes: FitRecord['nodes']): number =>
  nodes === null ? 1 : typeof nodes === 'number' ? nodes : Math.max(...nodes)

/** The tests of a check: replicates for every one. */
export const checkedModel = (
  model: Model,
  { converged, unbounded, parameters, nodes }: Pick<Estimate, 'converged' | 'unbounded' | 'parameters' | 'nodes'>,
  seed: number,
): TestedModel =>
  !converged
    ? nothingTested('the fit did not converge')
    : unbounded
      ? nothingTested(noScale)
      : testModel(model, parameters, { seed, replicates: 'always', nodes })

/** The warning of a questionable model. */
const modelWarning = ({ verdict, reasons }: TestedModel['model']): FitRecord['warnings'] =>
  verdict === 'questionable' ? [{ code: 'MODEL', message: `the model is questionable: ${reasons.join('; ')}` }] : []
