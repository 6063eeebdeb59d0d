import { readFileSync } from 'node:fs'
import type { Model } from '../../src/data/model.js'
import { parseTable } from '../../src/data/parse-table.js'
import { type ModelChoice, stateModel } from '../../src/data/state-model.js'
import type { Table } from '../../src/data/table.js'

const here = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

export const betablocker: Table = parseTable(here('../../examples/01-betablocker/betablocker.csv'), {
  source: 'betablocker.csv',
})
export const cbpp: Table = parseTable(here('cbpp.csv'), { source: 'cbpp.csv' })
export const toenail: Table = parseTable(here('toenail.csv'), { source: 'toenail.csv' })

/** The three models with exact maximum likelihood figures, by the name of their data. */
export const cases = {
  betablocker: { formula: 'cbind(r, n - r) ~ treat + (1 | center)', table: betablocker },
  cbpp: { formula: 'cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)', table: cbpp },
  toenail: { formula: 'y ~ treatment * time + (1 | patient)', table: toenail },
} as const

export type CaseName = keyof typeof cases

export function modelOf(name: CaseName, choice: ModelChoice = { family: 'binomial' }): Model {
  const { formula, table } = cases[name]
  return stateModel(formula, table, choice)
}

interface Engine {
  readonly logLik: number
  readonly beta: Readonly<Record<string, number>>
  readonly se: Readonly<Record<string, number>>
  readonly ranef_cov: Readonly<Record<string, { readonly sd: Readonly<Record<string, number>> }>>
  readonly AIC: number
  readonly BIC: number
  readonly pearson_residuals: {
    readonly min: number
    readonly q25: number
    readonly q50: number
    readonly q75: number
    readonly max: number
  }
  readonly ranef: { readonly center: { readonly modes: readonly Readonly<Record<string, number | string>>[] } }
}

export interface Exact {
  readonly logLik: number
  readonly beta: Readonly<Record<string, number>>
  readonly se: Readonly<Record<string, number>>
  readonly sd: Readonly<Record<string, number>>
  readonly se_sd: Readonly<Record<string, number>>
  readonly laplace_logLik_at_exact_mle: number
  readonly engines: { readonly lme4_ml: Engine; readonly glmmTMB_ml: Engine }
  readonly glm: {
    readonly beta: Readonly<Record<string, number>>
    readonly se: Readonly<Record<string, number>>
    readonly z: Readonly<Record<string, number>>
    readonly p: Readonly<Record<string, number>>
    readonly null_deviance: number
    readonly deviance: number
    readonly df_null: number
    readonly df_residual: number
    readonly logLik: number
    readonly AIC: number
    readonly BIC: number
    readonly iterations_eps1e8: number
  }
}

export const exact: Readonly<Record<CaseName, Exact>> = JSON.parse(here('maximum-likelihood.json'))

export interface ExactPosterior {
  readonly parameters: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly random_effects: readonly { readonly center: number; readonly mean: number; readonly sd: number }[]
  readonly log_marginal_likelihood: number
}

/** Priors of the standard deviation with an exact posterior of the betablocker model, its coefficients normal(0, 2.5). */
export const priorOnSd = {
  hn: 'sd ~ half_normal(0, 1)',
  hc: 'sd ~ half_cauchy(0, 2.5)',
  ht: 'sd ~ half_t(3, 0, 2.5)',
  ex: 'sd ~ exponential(1)',
} as const

/** These posteriors. */
export const exactPosteriors: Readonly<Record<keyof typeof priorOnSd, ExactPosterior>> = JSON.parse(
  here('betablocker-posterior.json'),
)

/** A posterior by importance sampling, outer parameters and effects in the order of our draws; an effect is its mean and sd. */
export interface ImportancePosterior {
  readonly importanceEss: number
  readonly parameters: readonly { readonly mean: number; readonly sd: number }[]
  readonly effects: readonly (readonly [number, number])[]
}

/** Of these models, with coefficients normal(0, 2.5) and sd half_cauchy(0, 2.5). */
export const importancePosteriors: Readonly<Record<'cbpp' | 'epil' | 'toenail', ImportancePosterior>> = JSON.parse(
  here('importance-posteriors.json'),
)
