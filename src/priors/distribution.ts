/** A prior distribution of one parameter. */
export interface Distribution {
  /** As a user writes it: 'normal(0, 2.5)'. */
  readonly text: string
  /** True where the density is zero below 0. */
  readonly positive: boolean
  /** Normalised log density; -Infinity outside the support. */
  readonly logDensity: (x: number) => number
  /** Derivative of the log density, inside the support. */
  readonly slope: (x: number) => number
}

/** How a distribution is made from its arguments. */
export interface DistributionMaker {
  readonly name: string
  /** Names of the arguments; those in `scale` must be positive. */
  readonly arguments: readonly string[]
  readonly scale: readonly string[]
  readonly positive: boolean
  readonly make: (...values: number[]) => Pick<Distribution, 'logDensity' | 'slope'>
}
