/** Predictors and shifts beyond this are left to the general loops: exponentials of their sum stay ordinary numbers. */
export const farthest = 300

/** The most a divisor may grow to: its logarithm leaves room for that of the rest. */
export const largestDivisor = 1e270

/** exp(v[k]) for k below `count`, v symmetric about its middle: one exponential a pair. */
export function pairedExponentials(v: Float64Array, count: number, out: Float64Array): void {
  const middle = 0.5 * (v[0] + v[count - 1])
  const factor = Math.exp(middle)
  for (let k = 0, mirror = count - 1; k <= mirror; k++, mirror--) {
    const up = Math.exp(v[mirror] - middle)
    out[k] = factor / up
    out[mirror] = factor * up
  }
}

/**
 * Rows of one level whose predictors move together, eta_i = a_i + v, as under a random intercept: one exponential a
 * row serves every v, since exp(a + v) = exp(a) exp(v). `bind` takes the rows; the rest speaks of those. Shifts are up to
 * `farthest` in absolute value.
 */
export interface ShiftKernel {
  /** Takes rows from (included) to to (excluded) with a[i] = fixed[i]; false where one is beyond `farthest`. */
  readonly bind: (fixed: Float64Array, from: number, to: number) => boolean
  /** Where each row's density is 1 / (1 + exp(s (a + v))): its s, 1 or -1, length n. */
  readonly logistic?: Float64Array
  /** Sums over the rows at shift v, into out[0] to out[3]: of the log density and of its first three derivatives. */
  readonly sums: (v: number, out: Float64Array) => void
  /** Derivatives of each row at shift v, in full-length arrays; the fourth where it is asked for. */
  readonly derivatives: (v: number, d1: Float64Array, d2: Float64Array, d3: Float64Array, d4?: Float64Array) => void
  /**
   * Adds to logDensity[k] and d1[k] the sums over the rows at shift v[k], for k below `count`; v[k] and v[count - 1 - k]
   * lie symmetrically about the middle, as the nodes of a rule do. A factor of the density may be put into divisor[k] (a
   * multiple of it, up to `largestDivisor`) instead of its logarithm into logDensity[k]. `store` (rows x count) is for
   * what the following two may want to know.
   */
  readonly atShifts: (
    v: Float64Array,
    count: number,
    logDensity: Float64Array,
    divisor: Float64Array,
    d1: Float64Array,
    store: Float64Array,
  ) => void
  /** Each row's first derivative summed over those shifts with weights `share`, into out[i]. */
  readonly mean: (share: Float64Array, count: number, store: Float64Array, out: Float64Array) => void
  /**
   * For x (n x p, row after row): sums over the rows of x times the first and second derivatives at those shifts, into
   * x1[j * count + k] and x2[j * count + k], of the second derivatives alone into d2[k], and each row's second derivative
   * summed over the shifts with weights `share` into mean2[i].
   */
  readonly moments: (
    x: Float64Array,
    p: number,
    share: Float64Array,
    count: number,
    store: Float64Array,
    x1: Float64Array,
    x2: Float64Array,
    d2: Float64Array,
    mean2: Float64Array,
  ) => void
}
