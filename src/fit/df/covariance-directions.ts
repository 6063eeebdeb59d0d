import type { Direction } from '../../likelihood/normal/effect-traces.js'
import type { NormalMarginal, NormalTerm } from '../../likelihood/normal/normal-marginal.js'
import { covarianceDerivative } from '../../likelihood/normal/vector-covariance.js'

/** A term whose covariance is not linear in its parameters: its directions are those of some thetas. */
export interface Curve {
  readonly term: NormalTerm
  /** Its position among the terms, and that of its first direction among all. */
  readonly at: number
  readonly first: number
  readonly thetas: readonly number[]
}

/**
 * The directions in which the covariance of the random effects moves: the elements of the matrix for terms that it is linear
 * in, where a variance of zero moves like any other, else the derivatives in theta, those at their end (outer parameters
 * `held`) counting as known.
 */
export function covarianceDirections(
  { terms }: NormalMarginal,
  held: readonly number[],
): {
  readonly directions: Direction[]
  readonly curves: readonly Curve[]
} {
  const directions: Direction[] = []
  const curves: Curve[] = []
  terms.forEach((term, at) => {
    const { laid, q, theta } = term
    const { elements } = laid.covariance
    const thetas = Array.from(theta.keys()).filter((j) => !held.includes(laid.start + j))
    if (!elements) curves.push({ term, at, first: directions.length, thetas })
    const blocks = elements ? elements(q) : thetas.map((j) => covarianceDerivative(term, theta, j))
    for (const block of blocks) directions.push(terms.map((_, t) => (t === at ? block : null)))
  })
  return { directions, curves }
}

/** Step of a central difference, in units of 1 + |theta|: its error and that of rounding are about 1e-10. */
const share = 1e-5

/** The sum of W_kl times the second derivatives of V, as one direction; that of R, and across terms, is zero. */
export function bendOf(
  { terms }: NormalMarginal,
  curves: readonly Curve[],
  W: (i: number, j: number) => number,
): Direction {
  const direction: (Float64Array | null)[] = terms.map(() => null)
  for (const { term, at, first, thetas } of curves) {
    const sum = new Float64Array(term.q ** 2)
    thetas.forEach((theta, l) => {
      const step = share * (1 + Math.abs(term.theta[theta]))
      const moved = (shift: number): Float64Array => term.theta.map((value, j) => (j === theta ? value + shift : value))
      const [up, down] = [moved(step), moved(-step)]
      thetas.forEach((other, k) => {
        const weight = W(first + k, first + l) / (2 * step)
        const [above, below] = [covarianceDerivative(term, up, other), covarianceDerivative(term, down, other)]
        for (let e = 0; e < sum.length; e++) sum[e] += weight * (above[e] - below[e])
      })
    })
    direction[at] = sum
  }
  return direction
}
