import type { Family, RowKernel } from './family.js'
import type { ResponseData } from './response-data.js'
import { pairsOf } from './derivative-order.js'
import { densitySize, type RowDensity } from './row-density.js'

/** The log densities of a family bound to a response, a row of frequency w counting as w identical ones. */
export function boundDensity(family: Family, link: string, response: ResponseData): RowDensity {
  const density = family.density(link, response)
  const { frequency } = response
  if (!frequency) return density
  const { expected } = density
  const size = densitySize(density.predictors)
  const pairs = pairsOf(density.predictors)
  return {
    predictors: density.predictors,
    at: (row, eta, out) => {
      density.at(row, eta, out)
      for (let j = 0; j < size; j++) out[j] *= frequency[row]
    },
    ...(expected && {
      expected: (row, eta, out) => {
        expected(row, eta, out)
        for (let j = 0; j < pairs; j++) out[j] *= frequency[row]
      },
    }),
  }
}

/** The same of its fused loops; undefined where it has none. */
export function boundKernel(family: Family, link: string, response: ResponseData): RowKernel | undefined {
  const kernel = family.kernel?.(link, response)
  const { frequency } = response
  return kernel && frequency ? repeated(kernel, frequency) : kernel
}

/** Log densities and all derivatives are multiplied by the frequency. */
function repeated(kernel: RowKernel, frequency: Float64Array): RowKernel {
  const multiply = (column: Float64Array, from: number, to: number): void => {
    for (let i = from; i < to; i++) column[i] *= frequency[i]
  }
  return {
    atNodes: (row, eta, count, logDensity, d1, at, d2) => {
      kernel.atNodes(row, eta, count, logDensity, d1, at, d2)
      const w = frequency[row]
      for (let k = 0; k < count; k++) {
        logDensity[k] *= w
        d1[at + k] *= w
        if (d2) d2[at + k] *= w
      }
    },
    score: (eta, from, to, ...columns) => {
      kernel.score(eta, from, to, ...columns)
      for (const column of columns) multiply(column, from, to)
    },
    curvature: (eta, from, to, ...columns) => {
      kernel.curvature(eta, from, to, ...columns)
      for (const column of columns) multiply(column, from, to)
    },
  }
}
