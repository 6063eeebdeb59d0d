import { independentColumns } from '../data/aliased-columns.js'
import { combinationsOf } from '../data/column-combinations.js'
import { newDesign } from '../data/new-design.js'
import { formulaTerms } from '../formula/formula-terms.js'
import { parseFormula } from '../formula/parse-formula.js'
import { designSource } from '../fit/predict/predict-source.js'
import type { FittedModel } from './fitted-model.js'

/** A hypothesis on the fixed effects of the mean: each row times beta is 0. */
export interface Hypothesis {
  /** 'treat', 'treat:time'. */
  readonly term: string
  readonly rows: readonly Float64Array[]
  /** Columns of the term that are not estimable: they are not part of the hypothesis. */
  readonly lost: number
}

/**
 * The hypotheses that terms of the mean are without effect.
 *
 * Type III: with factors coded by contrasts that sum to zero, each term's coefficients are zero, whatever the coding of the fit:
 * main effects are averages over the levels of the other factors, at 0 of covariates.
 * Type II: each term given all others but those that contain it: of the estimates those combinations that are not correlated
 * with the coefficients of containing terms (as car's Anova).
 */
export function termHypotheses(fitted: FittedModel, type: 2 | 3): Hypothesis[] {
  return type === 2 ? marginal(fitted) : sumToZero(fitted)
}

interface LabelledTerms {
  readonly labels: readonly string[]
  /** The variables of each term. */
  readonly terms: readonly (readonly number[])[]
}

function termsOf({ fit, table }: FittedModel): LabelledTerms {
  const { formula, basis, reserved } = designSource(fit)
  const { fixed } = formulaTerms(
    parseFormula(formula),
    basis.columns ?? table.columns.map(({ name }) => name),
    reserved,
  )
  return { labels: fixed.terms.map((term) => term.map((v) => fixed.variables[v].text).join(':')), terms: fixed.terms }
}

/** The term of each fixed effect of the mean; -1 for the intercept. */
export function termOfCoefficients(fitted: FittedModel): number[] {
  const { fit, table } = fitted
  const [{ fixed }] = newDesign(designSource(fit), table, 'none').predictors
  return fit.fixed.map(({ name }) => fixed.assign[fixed.names.indexOf(name)])
}

function marginal(fitted: FittedModel): Hypothesis[] {
  const { fit, covariance, stated } = fitted
  const { labels, terms } = termsOf(fitted)
  const assign = termOfCoefficients(fitted)
  const p = fit.fixed.length
  const d = stated.layout.dimension
  const contains = (s: number, t: number): boolean => s !== t && terms[t].every((v) => terms[s].includes(v))
  return labels.map((term, t) => {
    const own = [...assign.keys()].filter((j) => assign[j] === t)
    const others = [...assign.keys()].filter((j) => assign[j] >= 0 && contains(assign[j], t))
    const rows = own.map((j) => {
      const row = new Float64Array(p)
      row[j] = 1
      return row
    })
    // beta_T - V_TR V_RR^-1 beta_R, by taking the estimates of containing terms out one after the other.
    const v = (i: number, j: number): number => covariance[i * d + j]
    const taken: Float64Array[] = []
    const product = (a: Float64Array, b: Float64Array): number => {
      let sum = 0
      for (let i = 0; i < p; i++)
        if (a[i] !== 0) for (let j = 0; j < p; j++) if (b[j] !== 0) sum += a[i] * v(i, j) * b[j]
      return sum
    }
    const without = (row: Float64Array): Float64Array => {
      for (let pass = 0; pass < 2; pass++)
        for (const one of taken) {
          const share = product(row, one) / product(one, one)
          for (let j = 0; j < p; j++) row[j] -= share * one[j]
        }
      return row
    }
    for (const j of others) {
      const unit = new Float64Array(p)
      unit[j] = 1
      taken.push(without(unit))
    }
    return { term, rows: rows.map(without), lost: 0 }
  })
}

function sumToZero(fitted: FittedModel): Hypothesis[] {
  const { fit, table } = fitted
  const { labels } = termsOf(fitted)
  const source = designSource(fit)
  const [{ fixed: own }] = newDesign(source, table, 'none').predictors
  const coded = newDesign({ ...source, basis: { ...source.basis, contrasts: { '': 'sum' } } }, table, 'none')
  const [{ fixed: sums }] = coded.predictors
  const n = coded.nrow
  const m = sums.names.length
  const kept = independentColumns(sums.x, n, m)
  const basis = new Float64Array(n * kept.length)
  kept.forEach((j, k) => {
    basis.set(sums.x.subarray(j * n, j * n + n), k * n)
  })
  const p = fit.fixed.length
  const columns = fit.fixed.map(({ name }) => {
    const j = own.names.indexOf(name)
    return own.x.subarray(j * n, j * n + n)
  })
  // X beta = X_s gamma: gamma = T beta, a column of T for each column of X.
  const transform = combinationsOf(basis, columns, n)
  return labels.map((term, t) => ({
    term,
    rows: [...kept.keys()]
      .filter((k) => sums.assign[kept[k]] === t)
      .map((k) => Float64Array.from({ length: p }, (_, j) => transform[j][k])),
    lost: sums.assign.filter((of, j) => of === t && !kept.includes(j)).length,
  }))
}
