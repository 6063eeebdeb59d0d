import { gaussHermite } from './gauss-hermite.js'

/** A rule for integrals against the standard normal density of q variables. */
export interface ProductRule {
  readonly q: number
  readonly count: number
  /** count x q, point after point. */
  readonly points: Float64Array
  /** log of the weight, plus half the squared length of the point: what multiplies the integrand exp(h). */
  readonly logWeights: Float64Array
}

/** The product of q Gauss-Hermite rules with k nodes each: k^q points. */
export function productRule(k: number, q: number): ProductRule {
  const { nodes, logWeights: one } = gaussHermite(k)
  const count = k ** q
  const points = new Float64Array(count * q)
  const logWeights = new Float64Array(count)
  for (let point = 0; point < count; point++) {
    let rest = point
    for (let j = 0; j < q; j++) {
      const node = rest % k
      rest = (rest - node) / k
      points[point * q + j] = nodes[node]
      logWeights[point] += one[node] + 0.5 * nodes[node] ** 2
    }
  }
  return { q, count, points, logWeights }
}
