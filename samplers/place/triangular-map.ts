import type { LocationScale } from './location-scale.js'

/**
 * A triangular map x = center + L T(shift + C z): coordinate i of x depends on z_1 ... z_i alone and rises with z_i, so
 * that marginal distributions are those of lines. T follows the skewness of a density,
 *
 *   T_i(w) = sum_jk C_ijk w_j w_k / 2 + exp(sum_j C_iij w_j / 2) (exp(g w_i) - 1) / g,     g = C_iii / 3,    j, k < i,
 *
 * with C the third derivatives of the log density in units of L, so that the density in z has none (to first order a
 * transport of the normal density, Parno and Marzouk 2018; in w_i Tukey's g-distribution).
 */
export interface TriangularMap {
  /** Writes x at z; the log of the determinant of its derivative. */
  readonly toX: (z: Float64Array, x: Float64Array) => number
  /** z_i as a function of x_i, at given z_1 ... z_(i - 1). */
  readonly along: (i: number, z: Float64Array) => (xi: number) => number
}

/** The terms of a triangular map but for location and scale: shift, linear terms, and skewness terms. */
export interface MapTerms {
  readonly shift: Float64Array
  /** Lower triangular. */
  readonly C: Float64Array
  /** Third derivatives, t x t x t. */
  readonly third: Float64Array
}

export const identityTerms = (t: number): MapTerms => ({
  shift: new Float64Array(t),
  C: Float64Array.from({ length: t * t }, (_, at) => Number(at % (t + 1) === 0)),
  third: new Float64Array(t * t * t),
})

/** Below this g the coordinate is linear to rounding. */
const straight = 1e-8

export function triangularMap({ center, L }: LocationScale, { shift, C, third }: MapTerms): TriangularMap {
  const t = center.length
  const w = new Float64Array(t)
  const T = new Float64Array(t)
  let constant = 0
  for (let i = 0; i < t; i++) constant += Math.log(L[i * (t + 1)] * C[i * (t + 1)])
  const g = Float64Array.from({ length: t }, (_, i) => third[i * (t * t + t + 1)] / 3)
  /** Location and log scale of T_i at w_1 ... w_(i - 1). */
  const location = (i: number): number => {
    let sum = 0
    for (let j = 0; j < i; j++) for (let k = 0; k < i; k++) sum += third[(i * t + j) * t + k] * w[j] * w[k]
    return sum / 2
  }
  const logScale = (i: number): number => {
    let sum = 0
    for (let j = 0; j < i; j++) sum += third[(i * t + i) * t + j] * w[j]
    return sum / 2
  }
  const skewed = (i: number, wi: number): number => (Math.abs(g[i]) < straight ? wi : Math.expm1(g[i] * wi) / g[i])
  /** w_i, or what of it comes of z_1 ... z_(upTo - 1). */
  const linear = (i: number, z: Float64Array, upTo: number): number => {
    let sum = shift[i]
    for (let j = 0; j < upTo; j++) sum += C[i * t + j] * z[j]
    return sum
  }
  /** T_1 ... T_(i - 1), and x_i less what T_i brings. */
  const before = (i: number, z: Float64Array): number => {
    let x = center[i]
    for (let j = 0; j < i; j++) {
      w[j] = linear(j, z, j + 1)
      T[j] = location(j) + Math.exp(logScale(j)) * skewed(j, w[j])
      x += L[i * t + j] * T[j]
    }
    return x
  }
  return {
    toX: (z, x) => {
      let log = constant
      for (let i = 0; i < t; i++) {
        w[i] = linear(i, z, i + 1)
        const scale = logScale(i)
        T[i] = location(i) + Math.exp(scale) * skewed(i, w[i])
        log += scale + g[i] * w[i]
        x[i] = center[i]
        for (let j = 0; j <= i; j++) x[i] += L[i * t + j] * T[j]
      }
      return log
    },
    along: (i, z) => {
      const unit = L[i * (t + 1)]
      const from = before(i, z) + unit * location(i)
      const scale = unit * Math.exp(logScale(i))
      const base = linear(i, z, i)
      const slope = C[i * (t + 1)]
      const gi = g[i]
      if (Math.abs(gi) < straight) return (x) => ((x - from) / scale - base) / slope
      return (x) => (Math.log(Math.max(1 + (gi * (x - from)) / scale, 0)) / gi - base) / slope
    },
  }
}

/** Step of the differences, in units of L: so wide that they measure the skewness where the density is. */
const step = 0.5

/** Third derivatives of a log density at `center`, in units of L, from differences of its gradient; t x t x t. */
export function thirdDerivatives(
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  { center, L }: LocationScale,
): Float64Array {
  const t = center.length
  const third = new Float64Array(t * t * t)
  const times = new Float64Array(t * t * t)
  const x = new Float64Array(t)
  const g = new Float64Array(t)
  const inUnits = (moves: readonly (readonly [number, number])[]): Float64Array => {
    x.set(center)
    for (const [axis, by] of moves) for (let i = axis; i < t; i++) x[i] += by * L[i * t + axis]
    evaluate(x, g)
    return Float64Array.from({ length: t }, (_, j) => {
      let sum = 0
      for (let i = j; i < t; i++) sum += L[i * t + j] * g[i]
      return sum
    })
  }
  const put = (a: number, b: number, k: number, value: number): void => {
    for (const [i, j, l] of [
      [a, b, k],
      [a, k, b],
      [b, a, k],
      [b, k, a],
      [k, a, b],
      [k, b, a],
    ]) {
      third[(i * t + j) * t + l] += value
      times[(i * t + j) * t + l]++
    }
  }
  const middle = inUnits([])
  for (let a = 0; a < t; a++) {
    const [up, down] = [inUnits([[a, step]]), inUnits([[a, -step]])]
    for (let k = 0; k < t; k++) put(a, a, k, (up[k] + down[k] - 2 * middle[k]) / (step * step))
    for (let b = 0; b < a; b++) {
      const corners = [1, -1].flatMap((one) =>
        [1, -1].map((other) =>
          inUnits([
            [a, one * step],
            [b, other * step],
          ]),
        ),
      )
      for (let k = 0; k < t; k++) {
        put(a, b, k, (corners[0][k] - corners[1][k] - corners[2][k] + corners[3][k]) / (4 * step * step))
      }
    }
  }
  return third.map((sum, at) => (Number.isFinite(sum) ? sum / times[at] : 0))
}
