import type { Rng } from '../random/stream.js'

/** A prior distribution of one number. */
export interface Distribution {
  /** As a user writes it: 'normal(0, 2.5)'. */
  readonly text: string
  /** The interval the distribution lives on. */
  readonly support: readonly [number, number]
  /** True where the density has no finite integral. */
  readonly improper: boolean
  /** Normalised log density; -Infinity outside the support. */
  readonly logDensity: (x: number) => number
  /** Derivative of the log density, inside the support. */
  readonly slope: (x: number) => number
  /** Where it is normal, which one; precision 0 is the flat one. A linear Gaussian model can integrate it out. */
  readonly gaussian?: Gaussian | undefined
  /** A draw from it; null where it has no finite integral. */
  readonly draw: ((rng: Rng) => number) | null
}

export interface Gaussian {
  readonly mean: number
  readonly precision: number
}

/** How a distribution is made from its arguments. */
export interface DistributionMaker {
  readonly name: string
  /** Names of the arguments; those in `positive` must be so. */
  readonly arguments: readonly string[]
  readonly positive: readonly string[]
  readonly support: (...values: number[]) => readonly [number, number]
  readonly improper?: boolean
  readonly make: (...values: number[]) => Pick<Distribution, 'logDensity' | 'slope' | 'gaussian' | 'draw'>
}

/**
 * The distribution of eta where g(eta) has the given one, g smooth and monotone: `map` returns g and the first two
 * derivatives of it as (g, log |g'|, g', g'' / g'); `inverse` is g's inverse.
 */
export function throughMap(
  distribution: Distribution,
  map: (eta: number) => readonly [value: number, logSlope: number, slope: number, bend: number],
  inverse: (value: number) => number,
): Distribution {
  const { draw } = distribution
  return {
    ...distribution,
    gaussian: undefined,
    draw: draw && ((rng) => inverse(draw(rng))),
    logDensity: (eta) => {
      const [value, logSlope] = map(eta)
      return distribution.logDensity(value) + logSlope
    },
    slope: (eta) => {
      const [value, , slope, bend] = map(eta)
      return distribution.slope(value) * slope + bend
    },
  }
}
