/**
 * Posterior draws of named quantities. `values[c]` holds chain c draw after draw: the value of parameter j in
 * draw d stands at d * names.length + j.
 */
export interface Draws {
  /** Names as brms gives them: 'b_Intercept', 'sd_center__Intercept', 'r_center[1,Intercept]'. */
  readonly names: readonly string[]
  /** Draws kept in each chain. */
  readonly ndraws: number
  /** One array a chain, of ndraws * names.length numbers. */
  readonly values: readonly Float64Array[]
  /** Reads parts of draws that lie on disk, of which `values`, when first asked for, takes all into memory. */
  readonly stored?: StoredDraws
}

/** Draws on disk. */
export interface StoredDraws {
  readonly chains: number
  /** Parameters `first` to `last - 1`: [parameter - first][chain][draw]. */
  readonly columns: (first: number, last: number) => Float64Array[][]
  /** Draws `from` to `to - 1` of chain c (from 0), draw after draw. */
  readonly rows: (c: number, from: number, to: number) => Float64Array
  /** Gives their room on the disk back; nothing can be read afterwards. */
  readonly close: () => void
}

/** Number of chains. Like `rowsOf` and `chainsOf`, it does not touch the `values` of draws on disk. */
export const chainCount = (draws: Draws): number => draws.stored?.chains ?? draws.values.length

/** Draws `from` to `to - 1` of chain c (from 0), draw after draw. */
export function rowsOf(draws: Draws, c: number, from: number, to: number): Float64Array {
  const width = draws.names.length
  return draws.stored ? draws.stored.rows(c, from, to) : draws.values[c].subarray(from * width, to * width)
}

/** All chains of parameter `index`: chains[c][d]. */
export function chainsOf(draws: Draws, index: number): Float64Array[] {
  if (draws.stored) return draws.stored.columns(index, index + 1)[0]
  const width = draws.names.length
  return draws.values.map((chain) => {
    const column = new Float64Array(draws.ndraws)
    for (let d = 0; d < draws.ndraws; d++) column[d] = chain[d * width + index]
    return column
  })
}
