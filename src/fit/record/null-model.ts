import { meanOf } from '../../data/roles.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { FitRecord } from './fit-record.js'
import { fitGlm, totalDeviance } from '../start/glm.js'

/** Deviance of the model with nothing but an intercept (where the model has one) and the offset, and its df. */
export function nullModel({ model, family, link }: Stated, used: number): Pick<FitRecord, 'nullDeviance' | 'dfNull'> {
  const { fixed, offset } = meanOf(model)
  if (!fixed.names.includes('(Intercept)')) {
    const eta = offset ?? new Float64Array(model.nobs)
    return { nullDeviance: totalDeviance(model.response, family, link, eta), dfNull: used }
  }
  const intercept = { names: ['(Intercept)'], x: new Float64Array(model.nobs).fill(1) }
  const { deviance } = fitGlm(intercept, offset, model.response, family, link)
  return { nullDeviance: deviance, dfNull: used - 1 }
}
