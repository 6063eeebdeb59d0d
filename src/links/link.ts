/** A link function g with eta = g(mu), seen from the linear predictor. */
export interface Link {
  readonly name: string
  /** eta = g(mu). */
  readonly link: (mu: number) => number
  /** mu = g^-1(eta). */
  readonly inverse: (eta: number) => number
  /** d mu / d eta. */
  readonly slope: (eta: number) => number
  /** True where eta has no unit, whatever that of the response: a logit, or a logarithm, whose unit goes into the intercept. */
  readonly unitless?: true
  /** The link is one-to-one for eta above this: 0 or, where left out, -Infinity. */
  readonly above?: number
}

/** A link that can serve a mean above 0. */
export interface PositiveLink extends Link {
  /**
   * Writes log mu and its first three derivatives in eta. False, and nothing said, where mu is not above 0 and finite
   * or the derivatives overflow.
   */
  readonly logMean: (eta: number, out: Float64Array) => boolean
}

/**
 * A link onto probabilities, with both log tails and their derivatives in eta, so that neither tail is lost:
 * F = g^-1(eta), log F and log(1 - F).
 */
export interface ProbabilityLink extends Link {
  /** Writes log F, its first three derivatives, log(1 - F), its first three derivatives: eight numbers. */
  readonly logTails: (eta: number, out: Float64Array) => void
}
