import { down, free, still, up } from '../numerics/recession-cone.js'
import type { ResponseData } from './response-data.js'

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

/** Counts given that they are not 0: the mean may go to 0 where the count is 1, if it is surely 1 there. */
export const byOnes: Recession = ({ y }, row) => (y[row] === 1 ? down : y[row] === 0 ? free : still)

/** Counts given that they are not 0, where others than 1 are left as the mean goes to 0. */
export const byNone: Recession = ({ y }, row) => (y[row] === 0 ? free : still)
