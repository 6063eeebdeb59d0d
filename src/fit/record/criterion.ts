import type { FitCriterion } from './fit-record.js'

/** Counts behind the criteria: parameters, observations that have a say, and what is left of these. */
export interface Counts {
  readonly df: number
  readonly observations: number
  readonly dfResidual: number
}

/** A model that has none of R's glm's comparison with an intercept alone. */
export const noNullModel = { nullDeviance: null, dfNull: null, residualDeviance: null }

/** Log-likelihood and the criteria that follow from it (Akaike 1974; Schwarz 1978). */
export const fitCriterion = (
  logLik: number,
  { df, observations, dfResidual }: Counts,
  ofNull: Pick<FitCriterion, 'nullDeviance' | 'dfNull' | 'residualDeviance'> = noNullModel,
): FitCriterion => ({
  logLik,
  deviance: -2 * logLik,
  aic: -2 * logLik + 2 * df,
  bic: -2 * logLik + Math.log(observations) * df,
  df,
  dfResidual,
  nullDeviance: ofNull.nullDeviance,
  dfNull: ofNull.dfNull,
  residualDeviance: ofNull.residualDeviance,
})
