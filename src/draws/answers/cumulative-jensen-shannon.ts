import { sortOrder } from '../../numerics/sort-order.js'

/**
 * Cumulative Jensen-Shannon distance between weighted draws and the same draws equally weighted, between 0 and 1: the
 * root of the divergence of their distribution functions over its bound, or of their survival functions where that is
 * larger (Nguyen and Vreeken 2015; Kallioinen, Paananen, Buerkner and Vehtari 2024). `weights` sum to one.
 */
export function cumulativeJensenShannon(draws: Float64Array, weights: Float64Array): number {
  const order = sortOrder(draws)
  const forward = divergence(order, (k) => draws[order[k]], weights)
  const backward = divergence(order.slice().reverse(), (k) => -draws[order[order.length - 1 - k]], weights)
  return Math.sqrt(Math.max(forward, backward, 0))
}

function divergence(order: Uint32Array, at: (k: number) => number, weights: Float64Array): number {
  const S = order.length
  let [p, q] = [0, 0]
  let [sumP, sumQ, sum] = [0, 0, 0]
  for (let k = 0; k < S - 1; k++) {
    p += 1 / S
    q += weights[order[k]]
    const width = at(k + 1) - at(k)
    const middle = (p + q) / 2
    sumP += width * p
    sumQ += width * q
    sum += width * (p * Math.log2(p / middle) + (q > 0 ? q * Math.log2(q / middle) : 0))
  }
  // The terms (Q - P) / 2 ln 2 of the two directions cancel.
  return sumP + sumQ > 0 ? sum / (sumP + sumQ) : 0
}
