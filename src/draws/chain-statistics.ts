/** What a sampler reports of the draws it kept in one chain; each array has one entry a draw. */
export interface ChainStatistics {
  /** Log density of the unconstrained posterior at the draw, every constant included. */
  readonly logDensity: Float64Array
  /** Mean acceptance probability over the steps tried. */
  readonly acceptRate: Float64Array
  /** The step size all draws were made with; NaN for samplers without. */
  readonly stepSize: number
  /** Doublings of the trajectory; 0 for samplers without. */
  readonly treeDepth: Float64Array
  /** Leapfrog steps, each one gradient. */
  readonly leapfrogs: Float64Array
  /** 1 where the integrator left the energy surface, else 0. */
  readonly divergent: Float64Array
  /** Value of the Hamiltonian; NaN for samplers without. */
  readonly energy: Float64Array
  /** 1 where the trajectory was cut at the greatest depth allowed before it turned around, else 0. */
  readonly cut: Float64Array
}
