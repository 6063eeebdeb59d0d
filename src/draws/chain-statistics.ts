/** What a sampler tells of each kept draw of one chain; arrays have one element a draw. */
export interface ChainStatistics {
  /** Log posterior density over the sampler's own coordinates (Stan's lp__). */
  readonly logDensity: Float64Array
  /** Mean Metropolis acceptance probability over the trajectory. */
  readonly acceptRate: Float64Array
  /** Step size after warm-up. */
  readonly stepSize: number
  readonly treeDepth: Float64Array
  readonly leapfrogs: Float64Array
  /** 1 where the trajectory diverged. */
  readonly divergent: Float64Array
  /** Hamiltonian at the start of the trajectory. */
  readonly energy: Float64Array
  /** 1 where the trajectory was cut at the largest tree depth. */
  readonly cut: Float64Array
}
