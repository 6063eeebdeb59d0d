import type { Model, RandomTerm } from '../data/model.js'

/** A model with less in it, and what is gone. */
export interface SmallerModel {
  readonly dropped: string
  readonly model: Model
  /** Parameters fewer. */
  readonly df: number
  /**
   * Effects whose variance is 0 under the smaller model: 1 where the test is an equal mixture of chi-squares with df - 1 and df
   * degrees of freedom (Self and Liang 1987; Stram and Lee 1994), more where no simple mixture is known, 0 off the boundary.
   */
  readonly variances: number
}

/** The model without some of the mean's fixed effects. */
export function withoutColumns(model: Model, columns: readonly number[], dropped: string): SmallerModel {
  const [mean, ...further] = model.predictors
  const { names, x, aliased } = mean.fixed
  const n = model.nobs
  const kept = [...names.keys()].filter((j) => !columns.includes(j))
  const left = new Float64Array(n * kept.length)
  kept.forEach((j, k) => {
    left.set(x.subarray(j * n, j * n + n), k * n)
  })
  const fixed = { names: kept.map((j) => names[j]), x: left, aliased }
  return {
    dropped,
    model: { ...model, predictors: [{ ...mean, fixed }, ...further] },
    df: columns.length,
    variances: 0,
  }
}

/** For each random term the model without it, or, where it has slopes beside an intercept, without each of these. */
export function withoutRandom(model: Model, sizeOf: (term: RandomTerm) => number): SmallerModel[] {
  return model.predictors.flatMap((predictor, k) =>
    predictor.random.flatMap((term, t): SmallerModel[] => {
      const replaced = (by: readonly RandomTerm[]): Model => ({
        ...model,
        predictors: model.predictors.map((one, at) =>
          at === k ? { ...one, random: one.random.toSpliced(t, 1, ...by) } : one,
        ),
      })
      const where = k === 0 ? '' : `${predictor.name}: `
      const q = term.names.length
      const slopes = [...term.names.keys()].filter((j) => term.names[j] !== '(Intercept)')
      const canLose = term.covariance === 'us' && term.factor === undefined && slopes.length > 0 && slopes.length < q
      if (!canLose)
        return [{ dropped: `${where}${termText(term)}`, model: replaced([]), df: sizeOf(term), variances: q }]
      return slopes.map((j) => {
        const less = without(term, j, model.nobs)
        return {
          dropped: `${where}${term.names[j]} in ${termText(term)}`,
          model: replaced([less]),
          df: sizeOf(term) - sizeOf(less),
          variances: 1,
        }
      })
    }),
  )
}

/** A term without one of its columns. */
function without(term: RandomTerm, column: number, n: number): RandomTerm {
  const kept = [...term.names.keys()].filter((j) => j !== column)
  const z = new Float64Array(n * kept.length)
  kept.forEach((j, k) => {
    z.set(term.z.subarray(j * n, j * n + n), k * n)
  })
  return { ...term, names: kept.map((j) => term.names[j]), z }
}

const termText = ({ names, group, covariance }: RandomTerm): string => {
  const inner = names.map((name) => (name === '(Intercept)' ? '1' : name)).join(' + ')
  return covariance === 'us' || names.length === 1 ? `(${inner} | ${group})` : `${covariance}(${inner} | ${group})`
}
