/**
 * Posterior draws of named quantities. `values[c]` holds chain c draw after draw: the value of parameter j in
 * draw d stands at d * names.length + j.
 */
export interface Draws {
  /** Names as brms gives them: 'b_Intercept', 'sd_center__Intercept', 'r_center[1,Intercept]'. */
  readonly names: readonly string[]
  /** Draws kept in each chain. */
  readonly ndraws: number
  readonly values: readonly Float64Array[]
}

/** All chains of parameter `index`: chains[c][d]. */
export function chainsOf(draws: Draws, index: number): Float64Array[] {
  const width = draws.names.length
  return draws.values.map((chain) => {
    const column = new Float64Array(draws.ndraws)
    for (let d = 0; d < draws.ndraws; d++) column[d] = chain[d * width + index]
    return column
  })
}
