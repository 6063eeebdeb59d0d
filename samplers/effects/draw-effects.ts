import type { Likelihood } from '../../src/likelihood/likelihood.js'
import type { Rng } from '../../src/random/stream.js'

/** Draws all effects b from their conditional density at the fit's parameters into `out` from `at`. */
export type DrawEffects = (parameters: Float64Array, rng: Rng, out: Float64Array, at: number) => void

/** b = Lambda u at every level of every term, into `out` from `at`. */
export function fromSpherical(
  { coordinates }: Likelihood,
  lambdas: readonly Float64Array[],
  u: Float64Array,
  out: Float64Array,
  at: number,
): void {
  coordinates.terms.forEach(({ laid, q, effects }, t) => {
    const end = effects + q * laid.term.levels.length
    for (let from = effects; from < end; from += q) {
      for (let i = 0; i < q; i++) {
        let sum = 0
        for (let j = 0; j <= i; j++) sum += lambdas[t][i * q + j] * u[from + j]
        out[at + from + i] = sum
      }
    }
  })
}
