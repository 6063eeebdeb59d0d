import { betaTail, gammaTail } from '../numerics/special.js'

/** P(Y <= y), or P(Y > y) where `upper`, given all natural parameters and the trials (1 where there are none). */
export type Tail = (y: number, parameters: readonly number[], trials: number, upper: boolean) => number

/** The tail of a family of counts below its support. */
export const belowSupport = (upper: boolean): number => (upper ? 1 : 0)

export const poissonTail: Tail = (y, [mu], _trials, upper) =>
  y < 0 ? belowSupport(upper) : gammaTail(mu, y + 1, !upper)

/** Beyond this size the negative binomial is its limit, the Poisson, to ten digits. */
const poissonFrom = 1e10

/** Negative binomial counts with mean mu and variance mu + mu^2 / size. */
export function negativeBinomialTail(y: number, mu: number, size: number, upper: boolean): number {
  if (y < 0) return belowSupport(upper)
  if (size > poissonFrom * Math.max(1, mu)) return poissonTail(y, [mu], 1, upper)
  // I_p(size, y + 1) with p = size / (size + mu), from the side on which p is exact.
  return betaTail(mu / (size + mu), y + 1, size, !upper)
}

/** A tail of the counts that are not 0, and of counts with more zeros. */
export const withoutZero =
  (tail: Tail): Tail =>
  (y, parameters, trials, upper) => {
    if (y < 1) return belowSupport(upper)
    const share = tail(0, parameters, trials, true)
    // Of a share that underflows there is 1 alone left.
    if (!(share > 0)) return upper ? 0 : 1
    const above = Math.min(1, tail(y, parameters, trials, true) / share)
    return upper ? above : 1 - above
  }

export const withMoreZeros =
  (rest: Tail): Tail =>
  (y, parameters, trials, upper) => {
    const pi = parameters.at(-1)!
    if (y < 0) return belowSupport(upper)
    const of = rest(y, parameters.slice(0, -1), trials, upper)
    return upper ? (1 - pi) * of : pi + (1 - pi) * of
  }
