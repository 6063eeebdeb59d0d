/** Intervals to the unit: an argument is at most 1/64 from the middle of its own. */
export const softplusDensity = 32
/** The table holds arguments of less than this size. */
export const softplusRange = 32
/** Coefficients to an interval. */
export const softplusTerms = 8
/** A number below 2^51 in size, added to this and taken off again, is rounded to a whole one: 1.5 x 2^52. */
export const rounder = 6755399441055744

/**
 * log(1 + exp x) by Taylor series: the coefficients in h of log(1 + exp(k / 32 + h)), at element 8 (k + 1024). The
 * series has radius pi, so its eighth term is below 1e-16 at h = 1/64, and that of its derivative 1 / (1 + exp -x) with
 * it. Both come at the price of two polynomials, without a logarithm, a division, or a branch on the sign of x.
 */
export const softplusTable: Float64Array = table()

function table(): Float64Array {
  const half = softplusDensity * softplusRange
  const out = new Float64Array(2 * half * softplusTerms)
  const c = new Float64Array(softplusTerms)
  for (let k = -half; k < half; k++) {
    // At -|x|: its series, of the same coefficients with signs changing, is that at |x| less x.
    const e = Math.exp(-Math.abs(k) / softplusDensity)
    c[0] = Math.log1p(e)
    c[1] = e / (1 + e)
    // p' = p (1 - p) for the derivative p, whose coefficients are j c_j.
    for (let m = 1; m < softplusTerms - 1; m++) {
      let sum = m * c[m]
      for (let j = 1; j <= m; j++) sum -= j * c[j] * (m + 1 - j) * c[m + 1 - j]
      c[m + 1] = sum / (m * (m + 1))
    }
    const at = (k + half) * softplusTerms
    for (let m = 0; m < softplusTerms; m++) out[at + m] = k > 0 && m % 2 === 1 ? -c[m] : c[m]
    if (k > 0) {
      out[at] += k / softplusDensity
      out[at + 1] += 1
    }
  }
  return out
}
