import type { Model } from '../../data/model.js'
import { pairIndex } from '../../families/derivative-order.js'
import type { RowModel } from '../../likelihood/frame/row-model.js'
import { backwardSolve, cholesky, forwardSolve } from '../../numerics/cholesky.js'

const maxSteps = 25
/** Rise of the log-likelihood, twice over, that is not worth another step: a hundredth of a standard error. */
const enough = 1e-4
/** Shares of the curvatures added where they make no matrix to step by, as where a column is on its way to an end. */
const ridges = [0, 0.1, 1, 10]
/** A step that must be cut below this share leads nowhere. */
const leastShare = 1 / 64
/** Further than this from the estimate, on the predictor's own scale, a parameter is as good as at its end. */
const furthest = 6

/**
 * The coefficients of the further predictors (a dispersion, a probability of zeros) at their maximum given the mean's
 * predictor as it stands in `rows`, as distances from those that its predictors have.
 */
export function furtherMaximum({ predictors }: Model, rows: RowModel): Float64Array {
  const columns = furtherColumns(predictors)
  const q = columns.length
  const moved = new Float64Array(q)
  const n = rows.logDensity.length
  const base = rows.eta.map((eta) => eta.slice())
  let value = rows.evaluate(0, n)
  const information = new Float64Array(q * q)
  const step = new Float64Array(q)
  for (let iteration = 0; q > 0 && iteration < maxSteps; iteration++) {
    columns.forEach(({ k, x }, a) => {
      let slope = 0
      for (let i = 0; i < n; i++) slope += x[i] * rows.d1[k][i]
      step[a] = slope
      columns.slice(0, a + 1).forEach(({ k: l, x: other }, b) => {
        const second = rows.d2[pairIndex(k, l)]
        let sum = 0
        for (let i = 0; i < n; i++) sum -= x[i] * other[i] * second[i]
        information[a * q + b] = sum
      })
    })
    const slopes = step.slice()
    if (!damped(information, q, step)) break
    for (let a = 0; a < q; a++) step[a] = Math.max(-1, Math.min(1, step[a]))
    const gain = step.reduce((sum, one, a) => sum + one * slopes[a], 0)
    if (!(gain > enough)) break
    let share = 1
    for (; share >= leastShare; share /= 2) {
      const tried = moved.map((one, a) => Math.max(-furthest, Math.min(furthest, one + share * step[a])))
      const next = evaluateMoved(rows, base, columns, tried)
      if (!(next > value)) continue
      value = next
      moved.set(tried)
      break
    }
    if (share < leastShare) break
  }
  evaluateMoved(rows, base, columns, new Float64Array(q))
  return moved
}

/** A column with less curvature is at an end, where it has nothing to say. */
const silent = 1e-9

/** Turns slopes into Newton's step, with as much of a ridge as it takes; false where none is enough. */
function damped(information: Float64Array, q: number, step: Float64Array): boolean {
  for (let a = 0; a < q; a++) {
    if (Math.abs(information[a * q + a]) > silent) continue
    for (let b = 0; b < q; b++) information[a * q + b] = information[b * q + a] = 0
    information[a * q + a] = 1
    step[a] = 0
  }
  return ridges.some((ridge) => {
    const matrix = information.slice()
    for (let a = 0; a < q; a++) matrix[a * q + a] += ridge * (Math.abs(matrix[a * q + a]) + 1e-6)
    if (!cholesky(matrix, q)) return false
    forwardSolve(matrix, q, step)
    backwardSolve(matrix, q, step)
    return true
  })
}

interface FurtherColumn {
  readonly k: number
  readonly x: Float64Array
}

const furtherColumns = (predictors: Model['predictors']): FurtherColumn[] =>
  predictors.flatMap(({ role, fixed: { names, x } }, k) =>
    role === 'location'
      ? []
      : names.map((_, j) => ({ k, x: x.subarray((j * x.length) / names.length, ((j + 1) * x.length) / names.length) })),
  )

function evaluateMoved(
  rows: RowModel,
  base: readonly Float64Array[],
  columns: readonly FurtherColumn[],
  by: Float64Array,
): number {
  for (let k = 1; k < base.length; k++) rows.eta[k].set(base[k])
  columns.forEach(({ k, x }, a) => {
    const eta = rows.eta[k]
    for (let i = 0; i < eta.length; i++) eta[i] += by[a] * x[i]
  })
  return rows.evaluate(0, rows.logDensity.length)
}

/** What the further predictors' coefficients take away of the variance of a sum over rows with these slopes in each predictor. */
export function explainedByFurther({ predictors }: Model, { d2 }: RowModel, slopes: readonly Float64Array[]): number {
  const columns = furtherColumns(predictors)
  const q = columns.length
  const information = new Float64Array(q * q)
  const covariance = new Float64Array(q)
  columns.forEach(({ k, x }, a) => {
    for (let i = 0; i < x.length; i++) covariance[a] += x[i] * slopes[k][i]
    columns.slice(0, a + 1).forEach(({ k: l, x: other }, b) => {
      const second = d2[pairIndex(k, l)]
      for (let i = 0; i < x.length; i++) information[a * q + b] -= x[i] * other[i] * second[i]
    })
  })
  if (!cholesky(information, q)) return 0
  forwardSolve(information, q, covariance)
  return covariance.reduce((sum, one) => sum + one * one, 0)
}
