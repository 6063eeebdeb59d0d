/**
 * Matrices over all random effects that are one q x q block a level of a term, the same for each level, and zero elsewhere:
 * a term's Lambda, or the derivative of its covariance. `starts` has the first element of each level.
 */

/** Multiplies the term's elements of b by the block (by its transpose where asked), in place. */
export function timesBlock(
  block: Float64Array,
  q: number,
  starts: Int32Array,
  transposed: boolean,
  b: Float64Array,
): void {
  const [down, along] = transposed ? [1, q] : [q, 1]
  const part = new Float64Array(q)
  for (const first of starts) {
    for (let i = 0; i < q; i++) {
      let sum = 0
      for (let j = 0; j < q; j++) sum += block[i * down + j * along] * b[first + j]
      part[i] = sum
    }
    b.set(part, first)
  }
}

/** Multiplies the term's elements of b by a number, in place. */
export function timesNumber(by: number, q: number, starts: Int32Array, b: Float64Array): void {
  for (const first of starts) for (let e = first; e < first + q; e++) b[e] *= by
}

/** The quadratic forms u_c' B u_d of arrays over all effects, p x p, for a symmetric block. */
export function blockForm(
  block: Float64Array,
  q: number,
  starts: Int32Array,
  u: readonly Float64Array[],
): Float64Array {
  const p = u.length
  const out = new Float64Array(p * p)
  for (let c = 0; c < p; c++) {
    for (let d = 0; d <= c; d++) {
      let sum = 0
      for (const first of starts) {
        for (let i = 0; i < q; i++) {
          for (let j = 0; j < q; j++) sum += u[c][first + i] * block[i * q + j] * u[d][first + j]
        }
      }
      out[c * p + d] = sum
      out[d * p + c] = sum
    }
  }
  return out
}
