import { orderedPair } from '../../families/derivative-order.js'
import type { RowDensity } from '../../families/row-density.js'
import { positivePart } from '../../numerics/positive-part.js'

/** Writes an information of a row by pairs of predictors, given the observed one. */
export type RowInformation = (row: number, eta: Float64Array, observed: Float64Array, out: Float64Array) => void

/**
 * A positive semidefinite information of each row, for steps where the observed one is indefinite: the expected one, or where
 * the family has it in no closed form, the nearest to the observed one.
 */
export function informationOf({ predictors: K, expected }: RowDensity): RowInformation {
  const square = new Float64Array(K * K)
  const each = (visit: (a: number, b: number, pair: number) => void): void => {
    for (let a = 0; a < K; a++) for (let b = 0; b <= a; b++) visit(a, b, orderedPair(a, b))
  }
  return (row, eta, observed, out) => {
    if (expected) {
      expected(row, eta, out)
      return
    }
    each((a, b, pair) => {
      square[a * K + b] = observed[pair]
      square[b * K + a] = observed[pair]
    })
    positivePart(square, K)
    each((a, b, pair) => {
      out[pair] = square[a * K + b]
    })
  }
}
