import type { Model } from '../../data/model.js'
import type { FitRecord } from '../fit-record.js'
import { testModel } from './model-tests.js'

/** A fit with its model tested against the data, and a warning where that is questionable. */
export function testedFit(record: FitRecord, model: Model, seed: number): FitRecord {
  if (!record.convergence.converged) {
    const reasons = ['nothing could be tested: the fit did not converge']
    return { ...record, tests: {}, model: { verdict: 'no fault found', reasons } }
  }
  const tested = testModel(model, Float64Array.from(record.parameters.estimate), { seed })
  return { ...record, warnings: [...record.warnings, ...modelWarning(tested.model)], ...tested }
}

/** The warning of a questionable model. */
export const modelWarning = ({ verdict, reasons }: NonNullable<FitRecord['model']>): FitRecord['warnings'] =>
  verdict === 'questionable' ? [{ code: 'MODEL', message: `the model is questionable: ${reasons.join('; ')}` }] : []
