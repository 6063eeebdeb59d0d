import { down, free, still, up } from '../numerics/recession-cone.js'
import type { Family, ResponseData } from './family.js'
import { densitySize } from './row-density.js'

/**
 * Which way the predictor of a row may go for ever without the row's density falling, its density having a limit above 0
 * there: `down`, `up`, `still` for neither, `free` for a row that says nothing of this predictor.
 */
export type Recession = (response: ResponseData, row: number) => number

/** Successes in trials: a probability may go to 0 where there is none, to 1 where all are. */
export const byTrials: Recession = ({ y, trials }, row) => {
  const n = trials![row]
  return n === 0 ? free : y[row] === 0 ? down : y[row] === n ? up : still
}

/** Counts: a mean may go to 0 where there are none. */
export const byZeros: Recession = ({ y }, row) => (y[row] === 0 ? down : still)

/** Real numbers around a mean above 0: the mean may go to 0 where the number is not above it. */
export const byNotPositive: Recession = ({ y }, row) => (y[row] <= 0 ? down : still)

/** The probability of a zero where zeros come from nothing else. */
export const byZeroOrNot: Recession = ({ y }, row) => (y[row] === 0 ? up : down)

/** At this logarithm of the mean counts beside 0 have their limit. */
const nearNothing = -40

/** Counts given that they are not 0: the mean may go to 0 where the count is 1, if it is surely 1 there. */
export const byOnes: Recession = ({ y }, row) => (y[row] === 1 ? down : y[row] === 0 ? free : still)

/** Counts given that they are not 0, where others than 1 are left as the mean goes to 0. */
export const byNone: Recession = ({ y }, row) => (y[row] === 0 ? free : still)

/**
 * Whether what is left of a family without its zeros as its mean goes to 0 is surely 1, as for Poisson and the negative binomial
 * with variance mu + mu^2 / phi. That with variance mu (1 + phi) becomes the logarithmic series, whose densities have
 * limits between 0 and 1.
 */
export function endsInOnes(density: Family['density'], further: Family['further']): boolean {
  const out = new Float64Array(densitySize(1 + further.length))
  const one = density('log', { y: Float64Array.of(1), trials: null })
  one.at(0, Float64Array.of(nearNothing, ...further.map(({ start }) => start)), out)
  return out[0] > -1e-9
}
