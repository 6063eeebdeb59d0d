/** A link function g with eta = g(mu), seen from the linear predictor. */
export interface Link {
  readonly name: string
  /** eta = g(mu). */
  readonly link: (mu: number) => number
  /** mu = g^-1(eta). */
  readonly inverse: (eta: number) => number
  /** d mu / d eta. */
  readonly slope: (eta: number) => number
}

/**
 * A link onto probabilities, with both log tails and their derivatives in eta, so that neither tail is lost:
 * F = g^-1(eta), log F and log(1 - F).
 */
export interface ProbabilityLink extends Link {
  /** Writes log F, its first three derivatives, log(1 - F), its first three derivatives: eight numbers. */
  readonly logTails: (eta: number, out: Float64Array) => void
}
