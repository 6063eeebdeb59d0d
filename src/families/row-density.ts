import { orderedPair, orderedTriple, pairsOf, triplesOf } from './derivative-order.js'

/** Log density of one row as a function of K linear predictors, bound to a response: the general form of a kernel. */
export interface RowDensity {
  /** K: the mean's predictor, then the family's further ones. */
  readonly predictors: number
  /**
   * At eta (length K) writes the log density, every constant included, and all its derivatives in eta up to the third
   * order, laid out as `firstAt`, `secondAt` and `thirdAt` say. Where the density vanishes or eta takes a parameter
   * out of its support the log density is -Infinity and every derivative 0.
   */
  readonly at: (row: number, eta: Float64Array, out: Float64Array) => void
  /**
   * Writes the expected information in eta (the mean of minus the second derivatives over responses of the row at eta) by
   * pairs as `orderedPair` numbers them, where it has a closed form: always positive semidefinite, where the observed one
   * need not be. NaN out of support.
   */
  readonly expected?: (row: number, eta: Float64Array, out: Float64Array) => void
}

/** Numbers a row density of K predictors writes: 4, 10, 20, 35 for K = 1, 2, 3, 4. */
export const densitySize = (K: number): number => 1 + K + pairsOf(K) + triplesOf(K)

/** Position of the derivative in eta_a. */
export const firstAt = (_K: number, a: number): number => 1 + a

/** Position of the derivative in eta_a and eta_b, a >= b: pairs 00, 10, 11, 20, 21, 22, ... */
export const secondAt = (K: number, a: number, b: number): number => 1 + K + orderedPair(a, b)

/** Position of the derivative in eta_a, eta_b and eta_c, a >= b >= c: triples 000, 100, 110, 111, 200, 210, ... */
export const thirdAt = (K: number, a: number, b: number, c: number): number =>
  1 + K + pairsOf(K) + orderedTriple(a, b, c)

/** Writes the row of a density that vanishes. */
export function vanish(out: Float64Array, size: number): void {
  out.fill(0, 0, size)
  out[0] = Number.NEGATIVE_INFINITY
}

/**
 * Keeps derivatives that are all finite; else writes a density of zero (see vanish), which is where an exponential has
 * overflowed: no maximum, mode or trajectory lies there.
 */
export function vanishUnlessFinite(out: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    if (out[i] - out[i] !== 0) {
      vanish(out, size)
      return
    }
  }
}

/**
 * Turns derivatives in (t, eta_1, ...) into derivatives in (eta_0, eta_1, ...), given t's first three derivatives in
 * eta_0: the chain rule to third order, in place.
 */
export function throughFirst(K: number, out: Float64Array, t1: number, t2: number, t3: number): void {
  const d1 = out[1]
  const at2 = 1 + K
  const d2 = out[at2]
  const at3 = at2 + pairsOf(K)
  out[at3] = out[at3] * t1 * t1 * t1 + 3 * d2 * t1 * t2 + d1 * t3
  for (let a = 1; a < K; a++) {
    const mixed = at2 + orderedPair(a, 0)
    const base = at3 + orderedTriple(a, 0, 0)
    out[base] = out[base] * t1 * t1 + out[mixed] * t2
    for (let b = 1; b <= a; b++) out[base + orderedPair(b, 0)] *= t1
    out[mixed] *= t1
  }
  out[at2] = d2 * t1 * t1 + d1 * t2
  out[1] = d1 * t1
}
