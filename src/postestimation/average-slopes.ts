import type { Table } from '../data/table.js'
import { cellSlopes, cellsOf } from './cells.js'
import type { FittedModel } from './fitted-model.js'
import { type AveragedMean, averagedMean, differenced, type Quantity } from './mean-function.js'

/** An average with its derivatives in all parameters. */
export interface Differentiable {
  readonly value: number
  readonly gradient: Float64Array
}

/**
 * Averages over rows of the derivative of the mean in a covariate: exact, by the derivatives of the design and of the quadrature
 * sum. In standard deviations s of the random part the chain rule runs through their squares, which have a derivative at 0 too:
 *
 *   d E f / dx = E f' deta/dx + (E Z f' / 2 s) ds^2/dx,   the second factor being E f'' / 2 where s is 0.
 *
 * @param weights - of the rows, one array an average; each adds up to 1
 */
export function averageSlopes(
  fitted: FittedModel,
  table: Table,
  name: string,
  population: boolean,
  quantity: Quantity,
  weights: readonly Float64Array[],
): Differentiable[] {
  const { stated, parameters } = fitted
  const { layout } = stated
  const d = layout.dimension
  const cells = cellsOf(fitted, table, population, true)
  const slopes = cellSlopes(fitted, table, name)
  const averaged = averagedMean(quantity)
  const K = cells.design.predictors.length

  const rowSlope = (i: number): Differentiable => {
    const { eta, x, sd, sdInTheta } = cells.at(i, parameters)
    const moved = slopes(i, parameters)
    const inVariance = (mean: AveragedMean, k: number): number =>
      sd[k] > 1e-6 ? mean.inDeviation[k] / (2 * sd[k]) : differenced(() => averaged(eta, sd).inCentre[k], eta, k) / 2
    const value = (): number => {
      const mean = averaged(eta, sd)
      let sum = 0
      for (let k = 0; k < K; k++) {
        if (moved.eta[k] !== 0) sum += mean.inCentre[k] * moved.eta[k]
        if (population && moved.variance[k] !== 0) sum += inVariance(mean, k) * moved.variance[k]
      }
      return sum
    }
    const gradient = new Float64Array(d)
    const mean = averaged(eta, sd)
    for (let k = 0; k < K; k++) {
      const first = layout.fixedStart[k]
      // Through where the row is: eta, and the standard deviation there.
      const inEta = differenced(value, eta, k)
      for (let j = 0; j < x[k].length; j++) gradient[first + j] += inEta * x[k][j] + mean.inCentre[k] * moved.x[k][j]
      if (!population || sd[k] === 0) continue
      const inSd = differenced(value, sd, k)
      const by = inVariance(mean, k)
      for (let j = 0; j < d; j++) gradient[j] += inSd * sdInTheta[k][j] + by * moved.varianceInTheta[k][j]
    }
    return { value: value(), gradient }
  }

  const made: (Differentiable | undefined)[] = new Array(cells.size)
  return weights.map((weight) => {
    let value = 0
    const gradient = new Float64Array(d)
    weight.forEach((share, i) => {
      if (share === 0) return
      made[i] ??= rowSlope(i)
      value += share * made[i]!.value
      for (let j = 0; j < d; j++) gradient[j] += share * made[i]!.gradient[j]
    })
    return { value, gradient }
  })
}
