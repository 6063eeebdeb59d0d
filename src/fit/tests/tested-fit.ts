import type { Model } from '../../data/model.js'
import type { Estimate } from '../estimate.js'
import type { FitRecord } from '../fit-record.js'
import { type TestedModel, testModel } from './model-tests.js'
import { undecidedOf, undecidedRuns } from './undecided.js'

/** A fit with its model tested against the data, and a warning where that is questionable. */
export function testedFit(record: FitRecord, model: Model, seed: number): FitRecord {
  const tested = record.convergence.converged
    ? testModel(model, Float64Array.from(record.parameters.estimate), {
        seed,
        nodes: nodesOf(record.nodes),
        undecided: undecidedOf(record),
      })
    : nothing
  return { ...record, warnings: [...record.warnings, ...modelWarning(tested)], ...tested }
}

/** Lists have one number a factor; importance sampling and models without random effects have none. */
const nodesOf = (nodes: FitRecord['nodes']): number =>
  nodes === null ? 1 : typeof nodes === 'number' ? nodes : Math.max(...nodes)

/** The tests of a check: replicates for every one. */
export const checkedModel = (
  model: Model,
  { converged, parameters, nodes, runs, told }: Pick<Estimate, 'converged' | 'parameters' | 'nodes' | 'runs' | 'told'>,
  seed: number,
): TestedModel => {
  if (!converged) return nothing
  const lost = told.flatMap(({ code, message }) => (code === 'NOT_IDENTIFIED' ? [message] : []))
  const undecided = [...undecidedRuns(runs.filter(({ to }) => to !== null || lost.length === 0)), ...lost]
  return testModel(model, parameters, { seed, replicates: 'always', nodes, undecided })
}

const nothing: TestedModel = {
  tests: {},
  model: { verdict: 'questionable', reasons: ['nothing could be tested: the fit did not converge'] },
}

/** The warning of a model that tests speak against; of parameters left open there are warnings of their own. */
const modelWarning = ({ tests, model: { reasons } }: TestedModel): FitRecord['warnings'] =>
  Object.values(tests).some(({ effect, p }) => effect !== null && p !== null)
    ? [{ code: 'MODEL', message: `the model is questionable: ${reasons.join('; ')}` }]
    : []
