/** Least v: where cos sqrt(-v) is zero. */
const least = -(Math.PI ** 2) / 4

/** Below this |v| series take over from differences that cancel. */
const small = 0.02

/** log cosh sqrt(v), of a negative v log cos sqrt(-v). */
export function logCoshRoot(v: number): number {
  if (v < 0) return Math.log(Math.cos(Math.sqrt(-v)))
  const r = Math.sqrt(v)
  return r + Math.log1p(Math.exp(-2 * r)) - Math.LN2
}

/** The derivatives of T at the v of the last call of tanhRoot. */
export const slopes = { d1: 0, d2: 0 }

/** T(v) = tanh(sqrt v) / sqrt v, of a negative v tan(sqrt -v) / sqrt -v; its derivatives are left in `slopes`. */
export function tanhRoot(v: number): number {
  let t: number
  if (Math.abs(v) < small) {
    t =
      1 + v * (-1 / 3 + v * (2 / 15 + v * (-17 / 315 + v * (62 / 2835 + v * (-1382 / 155925 + (v * 21844) / 6081075)))))
    slopes.d1 =
      -1 / 3 +
      v *
        (4 / 15 +
          v *
            (-51 / 315 + v * (248 / 2835 + v * (-6910 / 155925 + v * (131064 / 6081075 - (v * 6504008) / 638512875)))))
    slopes.d2 =
      4 / 15 +
      v * (-102 / 315 + v * (744 / 2835 + v * (-27640 / 155925 + v * (655320 / 6081075 - (v * 39024048) / 638512875))))
    return t
  }
  if (v < 0) {
    const w = Math.sqrt(-v)
    t = Math.tan(w) / w
  } else {
    const r = Math.sqrt(v)
    t = Math.tanh(r) / r
  }
  slopes.d1 = (1 - t - v * t * t) / (2 * v)
  slopes.d2 = (-3 * slopes.d1 - t * t - 2 * v * t * slopes.d1) / (2 * v)
  return t
}

/** The v with T(v) = t, from a guess: Newton's method on 1 / T, which is increasing and concave. */
export function saddlepoint(t: number, guess: number): number {
  let v = guess
  for (let i = 0; i < 100; i++) {
    const now = tanhRoot(v)
    const step = ((1 / t - 1 / now) * now * now) / -slopes.d1
    const next = v + step
    v = next > least ? next : 0.5 * (v + least)
    // The error after a step is of the order of its square.
    if (Math.abs(step) <= 1e-7 * (v - least)) return v
  }
  return v
}

/**
 * f / f-hat at the x whose saddlepoint is v, to rounding: f from its characteristic function along the line through the
 * saddlepoint, where the trapezoidal rule converges faster than any power of the step; f-hat is the first term of it. No
 * dependence on z, which only tilts both.
 *
 * With S^2 = K''(s) = -b T'(v) / 8: f / f-hat = (1 / sqrt(2 pi)) integral exp(K(s + i t / S) - K(s) - i x t / S) dt.
 */
export function densityRatio(b: number, v: number): number {
  const x = (b * tanhRoot(v)) / 4
  const scale = Math.sqrt((-b * slopes.d1) / 8)
  const origin = logCoshRoot(v)
  let sum = 0.5
  for (let k = 1; k < 20_000; k++) {
    const y = (k * gridStep) / scale
    // p + i q = sqrt(v - i y / 2)
    const modulus = Math.hypot(v, y / 2)
    const p = Math.sqrt(v >= 0 ? 0.5 * (modulus + v) : (y * y) / (8 * (modulus - v)))
    const q = -y / (4 * p)
    // |cosh(p + i q)|^2 = (cosh 2 p + cos 2 q) / 2
    const e = Math.exp(-2 * p)
    const size = p - Math.LN2 + 0.5 * Math.log(1 + e * (e + 2 * Math.cos(2 * q)))
    const angle = Math.atan2(Math.tanh(p) * Math.sin(q), Math.cos(q))
    const height = Math.exp(b * (origin - size))
    sum += height * Math.cos(b * angle + x * y)
    if (height < 1e-16) break
  }
  return (2 * gridStep * sum) / Math.sqrt(2 * Math.PI)
}

/** The rule adds the tilted density at multiples of 2 pi / gridStep = 25 standard deviations, below 1e-14 for b >= 8. */
const gridStep = 0.25
