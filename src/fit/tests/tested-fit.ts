import type { Stated } from '../../likelihood/frame/stated.js'
import type { Estimate } from '../results/estimate.js'
import type { FitRecord } from '../record/fit-record.js'
import { hasNoScale, noScale, nothingTested, type TestedModel, testModel } from './model-tests.js'
import { undecidedOf, undecidedRuns } from './undecided.js'

/** A fit with its model tested against the data, and a warning where that is questionable. */
export function testedFit(record: FitRecord, stated: Stated, seed: number): FitRecord {
  const { convergence, parameters, certificate } = record
  const nodes = nodesOf(record.nodes)
  const integrated = certificate?.verdict !== 'inadequate'
  const undecided = undecidedOf(record)
  const restricted = record.method === 'reml'
  const tested = !convergence.converged
    ? notConverged
    : hasNoScale(record)
      ? nothingTested(noScale, undecided)
      : testModel(stated, Float64Array.from(parameters.estimate), { seed, nodes, integrated, undecided, restricted })
  return { ...record, warnings: [...record.warnings, ...modelWarning(tested)], ...tested }
}

/** Estimates that are not at a maximum are none of the model's. */
const notConverged: TestedModel = {
  tests: {},
  model: { verdict: 'questionable', reasons: ['nothing could be tested: the fit did not converge'] },
}

/** Lists have one number a factor; importance sampling and models without random effects have none. */
const nodesOf = (nodes: FitRecord['nodes']): number =>
  nodes === null ? 1 : typeof nodes === 'number' ? nodes : Math.max(...nodes)

/** The tests of a check: replicates for every one. */
export const checkedModel = (
  stated: Stated,
  {
    converged,
    unbounded,
    parameters,
    nodes,
    runs,
    reported,
  }: Pick<Estimate, 'converged' | 'unbounded' | 'parameters' | 'nodes' | 'runs' | 'reported'>,
  seed: number,
): TestedModel => {
  if (!converged) return notConverged
  const lost = reported.flatMap(({ code, message }) => (code === 'NOT_IDENTIFIED' ? [message] : []))
  const undecided = [...undecidedRuns(runs.filter(({ to }) => to !== null || lost.length === 0)), ...lost]
  if (unbounded) return nothingTested(noScale, undecided)
  return testModel(stated, parameters, { seed, replicates: 'always', nodes, undecided })
}

/** The warning about a model that tests reject; parameters left open have warnings of their own. */
const modelWarning = ({ tests, model: { reasons } }: TestedModel): FitRecord['warnings'] =>
  Object.values(tests).some(({ effect, p }) => effect !== null && p !== null)
    ? [{ code: 'MODEL', message: `the model is questionable: ${reasons.join('; ')}` }]
    : []
