import type { Coordinates } from '../../src/likelihood/frame/coordinates.js'
import { choleskyInverse } from '../../src/numerics/cholesky.js'
import { entryOf, type SparsePattern } from '../../src/numerics/sparse-pattern.js'

/** The prior precision of all effects, one block a level. */
export interface TermPrecisions {
  /** Adds the blocks at the coordinates x to values on the pattern; returns half the log determinant of all blocks. */
  readonly add: (x: Float64Array, values: Float64Array) => number
}

export function termPrecisions(
  { terms }: Coordinates,
  pattern: SparsePattern,
  starts: readonly Int32Array[],
): TermPrecisions {
  const adders = terms.map((term, t) => {
    const { laid, q, start, correlationStart, correlations, deviationOf } = term
    const { chart } = laid.covariance
    const levels = starts[t].length
    const L = new Float64Array(q * q)
    if (q === 1) L[0] = 1
    /** Where the lower triangle of each level's block stands. */
    const places = Int32Array.from(starts[t], (first) => first).reduce((all: number[], first) => {
      for (let i = 0; i < q; i++) for (let j = 0; j <= i; j++) all.push(entryOf(pattern, first + i, first + j))
      return all
    }, [])
    return (x: Float64Array, values: Float64Array): number => {
      if (q > 1) chart.correlationFactor(x.subarray(correlationStart, correlationStart + correlations), q, L)
      // Sigma = C C' with C = D L.
      const C = L.slice()
      let half = 0
      for (let i = 0; i < q; i++) {
        const sd = Math.exp(x[start + deviationOf[i]])
        for (let j = 0; j <= i; j++) C[i * q + j] *= sd
        half -= Math.log(C[i * (q + 1)])
      }
      const precision = choleskyInverse(C, q)
      for (let level = 0, at = 0; level < levels; level++) {
        for (let i = 0; i < q; i++) for (let j = 0; j <= i; j++) values[places[at++]] += precision[i * q + j]
      }
      return levels * half
    }
  })
  return { add: (x, values) => adders.reduce((sum, add) => sum + add(x, values), 0) }
}
