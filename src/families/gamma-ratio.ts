/**
 * What families need of the gamma function, in forms that stay accurate where its arguments are large, with three
 * derivatives in the logarithm of the argument. With theta = x d/dx, Binet's function is the small rest of Stirling's
 * formula: log Gamma(x) = (x - 1/2) log x - x + log(2 pi) / 2 + B(x).
 */

/** B_2k / (2k (2k - 1)) for k = 1 ... 10, the coefficients of x^(1 - 2k) in B (Abramowitz and Stegun 6.1.41). */
const series = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
  -174611 / 125400,
]

/** From here on the series and its third derivative are exact to rounding. */
const large = 12

/** B, theta B, theta^2 B, theta^3 B at x >= 12. */
function binetLarge(x: number, out: Float64Array): void {
  const per = 1 / (x * x)
  let power = 1 / x
  let b0 = 0
  let b1 = 0
  let b2 = 0
  let b3 = 0
  for (let k = 0, order = 1; k < series.length; k++, order += 2) {
    let term = series[k] * power
    b0 += term
    b1 -= term *= order
    b2 += term *= order
    b3 -= term * order
    power *= per
  }
  out[0] = b0
  out[1] = b1
  out[2] = b2
  out[3] = b3
}

/**
 * B(x) and its first three derivatives in log x, x > 0, into out[0 ... 3]. `logX` is given beside x because it
 * outlives it: x may have underflowed to 0.
 */
export function binet(x: number, logX: number, out: Float64Array): void {
  if (x >= large) {
    binetLarge(x, out)
    return
  }
  // log Gamma(x) = log Gamma(x + m) - sum log(x + i), i < m.
  const m = Math.ceil(large - x)
  const shifted = x + m
  let product = 1
  let r1 = 0
  let r2 = 0
  let r3 = 0
  for (let i = 1; i < m; i++) {
    const r = x / (x + i)
    const next = r * (1 - r)
    product *= x + i
    r1 += r
    r2 += next
    r3 += next * (1 - 2 * r)
  }
  binetLarge(shifted, out)
  const share = x / shifted
  const share2 = share * (1 - share)
  const share3 = share2 * (1 - 2 * share)
  const logShifted = Math.log(shifted)
  const both = x === 0 ? 0 : x * (logShifted - logX)
  const b1 = out[1]
  const b2 = out[2]
  out[0] += both + (m - 0.5) * logShifted - 0.5 * logX - m - Math.log(product)
  out[1] = b1 * share + both - 0.5 * share - 0.5 - r1
  out[2] = b2 * share * share + b1 * share2 + both - m * share - 0.5 * share2 - r2
  out[3] =
    out[3] * share * share * share +
    3 * b2 * share * share2 +
    b1 * share3 +
    both -
    m * (share + share2) -
    0.5 * share3 -
    r3
}

/** Up to this count a product of factors is quicker than Stirling's formula, and at least as accurate. */
const few = 16

const upper = new Float64Array(4)

/**
 * log Gamma(x + c) - log Gamma(x) - c log x, c >= 0, and its first three derivatives in log x, into out[0 ... 3]. For
 * a count c it is the sum of log(1 + j / x) over j < c; it vanishes as x grows, where the negative binomial becomes
 * the Poisson, and the beta-binomial the binomial.
 */
export function risingExcess(c: number, x: number, logX: number, out: Float64Array): void {
  if (c <= few && Number.isInteger(c)) {
    let product = 1
    let first = 0
    let second = 0
    let third = 0
    const small = x < 1
    for (let j = 1; j < c; j++) {
      const w = j / (x + j)
      const next = w * (1 - w)
      product *= small ? x + j : 1 + j / x
      first -= w
      second += next
      third -= next * (1 - 2 * w)
    }
    out[0] = c < 2 ? 0 : Math.log(product) - (small ? (c - 1) * logX : 0)
    out[1] = first
    out[2] = second
    out[3] = third
    return
  }
  const sum = x + c
  const logRatio = x > 1e-200 ? Math.log1p(c / x) : Math.log(sum) - logX
  const w = c / sum
  const share = x / sum
  const share2 = w * share
  const share3 = share2 * (1 - 2 * share)
  const both = x * logRatio
  const xw = c * share // x w
  binet(sum, Math.log(sum), upper)
  const u1 = upper[1]
  const u2 = upper[2]
  binet(x, logX, out)
  const half = c - 0.5
  out[0] = both + half * logRatio - c + upper[0] - out[0]
  out[1] = both - xw - half * w + u1 * share - out[1]
  out[2] = both - 2 * xw + xw * share + half * share2 + u2 * share * share + u1 * share2 - out[2]
  out[3] =
    both -
    3 * xw +
    2 * xw * share * (1 + w) +
    half * share3 +
    upper[3] * share * share * share +
    3 * u2 * share * share2 +
    u1 * share3 -
    out[3]
}
