import type { Chain } from '../../covariance/covariance.js'

/**
 * The quadratic forms u_c' B u_d, p x p, of a chain's effects for B the derivative of their covariance sd^2 rho^|s - t| in each
 * theta, in the order of theta. Linear in the effects: with f_t the sum of rho^(t - s) v_s over s < t,
 * f_t = rho (f_(t - 1) + v_(t - 1)), and its derivative in rho likewise.
 */
export function chainForms(
  chain: Chain,
  theta: Float64Array,
  q: number,
  starts: Int32Array,
  u: readonly Float64Array[],
): Float64Array[] {
  const p = u.length
  const { rho, slope } = chain.correlation(theta[chain.at])
  const sd = theta[chain.deviation]
  const inDeviation = new Float64Array(p * p)
  const inCorrelation = new Float64Array(p * p)
  for (let c = 0; c < p; c++) {
    for (let d = 0; d <= c; d++) {
      let [whole, bent] = [0, 0]
      for (const first of starts) {
        // Sums over earlier elements of both columns, and the sums' derivatives.
        let [ofC, ofD, moveC, moveD] = [0, 0, 0, 0]
        for (let e = first; e < first + q; e++) {
          const [x, y] = [u[c][e], u[d][e]]
          whole += x * y + x * ofD + y * ofC
          bent += x * moveD + y * moveC
          moveC = rho * moveC + ofC + x
          moveD = rho * moveD + ofD + y
          ofC = rho * (ofC + x)
          ofD = rho * (ofD + y)
        }
      }
      inDeviation[c * p + d] = inDeviation[d * p + c] = 2 * sd * whole
      inCorrelation[c * p + d] = inCorrelation[d * p + c] = sd * sd * slope * bent
    }
  }
  return Array.from(theta, (_, j) => (j === chain.deviation ? inDeviation : inCorrelation))
}
