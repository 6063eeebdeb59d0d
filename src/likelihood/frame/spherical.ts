import type { Coordinates } from './coordinates.js'

/** b = Lambda u at every level of every term, into `out` from `at`. */
export function fromSpherical(
  { terms }: Coordinates,
  lambdas: readonly Float64Array[],
  u: Float64Array,
  out: Float64Array,
  at: number,
): void {
  terms.forEach(({ laid, q, effects }, t) => {
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
