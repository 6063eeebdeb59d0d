import { independentColumns } from './aliased-columns.js'
import type { FixedEffects, Predictor, SharedColumn } from './model.js'

/**
 * The predictors without the columns of coefficients that the data do not determine beside earlier ones. Where columns share
 * coefficients that is a matter of all predictors together: of the design of nK rows in which the columns of a coefficient
 * stand one below the other, each at its predictor's rows.
 */
export function withoutAliased(predictors: readonly Predictor[], n: number): readonly Predictor[] {
  const coefficients: SharedColumn[] = []
  const numbers = predictors.map(() => [] as number[])
  predictors.forEach(({ fixed: { names, shares } }, predictor) => {
    names.forEach((_, column) => {
      const shared = shares?.[column]
      numbers[predictor].push(
        shared ? numbers[shared.predictor][shared.column] : coefficients.push({ predictor, column }) - 1,
      )
    })
  })
  const rows = n * predictors.length
  const stacked = new Float64Array(rows * coefficients.length)
  predictors.forEach(({ fixed: { x } }, k) => {
    numbers[k].forEach((coefficient, j) => {
      for (let i = 0; i < n; i++) stacked[coefficient * rows + k * n + i] += x[j * n + i]
    })
  })
  const kept = independentColumns(stacked, rows, coefficients.length)
  if (kept.length === coefficients.length) return predictors
  const keeps = new Set(kept)
  /** Where each column stands once those before it are gone. */
  const places = numbers.map((own) => {
    let next = 0
    return own.map((coefficient) => (keeps.has(coefficient) ? next++ : -1))
  })
  return predictors.map((predictor, k): Predictor => {
    const { names, x, shares, aliased } = predictor.fixed
    const left = names.flatMap((_, j) => (places[k][j] >= 0 ? [j] : []))
    const design = new Float64Array(left.length * n)
    left.forEach((j, at) => {
      design.set(x.subarray(j * n, (j + 1) * n), at * n)
    })
    const moved = (one: SharedColumn | null): SharedColumn | null =>
      one && { predictor: one.predictor, column: places[one.predictor][one.column] }
    const fixed: FixedEffects = {
      names: left.map((j) => names[j]),
      x: design,
      ...(shares && { shares: left.map((j) => moved(shares[j])) }),
      aliased: [...aliased, ...names.filter((_, j) => places[k][j] < 0 && !shares?.[j])],
    }
    return { ...predictor, fixed }
  })
}
