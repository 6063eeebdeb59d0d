/** A function h of several variables, by what Newton's method needs of it at the point x that it shares with its caller. */
export interface NewtonTarget {
  /** h at x; -Infinity, or NaN, where it is not defined. */
  readonly height: () => number
  /** h' at x, where h was evaluated last, into `slope`. */
  readonly fillSlope: () => void
  /** Factorizes -h'' there; where `concave`, with something positive semidefinite in place of what h may be convex in. False where not positive definite. */
  readonly factorize: (concave: boolean) => boolean
  /** Divides `step` by what was factorized. */
  readonly solve: () => void
}

/** The variables, elements `from` to `to` - 1 of arrays that the caller owns, and when to stop. */
export interface NewtonSearch {
  readonly x: Float64Array
  readonly slope: Float64Array
  readonly step: Float64Array
  /** A squared step below this that no longer shrinks is rounding: of large responses, say, with a small residual. 0 for none. */
  readonly rounded: number
  readonly maxSteps: number
}

/** A conditional mode is found to 1e-10 conditional standard deviations a variable: the squared step that is left. */
export const modeTolerance: number = 1e-10 * 1e-10
/** See NewtonSearch.rounded, for modes. */
export const modeRounding = 1e-8
/** The most steps to a mode. */
export const mostModeSteps = 200

const mostHalvings = 60

/**
 * Climbs from x, where h is `h`, to a maximum by Newton's method, each step halved until h does not fall, to where the squared
 * step in the metric of -h'' is at most `found`. Where h is not concave the matrix of `factorize(true)` takes the place of -h''. Leaves the factor of -h'' at the maximum; returns h there, -Infinity where none
 * is reached.
 */
export function dampedNewton(
  { height, fillSlope, factorize, solve }: NewtonTarget,
  { x, slope, step, rounded, maxSteps }: NewtonSearch,
  from: number,
  to: number,
  h: number,
  found: number,
): number {
  let last = Number.POSITIVE_INFINITY
  for (let iteration = 0; iteration < maxSteps && h > Number.NEGATIVE_INFINITY; iteration++) {
    fillSlope()
    for (let c = from; c < to; c++) step[c] = slope[c]
    const definite = factorize(false)
    if (!definite && !factorize(true)) break
    solve()
    let distance = 0
    for (let c = from; c < to; c++) distance += step[c] * slope[c]
    const rounding = distance < rounded && distance > 0.25 * last
    if (definite && (distance <= found || rounding)) return h
    last = distance
    const least = h - 1e-12 * (1 + Math.abs(h))
    for (let c = from; c < to; c++) x[c] += step[c]
    h = height()
    for (let half = 0; half < mostHalvings && !(h >= least); half++) {
      for (let c = from; c < to; c++) {
        step[c] /= 2
        x[c] -= step[c]
      }
      h = height()
    }
    if (!(h >= least)) break
  }
  return Number.NEGATIVE_INFINITY
}
