import type { Family } from './family.js'
import type { ResponseData } from './response-data.js'
import { densitySize } from './row-density.js'

/** One row with the count 0. */
export const zeroRow: ResponseData = { y: Float64Array.of(0), trials: null }

/** log f(0) of a family of counts as a function of its natural parameters, all above 0. */
export function logProbabilityOfZero(family: Family): (parameters: readonly number[]) => number {
  return (parameters) => {
    const out = new Float64Array(densitySize(1 + family.further.length))
    family.density('log', zeroRow).at(0, Float64Array.from(parameters, Math.log), out)
    return out[0]
  }
}
