import type { Chain } from '../../covariance/covariance.js'
import type { LaidTerm } from '../frame/parameter-layout.js'

/** A random term with q columns, at its theta. */
interface Term {
  readonly laid: LaidTerm
  readonly q: number
  readonly theta: Float64Array
}

/** The covariance of a term's effect vector, q x q. */
export function vectorCovariance({ laid, q, theta }: Term): Float64Array {
  const { chain } = laid.covariance
  if (chain && q > 1) {
    const { rho } = chain.correlation(theta[chain.at])
    return ofLags(q, (lag) => theta[chain.deviation] ** 2 * rho ** lag)
  }
  const lambda = new Float64Array(q * q)
  laid.covariance.factor(theta, q, lambda)
  return symmetric(q, (a, b) => {
    let sum = 0
    for (let k = 0; k <= b; k++) sum += lambda[a * q + k] * lambda[b * q + k]
    return sum
  })
}

/** Its derivative in theta_j at a theta, q x q. */
export function covarianceDerivative({ laid, q }: Term, theta: Float64Array, j: number): Float64Array {
  const { chain } = laid.covariance
  if (chain && q > 1) return ofLags(q, chainDerivative(chain, theta, j))
  const lambda = new Float64Array(q * q)
  const slope = new Float64Array(q * q)
  laid.covariance.factor(theta, q, lambda)
  laid.covariance.factorDerivative(theta, q, j, slope)
  return symmetric(q, (a, b) => {
    let sum = 0
    for (let k = 0; k <= a; k++) sum += slope[a * q + k] * lambda[b * q + k] + lambda[a * q + k] * slope[b * q + k]
    return sum
  })
}

/** Of sd^2 rho^lag. */
function chainDerivative(chain: Chain, theta: Float64Array, j: number): (lag: number) => number {
  const { rho, slope } = chain.correlation(theta[chain.at])
  const sd = theta[chain.deviation]
  return (lag) =>
    j === chain.deviation ? 2 * sd * rho ** lag : lag === 0 ? 0 : sd * sd * lag * rho ** (lag - 1) * slope
}

function ofLags(q: number, of: (lag: number) => number): Float64Array {
  const values = Array.from({ length: q }, (_, lag) => of(lag))
  return symmetric(q, (a, b) => values[a - b])
}

/** From its elements a >= b. */
function symmetric(q: number, of: (a: number, b: number) => number): Float64Array {
  const out = new Float64Array(q * q)
  for (let a = 0; a < q; a++) {
    for (let b = 0; b <= a; b++) {
      out[a * q + b] = of(a, b)
      out[b * q + a] = out[a * q + b]
    }
  }
  return out
}
